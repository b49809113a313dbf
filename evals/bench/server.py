"""A real `yorisoi serve`: how soon it is ready, how much memory it takes, how fast it answers."""

import contextlib
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from app.settings import Settings
from evals.bench.visitor import Visitor
from evals.errors import MeasurementError
from evals.retrieval import OnProgress

_CHECKOUT = Path(__file__).resolve().parents[2]
SERVER_LOG = "bench-server.log"
_POLL_SECONDS = 0.1
_DEADLINE_SECONDS = 180.0
_STOP_SECONDS = 20.0


@dataclass(frozen=True)
class Account:
    username: str
    one_time_password: str


@dataclass(frozen=True)
class ServerSpeed:
    """Seconds since the process began; megabytes (10^6) of the process and its children.

    `memory` is the peak, with all questions answered.
    """

    listening: float
    ready: float
    first_page_ms: float
    questions_ms: Sequence[float]
    memory_ready: float
    memory: float


def measure_server(
    settings: Settings,
    account: Account,
    questions: Sequence[str],
    on_progress: OnProgress = lambda _: None,
) -> ServerSpeed:
    """Start a server on a filled store, wait until it is ready, ask as a person would."""
    with _server(settings) as (process, port, started):
        visitor = Visitor(port)
        listening = _wait(process, lambda: _state(visitor) != "", started)
        first_page = time.perf_counter()
        visitor.get("/signin")
        first_page_ms = (time.perf_counter() - first_page) * 1_000
        ready = _wait(process, lambda: _state(visitor) == "ready", started)
        memory_ready = memory_of(process.pid)
        visitor.sign_in(account.username, account.one_time_password)
        questions_ms = []
        for number, question in enumerate(questions, start=1):
            asked = time.perf_counter()
            visitor.ask(question)
            questions_ms.append((time.perf_counter() - asked) * 1_000)
            on_progress(number)
        memory = memory_of(process.pid, "VmHWM")
    return ServerSpeed(
        listening, ready, first_page_ms, questions_ms, memory_ready, memory or _peak_of_children()
    )


@contextlib.contextmanager
def visiting(settings: Settings, account: Account) -> Iterator[tuple[Visitor, int]]:
    """Someone signed in to a server that is ready, and the server's process."""
    with serving(settings, [account]) as (visitors, pid):
        yield visitors[0], pid


@contextlib.contextmanager
def serving(
    settings: Settings, accounts: Sequence[Account], environment: Mapping[str, str] | None = None
) -> Iterator[tuple[list[Visitor], int]]:
    """All of them signed in to a server that is ready, and its process.

    `environment`: settings of the server that are not those of `settings`.
    """
    with _server(settings, environment) as (process, port, started):
        visitors = [Visitor(port) for _ in accounts]
        _wait(process, lambda: _state(visitors[0]) == "ready", started)
        for visitor, account in zip(visitors, accounts, strict=True):
            visitor.sign_in(account.username, account.one_time_password)
        yield visitors, process.pid


@contextlib.contextmanager
def _server(
    settings: Settings, environment: Mapping[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[bytes], int, float]]:
    port = _free_port()
    log = settings.data_dir / SERVER_LOG
    with log.open("wb") as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve"],
            env={**_environment(settings, port), **(environment or {})},
            cwd=settings.data_dir,  # no .env of whoever measures
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process, port, started
        except (OSError, HTTPException) as error:
            raise MeasurementError(
                f"サーバーと話せませんでした（{error}）。記録: {_tail(log)}"
            ) from error
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _environment(settings: Settings, port: int) -> Mapping[str, str]:
    own = {
        "YORISOI_DATA_DIR": str(settings.data_dir),
        "YORISOI_MODELS_DIR": str(settings.models_dir.absolute()),
        "YORISOI_EMBEDDING_MODEL": settings.embedding_model,
        "YORISOI_HOST": "127.0.0.1",
        "YORISOI_LLM": "off",  # the same server, whatever this machine has pulled
        "YORISOI_PORT": str(port),
        "PYTHONPATH": os.pathsep.join([str(_CHECKOUT), os.environ.get("PYTHONPATH", "")]),
    }
    kept = {name: text for name, text in os.environ.items() if name != "YORISOI_DATABASE_URL"}
    return {**kept, **own}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _state(visitor: Visitor) -> str:
    """What the health page says; empty while nobody listens."""
    try:
        return visitor.health()
    except OSError:
        return ""


def _wait(process: subprocess.Popen[bytes], is_so: Callable[[], bool], started: float) -> float:
    """Seconds from `started` until it is so. Raises MeasurementError if that never comes."""
    while not is_so():
        if process.poll() is not None:
            raise MeasurementError(
                "サーバーが起動しませんでした。`yorisoi serve` で確かめてください。"
            )
        if time.perf_counter() - started > _DEADLINE_SECONDS:
            raise MeasurementError(
                f"サーバーが{_DEADLINE_SECONDS:.0f}秒以内に準備できませんでした。"
                "`yorisoi serve` で確かめてください。"
            )
        time.sleep(_POLL_SECONDS)
    return time.perf_counter() - started


def memory_of(pid: int, field: str = "VmRSS") -> float:
    """Resident megabytes of a process and its children, as Linux counts them; 0 elsewhere."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    own = next((line for line in status.splitlines() if line.startswith(f"{field}:")), "x 0")
    kibibytes = int(own.split()[1])
    return kibibytes * 1_024 / 1e6 + sum(memory_of(int(child), field) for child in children.split())


def _peak_of_children() -> float:
    """For systems without /proc, and only once the server has ended."""
    unit = 1 if sys.platform == "darwin" else 1_024
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit / 1e6


def _tail(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    return " ".join(lines[-3:])[-300:]
