"""The level that a person chooses, and what becomes of a question that no model may see."""

from __future__ import annotations

import pytest

from app.answering.answer import Completed, Evidence, Retrieved, Routed
from app.language_model import LanguageModelState, LanguageModelStatus

REFUSAL = "機密性L4の内容はどの生成AIにも渡さないため、資料の抜粋で答えます。"
GIVEN = "機密性L2の内容を、「local」（庁内）に渡しました。"


@pytest.fixture
def routed(container, an_answer, language_model, monkeypatch):
    class Walk:
        route = Routed(is_open=False, reason=REFUSAL, level="L4")

        def ask(self, _question, *, audience, level, **_more):
            assert (audience, level) == ("staff", "L2")
            yield Retrieved((), 1.0)
            yield self.route
            yield Evidence(an_answer)
            yield Completed(an_answer)

    walk = Walk()
    monkeypatch.setattr(container.asking, "_answering", walk)
    language_model.now = LanguageModelStatus(LanguageModelState.READY)
    return walk


@pytest.mark.parametrize("level", ["L1", "L2", "L3"])
def test_the_chosen_level_goes_with_the_question_and_stays(staff, answering, level):
    location = staff.post("/questions", {"question": "補助率は？", "level": level}).headers[
        "location"
    ]
    assert answering.levels == [level]
    page = staff.get(location).text
    assert f"機密性{level}" in page


def test_without_a_choice_a_question_is_of_level_two(staff, answering):
    staff.ask("補助率は？")
    assert answering.levels == ["L2"]


@pytest.mark.parametrize("level", ["L4", "L0", "公開"])
def test_a_level_that_cannot_be_asked_at_is_refused_and_nothing_typed_is_lost(
    staff, answering, level
):
    page = staff.post("/questions", {"question": "補助率は？", "level": level})
    assert page.status_code == 422
    assert "L1〜L3" in page.text
    assert "補助率は？" in page.text
    assert answering.levels == []


def test_an_answer_that_no_model_may_see_says_why(staff, routed):
    page = staff.get(staff.ask("補助率は？").headers["location"]).text
    assert f"この内容は、生成AIに渡していません。{REFUSAL}" in page
    assert "生成AI：渡していません" in page
    assert "根拠に合うものはありません" not in page
    assert 'class="written__retry"' not in page


def test_while_it_streams_no_sentence_is_promised(staff, routed):
    events = staff.post("/questions/stream", {"question": "補助率は？"}).text
    assert "AIが文を書いています" not in events
    assert REFUSAL in events


def test_where_a_question_went_is_kept_with_its_answer(staff, routed):
    routed.route = Routed(is_open=True, reason=GIVEN, level="L2")
    page = staff.get(staff.ask("補助率は？").headers["location"]).text
    assert GIVEN in page


def test_a_conversation_with_a_question_about_residents_is_not_shared(staff):
    location = staff.post("/questions", {"question": "補助率は？", "level": "L3"}).headers[
        "location"
    ]
    conversation = location.split("/")[2].split("#")[0]
    refused = staff.post(f"/conversations/{conversation}/share", {"scope": "everyone"})
    assert refused.status_code == 422
    assert "L3の質問" in refused.text
