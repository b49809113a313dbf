from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.accounts.errors import InvalidFieldError, TooManyAttemptsError
from app.accounts.roles import Permission
from app.accounts.service import IssuedSession
from app.container import Container
from app.cookies import (
    PRE_SESSION_COOKIE,
    SESSION_COOKIE,
    delete_cookie,
    read_cookie,
    set_cookie,
)
from app.dependencies import (
    AccountDep,
    AccountsDep,
    ContainerDep,
    CurrentUser,
    FormDep,
    RenderDep,
    public,
    require,
    sign_in_token,
)
from app.forms import clean
from app.security import random_token

router = APIRouter()

_REFUSED = (
    "サインインできませんでした。ユーザー名かパスワードが違うか、いまは使えないアカウントです。"
    "5回続けて間違えると、15分間（その後はさらに長く）使えなくなります。"
    "お困りのときは、システム管理者へ連絡してください。"
)


@router.get("/signin", dependencies=[public()])
def show_sign_in(
    request: Request,
    render: RenderDep,
    container: ContainerDep,
    account: AccountDep,
    next_path: Annotated[str, Query(alias="next")] = "/",
) -> Response:
    if account is not None:
        return _redirect(local_path(next_path))
    is_secure = container.settings.secure_cookies
    browser = read_cookie(request, PRE_SESSION_COOKIE, is_secure=is_secure) or random_token()
    response = render(
        "accounts/signin.html",
        form_token=sign_in_token(container, browser),
        next=local_path(next_path),
        username="",
        error="",
    )
    set_cookie(response, PRE_SESSION_COOKIE, browser, is_secure=is_secure)
    return response


@router.post("/signin", dependencies=[public()])
def sign_in(
    request: Request,
    render: RenderDep,
    container: ContainerDep,
    accounts: AccountsDep,
    form: FormDep,
) -> Response:
    address = request.client.host if request.client else "unknown"
    attempt = container.throttle.admit(address)
    if attempt is None:
        raise TooManyAttemptsError(container.throttle.window_seconds)
    is_secure = container.settings.secure_cookies
    issued = accounts.sign_in(
        form.line("username"),
        form.text("password"),
        replaces=read_cookie(request, SESSION_COOKIE, is_secure=is_secure),
        attempt=attempt,
    )
    target = local_path(form.text("next"))
    if issued is None:
        return render(
            "accounts/signin.html",
            HTTPStatus.UNPROCESSABLE_ENTITY,
            form_token=sign_in_token(
                container, read_cookie(request, PRE_SESSION_COOKIE, is_secure=is_secure)
            ),
            next=target,
            username=form.line("username"),
            error=_REFUSED,
        )
    response = _signed_in(container, issued, "/password" if issued.must_change_password else target)
    delete_cookie(response, PRE_SESSION_COOKIE, is_secure=is_secure)
    return response


@router.post("/signout", dependencies=[require(Permission.USE_OWN_ACCOUNT)])
def sign_out(container: ContainerDep, account: CurrentUser, accounts: AccountsDep) -> Response:
    accounts.sign_out(account)
    response = RedirectResponse("/signin", HTTPStatus.SEE_OTHER)
    delete_cookie(response, SESSION_COOKIE, is_secure=container.settings.secure_cookies)
    return response


@router.get("/password", dependencies=[require(Permission.USE_OWN_ACCOUNT)])
def show_password(render: RenderDep, changed: bool = False) -> Response:
    return render("accounts/password.html", error=None, is_changed=changed)


@router.post("/password", dependencies=[require(Permission.USE_OWN_ACCOUNT)])
def change_password(
    render: RenderDep,
    container: ContainerDep,
    account: CurrentUser,
    accounts: AccountsDep,
    form: FormDep,
) -> Response:
    try:
        issued = accounts.change_password(
            account, current=form.text("current"), new=form.text("new"), again=form.text("again")
        )
    except InvalidFieldError as error:
        return render(
            "accounts/password.html",
            HTTPStatus.UNPROCESSABLE_ENTITY,
            error=error,
            is_changed=False,
        )
    return _signed_in(container, issued, "/password", "?changed=true")


def _signed_in(container: Container, issued: IssuedSession, path: str, query: str = "") -> Response:
    response = RedirectResponse(quote(path, safe="/") + query, HTTPStatus.SEE_OTHER)
    set_cookie(
        response,
        SESSION_COOKIE,
        issued.token,
        is_secure=container.settings.secure_cookies,
        max_age_seconds=issued.max_age_seconds,
    )
    return response


def _redirect(path: str) -> RedirectResponse:
    return RedirectResponse(quote(path, safe="/"), HTTPStatus.SEE_OTHER)


def local_path(text: str) -> str:
    r"""A path on this site as it is, anything else as the top page.

    Browsers read `/\` like `//` and skip tabs and newlines, so these make it something else.
    """
    is_path = text.startswith("/") and not text.startswith("//") and "\\" not in text
    is_plain = clean(text) == text and not {"\t", "\n"} & set(text)
    return text if is_path and is_plain else "/"
