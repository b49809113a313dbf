"""Server-sent events of something that takes a while, and stops when nobody reads them any more."""

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator, Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fastapi.responses import StreamingResponse

from app.errors import YorisoiError
from app.fault import describe_fault
from rag.errors import RagError

logger = logging.getLogger(__name__)

T = TypeVar("T")

HEARTBEAT_SECONDS = 10.0
_UNEXPECTED = (
    "回答の途中で不具合が起きました。もう一度お試しください。続くときは管理者へ連絡してください"
)


@dataclass(frozen=True)
class ServerSentEvent:
    """`data` travels as JSON on one line, so that no text can end the event early."""

    name: str
    data: Mapping[str, Any]

    def encode(self) -> str:
        return f"event: {self.name}\ndata: {json.dumps(self.data, ensure_ascii=False)}\n\n"


class _Pump(Generic[T]):
    """Runs the steps in a thread of their own and hands each over to the loop."""

    def __init__(self, steps: Generator[T, None, None]) -> None:
        self._steps = steps
        self._loop = asyncio.get_running_loop()
        self._stopping = threading.Event()
        self.queue: asyncio.Queue[T | Exception | None] = asyncio.Queue()

    def start(self) -> None:
        threading.Thread(target=self._run, name="answer", daemon=True).start()

    def stop(self) -> None:
        """The step under way is the last one; then the steps are closed, and end what they do."""
        self._stopping.set()

    def _run(self) -> None:
        try:
            for step in self._steps:
                self._hand_over(step)
                if self._stopping.is_set():
                    break
            self._steps.close()
        except Exception as error:  # noqa: BLE001 - a thread has nobody to raise to
            self._hand_over(error)
        finally:
            self._hand_over(None)

    def _hand_over(self, item: T | Exception | None) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.queue.put_nowait, item)


def stream(
    steps: Generator[T, None, None], to_event: Callable[[T], ServerSentEvent]
) -> StreamingResponse:
    """The steps as events. When the reader goes away, so does the work."""
    return StreamingResponse(
        _events(steps, to_event),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},  # a proxy must not collect them
    )


async def _events(
    steps: Generator[T, None, None], to_event: Callable[[T], ServerSentEvent]
) -> AsyncIterator[str]:
    pump = _Pump(steps)
    pump.start()
    try:
        while True:
            try:
                item = await asyncio.wait_for(pump.queue.get(), HEARTBEAT_SECONDS)
            except TimeoutError:
                yield ": wait\n\n"  # keeps proxies from closing, and notices a reader who left
                continue
            if item is None:
                return
            if isinstance(item, Exception):
                yield ServerSentEvent("failed", {"message": _message(item)}).encode()
            else:
                yield to_event(item).encode()
    finally:
        pump.stop()


def _message(error: Exception) -> str:
    if isinstance(error, YorisoiError | RagError):
        return str(error)
    logger.error("answer failed: %s", describe_fault(error))
    return _UNEXPECTED
