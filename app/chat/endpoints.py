import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from app.accounts.roles import Permission
from app.chat.examples import example_questions
from app.chat.presentation import heading, tone, view_answer
from app.chat.service import MAX_QUESTION_CHARS, UNDO_TIME
from app.dependencies import (
    ContainerDep,
    CurrentUser,
    FormDep,
    QuestionsDep,
    RenderDep,
    require,
)
from app.errors import NotFoundError, YorisoiError
from app.language_model import LanguageModelStatus
from app.pages import Render
from rag.passage import Audience

router = APIRouter()

_AUDIENCE: Audience = "staff"
_QUESTION_ID = re.compile(r"[0-9a-f]{32}")


@router.get("/", dependencies=[require(Permission.ASK)])
def show_ask(render: RenderDep, container: ContainerDep, example: int = -1) -> Response:
    state = container.readiness.state()
    if not state.ready:
        return render("chat/starting.html", message=state.message)
    examples = example_questions(container.programmes.list_programmes(_AUDIENCE))
    typed = examples[example] if 0 <= example < len(examples) else ""
    writing = container.language_model.status()
    return _ask_page(render, typed=typed, examples=examples, writing=writing)


@router.post("/questions", dependencies=[require(Permission.ASK)])
def submit(
    render: RenderDep,
    container: ContainerDep,
    account: CurrentUser,
    questions: QuestionsDep,
    form: FormDep,
) -> Response:
    question = form.text("question")
    state = container.readiness.state()
    if not state.ready:
        message = f"まだ準備中です。{state.message}".rstrip("。")
        return _ask_page(render, typed=question, error=message, status_code=503)
    try:
        question_id = questions.ask(account.user_id, question)
    except YorisoiError as error:  # what was typed must not be lost
        return _ask_page(render, typed=question, error=error.message, status_code=error.status_code)
    return RedirectResponse(f"/questions/{question_id}", HTTPStatus.SEE_OTHER)


@router.get("/questions", dependencies=[require(Permission.READ_OWN_HISTORY)])
def show_history(render: RenderDep, account: CurrentUser, questions: QuestionsDep) -> Response:
    history = questions.history(account.user_id)
    return render("chat/history.html", history=history, search="", **_HISTORY_CONTEXT)


# A POST: the words looked for may name a resident, and addresses end up in logs and histories.
@router.post("/questions/search", dependencies=[require(Permission.READ_OWN_HISTORY)])
def search_history(
    render: RenderDep, account: CurrentUser, questions: QuestionsDep, form: FormDep
) -> Response:
    search = form.line("search")
    history = questions.history(account.user_id, search)
    return render("chat/history.html", history=history, search=search, **_HISTORY_CONTEXT)


@router.get("/questions/{question_id}", dependencies=[require(Permission.READ_OWN_HISTORY)])
def show_answer(
    render: RenderDep,
    account: CurrentUser,
    questions: QuestionsDep,
    question_id: str,
) -> Response:
    asked = questions.read(_checked_id(question_id), account.user_id)
    return render(
        "chat/answer.html",
        asked=asked,
        view=view_answer(asked),
        max_chars=MAX_QUESTION_CHARS,
        current_path="/questions",
    )


@router.post("/questions/{question_id}/delete", dependencies=[require(Permission.READ_OWN_HISTORY)])
def delete(account: CurrentUser, questions: QuestionsDep, question_id: str) -> Response:
    questions.delete(_checked_id(question_id), account.user_id)
    return RedirectResponse("/questions", HTTPStatus.SEE_OTHER)


@router.post(
    "/questions/{question_id}/restore", dependencies=[require(Permission.READ_OWN_HISTORY)]
)
def restore(account: CurrentUser, questions: QuestionsDep, question_id: str) -> Response:
    questions.restore(_checked_id(question_id), account.user_id)
    return RedirectResponse("/questions", HTTPStatus.SEE_OTHER)


_HISTORY_CONTEXT: dict[str, Any] = {
    "heading": heading,
    "tone": tone,
    "current_path": "/questions",
    "undo_minutes": int(UNDO_TIME.total_seconds() // 60),
}


def _ask_page(  # noqa: PLR0913 - what the page shows, each with a default
    render: Render,
    *,
    typed: str,
    examples: Sequence[str] = (),
    writing: LanguageModelStatus | None = None,
    error: str = "",
    status_code: int = 200,
) -> Response:
    return render(
        "chat/ask.html",
        status_code,
        typed=typed,
        error=error,
        examples=examples,
        writing=writing,
        max_chars=MAX_QUESTION_CHARS,
        current_path="/",
    )


def _checked_id(text: str) -> str:
    if not _QUESTION_ID.fullmatch(text):
        raise NotFoundError("この質問は見つかりません。アドレスを確かめてください")
    return text
