"""The way to a model server: to one address of this machine, and nowhere else.

Neither proxies of the environment nor redirects are followed, only what a request needs is sent,
and a request that waits can be broken off from another thread.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx

from rag.chat_model import OutboundCheck, permit
from rag.errors import ChatModelError, ChatModelGarbledError, EndpointRefusedError

_SENT = {"accept", "authorization", "connection", "content-length", "content-type", "host"}
_CONNECT_SECONDS = 5.0
_MAX_RESPONSE_BYTES = 4_000_000  # an answer of the longest prompts has some ten thousand


def checked_base_url(base_url: str) -> str:
    """`base_url` without a slash at its end. Raises EndpointRefusedError unless it is loopback.

    `localhost` becomes 127.0.0.1, for a name may be made to lead anywhere.
    """
    try:
        parts = urlsplit(base_url.strip())
        host = "127.0.0.1" if parts.hostname == "localhost" else parts.hostname or ""
        is_loopback = ipaddress.ip_address(host).is_loopback
        port = parts.port
    except ValueError as error:
        raise EndpointRefusedError from error
    is_plain = not (parts.username or parts.password or parts.query or parts.fragment)
    if not is_loopback or not is_plain or parts.scheme not in {"http", "https"}:
        raise EndpointRefusedError
    place = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{place}{f':{port}' if port else ''}{parts.path.rstrip('/')}"


class Interruptible:
    """One request's connection, which another thread may cut. `error`: why, if it had to."""

    def __init__(self) -> None:
        self.is_cut = False
        self.error: ChatModelError | None = None
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()

    def cut(self, error: ChatModelError | None = None) -> None:
        """End it. The first who does says why; without `error` it was closed on purpose."""
        with self._lock:
            if not self.is_cut:
                self.error = error
            self.is_cut = True
            if self._socket is not None:
                # Closing it would not wake a thread that reads from it.
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def trace(self, event: str, details: Mapping[str, object]) -> None:
        """What httpcore calls as the request goes on; here it tells of its connection."""
        if event == "connection.connect_tcp.complete":
            stream = details["return_value"]
            with self._lock:
                self._socket = stream.get_extra_info("socket")  # type: ignore[attr-defined]
            if self.is_cut:
                self.cut()


class _Limited(httpx.SyncByteStream):
    """A response that ends where it is too long to be an answer: a line may have no end."""

    def __init__(self, stream: httpx.SyncByteStream, name: str) -> None:
        self._stream = stream
        self._name = name

    def __iter__(self) -> Iterator[bytes]:
        left = _MAX_RESPONSE_BYTES
        for piece in self._stream:
            left -= len(piece)
            if left < 0:
                raise ChatModelGarbledError(self._name)
            yield piece

    def close(self) -> None:
        self._stream.close()


def _as_sent(request: httpx.Request) -> bytes:
    headers = (b": ".join(header) for header in request.headers.raw)
    return b"\n".join((request.url.raw_path, *headers, b"", request.read()))


class LoopbackTransport(httpx.HTTPTransport):
    """Sends to the host and port of `base_url` only, each request on a connection of its own."""

    def __init__(self, base_url: str) -> None:
        # A connection that is kept would outlive the cut of another request.
        super().__init__(trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))
        self._base = httpx.URL(base_url)
        self._current = threading.local()

    @contextmanager
    def interruptible(self, request: Interruptible, check: OutboundCheck) -> Iterator[None]:
        """What this thread requests meanwhile can be cut by `request.cut()`, if `check` allows it.

        Outside of this nothing is sent at all.
        """
        self._current.request, self._current.check = request, check
        try:
            yield
        finally:
            self._current.request = self._current.check = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        if (url.scheme, url.host, url.port) != (
            self._base.scheme,
            self._base.host,
            self._base.port,
        ):
            raise EndpointRefusedError
        for name in set(request.headers) - _SENT:
            del request.headers[name]
        permit(getattr(self._current, "check", None), _as_sent(request), self._base.host)
        current: Interruptible | None = getattr(self._current, "request", None)
        if current is not None:
            request.extensions["trace"] = current.trace
        response = super().handle_request(request)
        assert isinstance(response.stream, httpx.SyncByteStream)
        response.stream = _Limited(response.stream, self._base.host)
        return response

    def client(self, timeout_seconds: float) -> httpx.Client:
        """A client that knows no way but this one."""
        return httpx.Client(
            transport=self,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(timeout_seconds, connect=_CONNECT_SECONDS),
        )
