from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from app.accounts.roles import Permission
from app.accounts.service import SignedIn
from app.chat.addresses import checked_id, conversation_path
from app.chat.presentation import heading_of, tone
from app.chat.records import Confirmation, Rating
from app.chat.service import UNDO_TIME, ConversationService
from app.chat.thread_page import thread_page, turn_fragment
from app.dependencies import (
    ContainerDep,
    ConversationsDep,
    CurrentUser,
    FormDep,
    RenderDep,
    SharesDep,
    require,
)
from app.errors import BadInputError
from app.pages import Render

router = APIRouter(dependencies=[require(Permission.READ_OWN_HISTORY)])

_LIST = "/conversations"
_RATINGS: Mapping[str, Rating | None] = {"up": "up", "down": "down", "none": None}


@router.get(_LIST)
def show_conversations(
    render: RenderDep,
    account: CurrentUser,
    conversations: ConversationsDep,
    bookmarked: bool = False,
) -> Response:
    history = conversations.history(account.user_id, bookmarked=bookmarked)
    return render(
        "chat/history.html", history=history, search="", bookmarked=bookmarked, **_HISTORY_CONTEXT
    )


# A POST: the words looked for may name a resident, and addresses end up in logs and histories.
@router.post(f"{_LIST}/search")
def search_conversations(
    render: RenderDep, account: CurrentUser, conversations: ConversationsDep, form: FormDep
) -> Response:
    search = form.line("search")
    history = conversations.history(account.user_id, search)
    return render(
        "chat/history.html", history=history, search=search, bookmarked=False, **_HISTORY_CONTEXT
    )


@router.get("/questions")
def show_old_history() -> Response:
    """Where the history was before there were conversations."""
    return RedirectResponse(_LIST, HTTPStatus.SEE_OTHER)


@router.get(f"{_LIST}/{{conversation_id}}")
def show_conversation(  # noqa: PLR0913, PLR0917 - what FastAPI injects
    render: RenderDep,
    container: ContainerDep,
    account: CurrentUser,
    conversations: ConversationsDep,
    shares: SharesDep,
    conversation_id: str,
) -> Response:
    read = conversations.read(checked_id(conversation_id, "会話"), account.user_id)
    recent = conversations.recent(account.user_id)
    return thread_page(
        render,
        container,
        account,
        recent=recent,
        conversation=read,
        sharing=shares.sharing_of(read.id),
    )


@router.post(f"{_LIST}/{{conversation_id}}/rename")
def rename(
    account: CurrentUser, conversations: ConversationsDep, form: FormDep, conversation_id: str
) -> Response:
    conversations.rename(checked_id(conversation_id, "会話"), account.user_id, form.line("name"))
    return RedirectResponse(conversation_path(conversation_id), HTTPStatus.SEE_OTHER)


@router.post(f"{_LIST}/{{conversation_id}}/bookmark")
def bookmark(
    account: CurrentUser, conversations: ConversationsDep, form: FormDep, conversation_id: str
) -> Response:
    is_bookmarked = form.line("bookmarked") == "true"
    conversations.bookmark(
        checked_id(conversation_id, "会話"), account.user_id, is_bookmarked=is_bookmarked
    )
    target = _LIST if form.line("from") == "list" else conversation_path(conversation_id)
    return RedirectResponse(target, HTTPStatus.SEE_OTHER)


@router.post(f"{_LIST}/{{conversation_id}}/delete")
def delete(account: CurrentUser, conversations: ConversationsDep, conversation_id: str) -> Response:
    conversations.delete(checked_id(conversation_id, "会話"), account.user_id)
    return RedirectResponse(_LIST, HTTPStatus.SEE_OTHER)


@router.post(f"{_LIST}/{{conversation_id}}/restore")
def restore(
    account: CurrentUser, conversations: ConversationsDep, conversation_id: str
) -> Response:
    conversations.restore(checked_id(conversation_id, "会話"), account.user_id)
    return RedirectResponse(_LIST, HTTPStatus.SEE_OTHER)


@router.post("/questions/{question_id}/rating")
def rate(  # noqa: PLR0913, PLR0917 - what FastAPI injects
    request: Request,
    render: RenderDep,
    account: CurrentUser,
    conversations: ConversationsDep,
    form: FormDep,
    question_id: str,
) -> Response:
    chosen = form.line("rating")
    if chosen not in _RATINGS:
        raise BadInputError("「役に立った」か「役に立たなかった」を選んでください")
    checked = checked_id(question_id, "質問")
    conversations.rate(checked, account.user_id, _RATINGS[chosen], form.text("reason").strip())
    return _turn_or_page(request, render, account, conversations, checked)


@router.post("/questions/{question_id}/confirmation")
def confirm(  # noqa: PLR0913, PLR0917 - what FastAPI injects
    request: Request,
    render: RenderDep,
    account: CurrentUser,
    conversations: ConversationsDep,
    form: FormDep,
    question_id: str,
) -> Response:
    try:
        state = Confirmation(form.line("state"))
    except ValueError:
        raise BadInputError("確認・修正・不採用のどれかを選んでください") from None
    checked = checked_id(question_id, "質問")
    conversations.confirm(checked, account.user_id, state, form.text("correction").strip())
    return _turn_or_page(request, render, account, conversations, checked)


def _turn_or_page(
    request: Request,
    render: Render,
    account: SignedIn,
    conversations: ConversationService,
    question_id: str,
) -> Response:
    """A script gets the turn as it is now, a form the page."""
    asked = conversations.question(question_id, account.user_id)
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"html": turn_fragment(render, account, asked)})
    path = conversation_path(asked.conversation_id, asked.id)
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)


_HISTORY_CONTEXT: dict[str, Any] = {
    "heading_of": heading_of,
    "tone": tone,
    "current_path": _LIST,
    "undo_minutes": int(UNDO_TIME.total_seconds() // 60),
}
