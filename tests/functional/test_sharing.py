"""A conversation shared by link: who reads it, and that reading is all they can do."""

from __future__ import annotations

import re

import pytest

from app.accounts.roles import Role


@pytest.fixture
def path(staff) -> str:
    return staff.ask("補助率は？").headers["location"]


def link_of(browser, path: str) -> str:
    return re.search(r'value="(/shared/[0-9a-f]{64})"', browser.get(path).text)[1]


def test_everyone_signed_in_reads_and_changes_nothing(staff, admin, nobody, path):
    assert staff.post(f"{path}/share", {"scope": "everyone"}).headers["location"] == path
    link = link_of(staff, path)
    page = admin.get(link).text

    assert "補助率は？" in page
    assert "未確認" in page
    assert "デモ 職員さんが共有した会話です" in page
    for change in ("/rating", "/confirmation", "/rename", 'action="/questions"'):
        assert change not in page
    assert nobody.get(link).headers["location"].startswith("/signin")
    assert admin.get(path).status_code == 404


def test_named_staff_alone_read(staff, browser_of, path):
    staff.post(f"{path}/share", {"scope": "named", "readers": "AUDITOR、counsellor"})
    link = link_of(staff, path)

    assert browser_of(Role.AUDITOR).get(link).status_code == 200
    assert browser_of(Role.COUNSELLOR).get(link).status_code == 200
    assert browser_of(Role.SYSTEM_ADMIN).get(link).status_code == 404
    assert staff.get(link).status_code == 200


def test_link_ends_when_revoked_renewed_or_deleted(staff, admin, path):
    staff.post(f"{path}/share", {"scope": "everyone"})
    first = link_of(staff, path)
    staff.post(f"{path}/share", {"scope": "everyone"})
    second = link_of(staff, path)
    assert admin.get(first).status_code == 404
    assert admin.get(second).status_code == 200

    staff.post(f"{path}/share", {"scope": "none"})
    assert admin.get(second).status_code == 404
    staff.post(f"{path}/share", {"scope": "everyone"})
    third = link_of(staff, path)
    staff.post(f"{path}/delete")
    assert admin.get(third).status_code == 404


def test_reader_sees_the_cited_page(staff, admin, path):
    staff.post(f"{path}/share", {"scope": "everyone"})
    link = link_of(staff, path)
    preview = re.search(rf'href="({link}/questions/[0-9a-f]+/sources/1)"', admin.get(link).text)[1]

    assert "<mark>" in admin.get(preview).text
    assert admin.get(preview.replace("/sources/1", "/sources/9")).status_code == 404
    assert admin.get(f"{link}/questions/{'0' * 32}/sources/1").status_code == 404
    staff.post(f"{path}/share", {"scope": "none"})
    assert admin.get(preview).status_code == 404


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"scope": "named", "readers": ""}, "ユーザー名を入力してください"),
        ({"scope": "named", "readers": "staff"}, "ユーザー名を入力してください"),
        ({"scope": "named", "readers": "nobody-here"}, "利用者はいません：nobody-here"),
        ({"scope": "x"}, "共有の相手を選んでください"),
    ],
)
def test_unusable_sharing_is_refused(staff, path, data, message):
    response = staff.post(f"{path}/share", data)

    assert response.status_code == 422
    assert message in response.text


def test_others_cannot_share_it(admin, staff, path):
    assert admin.post(f"{path}/share", {"scope": "everyone"}).status_code == 404
    assert admin.post(f"{path}/share", {"scope": "none"}).status_code == 404


def test_odd_links_are_not_found(staff):
    for link in ("x", "0" * 63, "../etc", "0" * 5000):
        assert staff.get(f"/shared/{link}").status_code == 404
