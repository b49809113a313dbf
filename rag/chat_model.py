"""What a language model is to us: messages in, pieces of text out, and every way it can fail.

`rag.openai_chat_model` speaks to a server; `FakeChatModel` says what a test told it to. Both pass
the same contract (tests/contracts/test_chat_model_contract.py).
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, Self

from rag.errors import ChatModelGarbledError, ChatModelTimeoutError, OutboundRefusedError

_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffd]")


OutboundCheck = Callable[[bytes], bool]
"""Whether a request may be sent: path, headers and body as they would be. Raising means no."""


def is_public_text(_request: bytes) -> bool:
    """The check of requests that speak of nobody: measurements on public text."""
    return True


@dataclass(frozen=True)
class Message:
    role: Literal["system", "user", "assistant"]
    text: str


class ChatStream(Iterator[str], Protocol):
    """Pieces of one answer, in order, none of them empty.

    `close` ends it, also from another thread and while a piece is being waited for: the waiting
    `next` then ends as if the answer were over, and the server stops generating.
    """

    def close(self) -> None: ...


class ChatModel(Protocol):
    @property
    def name(self) -> str:
        """As records and pages call it."""

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
        """Answer `messages`. Nothing is sent before the first piece is asked for.

        `deadline_seconds` holds for the whole answer, from then on. None of `stop` is part of the
        answer; it ends before the first. `grammar` is GBNF; a server that knows none is not sent
        it, so what comes must be checked all the same. Nothing is sent that `check` does not
        allow. Iterating raises ChatModelUnavailableError, ChatModelTimeoutError,
        ChatModelGarbledError or OutboundRefusedError.
        """


@dataclass(frozen=True)
class FakeAnswer:
    """What a fake says: its pieces, each after `delay_seconds`; then `error`, or silence."""

    pieces: Sequence[str] = ()
    delay_seconds: float = 0.0
    error: Exception | None = None
    hangs: bool = False


@dataclass(frozen=True)
class FakeRequest:
    """What a fake was asked."""

    messages: tuple[Message, ...]
    max_tokens: int
    deadline_seconds: float
    stop: tuple[str, ...]
    temperature: float
    grammar: str | None

    @property
    def body(self) -> bytes:
        """As a server might get it."""
        content = {"messages": [vars(each) for each in self.messages], "grammar": self.grammar}
        return json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")


class FakeChatModel:
    """Gives the answers that were enqueued, in order, and nothing when there are no more."""

    def __init__(self, *answers: FakeAnswer, name: str = "fake") -> None:
        self.name = name
        self.requests: list[FakeRequest] = []
        self.closed = 0
        self._answers = deque(answers)

    def enqueue(self, *answers: FakeAnswer) -> None:
        self._answers.extend(answers)

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
        """As `ChatModel.stream`; `max_tokens` counts the characters of the answer."""
        request = FakeRequest(
            tuple(messages), max_tokens, deadline_seconds, tuple(stop), temperature, grammar
        )
        answer = self._answers.popleft() if self._answers else FakeAnswer()
        return _FakeStream(self, request, answer, check)


class _FakeStream:
    def __init__(
        self, model: FakeChatModel, request: FakeRequest, answer: FakeAnswer, check: OutboundCheck
    ) -> None:
        self._model = model
        self._check = check
        self._request = request
        self._answer = answer
        self._pieces = _cut(answer.pieces, request.stop, request.max_tokens)
        self._deadline = 0.0
        self._is_over = False
        self._is_closed = threading.Event()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        if self._is_over:
            raise StopIteration
        self._is_over = True  # unless a piece comes
        if not self._deadline:
            permit(self._check, self._request.body, self._model.name)
            self._model.requests.append(self._request)
        self._deadline = self._deadline or time.monotonic() + self._request.deadline_seconds
        piece = next(self._pieces, None)
        self._wait(None if piece is None and self._answer.hangs else self._answer.delay_seconds)
        if piece is not None:
            checked = checked_piece(piece, self._model.name)
            self._is_over = False
            return checked
        if self._answer.error is not None:
            raise self._answer.error
        raise StopIteration

    def _wait(self, seconds: float | None) -> None:
        left = self._deadline - time.monotonic()
        is_late = seconds is None or seconds > left
        if self._is_closed.wait(left if is_late else seconds):
            raise StopIteration
        if is_late:
            raise ChatModelTimeoutError(self._model.name, self._request.deadline_seconds)

    def close(self) -> None:
        if not self._is_closed.is_set():
            self._is_closed.set()
            self._model.closed += 1


def _cut(pieces: Sequence[str], stop: Sequence[str], max_characters: int) -> Iterator[str]:
    whole = "".join(pieces)
    places = (whole.find(each) for each in stop)
    left = min(max_characters, *(place for place in places if place >= 0), len(whole))
    for piece in pieces:
        if piece[:left]:
            yield piece[:left]
        left = max(left - len(piece), 0)


def permit(check: OutboundCheck | None, request: bytes, name: str) -> None:
    """Raises OutboundRefusedError unless the check says that the request may be sent."""
    try:
        is_allowed = check is not None and check(request)
    except Exception:  # noqa: BLE001 - whatever it is, it may quote what it found
        is_allowed = False
    if is_allowed is not True:
        raise OutboundRefusedError(name)


def checked_piece(text: str, name: str) -> str:
    """A piece as it came. Raises ChatModelGarbledError for what no text holds."""
    if _NO_TEXT.search(text):
        raise ChatModelGarbledError(name)
    return text
