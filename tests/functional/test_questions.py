from __future__ import annotations

import html
from dataclasses import replace
from datetime import date

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import event, select

from app.accounts.roles import Role
from app.answering.answer import Completed, Evidence, Failed
from app.answering.conversation import Conversation, NoDocuments
from app.chat.asking import AskingService, Draft
from app.chat.models import Question
from app.chat.records import Vault
from app.chat.repository import ConversationRepository
from app.chat.service import ConversationService
from app.container import Readiness
from app.db import transaction
from app.errors import StoreUnavailableError
from app.main import create_app
from app.security import Cipher
from rag.tokenizer import SudachiWords

SECRET = "鹿児島花子さんの補助率は？"


def answer_page(browser, question: str = "補助率は？") -> str:
    response = browser.ask(question)
    assert response.status_code == 303
    page = browser.get(response.headers["location"])
    assert page.status_code == 200
    return page.text


def test_question_is_answered_and_shown_with_its_sources(staff, answering):
    page = answer_page(staff)

    assert answering.asked == [("補助率は？", "staff")]
    assert "資料の抜粋（AIの生成文ではありません）" in page
    assert "<h1" in page
    assert ">回答</h2>" in page
    assert "補助率は、補助対象経費の1/2です。" in page
    assert "地域社会DX推進パッケージ事業の概要" in page
    assert "補助事業 &gt; 補助率　p.19" in page
    assert "<mark>補助対象経費の 1/2</mark>" in page
    assert "総務省" in page
    assert "2025年11月26日" in page
    assert 'href="/documents/guides/chiiki-digital.md#p19"' in page
    assert "0.4秒で探しました" in page
    assert "2026年11月23日 9:05" in page
    assert "期限切れ" not in page


@pytest.mark.parametrize(
    ("changes", "heading", "label"),
    [
        pytest.param(
            {"premise": "contradicted"}, "いいえ。資料の記載と違います", "資料の抜粋", id="no"
        ),
        pytest.param(
            {"status": "abstained"}, "資料には見当たりません", "自動の案内", id="abstained"
        ),
        pytest.param(
            {"status": "blocked"}, "この質問にはお答えできません", "自動の案内", id="blocked"
        ),
        pytest.param(
            {"status": "escalated"}, "担当者が対応する内容です", "自動の案内", id="escalated"
        ),
        pytest.param({"generated": 2}, "回答", "AIが書いた文を含みます", id="generated"),
    ],
)
def test_heading_and_label_say_what_it_is(*, staff, answering, an_answer, changes, heading, label):
    answering.answers.append(replace(an_answer, **changes))
    page = answer_page(staff)

    assert f">{heading}</h2>" in page
    assert label in page


def test_abstention_names_ways_on_and_shows_near_places_as_such(staff, answering, an_abstention):
    answering.answers.append(an_abstention)
    page = answer_page(staff)

    assert "所管課へお問い合わせください" in page
    assert "次にできること" in page
    assert "近い箇所（答えとは限りません）" in page
    assert "根拠にした資料" not in page


def test_expired_and_demo_sources_are_marked(staff, answering, an_answer, a_citation):
    source = replace(
        a_citation, is_demo=True, is_expired=True, valid_until=date(2025, 3, 31), page=None
    )
    answering.answers.append(
        replace(an_answer, citations=(source,), notices=("期限が過ぎています。",))
    )
    page = answer_page(staff)

    assert "期限切れ" in page
    assert "架空のデモ資料です" in page
    assert "2025年3月31日まで" in page
    assert "期限が過ぎています。" in page
    assert "資料を開く" in page


def test_text_to_copy_carries_label_sources_and_state(staff):
    page = html.unescape(answer_page(staff))
    copied = page.split('class="copy-source"')[1].split("</textarea>")[0]

    assert "【質問】補助率は？" in copied
    assert "【回答】補助率は、補助対象経費の1/2です。" in copied
    assert "1. 地域社会DX推進パッケージ事業の概要　補助事業 > 補助率　p.19" in copied
    assert "（総務省、2025年11月26日）" in copied
    assert "※ 資料の抜粋（AIの生成文ではありません）" in copied
    assert "※ 未確認（職員の確認前）" in copied


def test_stored_question_cannot_be_read_in_the_database(staff, engine, container, tmp_path):
    location = staff.ask(SECRET).headers["location"]

    with transaction(container.session_factory) as session:
        row = session.scalars(select(Question)).one()
    assert (row.status, row.ms) == ("answered", 412.0)
    for text in (SECRET, "補助対象経費"):
        assert text.encode() not in row.ciphertext
        for path in tmp_path.glob("yorisoi.db*"):
            assert text.encode() not in path.read_bytes()
    assert SECRET in staff.get(location).text


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.STAFF])
def test_nobody_else_reads_deletes_or_restores_a_question(staff, browser_of, role):
    location = staff.ask(SECRET).headers["location"]
    other = browser_of(role)

    assert other.get(location).status_code == 404
    assert other.post(f"{location}/delete").status_code == 404
    assert other.post(f"{location}/restore").status_code == 404
    assert SECRET not in other.get("/conversations").text
    assert SECRET not in other.post("/conversations/search", {"search": "補助率"}).text
    assert staff.get(location).status_code == 200


def test_row_moved_to_another_owner_is_refused(staff, browser_of, container):
    """Even who can write to the database cannot make it show one person's question to another."""
    admin = browser_of(Role.SYSTEM_ADMIN)
    admin_location = admin.ask("別の質問").headers["location"]
    staff.ask(SECRET)
    with transaction(container.session_factory) as session:
        rows = {row.id: row for row in session.scalars(select(Question))}
        conversation_id = admin_location.rsplit("/", 1)[1]
        target = next(row for row in rows.values() if row.conversation_id == conversation_id)
        del rows[target.id]
        target.ciphertext = next(iter(rows.values())).ciphertext

    response = admin.get(admin_location)
    assert "この質問は読めません" in response.text
    assert SECRET not in response.text


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("", "質問を入力してください"),
        (" 　\n\t", "質問を入力してください"),
        ("あ" * 8001, "質問は8,000文字までです（いまは8,001文字）"),
    ],
)
def test_unusable_question_is_refused_beside_its_field(staff, answering, question, message):
    response = staff.ask(question)

    assert response.status_code == 422
    assert message in response.text
    assert 'href="#question"' in response.text
    assert 'aria-invalid="true"' in response.text
    assert not answering.asked


@pytest.mark.parametrize("question", ["あ" * 8000, "😀" * 8000, "あ\r\n" * 2000])
def test_longest_question_is_answered(staff, answering, question):
    assert staff.ask(question).status_code == 303
    assert len(answering.asked[0][0]) <= 8000


@pytest.mark.parametrize(
    "failure",
    [
        Failed("検索が止まりました。管理者へ連絡してください"),
        StoreUnavailableError("検索が止まりました。管理者へ連絡してください"),
    ],
)
def test_failed_walk_keeps_what_was_typed(staff, answering, container, failure):
    answering.answers.append(failure)
    response = staff.ask("長い質問の下書き")

    assert response.status_code == 503
    assert "検索が止まりました" in response.text
    assert "長い質問の下書き" in response.text
    with transaction(container.session_factory) as session:
        assert session.scalars(select(Question)).all() == []


class Yielding:
    """Answers with just these events."""

    def __init__(self, *events):
        self._events = events

    def ask(self, _question, *, audience, level, **_more):
        assert (audience, level) == ("staff", "L2")
        yield from self._events


def asking(container, clock, *events) -> AskingService:
    return AskingService(
        container.session_factory,
        container.conversations,
        Yielding(*events),
        Conversation(SudachiWords(), NoDocuments()),
        lambda _documents: Yielding(*events),
        clock,
        container.language_model,
    )


@pytest.fixture
def someone(container) -> int:
    with transaction(container.session_factory) as session:
        container.accounts(session).add_user("someone", "だれか", Role.STAFF)
        return container.accounts(session).users()[0].id


def kept(container, asked, user_id):
    with transaction(container.session_factory) as session:
        return container.conversations(session).question(asked.id, user_id).answer


def test_evidence_stands_when_the_rest_fails(container, an_answer, clock, someone):
    service = asking(container, clock, Evidence(an_answer), Failed("LLMが止まりました"))
    asked = service.ask(Draft(someone, "補助率は？"))

    assert kept(container, asked, someone) == an_answer


def test_last_event_is_what_is_kept(container, an_answer, clock, someone):
    better = replace(an_answer, text="整えた回答", generated=1)
    service = asking(container, clock, Evidence(an_answer), Completed(better))

    assert kept(container, service.ask(Draft(someone, "？")), someone) == better


def test_no_connection_is_held_while_answering(app, staff, engine, answering, an_answer):
    held = []

    def ask(question, *, audience, level, **_more):
        held.append(engine.pool.checkedout())
        yield Completed(an_answer)

    answering.ask = ask
    assert staff.ask("補助率は？").status_code == 303
    assert held == [0]


def test_question_waits_for_readiness_and_is_not_lost(staff, readiness, answering):
    token_page = staff.token()
    readiness.now = Readiness(ready=False, message="モデルを読み込んでいます")
    response = staff.client.post(
        "/questions", data={"csrf_token": token_page, "question": "下書き"}
    )

    assert response.status_code == 503
    assert "まだ準備中です。モデルを読み込んでいます" in response.text
    assert "下書き" in response.text
    assert not answering.asked


def test_starting_page_tells_its_state_and_refreshes(staff, readiness):
    readiness.now = Readiness(ready=False, message="モデルを読み込んでいます")
    page = staff.get("/").text

    assert "準備中です" in page
    assert "モデルを読み込んでいます" in page
    assert 'http-equiv="refresh"' in page


def test_full_or_read_only_disk_keeps_what_was_typed(staff, engine):
    if engine.dialect.name != "sqlite":
        pytest.skip("only SQLite lies on the disk of the application")
    engine.dispose()
    event.listen(engine, "connect", lambda raw, _record: raw.execute("PRAGMA query_only = ON"))

    response = staff.ask("補助率はいくらですか")

    assert response.status_code == 503
    assert "データフォルダーに書き込めません" in response.text
    assert "補助率はいくらですか</textarea>" in response.text


def test_examples_fill_the_form(staff):
    page = staff.get("/").text
    assert "質問の例" in page
    question = "地域デジタル基盤活用推進事業（補助）の補助率はいくらですか"
    assert f"{question}</textarea>" in staff.get("/?example=0").text
    assert staff.get("/?example=99").status_code == 200


def test_no_examples_where_there_are_no_programmes(staff, programmes):
    programmes.rows.clear()

    assert "質問の例" not in staff.get("/").text
    assert staff.get("/?example=0").status_code == 200


def with_key(container, cipher, clock):
    def conversations(session):
        return ConversationService(ConversationRepository(session), Vault(cipher), clock, 365)

    return replace(container, conversations=conversations)


def test_changed_key_leaves_the_list_usable(staff, container, answering, clock, nobody):
    location = staff.ask(SECRET).headers["location"]
    other_key = Cipher([Fernet.generate_key().decode()])

    browser = type(nobody)(create_app(with_key(container, other_key, clock)))
    browser.client.cookies = staff.client.cookies
    assert "この質問は読めません" in browser.get("/conversations").text
    assert "この質問は読めません" in browser.get(location).text
    assert browser.post(f"{location}/delete").status_code == 303


def test_old_key_still_reads_after_a_new_one_is_put_first(
    staff, container, answering, clock, nobody
):
    location = staff.ask(SECRET).headers["location"]
    both = Cipher(
        [Fernet.generate_key().decode(), container.settings.secret_key.get_secret_value()]
    )

    browser = type(nobody)(create_app(with_key(container, both, clock)))
    browser.client.cookies = staff.client.cookies
    assert SECRET in browser.get(location).text
