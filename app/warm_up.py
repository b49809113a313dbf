"""Loads what takes seconds in the background, and says meanwhile what is being waited for."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.container import Readiness
from app.errors import YorisoiError
from app.fault import describe_fault
from rag.errors import RagError

logger = logging.getLogger(__name__)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Step:
    """`message` is shown while `load` runs; `load` may say more through its argument."""

    message: str
    load: Callable[[Say], None]


class WarmUp:
    """A `ReadinessProbe` that gets ready by itself once `start` was called."""

    def __init__(self, steps: Sequence[Step], ready_message: Callable[[], str]) -> None:
        self._steps = steps
        self._ready_message = ready_message
        self._state = Readiness(ready=False, message="起動しています。")
        self._is_ready = False
        self._thread: threading.Thread | None = None

    def state(self) -> Readiness:
        if self._is_ready:
            return Readiness(ready=True, message=self._ready_message())
        return self._state

    def start(self, then: Callable[[], None] = lambda: None) -> None:
        """Run all steps in the background; `then` follows what is loaded, before it is served."""
        if self._thread is None:
            self._thread = threading.Thread(
                target=self.run, args=(then,), name="warm-up", daemon=True
            )
            self._thread.start()

    def run(self, then: Callable[[], None] = lambda: None) -> None:
        """All steps, here and now. What fails stays visible as the state; it is not raised."""
        try:
            for step in self._steps:
                self._say(step.message)
                step.load(self._say)
            then()
        except (YorisoiError, RagError) as error:
            logger.error("not ready: %s", error)  # noqa: TRY400 - an expected failure
            self._say(str(error))
        except Exception as error:  # noqa: BLE001 - a thread has nobody to raise to
            logger.critical("not ready: %s", describe_fault(error))
            self._say(
                f"準備に失敗しました（{type(error).__name__}）。管理者は記録を確かめてください。"
            )
        else:
            self._is_ready = True
            logger.info("ready")

    def _say(self, message: str) -> None:
        self._state = Readiness(ready=False, message=message)
