"""What a model is shown of people, and what readers are shown of what it wrote."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.answering.answer import Answer, Dropped, Sentence
from app.answering.answerability import AnswerabilityModel
from app.answering.masking import Leak, Masking, PassingVaults, Source
from app.answering.service import AnsweringService
from app.answering.writing import FAILED, AnswerWriter, Brief, WritingUnit
from app.clock import fixed_clock
from app.governance.routing import FixedRouter
from guardrails.output.grounding import Reason
from guardrails.pii.vault import PlaceholderVault, VaultRules
from guardrails.verdict import Finding
from rag.chat_model import FakeAnswer, FakeChatModel
from rag.openai_chat_model import OpenAIChatModel
from rag.passage import DocumentInfo
from rag.tokenizer import SudachiWords

_WORDS = SudachiWords()
_ANSWER = Answer("answered", "引用", "none", (), (), (), "extractive", 0, 1.0)
_RATE = WritingUnit(
    0, "補助率は、補助対象経費の1/2です。", ("空き家改修補助金", "補助率"), 1.0, True
)
_NAME = "霧野花子"
_QUESTION = f"{_NAME}さん（090-1234-5678）の空き家改修補助金の補助率は？"


class KnowingAnalyzer:
    """Finds these values, each of its type, wherever they stand."""

    def __init__(self, *values: tuple[str, str]) -> None:
        self.values = values
        self.read: list[str] = []

    def analyze(self, text: str) -> list[Finding]:
        self.read.append(text)
        found = [
            Finding(kind, at, at + len(value), 0.9)
            for kind, value in self.values
            for at in range(len(text))
            if text.startswith(value, at)
        ]
        return sorted(found, key=lambda each: each.start)


class KeptInMemory:
    """As `KeptVaults`, without a database."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def change(self, conversation_id, change):
        text = self.kept.get(conversation_id)
        vault = PlaceholderVault.loads(text) if text else PlaceholderVault(VaultRules())
        result = change(vault)
        self.kept[conversation_id] = vault.dumps()
        return vault, result


def _analyzer(*more: tuple[str, str]) -> KnowingAnalyzer:
    return KnowingAnalyzer(("PERSON", _NAME), ("PHONE", "090-1234-5678"), *more)


def _writer(model, masking):
    router = FixedRouter(model.name)
    return AnswerWriter(lambda: model, _WORDS, 5.0, router=router, masking=masking)


def _written(writer, question, units, conversation):
    admission = writer.admit(question, ["L1"], conversation)
    return writer.write(Brief(admission, _ANSWER, units, conversation_id=conversation))


def _write(*said, question=_QUESTION, units=(_RATE,), masking=None, conversation=None):
    model = FakeChatModel(FakeAnswer(said))
    masking = masking or Masking(_analyzer(), PassingVaults(), print)
    return list(_written(_writer(model, masking), question, units, conversation)), model


def _sent(model: FakeChatModel) -> str:
    return "".join(request.body.decode() for request in model.requests)


def test_model_is_shown_placeholders_and_reader_the_names():
    said = "〔氏名1〕さんの空き家改修補助金の補助率は、", "補助対象経費の1/2です。[1]\n"
    events, model = _write(*said)
    assert events == [
        Sentence("霧野花子さんの空き家改修補助金の補助率は、補助対象経費の1/2です。", (0,))
    ]
    assert "〔氏名1〕さん（〔電話番号1〕）の空き家改修補助金の補助率は？" in _sent(model)
    assert not [value for value in (_NAME, "花子", "1234", "5678") if value in _sent(model)]


@pytest.mark.parametrize("written", ["〔氏名2〕さん", "〔氏名1さん", "氏名1さん"])
def test_sentence_with_a_placeholder_that_cannot_be_restored_is_dropped(written):
    events, _ = _write(f"{written}の空き家改修補助金の補助率は1/2です。[1]\n")
    assert events == [Dropped(Reason.FORM)]


def test_restored_sentence_is_held_against_the_evidence_like_any_other():
    events, _ = _write("〔氏名1〕さんの補助率は2/3です。[1]\n")
    assert events == [Dropped(Reason.FIGURE)]


def test_public_evidence_keeps_its_names_but_those_of_the_question():
    analyzer = _analyzer(("PERSON", "石橋市長"))
    text = f"石橋市長と{_NAME}が説明し、匠の技を紹介します。"
    public = replace(_RATE, text=text)
    own = replace(public, is_public=False)
    _, model = _write("", units=(public,), masking=Masking(analyzer, PassingVaults(), print))
    assert "石橋市長と〔氏名1〕が説明し" in _sent(model)
    _, model = _write("", units=(own,), masking=Masking(analyzer, PassingVaults(), print))
    assert "〔氏名2〕と〔氏名1〕が説明し" in _sent(model)


def test_value_found_in_evidence_only_is_masked_in_the_question_too():
    masking = Masking(KnowingAnalyzer(), PassingVaults(), print)
    assert (
        masking.mask(None, masking.read("霧野花子とは"), [Source("霧野花子", False)]).question
        == "霧野花子とは"
    )

    class InEvidence(KnowingAnalyzer):
        def analyze(self, text):
            return [] if text.endswith("とは") else [Finding("PERSON", 0, 4, 0.9)]

    masking = Masking(InEvidence(), PassingVaults(), print)
    masked = masking.mask(None, masking.read("霧野花子とは"), [Source("霧野花子", False)])
    assert masked.question == "〔氏名1〕とは"


def test_placeholder_is_the_same_in_the_next_turn_and_another_in_another_conversation():
    vaults = KeptInMemory()
    masking = Masking(_analyzer(("PERSON", "月岡太郎")), vaults, print)
    one, other = "a" * 32, "b" * 32
    assert masking.mask(one, masking.read("霧野花子"), []).question == "〔氏名1〕"
    assert masking.mask(other, masking.read("月岡太郎"), []).question == "〔氏名1〕"
    assert (
        masking.mask(one, masking.read("月岡太郎と霧野花子"), []).question == "〔氏名2〕と〔氏名1〕"
    )
    assert (
        _NAME
        not in masking.mask(other, masking.read("月岡太郎"), []).restore("〔氏名1〕〔氏名2〕").text
    )


def test_nothing_is_sent_where_the_analyzer_fails(caplog):
    class Broken:
        def analyze(self, text):
            raise RuntimeError(text)

    leaks = []
    masking = Masking(Broken(), PassingVaults(), leaks.append)
    events, model = _write("はい。", masking=masking, conversation="a" * 32)
    assert events == []
    assert leaks == [Leak("a" * 32, ())]
    assert model.requests == []
    assert "RuntimeError" in caplog.text
    assert _NAME not in caplog.text


def test_nothing_is_sent_where_the_map_cannot_be_kept():
    class Gone:
        def change(self, _conversation_id, _change):
            raise OSError

    events, model = _write("はい。", masking=Masking(_analyzer(), Gone(), print))
    assert events == [Dropped(FAILED)]
    assert model.requests == []


class _Leaking(Masking):
    """With a bug: it knows the values, and shows the question as it is."""

    def mask(self, conversation_id, question, evidence):
        masked = super().mask(conversation_id, question, evidence)
        return replace(masked, question=question.text)


@pytest.mark.parametrize("is_recorded", [True, False])
def test_request_that_holds_a_value_is_not_sent_and_is_told(model_server, is_recorded, caplog):
    leaks = []

    def on_leak(leak):
        leaks.append(leak)
        if not is_recorded:
            raise RuntimeError(_NAME)

    model = OpenAIChatModel(model_server.address, "stub")
    masking = _Leaking(_analyzer(), PassingVaults(), on_leak)
    events = list(_written(_writer(model, masking), _QUESTION, [_RATE], "a" * 32))
    assert events == [Dropped(FAILED)]
    assert model_server.requests == []
    assert leaks == [Leak("a" * 32, ("氏名", "電話番号"))]
    assert _NAME not in caplog.text


def test_question_that_is_cut_for_the_prompt_leaves_no_part_of_a_value():
    question = f"{'長い話' * 39}{_NAME}さん{'長い話' * 60}の補助率は？"
    _, model = _write("", question=question)
    assert not [part for part in ("霧野", "野花", "花子") if part in _sent(model)]


@pytest.mark.parametrize(
    ("audience", "level", "is_read"),
    [("public", "L1", False), ("staff", "L1", True), ("public", "L2", True), ("staff", "L2", True)],
)
def test_walk_masks_by_the_map_of_its_conversation_and_reads_what_is_not_public(
    index, words, audience, level, is_read
):
    text = "補助率は、補助対象経費の1/2です。"
    retriever = index((DocumentInfo("hojo", "空き家改修補助金", audience, level), text))
    analyzer, vaults, model = _analyzer(), KeptInMemory(), FakeChatModel(FakeAnswer([]))
    writer = _writer(model, Masking(analyzer, vaults, print))
    service = AnsweringService(
        retriever,
        words,
        fixed_clock(datetime(2026, 11, 24, tzinfo=UTC)),
        writer=writer,
        model=AnswerabilityModel(5.0, 0.5, {}),
    )
    question = f"{_NAME}さんの空き家改修補助金の補助率は？"
    *_, last = service.ask(question, audience="staff", conversation_id="a" * 32)
    assert last.answer.status == "answered"
    assert list(vaults.kept) == ["a" * 32]
    assert _NAME not in _sent(model)
    assert any(text in each for each in analyzer.read) is is_read
