"""A language model that writes without a pause, and what is measured meanwhile."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

from app.language_model import make_language_model
from app.settings import Settings
from evals.bench.server import memory_of
from evals.errors import MeasurementError
from evals.metrics import percentile
from rag.chat_model import ChatModel, ChatStream, Message, is_public_text
from rag.errors import ChatModelError
from rag.local_model import LOCAL, LocalModelServer, LocalModelSettings, ServerPhase
from rag.models import BUNDLED_LLM, find_spec, is_ready

_START_SECONDS = 300.0
_FIRST_PIECE_SECONDS = 300.0
# About as long as answers are. It has the lowest priority, so that it may take long to write one.
_ANSWER_TOKENS, _ANSWER_SECONDS = 120, 600.0
_WHOLE_ANSWERS = 2  # to measure beside: then a prompt was read meanwhile, which is the heavier part
_LONGEST_SECONDS = 240.0
# Nobody asks without one. On a quiet machine whole answers are written before questions repeat,
# which finds caches warmer than the first time.
_PAUSE_SECONDS = 0.2
_PROMPT_CHARS = 900  # about what an answer's prompt holds
_TASK = "次の資料を、読みやすい文章に書き直してください。省略せず、順に書いてください。"


@dataclass(frozen=True)
class Measured:
    """Milliseconds of one thing, with nothing else to do and while the model wrote."""

    quiet: Sequence[float]
    busy: Sequence[float]

    @property
    def ratio(self) -> float:
        """Of the 95th percentiles."""
        quiet = percentile(self.quiet, 95)
        return percentile(self.busy, 95) / quiet if quiet else 0.0


@dataclass(frozen=True)
class Generating:
    """What one run found. Peaks in megabytes; `model_memory` is 0 where it cannot be told.

    `answers`: how many whole ones were written meanwhile.
    """

    provider: str
    chunks: int
    evidence: Measured
    search: Measured
    page: Measured
    answers: int
    pieces_per_second: float
    server_memory: float
    model_memory: float


@dataclass
class Load:
    """What was written so far. A piece is a token, as servers send them; times in seconds."""

    pieces: int = 0
    writing: float = 0.0
    answers: int = 0
    error: str = ""
    has_begun: threading.Event = field(default_factory=threading.Event)
    is_over: threading.Event = field(default_factory=threading.Event)
    _stream: ChatStream | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def pieces_per_second(self) -> float:
        """While it wrote; reading the prompts is not in it."""
        return self.pieces / self.writing if self.writing else 0.0

    def takes(self, stream: ChatStream) -> bool:
        """Whether there is still to be written; `end` then ends this stream too."""
        with self._lock:
            self._stream = stream
            return not self.is_over.is_set()

    def end(self) -> None:
        """No more writing, not even a prompt that is being read."""
        with self._lock:
            self.is_over.set()
            if self._stream is not None:
                self._stream.close()

    def check(self) -> None:
        """Raises MeasurementError if the model gave up: then nothing was measured under load."""
        if self.error:
            raise MeasurementError(f"測っている途中で文章生成が止まりました。{self.error}")


@dataclass(frozen=True)
class RunningModel:
    model: ChatModel
    pid: int | None = None

    def peak(self) -> float:
        """Its process's peak memory in megabytes; 0 where it is not ours or cannot be told."""
        return memory_of(self.pid, "VmHWM") if self.pid is not None else 0.0


def is_model_here(settings: Settings) -> bool:
    """Whether the built-in model was pulled."""
    return is_ready(find_spec(BUNDLED_LLM), settings.models_dir)


@contextmanager
def running_model(settings: Settings) -> Iterator[RunningModel]:
    """The model that `settings.llm` names, started if it is ours. Raises MeasurementError."""
    if settings.llm != LOCAL:
        with make_language_model(settings).running(_START_SECONDS) as model:
            if model is None:
                raise MeasurementError("文章生成モデルがありません。--llm で指定してください。")
            yield RunningModel(model)
        return
    path = find_spec(BUNDLED_LLM).path_in(settings.models_dir)
    server = LocalModelServer(LocalModelSettings(path, settings.llm_threads, settings.llm_context))
    server.start()
    try:
        state = server.wait_until_settled(_START_SECONDS)
        if state.phase is not ServerPhase.READY:
            raise MeasurementError(f"文章生成モデルが始まりません。{state.reason}")
        yield RunningModel(server, server.pid)
    finally:
        server.stop()


@contextmanager
def generating(
    model: ChatModel, sentences: Sequence[str], load: Load | None = None
) -> Iterator[Load]:
    """The model writes from here on, one long answer after the other, until the block ends.

    `sentences` fill the prompts, others each time, so that every prompt has to be read anew. The
    block begins with the first piece. Raises MeasurementError if the model fails.
    """
    load = load or Load()
    load.has_begun.clear()
    load.is_over.clear()
    thread = threading.Thread(target=_write_on, args=(model, sentences, load), daemon=True)
    thread.start()
    try:
        if not load.has_begun.wait(_FIRST_PIECE_SECONDS):
            raise MeasurementError("文章生成モデルが何も書きません。")
        load.check()
        yield load
        load.check()
    finally:
        load.end()
        thread.join()


def _write_on(model: ChatModel, sentences: Sequence[str], load: Load) -> None:
    for number in count():
        messages = [Message("user", f"{_TASK}\n\n{_prompt(sentences, number)}")]
        try:
            stream = model.stream(
                messages,
                max_tokens=_ANSWER_TOKENS,
                deadline_seconds=_ANSWER_SECONDS,
                check=is_public_text,
                temperature=0.5,
            )
            if load.takes(stream):
                _write(stream, load)
        except ChatModelError as error:
            load.error = "" if load.is_over.is_set() else str(error)
        if load.is_over.is_set():
            return
        if load.error:
            load.has_begun.set()
            return


def _write(stream: ChatStream, load: Load) -> None:
    """One answer, to its end or until `load` is over."""
    before, began = load.pieces, 0.0
    try:
        for _ in stream:
            load.pieces += 1
            began = began or time.perf_counter()
            load.has_begun.set()
        if not load.is_over.is_set():
            load.answers += 1
            load.error = "" if load.pieces > before else "何も書かれません。"
    finally:
        load.writing += time.perf_counter() - began if began else 0.0
        stream.close()


def _prompt(sentences: Sequence[str], number: int) -> str:
    """Sentences in a row, beginning elsewhere each time, about as long as an answer's evidence."""
    text = ""
    for index in count(number * 7):
        text += sentences[index % len(sentences)] + "\n"
        if len(text) >= _PROMPT_CHARS:
            return text
    return text


def timed(action: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1_000


def while_writing(
    load: Load, measure: Callable[[int], float], at_least: int, pause: float = _PAUSE_SECONDS
) -> list[float]:
    """What `measure` gives, called with 0, 1, … at least so often, and until whole answers were
    written meanwhile, each with its prompt. Raises MeasurementError if the model gives up.
    """
    measured: list[float] = []
    enough = load.answers + _WHOLE_ANSWERS
    latest = time.monotonic() + _LONGEST_SECONDS
    while len(measured) < at_least or (load.answers < enough and time.monotonic() < latest):
        load.check()
        measured.append(measure(len(measured)))
        time.sleep(pause)
    return measured
