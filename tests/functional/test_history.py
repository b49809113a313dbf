from __future__ import annotations

from sqlalchemy import select

from app.chat.models import Question
from app.db import transaction


def stored(container) -> list[Question]:
    with transaction(container.session_factory) as session:
        return list(session.scalars(select(Question)))


def test_newest_question_comes_first(staff, clock):
    staff.ask("一つ目の質問")
    clock.advance(minutes=1)
    staff.ask("二つ目の質問")
    page = staff.get("/conversations").text

    assert page.index("二つ目の質問") < page.index("一つ目の質問")


def test_empty_history_says_so(staff):
    assert "まだ質問がありません" in staff.get("/conversations").text


def test_search_reads_questions_and_answers_whatever_the_width(staff):
    staff.ask("ＬＰＷＡの補助について")
    staff.ask("別のこと")

    def found(words: str) -> str:
        return staff.post("/conversations/search", {"search": words}).text

    assert "ＬＰＷＡの補助" in found("lpwa 補助")
    assert "別のこと" not in found("lpwa")
    assert "別のこと" in found("補助対象経費")  # in the answer
    assert "：0件" in found("ない言葉")


def test_only_the_newest_two_hundred_are_shown(staff, container, monkeypatch):
    monkeypatch.setattr("app.chat.service.HISTORY_LENGTH", 2)
    for number in range(3):
        staff.ask(f"質問{number}")

    assert staff.get("/conversations").text.count('class="history__item"') == 2


def test_deleted_question_is_gone_and_can_be_brought_back(staff, clock):
    location = staff.ask("消してよい質問").headers["location"]
    assert staff.post(f"{location}/delete").headers["location"] == "/conversations"

    assert staff.get(location).status_code == 404
    page = staff.get("/conversations").text
    assert "削除しました：消してよい質問" in page
    assert "元に戻す" in page
    clock.advance(minutes=9)
    assert staff.post(f"{location}/restore").status_code == 303
    assert staff.get(location).status_code == 200


def test_deletion_is_final_after_ten_minutes(staff, clock, container):
    location = staff.ask("消してよい質問").headers["location"]
    staff.post(f"{location}/delete")
    clock.advance(minutes=10)

    assert "消してよい質問" not in staff.get("/conversations").text
    assert staff.post(f"{location}/restore").status_code == 404
    staff.ask("次の質問")
    assert len(stored(container)) == 1


def test_deleting_twice_is_not_found(staff):
    location = staff.ask("質問").headers["location"]
    staff.post(f"{location}/delete")

    assert staff.post(f"{location}/delete").status_code == 404


def test_several_deletions_are_all_offered_back(staff):
    for text in ("質問A", "質問B"):
        location = staff.ask(text).headers["location"]
        staff.post(f"{location}/delete")
    page = staff.get("/conversations").text

    assert "ほかに削除した会話（1件）" in page
    assert page.count("元に戻す") == 2


def test_questions_are_kept_only_as_long_as_configured(staff, clock, container, settings):
    staff.ask("古い質問")
    clock.advance(days=settings.question_days)
    with transaction(container.session_factory) as session:
        container.conversations(session).erase_old()

    assert stored(container) == []
