"""The language model as the application has it: which one, whether it can write now, and why not.

Evidence never waits for it. `serve` starts what is on this machine; `run` also pulls it, beside
the running server; no other command touches it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from app.errors import BadInputError
from app.fault import describe_fault
from app.settings import Settings
from rag.chat_model import ChatModel
from rag.errors import (
    ChatModelTimeoutError,
    ChatModelUnavailableError,
    EndpointRefusedError,
    RagError,
)
from rag.local_model import LOCAL, LocalModelServer, LocalModelSettings, ServerPhase
from rag.models import BUNDLED_LLM, ModelSpec, ProgressCallback, find_spec, is_ready, pull
from rag.openai_chat_model import OpenAIChatModel

logger = logging.getLogger(__name__)

Say = Callable[[str], None]
Pull = Callable[[ProgressCallback], object]
_TOLD_EVERY_PERCENT = 10
_SILENT = "応答がありません"


class LanguageModelState(StrEnum):
    OFF = "off"
    ABSENT = "absent"
    PULLING = "pulling"
    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True)
class LanguageModelStatus:
    """`message`: Japanese, for people; empty when there is nothing to say.

    `percent` belongs to PULLING, `retry_seconds` (until the next try) to FAILED.
    """

    state: LanguageModelState
    message: str = ""
    percent: int | None = None
    retry_seconds: int | None = None

    @property
    def is_on(self) -> bool:
        """Whether sentences may come above the evidence now."""
        return self.state is LanguageModelState.READY


class LanguageModelProbe(Protocol):
    def status(self) -> LanguageModelStatus:
        """How it is now. Quick, and never starts anything itself."""


class LanguageModel(LanguageModelProbe, Protocol):
    @property
    def name(self) -> str:
        """The provider's name; empty when there is none."""

    def model(self) -> ChatModel | None:
        """What can write now; None while nothing can."""

    def start(self, *, may_pull: bool, say: Say) -> None:
        """Begin to get ready in the background; returns at once."""

    def stop(self) -> None:
        """End what was started; harmless when nothing was."""

    def running(self, timeout_seconds: float) -> AbstractContextManager[ChatModel | None]:
        """The model for the life of one command. Raises ChatModelUnavailableError if it fails."""


class NoLanguageModel:
    """`YORISOI_LLM=off`, and commands that need none."""

    name = ""

    def status(self) -> LanguageModelStatus:
        return LanguageModelStatus(LanguageModelState.OFF)

    def model(self) -> ChatModel | None:
        return None

    def start(self, *, may_pull: bool, say: Say) -> None:
        pass

    def stop(self) -> None:
        pass

    def running(self, timeout_seconds: float) -> AbstractContextManager[ChatModel | None]:
        del timeout_seconds
        return nullcontext()


@dataclass(frozen=True)
class EndpointPatience:
    """Seconds. `silence`: a server that is silent for less may be busy with an answer."""

    between_probes: float = 10.0
    probe: float = 5.0
    silence: float = 60.0


class EndpointLanguageModel:
    """A server that somebody else runs on this machine. It is believed to answer until `start`;
    from then to `stop` it is watched.
    """

    def __init__(self, model: OpenAIChatModel, patience: EndpointPatience | None = None) -> None:
        self._model = model
        self._patience = patience or EndpointPatience()
        self._status = LanguageModelStatus(LanguageModelState.READY)
        self._next_probe = 0.0
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.name = model.name

    def status(self) -> LanguageModelStatus:
        if self._status.state is not LanguageModelState.FAILED:
            return self._status
        left = max(round(self._next_probe - time.monotonic()), 0)
        return replace(self._status, retry_seconds=left)

    def model(self) -> ChatModel | None:
        return self._model if self._status.is_on else None

    def start(self, *, may_pull: bool, say: Say) -> None:
        del may_pull, say
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="endpoint", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    @contextmanager
    def running(self, timeout_seconds: float) -> Iterator[ChatModel]:
        """The model for the life of one command. Raises ChatModelUnavailableError if it fails."""
        try:
            self._model.probe(timeout_seconds)
        except ChatModelTimeoutError as error:
            raise ChatModelUnavailableError(self.name, _SILENT) from error
        yield self._model

    def _watch(self) -> None:
        heard = time.monotonic()
        while not self._stopping.is_set():
            try:
                self._model.probe(self._patience.probe)
            except ChatModelTimeoutError:
                if time.monotonic() - heard >= self._patience.silence:
                    self._fail(_SILENT)
            except ChatModelUnavailableError as error:
                self._fail(error.reason)
            except Exception as error:  # noqa: BLE001 - the watch itself must never end
                logger.critical("language model not probed: %s", describe_fault(error))
                self._fail("接続先を確かめられません")
            else:
                heard = time.monotonic()
                self._set(LanguageModelStatus(LanguageModelState.READY))
            self._stopping.wait(self._patience.between_probes)

    def _fail(self, reason: str) -> None:
        message = f"文章生成の接続先を使えません：{reason}。つながりしだい、使い始めます。"
        self._next_probe = time.monotonic() + self._patience.between_probes
        self._set(LanguageModelStatus(LanguageModelState.FAILED, message))

    def _set(self, status: LanguageModelStatus) -> None:
        if status != self._status:
            logger.info("language model at its endpoint: %s", status.state)
        self._status = status


class LocalLanguageModel:
    """The built-in model: pulled if that is allowed, then served and watched."""

    name = LOCAL

    def __init__(
        self, server: LocalModelServer, *, is_here: Callable[[], bool], pull_model: Pull
    ) -> None:
        self._server = server
        self._is_here = is_here
        self._pull_model = pull_model
        self._pull_status: LanguageModelStatus | None = None
        self._told_percent = 0
        self._lock = threading.Lock()
        self._is_stopped = False

    def status(self) -> LanguageModelStatus:
        if self._pull_status is not None:
            return self._pull_status
        state = self._server.state
        match state.phase:
            case ServerPhase.READY:
                return LanguageModelStatus(LanguageModelState.READY)
            case ServerPhase.STARTING:
                return LanguageModelStatus(
                    LanguageModelState.STARTING, "文章生成モデルを読み込んでいます。"
                )
            case ServerPhase.FAILED:
                left = max(round(state.retry_at - time.monotonic()), 0)
                message = (
                    f"文章生成モデルを使えません：{state.reason}。{left}秒後にもう一度試します。"
                )
                return LanguageModelStatus(LanguageModelState.FAILED, message, None, left)
        if self._is_here():
            return LanguageModelStatus(
                LanguageModelState.STARTING, "文章生成モデルは、検索の準備のあとで読み込みます。"
            )
        return LanguageModelStatus(
            LanguageModelState.ABSENT,
            f"文章生成モデルがありません。`yorisoi models pull {BUNDLED_LLM}` で取得できます。",
        )

    def model(self) -> ChatModel | None:
        return self._server if self._server.state.phase is ServerPhase.READY else None

    def start(self, *, may_pull: bool, say: Say) -> None:
        if self._is_here():
            self._start_server()
        elif may_pull:
            self._pulled(0)
            threading.Thread(
                target=self._pull_and_start, args=(say,), name="pull-llm", daemon=True
            ).start()
        else:
            say(self.status().message)

    def stop(self) -> None:
        with self._lock:
            self._is_stopped = True
        self._server.stop()

    @contextmanager
    def running(self, timeout_seconds: float) -> Iterator[ChatModel]:
        """The model for the life of one command. Raises ChatModelUnavailableError if it fails."""
        self._start_server()
        try:
            state = self._server.wait_until_settled(timeout_seconds)
            if state.phase is not ServerPhase.READY:
                raise ChatModelUnavailableError(LOCAL, state.reason or "始まりません")
            yield self._server
        finally:
            self._server.stop()

    def _start_server(self) -> None:
        with self._lock:  # not after the application has ended
            if not self._is_stopped:
                self._server.start()

    def _pull_and_start(self, say: Say) -> None:
        say("文章生成モデルを裏で取得しています。その間も、資料の抜粋でお答えします。")

        def show(done: int, total: int, _stage: str) -> None:
            percent = min(100 * done // total, 100) if total else 0
            self._pulled(percent)
            if percent >= self._told_percent + _TOLD_EVERY_PERCENT:
                self._told_percent = percent - percent % _TOLD_EVERY_PERCENT
                say(f"文章生成モデルを取得しています… {self._told_percent}%")

        try:
            self._pull_model(show)
        except RagError as error:
            logger.warning("language model not pulled: %s", type(error).__name__)
            self._fail(str(error), say)
        except Exception as error:  # noqa: BLE001 - a thread has nobody to raise to
            logger.critical("language model not pulled: %s", describe_fault(error))
            self._fail("文章生成モデルを取得できませんでした。記録を確かめてください。", say)
        else:
            self._start_server()
            self._pull_status = None
            say("文章生成モデルを取得しました。読み込みが終わりしだい、使い始めます。")

    def _fail(self, message: str, say: Say) -> None:
        self._pull_status = LanguageModelStatus(LanguageModelState.FAILED, message)
        say(f"{message} 資料の抜粋でのお答えは続けます。")

    def _pulled(self, percent: int) -> None:
        self._pull_status = LanguageModelStatus(
            LanguageModelState.PULLING, f"文章生成モデルを取得しています（{percent}%）。", percent
        )


def make_language_model(settings: Settings) -> LanguageModel:
    """The model that the settings ask for; nothing is started or loaded.

    Raises BadInputError for an endpoint without address or model, or outside this machine.
    """
    if settings.llm == "off":
        return NoLanguageModel()
    if settings.llm == "openai":
        return EndpointLanguageModel(_endpoint(settings))
    return make_local_model(settings)


def make_local_model(settings: Settings) -> LocalLanguageModel:
    """The built-in model, whatever the settings ask for."""
    spec = find_spec(BUNDLED_LLM)
    server = LocalModelServer(
        LocalModelSettings(
            spec.path_in(settings.models_dir), settings.llm_threads, settings.llm_context
        )
    )
    return LocalLanguageModel(
        server,
        is_here=lambda: is_ready(spec, settings.models_dir),
        pull_model=_puller(spec, settings),
    )


def _puller(spec: ModelSpec, settings: Settings) -> Pull:
    def pull_model(on_progress: ProgressCallback) -> Path:
        return pull(
            spec.name,
            settings.models_dir,
            on_progress=on_progress,
            hub_url=settings.model_hub_url,
        )

    return pull_model


def _endpoint(settings: Settings) -> OpenAIChatModel:
    if not settings.llm_base_url or not settings.llm_model:
        raise BadInputError(
            "YORISOI_LLM=openai では、YORISOI_LLM_BASE_URL と YORISOI_LLM_MODEL も"
            "設定してください。"
        )
    key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else ""
    try:
        return OpenAIChatModel(settings.llm_base_url, settings.llm_model, api_key=key)
    except EndpointRefusedError as error:
        raise BadInputError(str(error)) from error
