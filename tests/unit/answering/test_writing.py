from datetime import UTC, datetime

import pytest

from app.answering.answer import Answer, Citation, Completed, Dropped, Sentence
from app.answering.answerability import AnswerabilityModel
from app.answering.evidence import EvidenceLimits, choose, view_units
from app.answering.masking import Masking, PassingVaults
from app.answering.question import read
from app.answering.service import AnsweringService
from app.answering.writing import FAILED, AnswerWriter, Brief, WritingUnit, writing_units
from app.clock import fixed_clock
from app.governance.routing import FixedRouter
from guardrails.output.grounding import Reason
from guardrails.output.guards import OutputGuard
from guardrails.output.outcome import Mended, OutputContext, Removed
from guardrails.output.reasons import GuardReason
from guardrails.verdict import Finding
from rag.chat_model import FakeAnswer, FakeChatModel
from rag.errors import ChatModelUnavailableError
from rag.passage import DocumentInfo, SearchScope
from rag.tokenizer import SudachiWords

_WORDS = SudachiWords()
_UNITS = [
    WritingUnit(0, "補助率は、補助対象経費の1/2です。", ("空き家改修補助金", "補助率"), 1.0),
    WritingUnit(1, "補助金の上限は200万円です。", ("空き家改修補助金", "上限"), 0.9),
    WritingUnit(1, "補助金の下限は30万円です。", ("空き家改修補助金", "下限"), 0.8),
]


def _answer(status="answered", premise="none"):
    return Answer(status, "引用", premise, (), (), (), "extractive", 0, 1.0)


class _Sato:
    def analyze(self, text):
        at = text.find("佐藤")
        return [Finding("PERSON", at, at + 2, 0.9)] if at >= 0 else []


def _writer(model, seconds=5.0, guard=None, router=None):
    masking = Masking(_Sato(), PassingVaults(), print)
    return AnswerWriter(
        lambda: model,
        _WORDS,
        seconds,
        router=router or FixedRouter("fake"),
        masking=masking,
        guard=guard,
    )


def _written(writer, question="補助率は？", answer=None, units=None, audience="public"):
    admission = writer.admit(question, ["L1"])
    return writer.write(Brief(admission, answer or _answer(), units or _UNITS, audience))


def _write(*answers, question="空き家改修補助金の補助率は？", answer=None, units=None, seconds=5.0):
    model = FakeChatModel(*answers)
    return list(_written(_writer(model, seconds), question, answer, units)), model


def test_a_sentence_that_the_evidence_bears_is_shown_with_its_citation():
    events, _ = _write(FakeAnswer(["空き家改修補助金の補助率は", "2分の1です。[1]\n"]))
    assert events == [Sentence("空き家改修補助金の補助率は2分の1です。", (0,))]


def test_a_figure_that_stands_in_a_title_only_is_not_told():
    unit = WritingUnit(0, "相談は電話で受け付けます。", ("24時間電話相談",), 1.0)
    draft = FakeAnswer(["24時間、相談は電話で受け付けます。[1]\n"])
    events, _ = _write(draft, question="相談はどこで受け付けますか。", units=[unit])
    assert events == [Dropped(Reason.FIGURE)]


class _Guard:
    """Answers as told, and keeps what it was asked."""

    name = "told"

    def __init__(self, found):
        self._found = found
        self.asked = []

    def check(self, sentence, context):
        self.asked.append((sentence.text, context))
        return self._found


@pytest.mark.parametrize(
    ("found", "event"),
    [
        (None, Sentence("補助率は2分の1です。", (0,))),
        (Removed(GuardReason.LEGAL), Dropped("legal")),
        (Mended("言い換え。", (GuardReason.PROMISE,)), Sentence("言い換え。", (0,), ("promise",))),
    ],
)
def test_what_a_guard_says_of_a_borne_sentence_is_done_and_its_reason_kept(found, event):
    guard = _Guard(found)
    model = FakeChatModel(FakeAnswer(["補助率は2分の1です。[1]\n"]))
    writer = _writer(model, guard=OutputGuard([guard], _WORDS.parse))
    assert list(_written(writer, audience="staff")) == [event]
    context = OutputContext(("補助率は？",), (_UNITS[0].text,), "staff")
    assert guard.asked == [("補助率は2分の1です。", context)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("補助率は3分の2です。[1]\n", id="another figure"),
        pytest.param("補助率は200万円です。[2]\n", id="the figure of another measure"),
        pytest.param("はい。[1]\n", id="a bare yes"),
        pytest.param("補助率 補助対象経費の1/2です。[1]\n", id="cells side by side"),
        pytest.param("空き家改修補助金の補助率です。[1]\n", id="the question again"),
    ],
)
def test_a_sentence_that_the_evidence_does_not_bear_is_dropped(text):
    events, _ = _write(FakeAnswer([text]))
    assert not any(isinstance(each, Sentence) for each in events)


def test_what_came_before_a_failure_stands():
    error = ChatModelUnavailableError("fake", "止まりました")
    events, _ = _write(FakeAnswer(["補助率は2分の1です。[1]\n", "上限は"], error=error))
    assert events == [Sentence("補助率は2分の1です。", (0,)), Dropped(FAILED)]


def test_a_model_that_hangs_ends_at_its_deadline():
    events, _ = _write(FakeAnswer(hangs=True), seconds=0.05)
    assert events == [Dropped(FAILED)]


def test_a_reader_who_stops_stops_the_model():
    model = FakeChatModel(FakeAnswer(["補助率は2分の1です。[1]\n", "上限は200万円です。[2]\n"]))
    written = _written(_writer(model))
    next(written)
    written.close()
    assert model.closed == 1


def test_nothing_is_written_for_an_abstention():
    events, model = _write(FakeAnswer(["補助率は2分の1です。[1]\n"]), answer=_answer("abstained"))
    assert events == []
    assert model.requests == []


def test_without_a_model_there_is_nothing_to_write():
    writer = _writer(None)
    assert writer.provider is None
    assert list(_written(writer)) == []


def test_the_model_is_shown_the_best_units_only_each_with_its_heading():
    _, model = _write(FakeAnswer([]))
    last = model.requests[0].messages[-1].text
    assert "[1] 補助率は、補助対象経費の1/2です。" in last
    assert "上限は200万円" in last
    assert "下限" not in last


_PAGE = """## 上限額
1団体 200万円まで

| 区分 | 補助率 |
| --- | --- |
| 過疎地域 | 2/3 |
| その他 | 1/2 |
"""


@pytest.mark.parametrize(
    ("row", "read_as"),
    [
        pytest.param("1団体 200万円まで", "上限額: 1団体 200万円まで", id="a heading"),
        pytest.param(
            "| その他|1/2|", "空き家改修補助金: 区分 その他、補助率 1/2", id="the header of a table"
        ),
    ],
)
def test_a_row_is_read_with_what_stands_above_it(index, words, row, read_as):
    retriever = index((DocumentInfo("hojo", "空き家改修補助金", "staff", "L2"), _PAGE))
    passages = retriever.search("空き家改修補助金の上限額と補助率", SearchScope("staff"), 3)
    question = read("空き家改修補助金の上限額と補助率", words, lambda _word: 1.0)
    views = view_units(question, passages, words, EvidenceLimits())
    quotes = choose(passages, views, EvidenceLimits(floor=0.0))
    units = writing_units(quotes, [_citation(quote) for quote in quotes], views)
    found = next(unit for unit in units if unit.text == row)
    assert found.readable == read_as
    assert not any(set(unit.text) <= set("| -") for unit in units)


def _citation(quote):
    return Citation("hojo", "空き家改修補助金", "", None, quote.text, quote.passage.text)


def test_the_answer_counts_what_stands(index, words):
    model = FakeChatModel(
        FakeAnswer(["補助率は2分の1です。[1]\n補助率は3分の2です。[1]\n"]), FakeAnswer([])
    )
    router = FixedRouter("fake")
    retriever = index(
        (
            DocumentInfo("hojo", "空き家改修補助金", "staff", "L2"),
            "補助率は、補助対象経費の1/2です。",
        )
    )
    service = AnsweringService(
        retriever,
        words,
        fixed_clock(datetime(2026, 11, 23, 1, tzinfo=UTC)),
        writer=_writer(model, router=router),
        model=AnswerabilityModel(5.0, 0.5, {}),
    )
    *_, last = service.ask("空き家改修補助金の補助率は？", audience="staff")
    assert isinstance(last, Completed)
    assert last.answer.sentences == ("補助率は2分の1です。",)
    assert (last.answer.generated, last.answer.provider) == (1, "fake")
    *_, silent = service.ask("空き家改修補助金の補助率は？", audience="staff", writes=False)
    assert silent.answer.generated == 0
    assert len(model.requests) == 1
    assert router.asked == [("L2", False)]  # the level of the passage that is cited


@pytest.mark.parametrize(
    ("question", "levels", "asked_for"),
    [
        pytest.param("補助率は？", ("L1", "L3"), ("L3", False), id="the heaviest passage"),
        pytest.param("【極秘】\n補助率は？", ("L2",), ("L4", False), id="a mark on the question"),
        pytest.param("佐藤さんの補助率は？", ("L1",), ("L1", True), id="personal data"),
    ],
)
def test_the_route_is_asked_for_with_the_highest_level(question, levels, asked_for):
    router = FixedRouter("fake")
    _writer(None, router=router).admit(question, levels)
    assert router.asked == [asked_for]


@pytest.mark.parametrize("provider", [None, "another"])
def test_a_model_that_the_route_does_not_lead_to_is_not_asked(provider):
    model = FakeChatModel(FakeAnswer(["補助率は2分の1です。[1]\n"]))
    assert list(_written(_writer(model, router=FixedRouter(provider)))) == []
    assert model.requests == []
