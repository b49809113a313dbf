"""What endpoints ask for, and the guard that every route must declare.

A route without exactly one of `require(Permission.X)` and `public()` does not start
(`app.main.check_guards`). The guard also checks the CSRF token of every request that is not safe.
"""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from app.accounts.roles import Permission
from app.accounts.service import AccountService, SignedIn
from app.chat.attaching import AttachingService
from app.chat.service import ConversationService
from app.chat.sharing import SharingService
from app.container import Container
from app.cookies import PRE_SESSION_COOKIE, SESSION_COOKIE, read_cookie
from app.db import transaction
from app.errors import ForbiddenError, YorisoiError
from app.forms import SAFE_METHODS, FormFields, read_form
from app.pages import Render
from app.security import is_same

CSRF_FIELD = "csrf_token"
_SIGN_IN_PURPOSE = "sign-in-form"


class SignInRequiredError(YorisoiError):
    status_code = HTTPStatus.UNAUTHORIZED


class PasswordChangeRequiredError(ForbiddenError):
    """The one-time password must be replaced before anything else."""


class CsrfError(ForbiddenError):
    """The form did not come from a page that we gave to this browser."""


def get_container(request: Request) -> Container:
    container: Container = request.app.state.container
    return container


def get_render(request: Request) -> Render:
    return Render(request.app.state.pages, request)


ContainerDep = Annotated[Container, Depends(get_container)]
RenderDep = Annotated[Render, Depends(get_render)]
FormDep = Annotated[FormFields, Depends(read_form)]


def get_session(container: ContainerDep) -> Iterator[Session]:
    with transaction(container.session_factory) as session:
        yield session


# "function": committed before the response is sent, so that a failed commit is never a success.
SessionDep = Annotated[Session, Depends(get_session, scope="function")]


def get_accounts(container: ContainerDep, session: SessionDep) -> AccountService:
    return container.accounts(session)


def get_conversations(container: ContainerDep, session: SessionDep) -> ConversationService:
    return container.conversations(session)


def get_shares(container: ContainerDep, session: SessionDep) -> SharingService:
    return container.shares(session)


def get_attaching(container: ContainerDep, session: SessionDep) -> AttachingService:
    return container.attaching(session)


AccountsDep = Annotated[AccountService, Depends(get_accounts)]
ConversationsDep = Annotated[ConversationService, Depends(get_conversations)]
SharesDep = Annotated[SharingService, Depends(get_shares)]
AttachingDep = Annotated[AttachingService, Depends(get_attaching)]


def find_account(request: Request, container: ContainerDep) -> SignedIn | None:
    """Who sent this request. In a transaction of its own, over before the endpoint begins."""
    token = read_cookie(request, SESSION_COOKIE, is_secure=container.settings.secure_cookies)
    if not token:
        return None
    with transaction(container.session_factory) as session:
        account = container.accounts(session).signed_in(token)
    request.state.account = account
    return account


AccountDep = Annotated[SignedIn | None, Depends(find_account)]


def get_current_user(account: AccountDep) -> SignedIn:
    if account is None:
        raise SignInRequiredError("サインインが必要です")
    return account


CurrentUser = Annotated[SignedIn, Depends(get_current_user)]


class Guard:
    """Declares what a route needs; `permission` is None for a public one."""

    permission: Permission | None = None


class PermissionGuard(Guard):
    def __init__(self, permission: Permission) -> None:
        self.permission: Permission = permission

    def __call__(self, request: Request, account: CurrentUser, form: FormDep) -> None:
        if not account.may(self.permission):
            raise ForbiddenError(
                "このページを使う権限がありません。必要なときは、システム管理者へ連絡してください"
            )
        if request.method not in SAFE_METHODS:
            _check_origin(request, form, account.csrf_token)
        is_own = self.permission is Permission.USE_OWN_ACCOUNT
        if account.must_change_password and not is_own:
            raise PasswordChangeRequiredError("先に、仮のパスワードを変更してください")


class PublicGuard(Guard):
    """Needs no account and no database, so that it also stands while those are missing."""

    def __call__(self, request: Request, form: FormDep, container: ContainerDep) -> None:
        if request.method not in SAFE_METHODS:
            is_secure = container.settings.secure_cookies
            browser = read_cookie(request, PRE_SESSION_COOKIE, is_secure=is_secure)
            _check_origin(request, form, sign_in_token(container, browser))


def require(permission: Permission) -> Any:
    return Depends(PermissionGuard(permission))


def public() -> Any:
    return Depends(PublicGuard())


def sign_in_token(container: Container, browser: str) -> str:
    """The token of forms before sign-in: bound to the browser by its pre-session cookie."""
    return container.cipher.sign(_SIGN_IN_PURPOSE, browser) if browser else ""


def _check_origin(request: Request, form: FormFields, expected: str) -> None:
    # Browsers say themselves where a request was made; an old one says nothing.
    site = request.headers.get("sec-fetch-site", "same-origin")
    if site not in {"same-origin", "none"} or not is_same(form.text(CSRF_FIELD), expected):
        raise CsrfError(
            "画面の有効期限が切れたか、Cookie が使えないため、受け付けませんでした。"
            "前の画面に戻って読み込み直し、もう一度お試しください"
        )
