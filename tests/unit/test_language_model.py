"""The states of the language model as people are told them, from absent to ready."""

from __future__ import annotations

import socket
import sys
import threading
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from app.errors import BadInputError
from app.language_model import (
    EndpointLanguageModel,
    EndpointPatience,
    LanguageModelState,
    LocalLanguageModel,
    NoLanguageModel,
    make_language_model,
)
from app.settings import Settings
from rag.errors import ChatModelUnavailableError, NetworkUnavailableError
from rag.local_model import LocalModelServer, LocalModelSettings, Patience
from rag.openai_chat_model import OpenAIChatModel

SERVER = """
import json, os, sys, threading
from http.server import BaseHTTPRequestHandler, HTTPServer
sys.stdin.readline()
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"[]")
    def log_message(self, *arguments):
        pass
server = HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(json.dumps({"address": f"http://127.0.0.1:{server.server_address[1]}"}), flush=True)
sys.stdin.read()
os._exit(0)
"""
BROKEN = 'print(\'{"error": "x"}\')'


class Model:
    """A local model whose pull and server are scripts of the test."""

    def __init__(self, *, is_here: bool = False, server: str = SERVER, failure=None) -> None:
        self.is_here = is_here
        self.may_finish = threading.Event()
        self.said: list[str] = []
        self.pulls = 0
        self._failure = failure
        self.server = LocalModelServer(
            LocalModelSettings(Path("m.gguf")),
            command=(sys.executable, "-c", server),
            patience=Patience(start=10, between_probes=0.05, probe=5, pauses=(30,), stop=1),
        )
        self.model = LocalLanguageModel(
            self.server, is_here=lambda: self.is_here, pull_model=self._pull
        )

    def _pull(self, on_progress) -> None:
        self.pulls += 1
        on_progress(34, 100, "取得")
        assert self.may_finish.wait(10)
        if self._failure:
            raise self._failure
        on_progress(100, 100, "完了")
        self.is_here = True

    def start(self, *, may_pull: bool) -> None:
        self.model.start(may_pull=may_pull, say=self.said.append)

    def wait_for(self, state: LanguageModelState) -> None:
        deadline = time.monotonic() + 20
        while self.model.status().state is not state:
            assert time.monotonic() < deadline, self.model.status()
            time.sleep(0.01)


@pytest.fixture
def make():
    made: list[Model] = []

    def new(**given) -> Model:
        made.append(Model(**given))
        return made[-1]

    yield new
    for each in made:
        each.may_finish.set()
        each.model.stop()


def test_absent_model_is_named_with_its_command_and_never_pulled_by_serve(make):
    model = make()
    model.start(may_pull=False)
    status = model.model.status()
    assert status.state is LanguageModelState.ABSENT
    assert "yorisoi models pull qwen2.5-coder-1.5b" in status.message
    assert model.said == [status.message]
    assert model.pulls == 0
    assert model.model.model() is None


def test_run_pulls_beside_the_server_and_then_starts(make):
    model = make()
    started = time.monotonic()
    model.start(may_pull=True)
    assert time.monotonic() - started < 1
    model.wait_for(LanguageModelState.PULLING)
    deadline = time.monotonic() + 5
    while model.model.status().percent != 34:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert "34%" in model.model.status().message
    model.may_finish.set()
    model.wait_for(LanguageModelState.READY)
    assert model.model.status().message == ""
    assert model.model.model() is model.server
    assert "文章生成モデルを取得しています… 30%" in model.said


@pytest.mark.parametrize("failure", [NetworkUnavailableError("m", "x"), ValueError("住所")])
def test_pull_that_fails_is_told_and_evidence_goes_on(make, failure):
    model = make(failure=failure)
    model.may_finish.set()
    model.start(may_pull=True)
    model.wait_for(LanguageModelState.FAILED)
    assert "住所" not in model.said[-1]
    assert "続けます" in model.said[-1]
    assert model.model.model() is None


def test_server_that_fails_says_when_it_is_tried_again(make):
    model = make(is_here=True, server=BROKEN)
    model.start(may_pull=False)
    model.wait_for(LanguageModelState.FAILED)
    status = model.model.status()
    assert 0 < status.retry_seconds <= 30
    assert "読み込めません" in status.message
    assert "秒後" in status.message


def test_nothing_starts_after_the_application_has_ended(make):
    model = make()
    model.start(may_pull=True)
    model.model.stop()
    model.may_finish.set()
    time.sleep(0.2)
    assert model.server.pid is None


def test_command_may_have_it_for_its_own_life(make):
    model = make(is_here=True)
    with model.model.running(20) as chat:
        assert chat is model.server
        assert model.model.status().state is LanguageModelState.READY
    assert model.server.pid is None
    broken = make(is_here=True, server=BROKEN)
    with pytest.raises(ChatModelUnavailableError, match="読み込めません"), broken.model.running(20):
        pass


def test_off_asks_for_nothing(tmp_path):
    model = make_language_model(Settings(llm="off", models_dir=tmp_path))
    assert isinstance(model, NoLanguageModel)
    model.start(may_pull=True, say=pytest.fail)
    assert model.status().state is LanguageModelState.OFF
    assert model.model() is None
    assert list(tmp_path.iterdir()) == []


def test_endpoint_on_this_machine_is_taken():
    settings = Settings(llm="openai", llm_base_url="http://127.0.0.1:9/v1", llm_model="m")
    model = make_language_model(settings)
    assert model.status().state is LanguageModelState.READY
    assert model.name == "m"


@pytest.fixture
def watch():
    made: list[EndpointLanguageModel] = []

    def new(address: str, *, silence: float = 0.0) -> EndpointLanguageModel:
        patience = EndpointPatience(between_probes=0.05, probe=0.2, silence=silence)
        model = EndpointLanguageModel(OpenAIChatModel(address, "m", api_key="k"), patience)
        made.append(model)
        model.start(may_pull=False, say=pytest.fail)
        return model

    yield new
    for each in made:
        each.stop()


def wait_for_state(model: EndpointLanguageModel, state: LanguageModelState) -> None:
    deadline = time.monotonic() + 10
    while model.status().state is not state:
        assert time.monotonic() < deadline, model.status()
        time.sleep(0.01)


def test_dead_endpoint_is_told_and_writes_nothing_until_it_answers(watch):
    handler = type("Handler", (BaseHTTPRequestHandler,), {"do_GET": _answer_nothing})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        address = f"http://127.0.0.1:{server.server_address[1]}/v1"
    model = watch(address)  # nobody listens there now
    wait_for_state(model, LanguageModelState.FAILED)
    status = model.status()
    assert "つながりません" in status.message
    assert status.retry_seconds is not None
    assert model.model() is None

    with HTTPServer(server.server_address, handler) as again:
        threading.Thread(target=again.serve_forever, args=(0.05,), daemon=True).start()
        wait_for_state(model, LanguageModelState.READY)
        assert model.model() is not None
        again.shutdown()
    wait_for_state(model, LanguageModelState.FAILED)


def _answer_nothing(handler) -> None:
    handler.send_response(404)  # a server without a list of models is alive all the same
    handler.end_headers()


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, LanguageModelState.READY),
        (404, LanguageModelState.READY),
        (401, LanguageModelState.FAILED),
        (503, LanguageModelState.FAILED),
    ],
)
def test_endpoint_that_refuses_is_as_good_as_dead(watch, model_server, status, expected):
    model_server.status = status
    model = watch(model_server.address)
    wait_for_state(model, expected)
    while not model_server.probes:  # believed until then
        time.sleep(0.01)
    if expected is LanguageModelState.FAILED:
        assert f"HTTP {status}" in model.status().message
    path, headers = model_server.probes[0]
    assert path == "/v1/models"
    assert headers["authorization"] == "Bearer k"
    assert model_server.requests == []  # nothing is generated to find out


def test_silent_endpoint_is_busy_for_a_while_and_then_counts_as_dead(watch, silent_address):
    patient = watch(silent_address, silence=60)
    impatient = watch(silent_address)
    wait_for_state(impatient, LanguageModelState.FAILED)
    assert "応答がありません" in impatient.status().message
    assert patient.status().state is LanguageModelState.READY


@pytest.fixture
def silent_address():
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"


def test_endpoint_of_one_command_is_asked_first(model_server, silent_address):
    with EndpointLanguageModel(OpenAIChatModel(model_server.address, "m")).running(5) as chat:
        assert chat.name == "m"
    silent = EndpointLanguageModel(OpenAIChatModel(silent_address, "m"))
    with pytest.raises(ChatModelUnavailableError, match="応答がありません"), silent.running(0.2):
        pass


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "YORISOI_LLM_MODEL"),
        ({"llm_base_url": "http://127.0.0.1:9/v1"}, "YORISOI_LLM_MODEL"),
        ({"llm_base_url": "https://example.jp/v1", "llm_model": "m"}, "この機械の中"),
    ],
)
def test_other_endpoints_are_refused_at_the_start(given, said):
    with pytest.raises(BadInputError, match=said):
        make_language_model(Settings(llm="openai", **given))
