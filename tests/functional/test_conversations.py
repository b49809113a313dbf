"""What people do with their conversations: name, find, mark, check, rate, look at the sources."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from app.answering.answer import Completed, Retrieved
from app.chat.models import Conversation, Question
from app.db import transaction


@pytest.fixture
def path(staff) -> str:
    return staff.ask("補助率は？").headers["location"]


def question_of(browser, path: str) -> str:
    return re.search(r'data-turn="([0-9a-f]{32})"', browser.get(path).text)[1]


def copied(browser, path: str) -> str:
    return (
        html.unescape(browser.get(path).text)
        .split('class="copy-source"')[1]
        .split("</textarea>")[0]
    )


def test_follow_up_without_scripts_leads_to_its_place(staff, path):
    data = {"question": "対象は？", "conversation": path.rsplit("/", 1)[1]}
    location = staff.post("/questions", data).headers["location"]
    page = staff.get(path).text

    assert location.startswith(f"{path}#q-")
    assert page.index("補助率は？") < page.index("対象は？")


def test_address_of_a_question_leads_to_its_conversation(staff, path):
    question_id = question_of(staff, path)

    assert staff.get(f"/questions/{question_id}").headers["location"] == f"{path}#q-{question_id}"
    assert staff.get("/questions").headers["location"] == "/conversations"


def test_name_is_given_shown_encrypted_and_taken_back(staff, path, container):
    staff.post(f"{path}/rename", {"name": "鹿児島さんの相談"})
    assert "鹿児島さんの相談" in staff.get("/conversations").text
    with transaction(container.session_factory) as session:
        sealed = session.scalars(select(Conversation)).one().ciphertext
    assert sealed is not None
    assert "鹿児島".encode() not in sealed

    staff.post(f"{path}/rename", {"name": " "})
    assert "鹿児島さんの相談" not in staff.get(path).text
    assert staff.post(f"{path}/rename", {"name": "あ" * 81}).status_code == 422


def test_name_counts_in_the_search(staff, path):
    staff.post(f"{path}/rename", {"name": "三役説明用"})

    assert "：1件" in staff.post("/conversations/search", {"search": "三役"}).text


def test_bookmark_is_set_listed_and_taken_away(staff, path):
    staff.ask("別の質問")
    staff.post(f"{path}/bookmark", {"bookmarked": "true"})
    page = staff.get("/conversations?bookmarked=true").text
    assert "補助率は？" in page
    assert "別の質問" not in page

    staff.post(f"{path}/bookmark", {"bookmarked": "false"})
    assert "しおりをつけた会話はありません" in staff.get("/conversations?bookmarked=true").text


def test_list_beside_the_conversation_marks_where_one_is(staff, path):
    assert f'href="{path}" aria-current="true"' in staff.get(path).text


@pytest.mark.parametrize(
    ("data", "badge", "line"),
    [
        ({"state": "confirmed"}, "確認済み", "※ 確認済み（デモ 職員　2026年11月23日 9:05）"),
        ({"state": "rejected"}, "不採用", "※ 不採用（デモ 職員　2026年11月23日 9:05）"),
        (
            {"state": "corrected", "correction": "直した文章です。"},
            "修正済み",
            "【修正した回答】直した文章です。",
        ),
    ],
)
def test_answer_is_checked_by_a_person_and_the_copy_says_so(staff, path, data, badge, line):
    assert "※ 未確認（職員の確認前）" in copied(staff, path)
    question_id = question_of(staff, path)
    response = staff.post(f"/questions/{question_id}/confirmation", data)

    assert response.headers["location"] == f"{path}#q-{question_id}"
    assert f'<span class="badge badge--{data["state"]}">{badge}</span>' in staff.get(path).text
    assert line in copied(staff, path)
    staff.post(f"/questions/{question_id}/confirmation", {"state": "unconfirmed"})
    assert "※ 未確認（職員の確認前）" in copied(staff, path)
    assert "直した文章" not in staff.get(path).text


def test_what_to_check_is_listed_beside_an_answer_that_nobody_has_checked(staff, path):
    page = staff.get(path).text

    for word in ("数字・日付・条件", "最新", "偏り", "権利", "所管課"):
        assert word in page.split("確認する点")[1].split("</ul>")[0]


@pytest.mark.parametrize("data", [{"state": "x"}, {"state": "corrected", "correction": " "}, {}])
def test_unusable_check_is_refused(staff, path, data):
    question_id = question_of(staff, path)
    assert staff.post(f"/questions/{question_id}/confirmation", data).status_code == 422


def test_thumb_and_reason_are_kept_encrypted_and_taken_back(staff, path, container):
    question_id = question_of(staff, path)
    staff.post(f"/questions/{question_id}/rating", {"rating": "down", "reason": "住所が古い"})
    with transaction(container.session_factory) as session:
        row = session.scalars(select(Question)).one()
        assert row.rating == "down"
        assert "住所".encode() not in row.remarks
    assert "住所が古い" in staff.get(path).text

    staff.post(f"/questions/{question_id}/rating", {"rating": "none"})
    assert "住所が古い" not in staff.get(path).text
    assert staff.post(f"/questions/{question_id}/rating", {"rating": "5"}).status_code == 422
    long = {"rating": "up", "reason": "あ" * 501}
    assert staff.post(f"/questions/{question_id}/rating", long).status_code == 422


def test_scripts_get_the_turn_as_it_is_now(staff, path):
    question_id = question_of(staff, path)
    response = staff.client.post(
        f"/questions/{question_id}/confirmation",
        data={"csrf_token": staff.token("/password"), "state": "confirmed"},
        headers={"accept": "application/json"},
    )

    assert "確認済み" in response.json()["html"]


def test_others_can_do_nothing_with_it(staff, admin, path):
    question_id = question_of(staff, path)

    for action, data in (("rename", {"name": "x"}), ("bookmark", {}), ("delete", {})):
        assert admin.post(f"{path}/{action}", data).status_code == 404
    for action, data in (("rating", {"rating": "up"}), ("confirmation", {"state": "confirmed"})):
        assert admin.post(f"/questions/{question_id}/{action}", data).status_code == 404
    assert admin.get(path).status_code == 404
    assert admin.get(f"/questions/{question_id}/sources/1").status_code == 404


def test_cited_page_is_shown_with_the_quote_marked(staff, path):
    question_id = question_of(staff, path)
    whole = staff.get(f"/questions/{question_id}/sources/1").text
    part = staff.get(f"/questions/{question_id}/sources/1?part=true").text

    for page in (whole, part):
        assert (
            "<mark>補助対象経費の 1/2</mark>" in page
            or "<mark>補助対象経費の1/2</mark>" in page.replace(" 1/2", "1/2")
        )
        assert "通信機器" in page
    assert "<html" in whole
    assert "<html" not in part
    assert f'href="{path}#q-{question_id}"' in whole
    assert staff.get(f"/questions/{question_id}/sources/9").status_code == 404


def test_page_that_is_gone_is_said_and_the_quote_stands(staff, path, programmes):
    programmes.documents.clear()
    page = staff.get(f"/questions/{question_of(staff, path)}/sources/1").text

    assert "いまは公開されていません" in page
    assert "<mark>補助対象経費の 1/2</mark>" in page


def test_conversation_outlives_its_old_questions_only_while_it_has_new_ones(
    staff, clock, container, settings, path
):
    clock.advance(days=settings.question_days - 1)
    # A session has long ended by then; the service is asked directly.
    with transaction(container.session_factory) as session:
        service = container.conversations(session)
        service.erase_old()
    clock.advance(days=1)
    with transaction(container.session_factory) as session:
        container.conversations(session).erase_old()
        assert session.scalars(select(Conversation)).all() == []
        assert session.scalars(select(Question)).all() == []


def test_ambiguous_question_is_asked_back_and_the_choice_is_answered(
    staff, container, an_answer, a_citation, monkeypatch
):
    asked = []

    class Several:
        def ask(self, question, *, audience, level, **_more):
            assert level == "L2"
            asked.append((question, audience))
            titles = ("児童手当", "児童扶養手当", "特別児童扶養手当")
            yield Retrieved(tuple(replace(a_citation, title=t, score=1.0) for t in titles), 1.0)
            yield Completed(an_answer)

    monkeypatch.setattr(container.asking, "_answering", Several())
    path = staff.ask("支給日はいつですか").headers["location"]
    page = staff.get(path).text
    assert "どの制度についてですか" in page
    for choice in ("児童手当", "児童扶養手当", "特別児童扶養手当", "すべて"):
        assert f'type="submit">{choice}</button>' in page

    data = {"question": "支給日はいつですか", "conversation": path.rsplit("/", 1)[1]}
    staff.post("/questions", {**data, "programme": "児童扶養手当"})
    assert asked[-1] == ("児童扶養手当について、支給日はいつですか", "staff")
    assert "「児童扶養手当」について探しました" in staff.get(path).text
    staff.post("/questions", {**data, "as_typed": "true"})
    assert asked[-1] == ("支給日はいつですか", "staff")
    assert ">どの制度についてですか</h2>" in staff.get(path).text
