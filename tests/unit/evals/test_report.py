import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from evals import baseline as baselines
from evals.errors import BaselineError
from evals.metrics import Interval
from evals.report import (
    Figure,
    Miss,
    Report,
    Row,
    Section,
    Unit,
    as_json,
    change,
    number,
    signed,
    write_json,
)

CREATED = datetime(2026, 11, 23, 18, 30, tzinfo=ZoneInfo("Asia/Tokyo"))


def report(*figures: Figure, **changes) -> Report:
    plain = {"kind": "eval", "title": "評価", "model": "e5-small", "created": CREATED}
    return Report(**{**plain, "sections": [Section("検索", figures=figures)], **changes})


class TestFigure:
    @pytest.mark.parametrize(
        ("value", "target", "is_better_high", "is_met"),
        [
            pytest.param(0.8, 0.8, True, True, id="just reached"),
            pytest.param(0.79, 0.8, True, False, id="just missed"),
            pytest.param(400, 400, False, True, id="just within"),
            pytest.param(401, 400, False, False, id="beyond"),
            pytest.param(0.8, None, True, None, id="nothing promised"),
        ],
    )
    def test_is_met(self, value, target, is_better_high, is_met):
        figure = Figure("k", "値", value, target=target, is_better_high=is_better_high)
        assert figure.is_met is is_met

    def test_target_says_its_direction(self):
        assert (
            Figure("k", "値", 0, Unit.CHARS, target=400, is_better_high=False).target_text
            == "≤ 400 字"
        )
        assert Figure("k", "値", 0, target=0.8).target_text == "≥ 0.800"

    @pytest.mark.parametrize(
        ("value", "unit", "text"),
        [
            (0.8324, Unit.SHARE, "0.832"),
            (12.34, Unit.MS, "12.3 ms"),
            (1234.5, Unit.MEGABYTES, "1,234 MB"),
            (1.118, Unit.RATIO, "1.12 倍"),
            (0, Unit.COUNT, "0 件"),
        ],
    )
    def test_is_written_with_its_unit(self, value, unit, text):
        assert number(value, unit) == text

    def test_difference_has_a_sign(self):
        assert (signed(0.01, Unit.SHARE), signed(-2.0, Unit.MS)) == ("+0.010", "−2.0 ms")


class TestChange:
    @pytest.mark.parametrize(
        ("value", "before", "unit", "is_better_high", "is_better"),
        [
            pytest.param(0.82, 0.80, Unit.SHARE, True, True, id="share up"),
            pytest.param(0.78, 0.80, Unit.SHARE, True, False, id="share down"),
            pytest.param(0.804, 0.80, Unit.SHARE, True, None, id="too little"),
            pytest.param(0.22, 0.20, Unit.SHARE, False, False, id="share of errors up"),
            pytest.param(12.0, 10.0, Unit.MS, False, False, id="slower"),
            pytest.param(10.5, 10.0, Unit.MS, False, None, id="noise of a clock"),
            pytest.param(8.0, 10.0, Unit.MS, False, True, id="faster"),
            pytest.param(1, 0, Unit.COUNT, False, False, id="first of its kind"),
            pytest.param(0, 0, Unit.COUNT, False, None, id="still none"),
        ],
    )
    def test_is_judged_by_direction_and_noise(self, value, before, unit, is_better_high, is_better):
        figure = Figure("k", "値", value, unit, is_better_high=is_better_high)
        changed = change(figure, {"k": before})
        assert changed is not None
        assert changed.is_better is is_better
        assert changed.difference == pytest.approx(value - before)

    def test_nothing_to_compare_with(self):
        assert change(Figure("k", "値", 1), {}) is None


class TestReport:
    def test_figures_of_grids_and_lists_come_once(self):
        one, two = Figure("a", "甲", 1), Figure("b", "乙", 2)
        section = Section("検索", rows=[Row("行", [one, "文字"])], figures=[two, one])
        assert [each.key for each in report(sections=[section]).figures()] == ["a", "b"]

    def test_json_holds_figures_and_misses(self, tmp_path):
        figure = Figure("a", "甲", 0.83333, interval=Interval(0.7, 0.9), count=12, target=0.8)
        miss = Miss("s-1", "問い", "事実が足りない", "1/2", "示した文")
        path = tmp_path / "eval.json"
        write_json(report(figure, misses=[miss]), {"a": 0.8}, path)
        parsed = json.loads(path.read_text(encoding="utf-8"))
        assert parsed["figures"][0] == {
            "key": "a",
            "label": "甲",
            "value": 0.8333,
            "unit": "",
            "interval": [0.7, 0.9],
            "count": 12,
            "target": 0.8,
            "met": True,
            "baseline": 0.8,
        }
        assert parsed["misses"][0]["problem"] == "事実が足りない"
        assert parsed["created"] == "2026-11-23T18:30:00+09:00"

    def test_json_of_a_figure_without_more(self):
        parsed = as_json(report(Figure("a", "甲", 1)), {})["figures"][0]
        assert (parsed["interval"], parsed["met"], parsed["baseline"]) == (None, None, None)


class TestBaseline:
    def test_saved_figures_are_loaded(self, tmp_path):
        path = tmp_path / "baseline.json"
        assert baselines.save(path, report(Figure("a", "甲", 0.123456))) == 1
        loaded = baselines.load(path, "e5-small")
        assert loaded.figures == {"a": 0.1235}
        assert loaded.saved == "2026-11-23"

    def test_figures_not_measured_are_kept(self, tmp_path):
        path = tmp_path / "baseline.json"
        baselines.save(path, report(Figure("a", "甲", 1), Figure("b", "乙", 2)))
        baselines.save(path, report(Figure("b", "乙", 3)))
        assert baselines.load(path, "e5-small").figures == {"a": 1, "b": 3}

    def test_models_are_apart(self, tmp_path):
        path = tmp_path / "baseline.json"
        baselines.save(path, report(Figure("a", "甲", 1)))
        baselines.save(path, report(Figure("a", "甲", 2), model="other"))
        assert baselines.load(path, "e5-small").figures == {"a": 1}

    def test_no_question_is_ever_in_it(self, tmp_path):
        path = tmp_path / "baseline.json"
        misses = [Miss("s-1", "秘密の問い", "p", "e", "s")]
        baselines.save(path, report(Figure("a", "甲", 1), misses=misses))
        assert "秘密の問い" not in path.read_text(encoding="utf-8")

    def test_without_a_file_there_is_nothing_to_compare(self, tmp_path):
        assert baselines.load(tmp_path / "none.json", "e5-small") == baselines.Baseline({})

    @pytest.mark.parametrize(
        "text", ["{", "[]", '{"e5-small": {}}', '{"e5-small": {"figures": {"a": "x"}}}']
    )
    def test_damaged_file_is_an_error_with_advice(self, tmp_path, text):
        path = tmp_path / "baseline.json"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(BaselineError, match="--save-baseline"):
            baselines.load(path, "e5-small")

    @pytest.mark.parametrize("path", [baselines.EVAL_BASELINE, baselines.BENCH_BASELINE])
    def test_committed_baseline_can_be_read(self, path):
        assert isinstance(baselines.load(path, "e5-small").figures, dict)
