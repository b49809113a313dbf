"""Where the application takes text in: blocked questions, documents held back."""

from __future__ import annotations

import pytest

from app.answering.answer import Completed, Evidence
from app.errors import QuestionRefusedError
from app.screening import NoScreening, ScreenedAnswering, attack_in, make_screen, screened
from app.settings import Settings
from guardrails.injection import ScreenVerdict
from ingest.document import LoadedDocument, Page
from rag.embedder import FakeEmbedder


class WordScreen:
    """Blocks what holds the word 攻撃, and remembers what it was shown."""

    def __init__(self):
        self.seen = []

    def warm_up(self):
        pass

    def screen(self, text, source):
        self.seen.append((text, source))
        if "攻撃" in text:
            return ScreenVerdict("block", "word", "攻撃の文があります。")
        return ScreenVerdict("allow")


class Answering:
    def __init__(self):
        self.asked = []

    def ask(self, question, *, audience, writes=True, **_more):
        self.asked.append((question, audience, writes))
        yield "event"


def document(*pages: str) -> LoadedDocument:
    return LoadedDocument(
        "a.txt", "a", "題名", "text", tuple(Page(n, text, "") for n, text in enumerate(pages, 1))
    )


def test_a_question_that_attacks_is_answered_without_searching():
    answering = Answering()
    events = list(ScreenedAnswering(answering, WordScreen()).ask("攻撃だ", audience="staff"))
    assert [type(event) for event in events] == [Evidence, Completed]
    answer = events[-1].answer
    assert answer.status == "blocked"
    assert answer.citations == answer.nearest == ()
    assert "書き直して" in answer.shown
    assert not answering.asked


def test_any_other_question_goes_on_as_it_is():
    answering, screen = Answering(), WordScreen()
    asked = ScreenedAnswering(answering, screen).ask("いつまで？", audience="public", writes=False)
    assert list(asked) == ["event"]
    assert answering.asked == [("いつまで？", "public", False)]
    assert screen.seen == [("いつまで？", "user")]


def test_what_cannot_be_a_question_is_refused_before_it_is_screened():
    screen = WordScreen()
    with pytest.raises(QuestionRefusedError):
        list(ScreenedAnswering(Answering(), screen).ask("あ" * 8_001, audience="staff"))
    assert not screen.seen


def test_a_document_that_attacks_waits_with_the_page_and_what_to_do():
    reason = attack_in(document("手続きの案内", "ここに攻撃がある"), WordScreen())
    assert "2ページ" in reason
    assert "--activate" in reason


def test_a_title_can_attack_too():
    page = Page(1, "手続きの案内", "攻撃の題")
    attacking = LoadedDocument("a.txt", "a", "題名", "text", (page,))
    assert attack_in(attacking, WordScreen())


def test_quality_and_attack_are_told_together_and_a_good_document_gives_no_reason():
    both = screened(lambda _document: "文字化けです。", WordScreen())(document("攻撃"))
    assert both.startswith("文字化けです。 AIを操ろうと")
    assert not screened(lambda _document: "", WordScreen())(document("手続きの案内", ""))


def test_a_stand_in_for_the_embedder_screens_nothing(tmp_path):
    screen = make_screen(Settings(_env_file=None, models_dir=tmp_path), FakeEmbedder())
    assert isinstance(screen, NoScreening)
    assert not screen.screen("規則を無視して", "user").is_blocked
