"""One process at a time, told apart by name; a dead one holds nothing."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from filelock import FileLock

from app.clock import fixed_clock
from app.errors import StoreUnavailableError
from app.store_lock import NOTE_NAME, StoreHeldError, StoreLock

CLOCK = fixed_clock(datetime(2026, 11, 23, 9, 2, tzinfo=UTC))
HOLD = """
import sys, time
from pathlib import Path
from app.clock import fixed_clock
from app.store_lock import StoreLock
from datetime import datetime, UTC
clock = fixed_clock(datetime(2026, 11, 23, 9, 2, tzinfo=UTC))
lock = StoreLock(Path(sys.argv[1]), "yorisoi serve", clock)
lock.acquire()
print("held", flush=True)
time.sleep(60)
"""


def lock(folder: Path, command: str = "yorisoi search") -> StoreLock:
    return StoreLock(folder, command, CLOCK)


@pytest.fixture
def holder(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_second_process_fails_soon_and_names_the_first(tmp_path, holder):
    started = time.monotonic()
    with pytest.raises(StoreHeldError) as caught:
        lock(tmp_path).acquire()

    assert time.monotonic() - started < 1
    assert (
        f"データフォルダー {tmp_path} は別のプロセス"
        f"（PID {holder.pid}, yorisoi serve, 18:02 から）が使用中です。"
    ) in caught.value.message
    assert caught.value.exit_code == 1


def test_lock_of_a_killed_process_does_not_block(tmp_path, holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()

    lock(tmp_path).acquire()

    assert json.loads((tmp_path / NOTE_NAME).read_text(encoding="utf-8"))["pid"] == os.getpid()


def test_released_lock_may_be_taken_again(tmp_path):
    first, second = lock(tmp_path), lock(tmp_path)
    first.acquire()
    first.acquire()
    with pytest.raises(StoreHeldError):
        second.acquire()

    first.release()
    first.release()

    second.acquire()
    second.release()
    assert not (tmp_path / NOTE_NAME).exists()


def test_holder_of_another_day_is_told_with_its_date(tmp_path):
    first = lock(tmp_path, "yorisoi serve")
    first.acquire()
    later = fixed_clock(datetime(2026, 11, 24, 9, 2, tzinfo=UTC))

    with pytest.raises(StoreHeldError, match="2026-11-23 18:02 から"):
        StoreLock(tmp_path, "yorisoi search", later).acquire()
    first.release()


@pytest.mark.parametrize("note", ["", "{", "[]", '{"pid": 1}', '{"pid":1,"command":"x","since":5}'])
def test_unreadable_note_only_leaves_the_name_out(tmp_path, note):
    held = FileLock(tmp_path / "store.lock", thread_local=False)
    held.acquire()
    (tmp_path / NOTE_NAME).write_text(note, encoding="utf-8")

    with pytest.raises(StoreHeldError, match="は別のプロセスが使用中です"):
        lock(tmp_path).acquire()
    held.release()


def test_missing_folder_is_made_for_its_owner_only(tmp_path):
    lock(tmp_path / "new" / "data").acquire()

    assert (tmp_path / "new" / "data").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
def test_folder_that_cannot_be_written_is_told_in_japanese(tmp_path, monkeypatch, number):
    def refuse(*_args, **_kwargs):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "mkdir", refuse)

    with pytest.raises(StoreUnavailableError, match="書き込めません"):
        lock(tmp_path).acquire()


def test_note_that_cannot_be_written_gives_the_lock_back(tmp_path, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", refuse)
    with pytest.raises(StoreUnavailableError):
        lock(tmp_path).acquire()
    monkeypatch.undo()

    lock(tmp_path).acquire()
