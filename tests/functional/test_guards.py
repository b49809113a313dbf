"""Every route × every role × nobody, against the permission that the route declares."""

from __future__ import annotations

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from app.accounts.roles import PERMISSIONS, Permission, Role, is_permitted
from app.dependencies import public, require
from app.main import UnguardedRouteError, create_app, guards_of

# Written out a second time on purpose: who may reach what changes only on purpose.
DECLARED = {
    ("GET", "/healthz"): None,
    ("GET", "/signin"): None,
    ("POST", "/signin"): None,
    ("POST", "/signout"): Permission.USE_OWN_ACCOUNT,
    ("GET", "/password"): Permission.USE_OWN_ACCOUNT,
    ("POST", "/password"): Permission.USE_OWN_ACCOUNT,
    ("GET", "/admin/users"): Permission.MANAGE_USERS,
    ("POST", "/admin/users"): Permission.MANAGE_USERS,
    ("POST", "/admin/users/{user_id}/reset"): Permission.MANAGE_USERS,
    ("POST", "/admin/users/{user_id}/deactivate"): Permission.MANAGE_USERS,
    ("POST", "/admin/users/{user_id}/reactivate"): Permission.MANAGE_USERS,
    ("GET", "/admin/providers"): Permission.READ_GOVERNANCE,
    ("GET", "/admin/providers/new"): Permission.MANAGE_GOVERNANCE,
    ("POST", "/admin/providers/new"): Permission.MANAGE_GOVERNANCE,
    ("GET", "/admin/providers/edit"): Permission.MANAGE_GOVERNANCE,
    ("POST", "/admin/providers/edit"): Permission.MANAGE_GOVERNANCE,
    ("GET", "/admin/providers/confirm"): Permission.MANAGE_GOVERNANCE,
    ("POST", "/admin/providers/approve"): Permission.MANAGE_GOVERNANCE,
    ("POST", "/admin/providers/disable"): Permission.MANAGE_GOVERNANCE,
    ("GET", "/admin/risks"): Permission.READ_GOVERNANCE,
    ("GET", "/admin/risks/export"): Permission.READ_GOVERNANCE,
    ("POST", "/admin/risks/{signal_id}/advance"): Permission.MANAGE_GOVERNANCE,
    ("POST", "/questions/{question_id}/risk"): Permission.REPORT_RISKS,
    ("GET", "/"): Permission.ASK,
    ("POST", "/questions"): Permission.ASK,
    ("POST", "/questions/stream"): Permission.ASK,
    ("GET", "/questions"): Permission.READ_OWN_HISTORY,
    ("GET", "/questions/{question_id}"): Permission.READ_OWN_HISTORY,
    ("GET", "/questions/{question_id}/turn"): Permission.READ_OWN_HISTORY,
    ("GET", "/questions/{question_id}/sources/{number}"): Permission.READ_OWN_HISTORY,
    ("POST", "/questions/{question_id}/rating"): Permission.READ_OWN_HISTORY,
    ("POST", "/questions/{question_id}/confirmation"): Permission.READ_OWN_HISTORY,
    ("GET", "/conversations"): Permission.READ_OWN_HISTORY,
    ("POST", "/conversations/search"): Permission.READ_OWN_HISTORY,
    ("GET", "/conversations/{conversation_id}"): Permission.READ_OWN_HISTORY,
    ("POST", "/conversations/{conversation_id}/rename"): Permission.READ_OWN_HISTORY,
    ("POST", "/conversations/{conversation_id}/bookmark"): Permission.READ_OWN_HISTORY,
    ("POST", "/conversations/{conversation_id}/delete"): Permission.READ_OWN_HISTORY,
    ("POST", "/conversations/{conversation_id}/restore"): Permission.READ_OWN_HISTORY,
    ("POST", "/conversations/{conversation_id}/share"): Permission.READ_OWN_HISTORY,
    ("GET", "/shared/{link_id}"): Permission.READ_SHARED,
    ("GET", "/shared/{link_id}/questions/{question_id}/sources/{number}"): Permission.READ_SHARED,
    ("POST", "/attachments"): Permission.ASK,
    ("POST", "/attachments/{attachment_id}/delete"): Permission.ASK,
    ("GET", "/programmes"): Permission.BROWSE_PROGRAMMES,
    ("GET", "/documents/{document_id:path}"): Permission.READ_KNOWLEDGE,
}
PRIVATE = [route for route, permission in DECLARED.items() if permission]
# A signed-in browser is given no sign-in form; test_csrf sends one without.
REACHABLE = [route for route in DECLARED if route != ("POST", "/signin")]
PATHS = {
    "{user_id}": "999999",
    "{signal_id}": "0" * 32,
    "{question_id}": "0" * 32,
    "{conversation_id}": "0" * 32,
    "{number}": "1",
    "{attachment_id}": "0" * 32,
    "{link_id}": "0" * 64,
    "{document_id:path}": "nothing",
}


def path_of(template: str) -> str:
    for name, value in PATHS.items():
        template = template.replace(name, value)
    return template


def send(browser, method: str, path: str):
    return browser.get(path) if method == "GET" else browser.post(path)


def test_declared_permissions_are_the_expected_ones(app: FastAPI):
    declared = {
        (method, route.path): guards_of(route)[0].permission
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute)
        for method in route.methods
    }

    assert declared == DECLARED


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
@pytest.mark.parametrize(("method", "path"), REACHABLE, ids=lambda part: part)
def test_role_reaches_exactly_what_it_is_permitted(browser_of, method, path, role):
    permission = DECLARED[method, path]
    browser = browser_of(role)

    response = send(browser, method, path_of(path))

    if permission is None or is_permitted(role, permission):
        assert response.status_code not in {401, 403}
    else:
        assert response.status_code == 403


@pytest.mark.parametrize(("method", "path"), DECLARED, ids=lambda part: part)
def test_nobody_reaches_only_public_routes(nobody, method, path):
    if method == "GET":
        response = nobody.get(path_of(path))
    else:
        response = nobody.post(path_of(path), on="/signin")

    if DECLARED[method, path] is None:
        assert response.status_code in {200, 422}
    else:
        assert response.status_code == 303
        assert response.headers["location"].startswith("/signin")


@pytest.mark.parametrize(("method", "path"), PRIVATE, ids=lambda part: part)
def test_nobody_gets_401_as_json(nobody, method, path):
    response = nobody.client.request(
        method,
        path_of(path),
        headers={"accept": "application/json"},
        data={"x": "y"} if method == "POST" else None,
    )

    assert response.status_code == 401
    assert response.json()["error"]


def test_every_role_has_permissions():
    assert set(PERMISSIONS) == set(Role)


def no_guard() -> APIRouter:
    router = APIRouter()
    router.get("/leak")(lambda: "secret")
    return router


def two_guards() -> APIRouter:
    router = APIRouter(dependencies=[public()])
    router.get("/leak", dependencies=[require(Permission.ASK)])(lambda: "secret")
    return router


def nested_without_guard() -> APIRouter:
    outer = APIRouter(prefix="/outer")
    outer.include_router(no_guard())
    return outer


def mounted() -> APIRouter:
    router = APIRouter()
    router.mount("/leak", FastAPI())
    return router


@pytest.mark.parametrize("make", [no_guard, two_guards, nested_without_guard, mounted])
def test_application_with_a_badly_guarded_route_does_not_start(container, make):
    with pytest.raises(UnguardedRouteError):
        create_app(container, routers=[make()])


def test_guard_of_a_router_counts(container):
    router = APIRouter(dependencies=[require(Permission.READ_AUDIT)])
    router.get("/audit")(lambda: "rows")

    create_app(container, routers=[router])
