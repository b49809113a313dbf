"""What a measurement tells of itself while it runs."""

from typing import Protocol


class Watcher(Protocol):
    """Told what is being done; the terminal shows bars, tests nothing."""

    def stage(self, title: str, total: int | None) -> None:
        """Something new begins; `total` steps, if that is known."""

    def advance(self, done: int) -> None:
        """`done` steps of it are done."""


class Silent:
    """A watcher that shows nothing."""

    def stage(self, title: str, total: int | None) -> None:
        pass

    def advance(self, done: int) -> None:
        pass
