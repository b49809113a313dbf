from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.accounts.models import User
from app.accounts.roles import Role
from app.db import transaction

NEW = "corner-lantern-river-52"


def one_time_password(page: str) -> str:
    found = re.search(r'<code id="issued-password">([^<]+)</code>', page)
    assert found
    return found[1]


def add(admin, username: str = "012345", **changes: str):
    data = {"username": username, "display_name": "鹿児島 花子", "role": "staff"} | changes
    return admin.post("/admin/users", data)


def user_id(container, username: str) -> int:
    with transaction(container.session_factory) as session:
        return session.scalars(select(User.id).where(User.username == username)).one()


def change(browser, current: str, new: str = NEW, again: str = NEW):
    return browser.post("/password", {"current": current, "new": new, "again": again})


def test_added_user_signs_in_once_with_the_one_time_password(admin, nobody):
    password = one_time_password(add(admin).text)

    assert len(password.replace("-", "")) == 16
    response = nobody.sign_in("012345", password)
    assert response.headers["location"] == "/password"
    for path in ("/", "/conversations", "/programmes"):
        assert nobody.get(path).headers["location"] == "/password"
    assert nobody.post("/questions", {"question": "x"}).headers["location"] == "/password"
    assert change(nobody, password).headers["location"] == "/password?changed=true"
    assert nobody.get("/").status_code == 200


def test_one_time_password_is_shown_once(admin):
    password = one_time_password(add(admin).text)

    assert password not in admin.get("/admin/users").text
    assert "鹿児島 花子" in admin.get("/admin/users").text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"username": "a"}, "3〜32文字", id="too short"),
        pytest.param({"username": "a" * 33}, "3〜32文字", id="too long"),
        pytest.param({"username": "山田"}, "半角の英小文字", id="Japanese"),
        pytest.param({"username": "-ab"}, "先頭は英数字", id="sign first"),
        pytest.param({"username": "a b c"}, "半角の英小文字", id="spaces"),
        pytest.param({"username": "staff"}, "すでに使われています", id="taken"),
        pytest.param({"username": "ＳＴＡＦＦ"}, "すでに使われています", id="taken, other width"),
        pytest.param({"display_name": ""}, "表示名は1〜40文字", id="no name"),
        pytest.param({"display_name": "あ" * 41}, "表示名は1〜40文字", id="long name"),
        pytest.param({"role": "king"}, "役割を選んでください", id="unknown role"),
    ],
)
def test_unusable_user_is_refused_beside_its_field(admin, changes, message):
    response = add(admin, **changes)

    assert response.status_code == 422
    assert message in response.text
    field = next(iter(changes))
    assert f'href="#{field}"' in response.text
    assert f'id="{field}-error"' in response.text


def test_reset_ends_sessions_and_unlocks(admin, staff, container, nobody):
    for _ in range(5):
        nobody.sign_in("staff", "wrong")
    page = admin.post(f"/admin/users/{user_id(container, 'staff')}/reset").text
    password = one_time_password(page)

    assert staff.get("/").headers["location"] == "/signin"
    assert nobody.sign_in("staff", password).headers["location"] == "/password"


def test_locked_account_is_shown_as_locked(admin, nobody):
    for _ in range(5):
        nobody.sign_in("staff", "wrong")

    assert "ロック中" in admin.get("/admin/users").text


def test_deactivation_ends_sessions_at_once(admin, staff, container, people, nobody):
    identifier = user_id(container, "staff")
    assert admin.post(f"/admin/users/{identifier}/deactivate").status_code == 303

    assert staff.get("/").headers["location"] == "/signin"
    assert nobody.sign_in(*people[Role.STAFF]).status_code == 422
    assert "停止中" in admin.get("/admin/users").text
    admin.post(f"/admin/users/{identifier}/reactivate")
    assert nobody.sign_in(*people[Role.STAFF]).status_code == 303


def test_admin_cannot_lock_themself_out(admin, container):
    response = admin.post(f"/admin/users/{user_id(container, 'system-admin')}/deactivate")

    assert response.status_code == 422
    assert "自分自身は停止できません" in response.text
    assert admin.get("/admin/users").status_code == 200


def test_unknown_user_is_not_found(admin):
    for action in ("reset", "deactivate", "reactivate"):
        assert admin.post(f"/admin/users/999999/{action}").status_code == 404


def test_changed_password_ends_other_sessions_and_keeps_this_one(
    app, staff, people, browser_of, nobody
):
    other = browser_of(Role.STAFF)
    old_cookie = staff.client.cookies["yorisoi_session"]
    assert change(staff, people[Role.STAFF][1]).status_code == 303

    assert staff.client.cookies["yorisoi_session"] != old_cookie
    assert "パスワードを変更しました" in staff.get("/password?changed=true").text
    assert other.get("/").headers["location"] == "/signin"
    assert nobody.sign_in("staff", people[Role.STAFF][1]).status_code == 422
    assert nobody.sign_in("staff", NEW).status_code == 303


@pytest.mark.parametrize(
    ("new", "again", "field", "message"),
    [
        pytest.param(NEW, NEW + "x", "again", "2つの欄で違っています", id="typed differently"),
        pytest.param("short-11-ch", "short-11-ch", "new", "12文字以上", id="short"),
        pytest.param("x" * 129, "x" * 129, "new", "128文字以内", id="long"),
        pytest.param(
            "a staff member!", "a staff member!", "new", "ユーザー名を含めない", id="username"
        ),
        pytest.param(
            "aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "new", "推測されやすい", id="one letter"
        ),
        pytest.param("My-Password-2026", "My-Password-2026", "new", "推測されやすい", id="common"),
        pytest.param(
            "ｐａｓｓｗｏｒｄ０００１",
            "ｐａｓｓｗｏｒｄ０００１",
            "new",
            "推測されやすい",
            id="wide",
        ),
    ],
)
def test_unusable_password_is_refused_beside_its_field(
    *, staff, people, new, again, field, message
):
    response = change(staff, people[Role.STAFF][1], new, again)

    assert response.status_code == 422
    assert message in response.text
    assert f'id="{field}-error"' in response.text
    assert new not in response.text


def test_wrong_current_password_is_refused_and_counted(staff, nobody, people):
    for _ in range(5):
        response = change(staff, "wrong")
        assert response.status_code == 422
        assert "現在のパスワードが正しくありません" in response.text

    assert nobody.sign_in(*people[Role.STAFF]).status_code == 422  # locked


def test_same_password_again_is_refused(staff, people):
    password = people[Role.STAFF][1]
    response = change(staff, password, password, password)

    assert "違うものにしてください" in response.text


def test_navigation_shows_what_the_role_may_use(staff, admin):
    assert "/admin/users" not in staff.get("/").text
    assert 'href="/admin/users"' in admin.get("/").text
