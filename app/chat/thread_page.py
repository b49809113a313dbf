"""The page of a conversation, empty or not, and a single turn of it."""

from collections.abc import Sequence

from fastapi.responses import HTMLResponse

from app.accounts.service import SignedIn
from app.chat.asking import DEFAULT_LEVEL, MAX_QUESTION_CHARS
from app.chat.presentation import view_turn, writing_line
from app.chat.records import AskedQuestion, Confirmation
from app.chat.service import MAX_NAME_CHARS, MAX_REASON_CHARS, OpenConversation, Recent
from app.chat.sharing import Sharing
from app.container import Container
from app.pages import Render

_DRAFT_PURPOSE = "draft-owner"
_DRAFT_OWNER_CHARS = 16


def thread_page(  # noqa: PLR0913 - what a page is made of
    render: Render,
    container: Container,
    account: SignedIn,
    *,
    recent: Sequence[Recent],
    conversation: OpenConversation | None = None,
    sharing: Sharing | None = None,
    typed: str = "",
    level: str = DEFAULT_LEVEL,
    examples: Sequence[str] = (),
    error: str = "",
    status_code: int = 200,
) -> HTMLResponse:
    turns = conversation.turns if conversation else ()
    return render(
        "chat/thread.html",
        status_code,
        conversation=conversation,
        sharing=sharing,
        views=[view_turn(turn, checked_by=account.display_name) for turn in turns],
        recent=recent,
        typed=typed,
        level=level,
        error=error,
        examples=examples,
        writing=writing_line(container.language_model.status()),
        draft_owner=container.cipher.sign(_DRAFT_PURPOSE, str(account.user_id))[
            :_DRAFT_OWNER_CHARS
        ],
        max_chars=MAX_QUESTION_CHARS,
        max_name_chars=MAX_NAME_CHARS,
        max_reason_chars=MAX_REASON_CHARS,
        states=list(Confirmation),
        current_path="/",
    )


def turn_fragment(
    render: Render,
    account: SignedIn,
    asked: AskedQuestion,
    *,
    may_grow: bool = False,
) -> str:
    """One turn, as it stands in the page. `may_grow`: with room for what may yet be written."""
    return render.fragment(
        "chat/turn_fragment.html",
        view=view_turn(asked, checked_by=account.display_name),
        may_grow=may_grow,
        max_reason_chars=MAX_REASON_CHARS,
    )


def header_fragment(render: Render, conversation_id: str, title: str) -> str:
    """What stands above a conversation that has just begun."""
    return render.fragment(
        "chat/header.html",
        conversation={"id": conversation_id, "title": title, "is_bookmarked": False},
        sharing=None,
        max_name_chars=MAX_NAME_CHARS,
    )
