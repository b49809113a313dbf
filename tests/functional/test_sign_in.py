from __future__ import annotations

import re
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from app.accounts.models import SignInSession, User
from app.accounts.roles import Role
from app.cookies import SESSION_COOKIE
from app.db import transaction
from app.main import create_app

WRONG = "totally-wrong-password"


def fail(browser, username: str, times: int = 1) -> None:
    for _ in range(times):
        assert browser.sign_in(username, WRONG).status_code == 422


@pytest.fixture
def username(people) -> str:
    return people[Role.STAFF][0]


@pytest.fixture
def password(people) -> str:
    return people[Role.STAFF][1]


def test_right_password_opens_a_session(nobody, username, password):
    response = nobody.sign_in(username, password)

    assert (response.status_code, response.headers["location"]) == (303, "/")
    cookies = response.headers.get_list("set-cookie")
    session = next(cookie for cookie in cookies if cookie.startswith(SESSION_COOKIE))
    assert "HttpOnly" in session
    assert "SameSite=lax" in session
    assert "Path=/" in session
    assert "Max-Age=43200" in session
    assert nobody.get("/").status_code == 200


def test_username_is_read_as_it_was_meant(nobody, username, password):
    assert nobody.sign_in(f" {username.upper()} ", password).status_code == 303


def test_full_width_password_is_the_same_password(nobody, username, password):
    typed = password.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})

    assert nobody.sign_in(username, typed).status_code == 303


def test_all_failures_look_alike(nobody, container, people, username, password):
    """Unknown, wrong, locked and deactivated accounts cannot be told apart."""
    with transaction(container.session_factory) as session:
        locked = people[Role.COUNSELLOR][0]
        session.execute(
            update(User)
            .where(User.username == locked)
            .values(locked_until=container.clock().replace(year=2030))
        )
        off = people[Role.AUDITOR][0]
        session.execute(update(User).where(User.username == off).values(is_active=False))

    def page(name: str, typed: str) -> str:
        response = nobody.sign_in(name, typed)
        assert response.status_code == 422
        return re.sub(r'value="[^"]*"', "", response.text)

    wrong = page(username, WRONG)
    assert page("nobody-at-all", WRONG) == wrong
    assert page(locked, people[Role.COUNSELLOR][1]) == wrong
    assert page(off, people[Role.AUDITOR][1]) == wrong
    assert page("", "") == wrong


def test_five_failures_lock_the_account_for_fifteen_minutes(nobody, clock, username, password):
    fail(nobody, username, 5)

    assert nobody.sign_in(username, password).status_code == 422
    clock.advance(minutes=14, seconds=59)
    assert nobody.sign_in(username, password).status_code == 422
    clock.advance(seconds=1)
    assert nobody.sign_in(username, password).status_code == 303


def test_further_failures_lock_for_longer(nobody, clock, username, password):
    fail(nobody, username, 5)
    clock.advance(minutes=15)
    fail(nobody, username, 5)

    clock.advance(minutes=29)
    assert nobody.sign_in(username, password).status_code == 422
    clock.advance(minutes=1)
    assert nobody.sign_in(username, password).status_code == 303


def test_attempts_during_a_lock_do_not_prolong_it(nobody, clock, username, password):
    fail(nobody, username, 5)
    clock.advance(minutes=10)
    fail(nobody, username, 3)
    clock.advance(minutes=5)

    assert nobody.sign_in(username, password).status_code == 303


def test_success_forgets_earlier_failures(nobody, username, password):
    fail(nobody, username, 4)
    assert nobody.sign_in(username, password).status_code == 303
    nobody.client.cookies.clear()
    fail(nobody, username, 4)

    assert nobody.sign_in(username, password).status_code == 303


def test_one_address_cannot_spray(nobody, clock, username, password):
    for number in range(30):
        fail(nobody, f"someone-{number}")

    response = nobody.sign_in(username, password)
    assert response.status_code == 429
    assert response.headers["retry-after"] == "300"
    assert "試行が多すぎます" in response.text
    clock.advance(minutes=5)
    assert nobody.sign_in(username, password).status_code == 303


def test_signing_in_again_replaces_the_session(nobody, username, password):
    nobody.sign_in(username, password)
    old = nobody.client.cookies[SESSION_COOKIE]
    nobody.client.cookies.delete(SESSION_COOKIE)
    token = nobody.token("/signin")
    nobody.client.cookies.set(SESSION_COOKIE, old)
    data = {"csrf_token": token, "username": username, "password": password}
    response = nobody.client.post("/signin", data=data)

    cookie = next(c for c in response.headers.get_list("set-cookie") if SESSION_COOKIE in c)
    assert old not in cookie
    nobody.client.cookies.clear()
    nobody.client.cookies.set(SESSION_COOKIE, old)
    assert nobody.get("/").headers["location"] == "/signin"


def test_session_ends_after_its_hours(staff, clock):
    clock.advance(hours=11, minutes=59)
    assert staff.get("/").status_code == 200
    clock.advance(minutes=1)
    assert staff.get("/").status_code == 303


def test_expired_sessions_are_removed_at_the_next_sign_in(
    *, staff, nobody, clock, container, username, password
):
    clock.advance(hours=13)
    nobody.sign_in(username, password)

    with transaction(container.session_factory) as session:
        assert len(session.scalars(select(SignInSession)).all()) == 1


def test_sign_out_ends_the_session_on_the_server(staff):
    cookie = staff.client.cookies[SESSION_COOKIE]
    response = staff.post("/signout")
    assert response.headers["location"] == "/signin"
    assert SESSION_COOKIE not in staff.client.cookies

    staff.client.cookies.set(SESSION_COOKIE, cookie)
    assert staff.get("/").status_code == 303


def test_database_holds_no_cookie_and_no_password(staff, container, username, password):
    cookie = staff.client.cookies[SESSION_COOKIE]
    with transaction(container.session_factory) as session:
        stored = session.scalars(select(SignInSession)).one()
        user = session.scalars(select(User).where(User.username == username)).one()

    assert cookie not in (stored.id, stored.csrf_token)
    assert user.password_hash.startswith("$argon2id$")


def test_last_seen_moves_on_now_and_then(staff, clock, container):
    def last_seen():
        with transaction(container.session_factory) as session:
            return session.scalars(select(SignInSession)).one().last_seen

    start = last_seen()
    clock.advance(minutes=4)
    staff.get("/")
    assert last_seen() == start
    clock.advance(minutes=1)
    staff.get("/")
    assert last_seen() == clock.now


def test_signed_in_person_skips_the_sign_in_page(staff):
    assert staff.get("/signin").headers["location"] == "/"


def test_sign_in_leads_back_to_the_page_that_was_wanted(nobody, username, password):
    wanted = nobody.get("/documents/guides/資料 1.md").headers["location"]
    page = nobody.get(wanted).text
    hidden = re.search(r'name="next" value="([^"]+)"', page)
    assert hidden
    response = nobody.sign_in(username, password, next=hidden[1])

    assert response.headers["location"] == "/documents/guides/%E8%B3%87%E6%96%99%201.md"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r/evil.example",
        "\t//evil.example",
        "javascript:alert(1)",
        "evil.example",
        "",
    ],
)
def test_sign_in_never_leads_away(nobody, username, password, target):
    page = nobody.get("/signin", params={"next": target}).text
    assert 'name="next" value="/"' in page
    response = nobody.sign_in(username, password, next=target)

    assert response.headers["location"] == "/"


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("/x?next=//evil.example", "/x%3Fnext%3D//evil.example"),
        ("/%2F/evil.example", "/%252F/evil.example"),
        ("/@evil.example", "/%40evil.example"),
    ],
)
def test_odd_targets_stay_plain_paths(nobody, username, password, target, location):
    assert nobody.sign_in(username, password, next=target).headers["location"] == location


def test_secure_setting_marks_cookies_and_sends_hsts(container, settings, username, password):
    secure = replace(container, settings=settings.model_copy(update={"secure_cookies": True}))
    client = TestClient(create_app(secure), base_url="https://localhost", follow_redirects=False)
    page = client.get("/signin", headers={"accept": "text/html"})
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    data = {"csrf_token": token[1], "username": username, "password": password}
    response = client.post("/signin", data=data)

    cookies = response.headers.get_list("set-cookie")
    session = next(cookie for cookie in cookies if SESSION_COOKIE in cookie)
    assert session.startswith(f"__Host-{SESSION_COOKIE}=")
    assert "Secure" in session
    assert response.headers["strict-transport-security"] == "max-age=31536000"
    assert client.get("/").status_code == 200
