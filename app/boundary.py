"""The outermost layer: what every request must pass and every response must carry.

It is plain ASGI and stands outside the error handling of the framework, so that the headers
also stand on the page for an unexpected error.
"""

import logging
import time
import uuid
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.error_pages import error_response
from app.errors import YorisoiError
from app.fault import describe_fault

logger = logging.getLogger(__name__)

# A question of 8,000 characters is up to 96,000 bytes in a form; what is merely too long should
# meet the form's own message.
DEFAULT_BODY_LIMIT = 512 * 1024

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self'; "
    "connect-src 'self'; "
    "form-action 'self'; "
    "frame-ancestors 'none'; "
    "base-uri 'none'"
)

SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"
    ),
    "X-Robots-Tag": "noindex, nofollow",
}
_HSTS = "max-age=31536000"
_STATIC_CACHE = "public, max-age=31536000, immutable"


_TOO_LARGE = "送られた内容が大きすぎます。短くするか、いくつかに分けてください"


class BadRequestError(YorisoiError):
    status_code = HTTPStatus.BAD_REQUEST


class BodyTooLargeError(YorisoiError):
    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class _Exchange:
    """Adds the headers to the one response and remembers its status."""

    def __init__(self, scope: Scope, send: Send, headers: Mapping[str, str]) -> None:
        self._scope = scope
        self._send = send
        self._headers = headers
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers.update(self._headers)
            headers["X-Request-ID"] = self._scope["state"]["request_id"]
            is_static = self._scope["path"].startswith("/static/")
            headers["Cache-Control"] = (
                _STATIC_CACHE if is_static and self.status < 400 else "no-store"
            )
        await self._send(message)


class _LimitedBody:
    """Counts what really arrives: a chunked body tells no length."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._left = limit

    async def receive(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise BodyTooLargeError(_TOO_LARGE)
        return message


class RequestBoundary:
    """`body_limits` gives a path prefix, such as an upload's, its own limit in bytes."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        host_names: frozenset[str],
        is_secure: bool,
        body_limits: Mapping[str, int],
    ) -> None:
        self._app = app
        self._host_names = host_names
        self._headers = SECURITY_HEADERS | (
            {"Strict-Transport-Security": _HSTS} if is_secure else {}
        )
        self._body_limits = body_limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        request.state.request_id = uuid.uuid4().hex[:12]
        exchange = _Exchange(scope, send, self._headers)
        started = time.perf_counter()
        try:
            await self._serve(request, exchange)
        except Exception as error:  # noqa: BLE001 - the last resort; everything else is expected
            logger.error(  # noqa: TRY400 - a traceback prints the message, which may quote a person
                "unexpected %s request=%s", describe_fault(error), request.state.request_id
            )
            if not exchange.status:
                response = error_response(request, HTTPStatus.INTERNAL_SERVER_ERROR)
                await response(scope, receive, exchange.send)
        finally:
            _log(scope, exchange.status, started, request.state.request_id)

    async def _serve(self, request: Request, exchange: _Exchange) -> None:
        try:
            self._check(request)
        except YorisoiError as error:
            response = error_response(request, error.status_code, error.message)
            await response(request.scope, request.receive, exchange.send)
            return
        body = _LimitedBody(request.receive, self._limit(request.scope["path"]))
        await self._app(request.scope, body.receive, exchange.send)

    def _check(self, request: Request) -> None:
        if _host_name(request.headers.get("host", "")) not in self._host_names:
            raise BadRequestError(
                "このホスト名では使えません。管理者は YORISOI_ALLOWED_HOSTS を確かめてください"
            )
        length = request.headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            raise BadRequestError("送られた内容の長さが正しくありません")
        if int(length[:20]) > self._limit(request.scope["path"]):
            raise BodyTooLargeError(_TOO_LARGE)

    def _limit(self, path: str) -> int:
        own = (size for prefix, size in self._body_limits.items() if path.startswith(prefix))
        return max(own, default=DEFAULT_BODY_LIMIT)


def _host_name(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _log(scope: Scope, status: int, started: float, request_id: str) -> None:
    # The route's template, not the path: an address may carry a name or a question.
    route = getattr(scope.get("route"), "path", "(none)")
    logger.info(
        "%s %s %d %.0fms request=%s",
        scope["method"],
        route,
        status,
        (time.perf_counter() - started) * 1000,
        request_id,
    )
