"""The one chat client: LangChain's `ChatOpenAI` against a server on this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import cached_property, partial
from typing import Any, Self
from weakref import WeakSet

import httpx
from pydantic import SecretStr

from rag.chat_model import ChatStream, Message, OutboundCheck, checked_piece, is_public_text
from rag.errors import (
    ChatModelError,
    ChatModelGarbledError,
    ChatModelTimeoutError,
    ChatModelUnavailableError,
    OutboundRefusedError,
)
from rag.loopback import Interruptible, LoopbackTransport, checked_base_url

_NO_KEY = "none"  # the client insists on one; a server without accounts ignores it
_REFUSING = {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}
_LONGEST_SILENCE_SECONDS = 600.0  # the deadline of each answer is shorter


class OpenAIChatModel:
    """A `ChatModel` of any server that speaks the OpenAI protocol.

    `is_llama_cpp` says that the server takes a GBNF grammar and keeps the state of a prompt.
    Raises EndpointRefusedError unless `base_url` is on this machine.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        api_key: str = "",
        name: str | None = None,
        is_llama_cpp: bool = False,
    ) -> None:
        self.name = name or model
        self._base_url = checked_base_url(base_url)
        self._model = model
        self._api_key = api_key or _NO_KEY
        self._is_llama_cpp = is_llama_cpp
        self._transport = LoopbackTransport(self._base_url)
        self._lock = threading.Lock()
        self._requests: WeakSet[Interruptible] = WeakSet()

    def stream(  # noqa: PLR0913 - the knobs of one answer
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        deadline_seconds: float,
        check: OutboundCheck,
        stop: Sequence[str] = (),
        temperature: float = 0.0,
        grammar: str | None = None,
    ) -> ChatStream:
        """As `ChatModel.stream`."""
        body: dict[str, Any] = {}
        if self._is_llama_cpp:
            body["cache_prompt"] = True
            if grammar is not None:
                body["grammar"] = grammar

        def ask() -> Iterator[Any]:
            with self._lock:  # two threads must not make it twice
                client = self._client
            answer: Iterator[Any] = client.stream(
                [{"role": each.role, "content": each.text} for each in messages],
                stop=list(stop) or None,
                max_tokens=max_tokens,
                temperature=temperature,
                extra_body=body or None,
            )
            return answer

        request = Interruptible()
        with self._lock:
            self._requests.add(request)
        connect = partial(self._transport.interruptible, request, check)
        return _Answer(self.name, ask, connect, request, deadline_seconds)

    def break_off(self, reason: str) -> None:
        """End all answers that go on; their readers get ChatModelUnavailableError of `reason`."""
        with self._lock:
            requests = list(self._requests)
        for request in requests:
            request.cut(ChatModelUnavailableError(self.name, reason))

    @cached_property
    def _client(self) -> Any:
        import langsmith  # noqa: PLC0415 - what takes a second is loaded when it is needed
        from langchain_openai import ChatOpenAI  # noqa: PLC0415 - the same

        # An environment variable could otherwise make LangChain send every prompt outside.
        langsmith.configure(enabled=False)
        http = self._transport.client(_LONGEST_SILENCE_SECONDS)
        return ChatOpenAI(
            model=self._model,
            base_url=self._base_url,
            api_key=SecretStr(self._api_key),
            http_client=http,
            max_retries=0,
            openai_proxy="",
            stream_usage=False,
            use_responses_api=False,
            output_version="v0",
        )

    def probe(self, timeout_seconds: float) -> None:
        """Ask for the list of models: whether the server answers at all, at no cost to it.

        Servers without such a list answer, too. Raises ChatModelTimeoutError where it is silent,
        ChatModelUnavailableError where nobody listens or it refuses us.
        """
        address, headers = f"{self._base_url}/models", {"authorization": f"Bearer {self._api_key}"}
        try:
            client = self._transport.client(timeout_seconds)
            with (
                self._transport.interruptible(Interruptible(), is_public_text),
                client.stream("GET", address, headers=headers) as response,
            ):
                status = response.status_code
        except httpx.TimeoutException as error:
            raise ChatModelTimeoutError(self.name, timeout_seconds) from error
        except httpx.HTTPError as error:
            raise ChatModelUnavailableError(self.name, "つながりません") from error
        if status in _REFUSING or status >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise ChatModelUnavailableError(self.name, f"断られました: HTTP {status}")

    def warm_up(self) -> None:
        """Load the client's library, here and now: about a second of CPU."""
        with self._lock:
            _ = self._client


class _Answer:
    """One answer as it streams. Nothing here refers to the caller, so dropping it ends it."""

    def __init__(
        self,
        name: str,
        ask: Callable[[], Iterator[Any]],
        connect: Callable[[], AbstractContextManager[None]],
        request: Interruptible,
        deadline_seconds: float,
    ) -> None:
        self._name = name
        self._ask = ask
        self._connect = connect
        self._request = request
        self._is_over = False
        self._is_finished = False
        self._reading = threading.Lock()
        self._chunks: Iterator[Any] | None = None
        late = ChatModelTimeoutError(name, deadline_seconds)
        self._timer = threading.Timer(deadline_seconds, request.cut, (late,))
        self._timer.daemon = True

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        with self._reading:
            piece = None if self._is_over else self._next_piece()
        if piece is None:
            self.close()
            raise StopIteration
        return piece

    def _next_piece(self) -> str | None:
        try:
            with self._connect():
                if self._chunks is None:
                    self._timer.start()
                    self._chunks = self._ask()
                for chunk in self._chunks:
                    self._is_finished |= bool(chunk.response_metadata.get("finish_reason"))
                    if chunk.content:
                        return checked_piece(str(chunk.content), self._name)
                    if self._request.is_cut:
                        break
        except Exception as error:
            explained = self._explain(error)
            self._end()
            if explained is None:
                return None
            raise explained from error
        self._check_end()
        return None

    def _check_end(self) -> None:
        self._end()
        if self._request.error is not None:
            raise self._request.error
        if not self._is_finished and not self._request.is_cut:
            raise ChatModelGarbledError(self._name)

    def _explain(self, error: Exception) -> ChatModelError | None:
        """Why it ended, or None if it was closed on purpose.

        What was not sent for what it held is told, whatever else happened meanwhile.
        """
        if isinstance(error, OutboundRefusedError):
            return error
        if self._request.is_cut:
            return self._request.error
        return explain_failure(error, self._name)

    def close(self) -> None:
        """As `ChatStream.close`."""
        self._request.cut()
        self._timer.cancel()
        if self._reading.acquire(blocking=False):  # else the reading thread ends it
            try:
                self._end()
            finally:
                self._reading.release()

    def _end(self) -> None:
        self._is_over = True
        self._timer.cancel()
        close = getattr(self._chunks, "close", None)
        if close is not None:
            close()

    def __del__(self) -> None:
        self.close()


def explain_failure(error: Exception, name: str) -> ChatModelError:
    """Any failure of a request in our words.

    No message of the server is taken over, for it may quote what was asked.
    """
    import openai  # noqa: PLC0415 - loaded with the client

    if isinstance(error.__cause__, ChatModelError):
        return error.__cause__  # our own transport refused; the client wrapped that
    match error:
        case openai.APITimeoutError():
            return ChatModelTimeoutError(name, _LONGEST_SILENCE_SECONDS)
        case openai.APIStatusError(status_code=status):
            return ChatModelUnavailableError(name, f"断られました: HTTP {status}")
        case openai.APIConnectionError():
            return ChatModelUnavailableError(name, "つながりません")
        case ChatModelError():
            return error
    return ChatModelGarbledError(name)
