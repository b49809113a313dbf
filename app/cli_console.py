"""Output for people: always UTF-8, results on stdout, progress and errors on stderr."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from app.knowledge.report import OnProgress
from app.knowledge.report import Progress as IngestProgress
from rag.models import ProgressCallback

_WIDTH_OF_A_FILE = 200


def use_utf8() -> None:
    """Whatever LANG says: a pipe to another program must carry Japanese."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")


def out() -> Console:
    """For results. What documents say is never read as Rich's markup."""
    width = None if sys.stdout.isatty() else _WIDTH_OF_A_FILE
    return Console(file=sys.stdout, width=width, markup=False, emoji=False, highlight=False)


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def say_error(message: str) -> None:
    """One line, whatever is in the message."""
    print(" ".join(message.split()), file=sys.stderr, flush=True)


@contextmanager
def ingest_progress() -> Iterator[OnProgress]:
    with _bar(
        MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.fields[name]}", markup=False)
    ) as bar:
        task = bar.add_task("読み取り", total=None, name="")

        def show(progress: IngestProgress) -> None:
            bar.update(
                task,
                description=progress.stage.label,
                completed=progress.done,
                total=progress.total,
                name=progress.document,
            )

        yield show


@contextmanager
def pull_progress() -> Iterator[ProgressCallback]:
    with _bar(DownloadColumn(), TimeElapsedColumn()) as bar:
        task = bar.add_task("モデルの取得", total=None, visible=False)

        def show(done: int, total: int, stage: str) -> None:
            bar.update(task, description=stage, completed=done, total=total, visible=True)

        yield show


def _bar(
    *columns: MofNCompleteColumn | DownloadColumn | TimeElapsedColumn | TextColumn,
) -> Progress:
    console = Console(file=sys.stderr, markup=False, emoji=False, highlight=False)
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        *columns,
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
