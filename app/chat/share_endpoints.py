import re
from collections.abc import Sequence
from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from app.accounts.roles import Permission
from app.accounts.service import AccountService, normalize_username
from app.chat.addresses import checked_id, conversation_path
from app.chat.presentation import view_turn
from app.chat.preview_page import SourceNumber, preview_page
from app.chat.records import AskedQuestion
from app.dependencies import (
    AccountsDep,
    ContainerDep,
    CurrentUser,
    FormDep,
    RenderDep,
    SharesDep,
    require,
)
from app.errors import BadInputError, NotFoundError

router = APIRouter()

_LINK = re.compile(r"[0-9a-f]{64}")
_SEPARATORS = re.compile(r"[\s,、，;]+")


@router.post(
    "/conversations/{conversation_id}/share", dependencies=[require(Permission.READ_OWN_HISTORY)]
)
def share(
    account: CurrentUser,
    accounts: AccountsDep,
    shares: SharesDep,
    form: FormDep,
    conversation_id: str,
) -> Response:
    checked = checked_id(conversation_id, "会話")
    scope = form.line("scope")
    if scope == "none":
        shares.revoke(checked, account.user_id)
    elif scope == "everyone":
        shares.share(checked, account.user_id, everyone=True)
    elif scope == "named":
        readers = _readers(accounts, form.text("readers"))
        shares.share(checked, account.user_id, everyone=False, readers=readers)
    else:
        raise BadInputError("共有の相手を選んでください")
    return RedirectResponse(conversation_path(checked), HTTPStatus.SEE_OTHER)


@router.get("/shared/{link_id}", dependencies=[require(Permission.READ_SHARED)])
def show_shared(
    render: RenderDep,
    accounts: AccountsDep,
    account: CurrentUser,
    shares: SharesDep,
    link_id: str,
) -> Response:
    read = shares.read(_checked_link(link_id), account.user_id)
    owner = next((each for each in accounts.users() if each.id == read.owner_id), None)
    name = owner.display_name if owner else ""
    base = f"/shared/{link_id}"
    return render(
        "chat/shared.html",
        conversation=read,
        owner=name,
        views=[view_turn(turn, checked_by=name, base=base) for turn in read.turns],
    )


@router.get(
    "/shared/{link_id}/questions/{question_id}/sources/{number}",
    dependencies=[require(Permission.READ_SHARED)],
)
def show_shared_source(  # noqa: PLR0913, PLR0917 - what FastAPI injects
    render: RenderDep,
    container: ContainerDep,
    account: CurrentUser,
    shares: SharesDep,
    link_id: str,
    question_id: str,
    number: SourceNumber,
    part: bool = False,
) -> Response:
    read = shares.read(_checked_link(link_id), account.user_id)
    asked = _question(read.turns, checked_id(question_id, "質問"))
    back = f"/shared/{link_id}#q-{asked.id}"
    return preview_page(
        render, container, asked, number, back=back, is_part=part, attachments=read.attachments
    )


def _question(turns: Sequence[object], question_id: str) -> AskedQuestion:
    for turn in turns:
        if isinstance(turn, AskedQuestion) and turn.id == question_id:
            return turn
    raise NotFoundError("この質問は、この会話にありません")


def _readers(accounts: AccountService, text: str) -> list[int]:
    """The people named by their usernames, all of them or none."""
    names = {normalize_username(name) for name in _SEPARATORS.split(text) if name}
    known = {user.username: user.id for user in accounts.users() if user.is_active}
    unknown = sorted(names - set(known))
    if unknown:
        raise BadInputError(f"次のユーザー名の利用者はいません：{'、'.join(unknown)[:200]}")
    return [known[name] for name in sorted(names)]


def _checked_link(text: str) -> str:
    if not _LINK.fullmatch(text):
        raise NotFoundError("この共有は見つかりません。アドレスを確かめてください")
    return text
