from __future__ import annotations

import pytest

from app.accounts.roles import Role
from app.cookies import PRE_SESSION_COOKIE

POSTS = [
    "/signout",
    "/password",
    "/admin/users",
    "/admin/users/1/reset",
    "/admin/users/2/deactivate",
    "/admin/users/2/reactivate",
    "/questions",
    "/questions/stream",
    f"/questions/{'0' * 32}/rating",
    f"/questions/{'0' * 32}/confirmation",
    "/attachments",
    f"/attachments/{'0' * 32}/delete",
    "/conversations/search",
    f"/conversations/{'0' * 32}/share",
    f"/conversations/{'0' * 32}/rename",
    f"/conversations/{'0' * 32}/bookmark",
    f"/conversations/{'0' * 32}/delete",
    f"/conversations/{'0' * 32}/restore",
]


@pytest.mark.parametrize("path", POSTS)
def test_post_without_token_is_refused(admin, path):
    response = admin.client.post(path, data={"question": "x"})

    assert response.status_code == 403
    assert "受け付けませんでした" in response.text


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("token", ["", "wrong", "正しくない", "\ud7ff"])
def test_post_with_wrong_token_is_refused(admin, path, token):
    assert admin.client.post(path, data={"csrf_token": token}).status_code == 403


@pytest.mark.parametrize("path", POSTS)
def test_token_of_another_session_is_refused(admin, staff, path):
    response = admin.client.post(path, data={"csrf_token": staff.token("/password")})

    assert response.status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_request_from_another_site_is_refused_even_with_the_token(staff, site):
    response = staff.client.post(
        "/signout",
        data={"csrf_token": staff.token("/password")},
        headers={"sec-fetch-site": site},
    )

    assert response.status_code == 403
    assert staff.get("/").status_code == 200


def test_sign_in_needs_the_cookie_of_its_own_form(nobody, people):
    username, password = people[Role.STAFF]
    data = {"csrf_token": nobody.token("/signin"), "username": username, "password": password}
    nobody.client.cookies.delete(PRE_SESSION_COOKIE)

    assert nobody.client.post("/signin", data=data).status_code == 403


def test_sign_in_form_of_another_browser_is_refused(nobody, app, people):
    username, password = people[Role.STAFF]
    nobody.get("/signin")
    other = type(nobody)(app)
    data = {"csrf_token": other.token("/signin"), "username": username, "password": password}

    assert nobody.client.post("/signin", data=data).status_code == 403


def test_get_changes_nothing(staff):
    assert staff.get("/signout").status_code == 405
