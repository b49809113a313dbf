"""Starts llama.cpp's server in a process of its own, watches it and starts it again."""

from __future__ import annotations

import contextlib
import http.client
import json
import logging
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from queue import Empty, Queue
from typing import IO
from urllib.parse import urlsplit

from rag.chat_model import ChatModel, ChatStream, Message, OutboundCheck
from rag.errors import ChatModelUnavailableError, EndpointRefusedError
from rag.loopback import checked_base_url
from rag.openai_chat_model import OpenAIChatModel

logger = logging.getLogger(__name__)

LOCAL = "local"
"""The name of the built-in model, as a provider."""

COMMAND = (sys.executable, "-P", str(Path(__file__).with_name("llama_server.py")))
_LINE_BYTES = 4_096
_SILENT = "応答がありません"
# What the process needs of ours. Keys and addresses of databases are none of its business.
_PASSED_ON = {"HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "SYSTEMROOT", "TMPDIR"}


@dataclass(frozen=True)
class LocalModelSettings:
    """`threads` 0: one for each CPU; `context`: tokens of prompt and answer together."""

    model: Path
    threads: int = 0
    context: int = 2_048


@dataclass(frozen=True)
class Patience:
    """Seconds. A busy machine starves a process of the lowest priority: it is not hung at once.

    `probe`: after so long without a reply nobody waits for an answer; `silence`: after so long the
    process is ended. `pauses`: before the first, second … new start in a row; `steady`: after so
    long in service the row begins anew.
    """

    start: float = 300.0
    between_probes: float = 10.0
    probe: float = 15.0
    silence: float = 120.0
    pauses: tuple[float, ...] = (1.0, 5.0, 30.0, 120.0)
    steady: float = 300.0
    stop: float = 3.0


class ServerPhase(StrEnum):
    STOPPED = "stopped"
    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True)
class ServerState:
    """`reason` (Japanese) and `retry_at` (time.monotonic) belong to FAILED.

    FAILED is a server that is not there, or one that is silent and may be only starved.
    """

    phase: ServerPhase
    reason: str = ""
    retry_at: float = 0.0


class LocalModelServer:
    """Keeps one server alive from `start` to `stop`. Also the `ChatModel` that speaks to it."""

    name = LOCAL

    def __init__(
        self,
        settings: LocalModelSettings,
        *,
        command: Sequence[str] = COMMAND,
        patience: Patience | None = None,
    ) -> None:
        self._settings = settings
        self._command = tuple(command)
        self._patience = patience or Patience()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._state = ServerState(ServerPhase.STOPPED)
        self._process: subprocess.Popen[bytes] | None = None
        self._model: OpenAIChatModel | None = None
        self._thread: threading.Thread | None = None
        self._changed = threading.Condition()

    @property
    def state(self) -> ServerState:
        return self._state

    @property
    def pid(self) -> int | None:
        """The server's process while there is one."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def start(self) -> None:
        """Begin; returns at once. Harmless when it has begun."""
        with self._lock:
            if self._thread is None:
                self._stopping.clear()
                self._set(ServerState(ServerPhase.STARTING))
                self._thread = threading.Thread(target=self._run, name="local-model", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End the server; returns when its process is gone."""
        self._stopping.set()
        thread = self._thread
        self._end(self._process)
        if thread is not None:
            thread.join()
        with self._lock:
            self._thread = None
        self._set(ServerState(ServerPhase.STOPPED))

    def wait_until_settled(self, timeout_seconds: float) -> ServerState:
        """Wait until it is ready, has failed or is stopped; the state then, whatever it is."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._state.phase is not ServerPhase.STARTING, timeout_seconds
            )
        return self._state

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
        """As `ChatModel.stream`. Raises ChatModelUnavailableError at once if it is not ready."""
        model: ChatModel | None = self._model
        if model is None:
            raise ChatModelUnavailableError(self.name, "準備ができていません")
        return model.stream(
            messages,
            max_tokens=max_tokens,
            deadline_seconds=deadline_seconds,
            check=check,
            stop=stop,
            temperature=temperature,
            grammar=grammar,
        )

    def _set(self, state: ServerState) -> None:
        with self._changed:
            self._state = state
            self._changed.notify_all()

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            self._set(ServerState(ServerPhase.STARTING))
            started = time.monotonic()
            try:
                reason = self._serve()
            except Exception as error:  # noqa: BLE001 - the watch itself must never end
                reason = f"起動できません（{type(error).__name__}）"
            finally:
                self._model = None
                self._end(self._process)
            if self._stopping.is_set():
                return
            failures = 0 if time.monotonic() - started > self._patience.steady else failures
            pause = self._patience.pauses[min(failures, len(self._patience.pauses) - 1)]
            failures += 1
            logger.warning("local model: %s; again in %.0f s", reason, pause)
            self._set(ServerState(ServerPhase.FAILED, reason, time.monotonic() + pause))
            self._stopping.wait(pause)

    def _serve(self) -> str:
        """Run one server until it is over; why it is, in Japanese."""
        key = secrets.token_urlsafe(32)
        process = self._spawn()
        if self._stopping.is_set():
            return ""
        told, reason = self._read_address(process, key)
        if told is None:
            return reason
        model = OpenAIChatModel(f"{told}/v1", LOCAL, api_key=key, name=LOCAL, is_llama_cpp=True)
        model.warm_up()
        heard = time.monotonic()
        while True:
            if _answers(told, key, self._patience.probe):
                heard = time.monotonic()
                if self._model is None and not self._stopping.is_set():
                    self._model = model
                    self._set(ServerState(ServerPhase.READY))
                    logger.info("local model: ready")
            elif time.monotonic() - heard > self._patience.silence:
                return _SILENT
            elif self._state.phase is not ServerPhase.STARTING:
                self._fall_silent(model)
            with contextlib.suppress(subprocess.TimeoutExpired):
                status = process.wait(self._patience.between_probes)
                return f"終了しました（終了コード {status}）"

    def _fall_silent(self, model: OpenAIChatModel) -> None:
        """Nobody waits for what may be hung; it is ready again when it replies."""
        if self._model is not None:
            logger.warning("local model: silent")
        self._model = None
        retry_at = time.monotonic() + self._patience.between_probes
        self._set(ServerState(ServerPhase.FAILED, _SILENT, retry_at))
        model.break_off(_SILENT)

    def _spawn(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(  # noqa: S603 - our own program, no shell
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # llama.cpp may quote what it was asked
            env={name: value for name, value in os.environ.items() if name in _PASSED_ON},
            # Ctrl-C is for us; the end of stdin tells it. A session of its own would be a
            # scheduling group of its own on Linux, and its low priority would count only there.
            process_group=0,
        )
        self._process = process
        return process

    def _read_address(self, process: subprocess.Popen[bytes], key: str) -> tuple[str | None, str]:
        """Where it listens, or None and why not."""
        assert process.stdin is not None
        assert process.stdout is not None
        order = {
            "model": str(self._settings.model),
            "threads": self._settings.threads,
            "context": self._settings.context,
            "api_key": key,
        }
        with contextlib.suppress(BrokenPipeError):  # then it has ended, and says why
            process.stdin.write(json.dumps(order).encode() + b"\n")
            process.stdin.flush()
        lines: Queue[bytes] = Queue()
        threading.Thread(target=_read_line, args=(process.stdout, lines), daemon=True).start()
        try:
            line = lines.get(timeout=self._patience.start)
        except Empty:
            return None, f"{self._patience.start:g} 秒待っても始まりません"
        return _address_in(line)

    def _end(self, process: subprocess.Popen[bytes] | None) -> None:
        if process is None:
            return
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(self._patience.stop)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        with contextlib.suppress(OSError):
            assert process.stdin is not None
            process.stdin.close()


def _read_line(stream: IO[bytes], lines: Queue[bytes]) -> None:
    with contextlib.suppress(OSError, ValueError), stream:
        lines.put(stream.readline(_LINE_BYTES))


def _address_in(line: bytes) -> tuple[str | None, str]:
    if not line:
        return None, "始まる前に終了しました"
    try:
        told = json.loads(line)
        if "error" in told:
            logger.warning("local model: %s", told["error"])
            return None, "モデルを読み込めません"
        return checked_base_url(told["address"]), ""
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, EndpointRefusedError):
        return None, "応答が壊れています"


def _answers(address: str, key: str, timeout_seconds: float) -> bool:
    """Whether the loop that generates answers, not only the one that accepts connections."""
    place = urlsplit(address)
    connection = http.client.HTTPConnection(
        place.hostname or "", place.port, timeout=timeout_seconds
    )
    try:
        connection.request("GET", "/slots", headers={"Authorization": f"Bearer {key}"})
        response = connection.getresponse()
        return response.status == http.client.OK and isinstance(json.loads(response.read()), list)
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()
