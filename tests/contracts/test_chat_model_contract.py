"""What any `ChatModel` must do: the fake, our client with a stub, and the real local model."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.chat_model import ChatModel, FakeAnswer, FakeChatModel, Message, is_public_text
from rag.errors import ChatModelTimeoutError, OutboundRefusedError
from rag.local_model import LocalModelServer, LocalModelSettings, Patience, ServerPhase
from rag.models import BUNDLED_LLM, default_models_dir, is_ready, load_catalogue
from rag.openai_chat_model import OpenAIChatModel

MODELS_DIR = Path(os.environ.get("YORISOI_MODELS_DIR") or default_models_dir())
COUNT = [Message("user", "1から300まで、読点で区切って、すべて書いてください。")]
PIECES = [f"{number}、" for number in range(1, 301)]
PATIENCE_SECONDS = 240.0  # other work on the machine comes before a model of the lowest priority

Prepare = Callable[..., ChatModel]


@pytest.fixture(scope="module")
def local_model():
    spec = load_catalogue()[BUNDLED_LLM]
    if not is_ready(spec, MODELS_DIR):
        pytest.skip(f"{MODELS_DIR} に {spec.name} がありません: yorisoi models pull {spec.name}")
    patience = Patience(probe=PATIENCE_SECONDS, silence=PATIENCE_SECONDS)
    server = LocalModelServer(LocalModelSettings(spec.path_in(MODELS_DIR)), patience=patience)
    server.start()
    try:
        assert server.wait_until_settled(PATIENCE_SECONDS).phase is ServerPhase.READY
        yield server
    finally:
        server.stop()


@pytest.fixture(params=["fake", "stub", pytest.param("local", marks=pytest.mark.integration)])
def counting(request, model_server) -> Prepare:
    """A model that counts to 300, so many seconds a number; the real one as fast as it can."""

    def make(delay: float = 0.0) -> ChatModel:
        if request.param == "fake":
            return FakeChatModel(*[FakeAnswer(PIECES, delay)] * 3)
        if request.param == "stub":
            model_server.says(*PIECES, delay=delay)
            return OpenAIChatModel(model_server.address, "stub")
        return request.getfixturevalue("local_model")

    return make


def test_answer_comes_in_pieces_none_of_them_empty(counting):
    stream = counting().stream(
        COUNT, max_tokens=40, deadline_seconds=PATIENCE_SECONDS, check=is_public_text
    )
    pieces = [next(stream) for _ in range(5)]
    stream.close()

    assert all(pieces)
    assert "".join(pieces).startswith("1")
    assert list(stream) == []


def test_name_is_told(counting):
    assert counting().name in {"fake", "stub", "local"}


def test_answer_that_takes_too_long_is_a_timeout(counting):
    started = time.monotonic()
    stream = counting(delay=0.05).stream(
        COUNT, max_tokens=900, deadline_seconds=0.4, check=is_public_text
    )
    with pytest.raises(ChatModelTimeoutError, match="秒以内"):
        list(stream)
    assert time.monotonic() - started < 5
    assert list(stream) == []


def test_deadline_begins_with_the_first_piece_that_is_asked_for(counting):
    stream = counting().stream(
        COUNT, max_tokens=8, deadline_seconds=PATIENCE_SECONDS, check=is_public_text
    )
    time.sleep(0.05)
    assert next(stream)
    stream.close()


def test_closing_ends_the_answer(counting):
    stream = counting().stream(
        COUNT, max_tokens=900, deadline_seconds=PATIENCE_SECONDS, check=is_public_text
    )
    next(stream)
    stream.close()
    stream.close()
    assert list(stream) == []


def test_closing_from_another_thread_wakes_who_waits(counting):
    stream = counting(delay=30.0).stream(
        COUNT, max_tokens=2_000, deadline_seconds=120, check=is_public_text
    )
    ended = threading.Event()

    def read() -> None:
        for _piece in stream:
            pass
        ended.set()

    reader = threading.Thread(target=read)
    reader.start()
    time.sleep(0.3)
    stream.close()
    assert ended.wait(5)
    reader.join()


def test_stop_text_ends_the_answer_and_is_no_part_of_it(counting):
    stream = counting().stream(
        COUNT, max_tokens=60, deadline_seconds=PATIENCE_SECONDS, check=is_public_text, stop=["4"]
    )
    answer = "".join(stream)
    assert answer.startswith("1")
    assert "3" in answer
    assert "4" not in answer


@pytest.mark.parametrize("verdict", [False, None, "yes", ValueError("300まで")])
def test_what_its_check_does_not_allow_is_not_sent(counting, model_server, verdict):
    def check(request: bytes) -> bool:
        assert "300まで".encode() in request or rb"300\u307e\u3067" in request
        if isinstance(verdict, Exception):
            raise verdict
        return verdict

    model = counting()
    stream = model.stream(COUNT, max_tokens=9, deadline_seconds=PATIENCE_SECONDS, check=check)
    with pytest.raises(OutboundRefusedError, match="送信を止めました") as caught:
        next(stream)
    assert "300" not in str(caught.value)
    assert list(stream) == []
    assert model_server.requests == getattr(model, "requests", []) == []


def test_max_tokens_ends_the_answer(counting):
    answer = "".join(
        counting().stream(
            COUNT, max_tokens=12, deadline_seconds=PATIENCE_SECONDS, check=is_public_text
        )
    )
    assert 0 < len(answer) <= 1_000


@pytest.mark.integration
class TestLocalModel:
    def test_grammar_is_kept(self, local_model):
        stream = local_model.stream(
            COUNT,
            max_tokens=20,
            deadline_seconds=PATIENCE_SECONDS,
            check=is_public_text,
            grammar='root ::= "[2] " [あ-ん]{4} "。"',
        )
        answer = "".join(stream)
        assert answer.startswith("[2] ")
        assert answer.endswith("。")
        assert len(answer) == 9

    def test_server_stops_when_the_reader_leaves(self, local_model):
        left = local_model.stream(
            COUNT, max_tokens=1_500, deadline_seconds=PATIENCE_SECONDS, check=is_public_text
        )
        next(left)
        left.close()
        started = time.monotonic()
        next_one = local_model.stream(
            [Message("user", "はい")],
            max_tokens=2,
            deadline_seconds=PATIENCE_SECONDS,
            check=is_public_text,
        )
        assert list(next_one) is not None
        # The one slot is free at once, not after 1,500 tokens.
        assert time.monotonic() - started < 60

    def test_it_runs_at_the_lowest_priority(self, local_model):
        for thread in Path(f"/proc/{local_model.pid}/task").iterdir():
            assert os.sched_getscheduler(int(thread.name)) == os.SCHED_IDLE
            assert os.getpriority(os.PRIO_PROCESS, int(thread.name)) == 19
