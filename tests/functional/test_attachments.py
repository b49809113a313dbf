"""Documents given to a conversation: kept encrypted, searched there, gone with it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.chat.models import Attachment
from app.db import transaction

TEXT = "よりそい市 補助要綱\n補助率は3分の2とする。"


def attach(browser, *, name="要綱.txt", content=None, conversation="", level="L2"):
    data = {"csrf_token": browser.token("/password"), "conversation": conversation, "level": level}
    content = TEXT.encode() if content is None else content
    return browser.client.post("/attachments", data=data, files={"file": (name, content)})


def stored(container):
    with transaction(container.session_factory) as session:
        return list(session.scalars(select(Attachment)))


def test_document_is_attached_encrypted_and_asked_about(staff, container, answering):
    location = attach(staff).headers["location"]
    page = staff.get(location).text
    assert "要綱.txt" in page
    (row,) = stored(container)
    assert row.level == "L2"
    assert "補助率".encode() not in row.ciphertext

    data = {"question": "補助率は？", "conversation": location.rsplit("/", 1)[1]}
    assert staff.post("/questions", data).status_code == 303
    assert answering.attached == ["要綱.txt"]


def test_other_conversations_do_not_see_it(staff, answering):
    attach(staff)
    staff.ask("補助率は？")

    assert answering.attached == []


def test_removed_attachment_is_forgotten(staff, container, answering):
    location = attach(staff).headers["location"]
    (row,) = stored(container)
    response = staff.post(f"/attachments/{row.id}/delete")

    assert response.headers["location"] == location
    assert stored(container) == []
    assert answering.forgotten == [row.id]
    assert staff.post(f"/attachments/{row.id}/delete").status_code == 404


def test_attachment_goes_with_its_conversation(staff, container, clock):
    location = attach(staff).headers["location"]
    staff.post(f"{location}/delete")
    clock.advance(minutes=11)
    with transaction(container.session_factory) as session:
        container.conversations(session).erase_old()

    assert stored(container) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "a.exe"}, "添付できるのは"),
        ({"content": b""}, "ファイルが空です"),
        ({"name": "a.pdf", "content": b"not a pdf"}, "添付を読めませんでした"),
        ({"name": "a.txt", "content": b"  "}, "添付"),
        ({"level": "L9"}, "機密性のレベル"),
        ({"content": b"x" * (10 * 1024 * 1024 + 1)}, "添付は10MBまで"),
    ],
)
def test_unusable_attachment_is_refused(staff, container, changes, message):
    response = attach(staff, **changes)

    assert response.status_code == 422
    assert message in response.text
    assert stored(container) == []


def test_nothing_chosen_is_told(staff):
    assert staff.post("/attachments").status_code == 422


def test_others_cannot_attach_or_remove(staff, admin, container):
    location = attach(staff).headers["location"]
    (row,) = stored(container)

    assert attach(admin, conversation=location.rsplit("/", 1)[1]).status_code == 404
    assert admin.post(f"/attachments/{row.id}/delete").status_code == 404


def test_only_so_many_and_never_into_a_shared_conversation(staff):
    location = attach(staff).headers["location"]
    conversation = location.rsplit("/", 1)[1]
    for _ in range(4):
        assert attach(staff, conversation=conversation).status_code == 303
    assert attach(staff, conversation=conversation).status_code == 422

    shared = staff.ask("補助率は？").headers["location"]
    staff.post(f"{shared}/share", {"scope": "everyone"})
    assert attach(staff, conversation=shared.rsplit("/", 1)[1]).status_code == 422


def test_conversation_with_a_high_level_cannot_be_shared(staff):
    location = attach(staff, level="L3").headers["location"]
    response = staff.post(f"{location}/share", {"scope": "everyone"})

    assert response.status_code == 422
    assert "L3・L4" in response.text


@pytest.mark.parametrize(
    ("content", "chosen", "kept"),
    [
        pytest.param("取扱注意\n補助率は3分の2とする。", "L1", "L2", id="a mark raises it"),
        pytest.param("【極秘】\n補助率は3分の2とする。", "L2", "L4", id="to the highest"),
        pytest.param("取扱注意\n補助率は3分の2とする。", "L3", "L3", id="never lowers it"),
        pytest.param("「極秘」と書かれた文書の扱い方を定める。", "L1", "L1", id="not a mention"),
    ],
)
def test_a_mark_on_the_document_raises_its_level(staff, container, content, chosen, kept):
    attach(staff, content=content.encode(), level=chosen)
    assert stored(container)[0].level == kept
