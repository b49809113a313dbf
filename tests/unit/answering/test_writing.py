from datetime import UTC, datetime

import pytest

from app.answering.answer import Answer, Citation, Completed, Dropped, Sentence
from app.answering.answerability import AnswerabilityModel
from app.answering.service import AnsweringService
from app.answering.writing import FAILED, AnswerWriter
from app.clock import fixed_clock
from guardrails.output.grounding import Verifier
from rag.chat_model import FakeAnswer, FakeChatModel
from rag.errors import ChatModelUnavailableError
from rag.passage import DocumentInfo
from rag.tokenizer import SudachiWords

_VERIFIER = Verifier(SudachiWords())
_QUOTE = "## 補助率\n補助率は、補助対象経費の1/2です。\n## 上限\n補助金の上限は200万円です。"


def _answer(status="answered", premise="none", quote=_QUOTE):
    citation = Citation(
        document_id="hojo",
        title="空き家改修補助金",
        section="",
        page=3,
        quote=quote,
        passage=quote,
        issuer="",
        source="",
        published=None,
        valid_until=None,
        is_demo=False,
        is_expired=False,
        score=1.0,
    )
    return Answer(status, quote, premise, (citation,), (), (), "extractive", 0, 1.0)


def _write(*answers, question="空き家改修補助金の補助率は？", answer=None, seconds=5.0):
    model = FakeChatModel(*answers)
    writer = AnswerWriter(lambda: model, _VERIFIER, seconds)
    return list(writer.write(question, answer or _answer())), model


def test_a_sentence_that_the_evidence_bears_is_shown_with_its_citation():
    events, _ = _write(FakeAnswer(["空き家改修補助金の補助率は", "2分の1です。[1]\n"]))
    assert events == [Sentence("空き家改修補助金の補助率は2分の1です。", (0,))]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("補助率は3分の2です。[1]\n", id="another figure"),
        pytest.param("補助率は200万円です。[2]\n", id="the figure of another measure"),
        pytest.param("はい。[1]\n", id="a bare yes"),
        pytest.param("補助率 補助対象経費の1/2です。[1]\n", id="cells side by side"),
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
    written = AnswerWriter(lambda: model, _VERIFIER, 5.0).write("補助率は？", _answer())
    next(written)
    written.close()
    assert model.closed == 1


def test_nothing_is_written_for_an_abstention():
    events, model = _write(FakeAnswer(["補助率は2分の1です。[1]\n"]), answer=_answer("abstained"))
    assert events == []
    assert model.requests == []


def test_without_a_model_there_is_nothing_to_write():
    writer = AnswerWriter(lambda: None, _VERIFIER, 5.0)
    assert writer.provider is None
    assert list(writer.write("補助率は？", _answer())) == []


def test_headings_name_the_rows_below_them_in_the_prompt():
    _, model = _write(FakeAnswer([]), answer=_answer(quote="## 上限額\n1団体 200万円まで"))
    prompt = "".join(message.text for message in model.requests[0].messages)
    assert "上限額: 1団体 200万円まで" in prompt


def test_the_answer_counts_what_stands(index, words):

    model = FakeChatModel(
        FakeAnswer(["補助率は2分の1です。[1]\n補助率は3分の2です。[1]\n"]), FakeAnswer([])
    )
    retriever = index((DocumentInfo("hojo", "空き家改修補助金", "staff", "L2"), _QUOTE))
    service = AnsweringService(
        retriever,
        words,
        fixed_clock(datetime(2026, 11, 23, 1, tzinfo=UTC)),
        writer=AnswerWriter(lambda: model, _VERIFIER, 5.0),
        model=AnswerabilityModel(5.0, 0.5, {}),
    )
    *_, last = service.ask("空き家改修補助金の補助率は？", audience="staff")
    assert isinstance(last, Completed)
    assert last.answer.sentences == ("補助率は2分の1です。",)
    assert (last.answer.generated, last.answer.provider) == (1, "fake")
    *_, silent = service.ask("空き家改修補助金の補助率は？", audience="staff", writes=False)
    assert silent.answer.generated == 0
    assert len(model.requests) == 1
