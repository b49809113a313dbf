from collections.abc import Callable, Generator
from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import JSONResponse, RedirectResponse, Response

from app.accounts.roles import Permission
from app.accounts.service import SignedIn
from app.chat.addresses import checked_id, conversation_path
from app.chat.asking import (
    DEFAULT_LEVEL,
    Draft,
    Finished,
    GaveUp,
    Progress,
    Shown,
    Started,
    Withheld,
    Wrote,
)
from app.chat.examples import example_questions
from app.chat.service import OpenConversation, Recent
from app.chat.streaming import ServerSentEvent, stream
from app.chat.thread_page import header_fragment, thread_page, turn_fragment
from app.container import Container
from app.db import transaction
from app.dependencies import (
    ContainerDep,
    ConversationsDep,
    CurrentUser,
    FormDep,
    RenderDep,
    require,
)
from app.errors import YorisoiError
from app.forms import FormFields
from app.pages import Render
from rag.passage import Audience

router = APIRouter()

_AUDIENCE: Audience = "staff"
_MAX_PROGRAMME_CHARS = 120


@router.get("/", dependencies=[require(Permission.ASK)])
def show_ask(
    render: RenderDep,
    container: ContainerDep,
    account: CurrentUser,
    conversations: ConversationsDep,
    example: int = -1,
) -> Response:
    state = container.readiness.state()
    if not state.ready:
        return render("chat/starting.html", message=state.message)
    examples = example_questions(container.programmes.list_programmes(_AUDIENCE))
    typed = examples[example] if 0 <= example < len(examples) else ""
    recent = conversations.recent(account.user_id)
    return thread_page(render, container, account, recent=recent, typed=typed, examples=examples)


@router.post("/questions", dependencies=[require(Permission.ASK)])
def submit(
    render: RenderDep, container: ContainerDep, account: CurrentUser, form: FormDep
) -> Response:
    """For browsers without scripts: the whole answer at once."""
    draft = _draft(account, form)
    try:
        _check_ready(container)
        asked = container.asking.ask(draft)
    except YorisoiError as error:  # what was typed must not be lost
        conversation, recent = _around(container, draft)
        return thread_page(
            render,
            container,
            account,
            recent=recent,
            conversation=conversation,
            typed=draft.question,
            level=draft.level,
            error=error.message,
            status_code=error.status_code,
        )
    is_follow_up = draft.conversation_id is not None
    path = conversation_path(asked.conversation_id, asked.id if is_follow_up else "")
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)


@router.post("/questions/stream", dependencies=[require(Permission.ASK)])
def submit_and_follow(
    render: RenderDep, container: ContainerDep, account: CurrentUser, form: FormDep
) -> Response:
    """The answer as it comes into being: evidence first, then what is written above it."""
    try:
        _check_ready(container)
        steps = container.asking.follow(_draft(account, form))
        first = next(steps)  # what cannot be a question is refused before anything is sent
    except YorisoiError as error:
        return JSONResponse({"error": error.message}, error.status_code)
    return stream(_after(first, steps), _to_event(render, account))


@router.get("/questions/{question_id}", dependencies=[require(Permission.READ_OWN_HISTORY)])
def show_question(
    account: CurrentUser, conversations: ConversationsDep, question_id: str
) -> Response:
    """Addresses of single questions lead to where they are within their conversation."""
    checked = checked_id(question_id, "質問")
    conversation_id = conversations.conversation_of(checked, account.user_id)
    return RedirectResponse(conversation_path(conversation_id, checked), HTTPStatus.SEE_OTHER)


@router.get("/questions/{question_id}/turn", dependencies=[require(Permission.READ_OWN_HISTORY)])
def show_turn(
    render: RenderDep, account: CurrentUser, conversations: ConversationsDep, question_id: str
) -> Response:
    """What is kept of one answer: for a page whose connection broke."""
    asked = conversations.question(checked_id(question_id, "質問"), account.user_id)
    return JSONResponse({"html": turn_fragment(render, account, asked)})


class NotReadyError(YorisoiError):
    status_code = HTTPStatus.SERVICE_UNAVAILABLE


def _check_ready(container: Container) -> None:
    state = container.readiness.state()
    if not state.ready:
        raise NotReadyError(f"まだ準備中です。{state.message}".rstrip("。"))


def _draft(account: SignedIn, form: FormFields) -> Draft:
    conversation_id = form.line("conversation")
    return Draft(
        user_id=account.user_id,
        question=form.text("question"),
        conversation_id=checked_id(conversation_id, "会話") if conversation_id else None,
        as_typed=form.line("as_typed") == "true",
        programme=form.line("programme")[:_MAX_PROGRAMME_CHARS],
        level=form.line("level") or DEFAULT_LEVEL,
    )


def _around(
    container: Container, draft: Draft
) -> tuple[OpenConversation | None, tuple[Recent, ...]]:
    """The conversation that a failed question was for, as far as it can be read."""
    with transaction(container.session_factory) as session:
        conversations = container.conversations(session)
        recent = conversations.recent(draft.user_id)
        if draft.conversation_id is None:
            return None, recent
        try:
            return conversations.read(draft.conversation_id, draft.user_id), recent
        except YorisoiError:
            return None, recent


def _after(
    first: Progress, steps: Generator[Progress, None, None]
) -> Generator[Progress, None, None]:
    yield first
    yield from steps


def _to_event(render: Render, account: SignedIn) -> Callable[[Progress], ServerSentEvent]:
    def to_event(progress: Progress) -> ServerSentEvent:
        match progress:
            case Started():
                path = conversation_path(progress.conversation_id)
                header = header_fragment(render, progress.conversation_id, progress.question)
                return ServerSentEvent(
                    "started", {**vars(progress), "path": path, "header": header}
                )
            case Shown(asked=asked, may_grow=may_grow):
                html = turn_fragment(render, account, asked, may_grow=may_grow)
                return ServerSentEvent("evidence", {"html": html})
            case Wrote(sentence=sentence):
                return ServerSentEvent("sentence", {"text": sentence.text})
            case Withheld(count=count):
                return ServerSentEvent("dropped", {"count": count})
            case Finished(asked=asked):
                html = turn_fragment(render, account, asked)
                return ServerSentEvent("completed", {"html": html})
            case GaveUp(message=message):
                return ServerSentEvent("failed", {"message": message})

    return to_event
