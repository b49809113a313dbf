import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from io import StringIO
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from evals import page, plots, tables
from evals.metrics import Interval
from evals.report import (
    BarPlot,
    Figure,
    Histogram,
    IntervalPlot,
    LinePlot,
    Miss,
    Report,
    Row,
    Section,
    Unit,
)

HOSTILE = "<script>alert(1)</script>\"&'"
GOOD = Figure("seed/dev/a", "当たり", 0.85, interval=Interval(0.8, 0.9), count=20, target=0.8)
BAD = Figure("seed/dev/b", f"外れ{HOSTILE}", 0.5, interval=Interval(0.4, 0.6), target=0.9)
SLOW = Figure("seed/dev/c", "時間", 12.5, Unit.MS, target=60, is_better_high=False)
BASELINE = {"seed/dev/a": 0.8, "seed/dev/b": 0.7, "seed/dev/c": 12.4}
PLOTS = [
    LinePlot("線", "k", [("本方式", [(1, GOOD), (5, BAD)]), ("相手", [(1, BAD), (5, GOOD)])]),
    IntervalPlot("区間", [GOOD, BAD]),
    BarPlot("棒", [SLOW, SLOW]),
    Histogram("分布", [1.0, 5.0, 9.0], Unit.MS, 60.0),
]

LATE = Figure("k", "本方式 p95", 71.8, Unit.MS, target=500, is_better_high=False)
WORDY = [
    IntervalPlot("区間", [Figure("k", "引用した文のページが正しい割合", 0.5, target=0.8)]),
    BarPlot("棒", [LATE]),
    Histogram("分布", [1.0, 1.5], Unit.MS, 500.0),
    Histogram("分布", [499.0, 500.0], Unit.MS, 400.0),
    Histogram("分布", [1_200.0, 1_300.0], Unit.MEGABYTES, 1_800.0),
    LinePlot("線", "k", [("LangChain 標準レシピ", [(1, GOOD), (5, BAD)])]),
]


@pytest.fixture
def report() -> Report:
    section = Section(
        title=f"検索{HOSTILE}",
        note="注",
        columns=("方式", "値"),
        rows=[Row("融合", [GOOD]), Row("ほか", ["文字"])],
        figures=[BAD, SLOW],
        plots=PLOTS,
    )
    return Report(
        kind="eval",
        title="評価",
        model="e5-small",
        created=datetime(2026, 11, 23, 9, 5, tzinfo=UTC),
        context=[("モデル", HOSTILE)],
        sections=[section],
        misses=[Miss("s-1", f"問い{HOSTILE}", "足りない", "1/2", f"文{HOSTILE}")],
        skipped=["シードがありません"],
    )


class Balanced(HTMLParser):
    """Refuses a tag that is closed but not open."""

    VOID = frozenset({"meta", "br"})

    def __init__(self):
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag, _attrs):
        self.tags.add(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


class TestPage:
    def test_is_whole_and_closed(self, report):
        parser = Balanced()
        parser.feed(page.render(report, BASELINE, "2026-11-01"))
        assert parser.open == []
        assert {"table", "svg", "figure", "details"} <= parser.tags

    def test_runs_and_fetches_nothing(self, report):
        text = page.render(report, BASELINE)
        assert "<script" not in text
        assert not re.search(r"(?:src|href)\s*=|url\(|@import|https?://", text)
        assert "default-src 'none'" in text

    def test_what_was_measured_is_shown_as_text(self, report):
        text = page.render(report, BASELINE)
        assert "&lt;script&gt;" in text
        assert "alert(1)</script>" not in text

    def test_promises_and_changes_are_marked(self, report):
        text = page.render(report, BASELINE, "2026-11-01")
        assert "目標 3 件のうち 2 件を達成" in text
        assert "良くなった値 1 件、悪くなった値 1 件" in text
        assert "▲ +0.050" in text
        assert "▼ −0.200" in text
        assert "未達" in text

    def test_without_a_baseline_nothing_is_compared(self, report):
        text = page.render(report, {})
        assert "比べる基準はまだありません" in text
        assert "▲" not in text

    def test_is_written(self, report, tmp_path):
        page.write(report, BASELINE, "", tmp_path / "eval.html")
        assert (tmp_path / "eval.html").read_text(encoding="utf-8").startswith("<!doctype html>")


class TestPlots:
    @pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: type(plot).__name__)
    @pytest.mark.parametrize("baseline", [{}, BASELINE], ids=["alone", "compared"])
    def test_is_well_formed_and_named(self, plot, baseline):
        root = ET.fromstring(plots.draw(plot, baseline))
        assert root.get("aria-label") == plot.title
        assert root.get("role") == "img"

    @pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: type(plot).__name__)
    def test_stays_within_its_frame(self, plot):
        root = ET.fromstring(plots.draw(plot, BASELINE))
        width, height = float(root.get("width")), float(root.get("height"))
        for each in root.iter():
            for name, limit in (("x", width), ("cx", width), ("y", height), ("cy", height)):
                assert -0.5 <= float(each.get(name, 0)) <= limit

    @pytest.mark.parametrize("plot", WORDY, ids=lambda plot: type(plot).__name__)
    def test_words_are_not_cut_off(self, plot):
        root = ET.fromstring(plots.draw(plot, BASELINE))
        for each in root.iter("text"):
            width = sum(13 if ord(char) > 0x2000 else 7.5 for char in each.text)
            start = float(each.get("x")) - {"end": width, "middle": width / 2}.get(
                each.get("text-anchor"), 0
            )
            assert start >= 0, each.text
            assert start + width <= float(root.get("width")), each.text

    @pytest.mark.parametrize(
        "plot",
        [
            LinePlot("線", "k", []),
            IntervalPlot("区間", []),
            BarPlot("棒", []),
            Histogram("分布", [], Unit.MS),
            Histogram("分布", [0.0], Unit.MS),
            LinePlot("線", "k", [("一点", [(1, Figure("k", "値", 1.0))])]),
            LinePlot("線", "k", [("零点", [(1, Figure("k", "値", 0.0))])]),
            BarPlot("棒", [Figure("k", "値", 0.0, Unit.MS)]),
        ],
    )
    def test_little_data_is_no_error(self, plot):
        plots.draw(plot, {})


class TestTables:
    @pytest.fixture
    def printed(self, report) -> str:
        console = Console(file=StringIO(), width=160, force_terminal=False)
        tables.show(console, report, BASELINE, "2026-11-01")
        return console.file.getvalue()

    def test_sections_and_figures_are_printed(self, printed):
        assert "融合" in printed
        assert "0.850 ✓ ▲+0.050" in printed
        assert "0.500 ✗" in printed
        assert "▼−0.200" in printed
        assert "0.400〜0.600" in printed
        assert "基準 2026-11-01" in printed
        assert "シードがありません" in printed
        assert "目標 3 件のうち 2 件を達成" in printed

    def test_questions_are_not_printed(self, printed):
        assert "問い" not in printed
