"""The command line in this process, with stand-ins only for what is slow."""

from __future__ import annotations

import io
import json
import logging
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.accounts.passwords import Passwords
from app.bootstrap import Overrides
from app.cli import main
from app.clock import fixed_clock
from rag.embedder import FakeEmbedder
from rag.vector_store import InMemoryVectorStore

NOW = datetime(2026, 11, 23, 0, 5, tzinfo=UTC)


@dataclass
class Ran:
    """What one command left behind."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Yorisoi:
    """Runs commands on one data folder. Vectors outlive a command, as they do on a disk."""

    data_dir: Path
    overrides: Overrides
    capture: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch

    def __call__(self, *arguments: str, stdin: bytes | str = b"") -> Ran:
        return self.bare("--data-dir", str(self.data_dir), *arguments, stdin=stdin)

    def bare(self, *arguments: str, stdin: bytes | str = b"") -> Ran:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        self.patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
        self.capture.readouterr()
        status = main(list(arguments), self.overrides)
        captured = self.capture.readouterr()
        return Ran(status, captured.out, captured.err)


@pytest.fixture
def yorisoi(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Yorisoi]:
    passwords = Passwords(PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),)))
    overrides = Overrides(
        clock=fixed_clock(NOW),
        embedder=FakeEmbedder(),
        vectors=InMemoryVectorStore(),
        passwords=passwords,
    )
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    with warnings.catch_warnings():  # a command silences those of libraries
        yield Yorisoi(tmp_path / "data", overrides, capsys, monkeypatch)
    root.handlers[:] = handlers
    root.setLevel(level)
