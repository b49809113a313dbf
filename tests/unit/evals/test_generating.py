from itertools import count

import pytest

from app.settings import Settings
from evals.bench import generating as module
from evals.bench.generating import (
    Generating,
    Load,
    Measured,
    generating,
    is_model_here,
    running_model,
    while_writing,
)
from evals.bench.run import BenchPlan
from evals.bench.sections import generating_section
from evals.errors import MeasurementError
from rag.chat_model import FakeAnswer, FakeChatModel
from rag.errors import ChatModelUnavailableError

SENTENCES = [f"第{number}条の補助金は、毎年4月に申請を受け付けます。" for number in range(200)]
WRITES_ON = FakeAnswer(["あ"] * 40, delay_seconds=0.001)


def writer(*last: FakeAnswer, answers: int = 200) -> FakeChatModel:
    return FakeChatModel(*[WRITES_ON] * answers, *last)


class TestLoad:
    def test_the_model_writes_until_the_block_ends(self):
        model = writer()
        with generating(model, SENTENCES) as load:
            before = load.pieces
            while load.answers < 3:
                pass
        assert before >= 1
        assert load.pieces > before
        assert load.pieces_per_second > 0
        assert model.closed == len(model.requests)

    def test_a_prompt_that_is_being_read_is_broken_off(self):
        model, load = writer(FakeAnswer(hangs=True), answers=1), Load()
        with generating(model, SENTENCES, load):
            while len(model.requests) < 2:
                pass
        assert (load.answers, load.error) == (1, "")

    def test_every_prompt_has_to_be_read_anew(self):
        model = writer()
        with generating(model, SENTENCES) as load:
            while load.answers < 3:
                pass
        prompts = [request.messages[0].text for request in model.requests[:3]]
        assert len(set(prompts)) == 3
        assert all(900 <= len(prompt) < 1_100 for prompt in prompts)

    @pytest.mark.parametrize(
        "answer",
        [
            pytest.param(
                FakeAnswer(error=ChatModelUnavailableError("m", "止まりました")), id="fails"
            ),
            pytest.param(FakeAnswer(), id="says nothing"),
        ],
    )
    def test_a_model_that_never_writes_is_an_error(self, answer):
        with (
            pytest.raises(MeasurementError, match=r"止まりました|何も書かれません"),
            generating(FakeChatModel(answer), SENTENCES),
        ):
            pytest.fail("nothing is measured beside a model that does not write")

    def test_a_model_that_stops_meanwhile_spoils_the_measurement(self):
        model = writer(FakeAnswer(), answers=1)
        with pytest.raises(MeasurementError), generating(model, SENTENCES) as load:
            while_writing(load, lambda _: 1.0, 10_000, pause=0.001)


class TestMeasuringBeside:
    def test_goes_on_until_whole_answers_were_written(self):
        load = Load(answers=5)

        def measure(number):
            load.answers += number == 6
            load.answers += number == 9
            return float(number)

        assert while_writing(load, measure, at_least=3, pause=0) == [float(i) for i in range(10)]

    def test_measures_at_least_as_often_as_asked(self):
        load = Load()

        def measure(_number):
            load.answers += 1
            return 1.0

        assert len(while_writing(load, measure, at_least=7, pause=0)) == 7

    def test_a_slow_model_is_not_waited_for_without_end(self, monkeypatch):
        seconds = count(0, 100)
        monkeypatch.setattr(module.time, "monotonic", lambda: next(seconds))
        assert len(while_writing(Load(), lambda _: 1.0, at_least=1, pause=0)) < 10


class TestSection:
    def found(self, **changes):
        plain = {
            "provider": "local",
            "chunks": 10_000,
            "evidence": Measured([100.0] * 20, [200.0] * 20),
            "search": Measured([20.0] * 20, [50.0] * 20),
            "page": Measured([10.0] * 5, [40.0] * 5),
            "answers": 6,
            "pieces_per_second": 9.5,
            "server_memory": 1_000.0,
            "model_memory": 1_400.0,
        }
        return Generating(**{**plain, **changes})

    def figures(self, found):
        section = generating_section(found)
        cells = [cell for row in section.rows for cell in row.cells]
        return {figure.key: figure for figure in (*cells, *section.figures)}

    def test_figures(self):
        figures = self.figures(self.found())
        assert figures["generating/evidence/p95"].value == 200
        assert figures["generating/evidence/ratio"].value == 2
        assert figures["generating/search/quiet"].value == 20
        assert figures["generating/rate"].value == 9.5
        assert figures["generating/model_memory"].value == 1_400
        assert all(each.is_met is not False for each in figures.values())

    def test_slowness_misses_its_targets(self):
        slow = self.found(
            evidence=Measured([100.0], [501.0]),
            search=Measured([20.0], [61.0]),
            page=Measured([10.0], [501.0]),
        )
        missed = {key for key, figure in self.figures(slow).items() if figure.is_met is False}
        assert missed == {
            "generating/evidence/p95",
            "generating/evidence/max",
            "generating/search/p95",
            "generating/page/p95",
        }

    def test_memory_that_cannot_be_told_is_left_out(self):
        figures = self.figures(self.found(model_memory=0.0))
        assert "generating/model_memory" not in figures


class TestWhichModel:
    @pytest.fixture(autouse=True)
    def no_models(self, tmp_path, monkeypatch):
        monkeypatch.setenv("YORISOI_MODELS_DIR", str(tmp_path))

    def test_without_the_built_in_model_the_part_is_left_out(self, tmp_path):
        assert not is_model_here(Settings())
        assert BenchPlan().settings(tmp_path).llm == "off"

    def test_one_that_was_asked_for_must_be_here(self, tmp_path):
        with pytest.raises(MeasurementError, match="models pull"):
            BenchPlan(llm="local").settings(tmp_path)

    def test_nothing_is_started_for_no_model(self):
        with pytest.raises(MeasurementError), running_model(Settings(llm="off")):
            pytest.fail("there is no model to run")

    def test_a_server_that_does_not_start_is_an_error(self):
        with (
            pytest.raises(MeasurementError, match="始まりません"),
            running_model(Settings(llm="local")),
        ):
            pytest.fail("there is no model to run")
