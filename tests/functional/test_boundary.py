from __future__ import annotations

import logging
import re
from dataclasses import replace

import pytest
from fastapi import APIRouter
from sqlalchemy import text

from app.boundary import CONTENT_SECURITY_POLICY, DEFAULT_BODY_LIMIT
from app.container import Readiness
from app.dependencies import SessionDep, public
from app.main import create_app

SECRET = "山田太郎の秘密"


def faulty_router() -> APIRouter:
    router = APIRouter(dependencies=[public()])

    @router.get("/boom")
    def boom() -> None:
        raise ValueError(SECRET)

    @router.get("/sql")
    def sql(session: SessionDep) -> None:
        session.execute(text("SELECT * FROM nothing_like_it WHERE x = :x"), {"x": SECRET})

    return router


@pytest.fixture
def faulty(container, nobody):
    return type(nobody)(create_app(container, routers=[faulty_router()]))


def assert_secure(response) -> None:
    headers = response.headers
    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["permissions-policy"]
    assert headers["x-frame-options"] == "DENY"
    assert re.fullmatch(r"[0-9a-f]{12}", headers["x-request-id"])
    assert "server" not in headers


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/signin", 303),
        ("/healthz", 200),
        ("/conversations", 200),
        ("/programmes", 200),
        ("/admin/users", 403),
        ("/nothing", 404),
        ("/signout", 405),
        ("/questions/nothing", 404),
        ("/programmes?expired=maybe", 422),
        ("/docs", 404),
        ("/redoc", 404),
        ("/openapi.json", 404),
        ("/static/nothing.js", 404),
        ("/static/../settings.py", 404),
        ("/static/%2e%2e/settings.py", 404),
    ],
)
def test_every_response_is_secure_and_not_stored(staff, path, status):
    response = staff.get(path)

    assert response.status_code == status
    assert_secure(response)
    assert response.headers["cache-control"] == "no-store"


def test_policy_leaves_no_loophole():
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY
    assert "*" not in CONTENT_SECURITY_POLICY


def test_pages_have_no_inline_script_or_style(staff):
    location = staff.ask("補助率は？").headers["location"]
    for path in ("/", "/conversations", "/programmes", "/password", location):
        page = staff.get(path).text
        assert "<style" not in page
        assert " style=" not in page
        assert not re.search(r"<script(?![^>]*\ssrc=)", page)
        assert not re.search(r"\son[a-z]+=", page)
        assert "http://" not in page
        assert "https://" not in page


def test_static_files_are_kept_by_the_browser(staff):
    page = staff.get("/").text
    for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
        response = staff.get(address)
        assert response.status_code == 200
        assert_secure(response)
        assert "immutable" in response.headers["cache-control"]


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "[::", "", "a b"])
def test_unknown_host_is_refused(app, nobody, host):
    response = nobody.get("/signin", headers={"host": host})

    assert response.status_code == 400
    assert "ホスト名" in response.text
    assert_secure(response)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:8000", "[::1]:8000"])
def test_own_hosts_are_served(nobody, host):
    assert nobody.get("/signin", headers={"host": host}).status_code == 200


def test_configured_host_is_served(container, settings, nobody):
    named = settings.model_copy(update={"allowed_hosts": "Yorisoi.city.example.jp, other"})
    browser = type(nobody)(create_app(replace(container, settings=named)))

    headers = {"host": "yorisoi.city.example.jp"}
    assert browser.get("/signin", headers=headers).status_code == 200


def test_body_that_says_it_is_too_large_is_refused_unread(staff):
    data = {"csrf_token": "x", "question": "x" * DEFAULT_BODY_LIMIT}
    response = staff.client.post("/questions", data=data)

    assert response.status_code == 413
    assert "大きすぎます" in response.text
    assert_secure(response)


def test_body_without_length_is_counted(staff):
    def chunks():
        yield b"question="
        for _ in range(DEFAULT_BODY_LIMIT // 1000 + 1):
            yield b"x" * 1000

    response = staff.client.post(
        "/questions",
        content=chunks(),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )

    assert response.status_code == 413
    assert_secure(response)


@pytest.mark.parametrize("length", ["-1", "1e9", "９", "99999999999999999999999999"])
def test_odd_length_is_refused(staff, length):
    response = staff.client.post(
        "/questions", content=b"", headers={"content-length": length.encode()}
    )

    assert response.status_code in {400, 413}


def test_upload_paths_may_have_their_own_limit(container, nobody):
    browser = type(nobody)(create_app(container, body_limits={"/signin": 10}))

    assert browser.client.post("/signin", data={"a": "b" * 20}).status_code == 413


def test_json_is_given_to_programs(nobody):
    response = nobody.get("/nothing", headers={"accept": "application/json"})

    assert response.status_code == 404
    assert response.json() == {
        "error": "ページが見つかりません",
        "advice": "アドレスを確かめるか、トップから探してください。",
        "request_id": response.headers["x-request-id"],
    }


def test_error_page_says_what_to_do_and_its_number(nobody):
    response = nobody.get("/nothing")

    assert "ページが見つかりません" in response.text
    assert "トップへ戻る" in response.text
    assert response.headers["x-request-id"] in response.text


def test_unexpected_error_is_a_page_without_details(faulty, caplog):
    caplog.set_level(logging.DEBUG)
    response = faulty.get("/boom")

    assert response.status_code == 500
    assert "システムの不具合" in response.text
    assert response.headers["x-request-id"] in response.text
    assert_secure(response)
    assert SECRET not in response.text
    assert SECRET not in caplog.text
    assert "ValueError at" in caplog.text


def test_database_error_shows_and_logs_no_values(faulty, caplog):
    caplog.set_level(logging.DEBUG)
    response = faulty.get("/sql")

    assert response.status_code in {500, 503}
    assert_secure(response)
    assert SECRET not in response.text
    assert SECRET not in caplog.text


def test_logs_name_routes_and_never_what_was_typed(staff, caplog):
    caplog.set_level(logging.DEBUG)
    staff.get(f"/programmes?q={SECRET}")
    staff.get(f"/documents/{SECRET}")
    staff.get(f"/{SECRET}")
    staff.ask(SECRET)
    staff.post("/conversations/search", {"search": SECRET})
    staff.client.post(f"/{SECRET}", data={"a": SECRET})

    assert SECRET not in caplog.text
    assert "GET /programmes 200" in caplog.text
    assert "GET /documents/{document_id:path} 404" in caplog.text
    assert "GET (none) 404" in caplog.text


def test_health_stands_without_database_and_before_readiness(container, nobody, readiness):
    def no_database(_session: object) -> None:
        raise AssertionError("the health page must not need the database")

    readiness.now = Readiness(ready=False, message="モデルを読み込んでいます")
    broken = replace(container, accounts=no_database, conversations=no_database)
    browser = type(nobody)(create_app(broken))
    browser.client.cookies.set("yorisoi_session", "something")

    response = browser.get("/healthz")
    assert response.status_code == 200
    said = response.json()
    assert (said["status"], said["message"]) == ("starting", "モデルを読み込んでいます")
    readiness.now = Readiness(ready=True)
    assert browser.get("/healthz").json()["status"] == "ready"


def test_fastapi_telemetry_is_off(app):
    switches = ("tracing", "metrics", "logs", "operation_spans", "auto_configure")
    assert not any(app._telemetry[name] for name in switches)
