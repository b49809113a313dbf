from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import RedirectResponse, Response

from app.accounts.errors import InvalidFieldError
from app.accounts.roles import Permission, Role
from app.accounts.service import AccountService
from app.dependencies import (
    AccountsDep,
    ContainerDep,
    CurrentUser,
    FormDep,
    RenderDep,
    require,
)
from app.forms import FormFields
from app.pages import Render

router = APIRouter(prefix="/admin/users", dependencies=[require(Permission.MANAGE_USERS)])

_NOTHING_TYPED = FormFields({})
UserId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("")
def show_users(render: RenderDep, container: ContainerDep, accounts: AccountsDep) -> Response:
    return _page(render, accounts, container.clock(), _NOTHING_TYPED)


@router.post("")
def add_user(
    render: RenderDep,
    container: ContainerDep,
    accounts: AccountsDep,
    form: FormDep,
) -> Response:
    try:
        issued = accounts.add_user(form.line("username"), form.line("display_name"), _role(form))
    except InvalidFieldError as error:
        return _page(render, accounts, container.clock(), form, error=error)
    # Shown in the response itself: a redirect would have to carry the password somewhere.
    return _page(render, accounts, container.clock(), _NOTHING_TYPED, issued=issued)


@router.post("/{user_id}/reset")
def reset_password(
    render: RenderDep,
    container: ContainerDep,
    accounts: AccountsDep,
    user_id: UserId,
) -> Response:
    issued = accounts.reset_password(user_id)
    return _page(render, accounts, container.clock(), _NOTHING_TYPED, issued=issued)


@router.post("/{user_id}/deactivate")
def deactivate(account: CurrentUser, accounts: AccountsDep, user_id: UserId) -> Response:
    accounts.deactivate(user_id, by=account)
    return RedirectResponse("/admin/users", HTTPStatus.SEE_OTHER)


@router.post("/{user_id}/reactivate")
def reactivate(account: CurrentUser, accounts: AccountsDep, user_id: UserId) -> Response:
    accounts.reactivate(user_id, by=account)
    return RedirectResponse("/admin/users", HTTPStatus.SEE_OTHER)


def _role(form: FormFields) -> Role:
    try:
        return Role(form.line("role"))
    except ValueError:
        raise InvalidFieldError("role", "役割を選んでください") from None


def _page(
    render: Render, accounts: AccountService, now: datetime, form: FormFields, **shown: Any
) -> Response:
    return render(
        "accounts/users.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if "error" in shown else HTTPStatus.OK,
        users=accounts.users(),
        roles=list(Role),
        now=now,
        typed={name: form.line(name) for name in ("username", "display_name", "role")},
        **{"error": None, "issued": None, **shown},
    )
