"""One page for everything that went wrong: what happened, and what to do now."""

import logging
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from app.accounts.errors import TooManyAttemptsError
from app.db import unavailable
from app.dependencies import PasswordChangeRequiredError, SignInRequiredError
from app.errors import YorisoiError
from app.fault import describe_fault
from app.pages import Render

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Text:
    title: str
    advice: str


_RELOAD = "前の画面に戻って読み込み直し、もう一度お試しください。"
_LATER = (
    "しばらく待ってから、もう一度お試しください。"
    "続くときは、下の番号を添えて管理者へ連絡してください。"
)
_TEXTS: dict[int, _Text] = {
    400: _Text("送られた内容を読み取れませんでした", _RELOAD),
    401: _Text("サインインが必要です", "サインインしてから、もう一度お試しください。"),
    403: _Text("この操作はできません", "権限が必要なときは、システム管理者へ連絡してください。"),
    404: _Text("ページが見つかりません", "アドレスを確かめるか、トップから探してください。"),
    405: _Text("この操作はできません", "画面のボタンから操作してください。"),
    413: _Text("送られた内容が大きすぎます", "短くするか、いくつかに分けてください。"),
    415: _Text("この形式では受け付けられません", "画面のフォームから送ってください。"),
    422: _Text("入力内容を確かめてください", _RELOAD),
    429: _Text("試行の回数が多すぎます", "5分ほど待ってから、もう一度お試しください。"),
    500: _Text("システムの不具合が起きました", _LATER),
    503: _Text("ただいま使えません", _LATER),
}


def install(app: FastAPI) -> None:
    for error_class, handler in (
        (SignInRequiredError, _sign_in_required),
        (PasswordChangeRequiredError, _password_change_required),
        (YorisoiError, _expected),
        (HTTPException, _http),
        (RequestValidationError, _invalid),
        (DBAPIError, _database),
        (PoolTimeoutError, _busy),
    ):
        app.add_exception_handler(error_class, handler)


def error_response(request: Request, status_code: int, message: str = "") -> Response:
    """JSON for programs, a page for people; never a trace of what was typed."""
    text = _TEXTS.get(status_code, _TEXTS[500 if status_code >= 500 else 400])
    request_id: str = getattr(request.state, "request_id", "")
    if wants_json(request):
        content = {"error": message or text.title, "advice": text.advice, "request_id": request_id}
        return JSONResponse(content, status_code)
    render = Render(request.app.state.pages, request)
    return render(
        "error.html",
        status_code,
        code=status_code,
        title=text.title,
        message=message,
        advice=text.advice,
        request_id=request_id,
    )


def wants_json(request: Request) -> bool:
    accept = request.headers.get("accept", "")
    return "application/json" in accept and "text/html" not in accept


async def _sign_in_required(request: Request, _error: Exception) -> Response:
    if wants_json(request):
        return error_response(request, HTTPStatus.UNAUTHORIZED)
    target = "/signin"
    path: str = request.scope["path"]
    if request.method == "GET" and path != "/":
        target += f"?next={quote(path)}"
    return RedirectResponse(target, HTTPStatus.SEE_OTHER)


async def _password_change_required(request: Request, error: Exception) -> Response:
    if wants_json(request):
        return error_response(request, HTTPStatus.FORBIDDEN, str(error))
    return RedirectResponse("/password", HTTPStatus.SEE_OTHER)


async def _expected(request: Request, error: Exception) -> Response:
    assert isinstance(error, YorisoiError)
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("%s request=%s", type(error).__name__, request.state.request_id)
    response = error_response(request, error.status_code, error.message)
    if isinstance(error, TooManyAttemptsError):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    response = error_response(request, error.status_code)
    response.headers.update(error.headers or {})
    return response


async def _invalid(request: Request, _error: Exception) -> Response:
    return error_response(request, HTTPStatus.UNPROCESSABLE_ENTITY)


async def _database(request: Request, error: Exception) -> Response:
    translated = unavailable(error)
    logger.error("%s request=%s", describe_fault(error), request.state.request_id)
    if translated is None:
        return error_response(request, HTTPStatus.INTERNAL_SERVER_ERROR)
    return error_response(request, translated.status_code, translated.message)


async def _busy(request: Request, _error: Exception) -> Response:
    logger.error("database pool exhausted request=%s", request.state.request_id)
    return error_response(request, HTTPStatus.SERVICE_UNAVAILABLE)
