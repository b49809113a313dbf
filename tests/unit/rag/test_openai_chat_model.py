"""Our client against a server that misbehaves, and an environment that would lead it outside."""

from __future__ import annotations

import gc
import itertools
import json
import socket
import time

import pytest

from rag.chat_model import Message, is_public_text
from rag.errors import (
    ChatModelGarbledError,
    ChatModelTimeoutError,
    ChatModelUnavailableError,
    EndpointRefusedError,
    OutboundRefusedError,
)
from rag.loopback import checked_base_url
from rag.openai_chat_model import OpenAIChatModel

ASKED = [Message("system", "規則"), Message("user", "住所は秘密です")]


def ask(address: str, *, is_llama_cpp: bool = False, seconds: float = 10, **more: object):
    more = {"check": is_public_text, **more}
    model = OpenAIChatModel(address, "m", api_key="key-1", is_llama_cpp=is_llama_cpp)
    return model.stream(ASKED, max_tokens=50, deadline_seconds=seconds, **more)


def test_request_holds_what_was_asked_and_nothing_else(model_server):
    model_server.says("はい。")
    assert list(ask(model_server.address, stop=["終"], temperature=0.2, grammar="root ::= []")) == [
        "はい。"
    ]
    path, headers, body = model_server.requests[0]
    assert path == "/v1/chat/completions"
    assert headers["authorization"] == "Bearer key-1"
    assert body["messages"] == [
        {"role": "system", "content": "規則"},
        {"role": "user", "content": "住所は秘密です"},
    ]
    assert body["stream"] is True
    assert body["stop"] == ["終"]
    assert body["temperature"] == 0.2
    assert body.get("max_tokens", body.get("max_completion_tokens")) == 50
    assert not {"grammar", "cache_prompt", "user", "store", "metadata"} & set(body)
    assert not [name for name in headers if name.lower().startswith(("x-", "openai", "user-agent"))]


def test_check_sees_the_bytes_that_the_server_gets(model_server):
    model_server.says("はい。")
    seen = []
    list(ask(model_server.address, check=lambda request: not seen.append(request)))
    path, _, body = model_server.requests[0]
    head, _, sent = seen[0].partition(b"\n\n")
    assert json.loads(sent) == body
    assert head.startswith(path.encode())
    assert b"Bearer key-1" in head


def test_refusal_of_a_request_is_told_though_its_time_is_over(model_server):
    def check(_request: bytes) -> bool:
        time.sleep(0.2)
        return False

    with pytest.raises(OutboundRefusedError):
        list(ask(model_server.address, seconds=0.01, check=check))
    assert model_server.requests == []


def test_request_outside_of_an_answer_is_not_sent(model_server):
    model = OpenAIChatModel(model_server.address, "m")
    with pytest.raises(OutboundRefusedError):
        model._client.invoke("住所は秘密です")
    assert model_server.requests == []


def test_llama_cpp_gets_its_grammar_and_keeps_the_prompt(model_server):
    model_server.says("はい。")
    list(ask(model_server.address, is_llama_cpp=True, grammar='root ::= "はい。"'))
    body = model_server.requests[0][2]
    assert body["grammar"] == 'root ::= "はい。"'
    assert body["cache_prompt"] is True


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_refusal_is_told_without_what_the_server_said(model_server, status):
    model_server.status = status
    model_server.lines = ['{"error": {"message": "住所は秘密です"}}']
    with pytest.raises(ChatModelUnavailableError, match=f"HTTP {status}") as caught:
        list(ask(model_server.address))
    assert "住所" not in str(caught.value)
    assert len(model_server.requests) == 1


def test_nobody_listens():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(ChatModelUnavailableError, match="つながりません"):
        list(ask(f"http://127.0.0.1:{port}/v1"))


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("data: {broken\n\n", id="no-json"),
        pytest.param("data: 12\n\n", id="another-shape"),
        pytest.param("<html>502</html>\n\n", id="html"),
        pytest.param("", id="nothing"),
    ],
)
def test_garbage_is_told_as_garbage(model_server, line):
    model_server.lines = [line]
    with pytest.raises(ChatModelGarbledError, match="壊れて"):
        list(ask(model_server.address))


def test_line_without_end_is_cut_off_long_before_the_deadline(model_server):
    model_server.lines = itertools.repeat(b"data: " + b"x" * 100_000)
    with pytest.raises(ChatModelGarbledError):
        list(ask(model_server.address, seconds=60))
    assert model_server.broken_off.wait(5)


@pytest.mark.parametrize("piece", ["\ufffd\ufffd", "あ\x00", "\x1b[31m"])
def test_broken_characters_are_told_as_garbage(model_server, piece):
    model_server.says("はい", piece)
    stream = ask(model_server.address)
    assert next(stream) == "はい"
    with pytest.raises(ChatModelGarbledError):
        next(stream)


def test_answer_that_is_cut_off_is_no_answer(model_server):
    model_server.says("はい", finish=None)
    with pytest.raises(ChatModelGarbledError):
        list(ask(model_server.address))


def test_silence_in_the_middle_ends_at_the_deadline(model_server):
    model_server.says("はい", "いいえ")
    model_server.lines.insert(2, 30.0)
    started = time.monotonic()
    stream = ask(model_server.address, seconds=0.5)
    assert next(stream) == "はい"
    with pytest.raises(ChatModelTimeoutError):
        next(stream)
    assert 0.4 < time.monotonic() - started < 3


def test_deadline_that_has_passed_is_a_timeout(model_server):
    model_server.says("はい", delay=1.0)
    with pytest.raises(ChatModelTimeoutError):
        list(ask(model_server.address, seconds=0.0))


@pytest.mark.parametrize("how", ["close", "drop"])
def test_server_sees_that_the_reader_has_gone(model_server, how):
    model_server.says("はい", *["。"] * 50, delay=0.2)
    stream = ask(model_server.address)
    next(stream)
    if how == "close":
        stream.close()
    else:
        del stream
        gc.collect()
    assert model_server.broken_off.wait(5)


def test_two_answers_at_once_do_not_disturb_each_other(model_server):
    model_server.says("はい", "。", delay=0.1)
    model = OpenAIChatModel(model_server.address, "m")
    one, two = (
        model.stream(ASKED, max_tokens=9, deadline_seconds=9, check=is_public_text)
        for _ in range(2)
    )
    next(one)
    next(two)
    one.close()
    assert list(two) == ["。"]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(model_server, status):
    model_server.status = status
    model_server.headers = {"location": "http://192.0.2.1/v1/chat/completions"}
    with pytest.raises(ChatModelUnavailableError, match=f"HTTP {status}"):
        list(ask(model_server.address))


def test_environment_leads_nowhere_else(model_server, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "OPENAI_PROXY"):
        monkeypatch.setenv(name, "http://192.0.2.1:3128")
    for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE", "LANGSMITH_ENDPOINT"):
        monkeypatch.setenv(name, "http://192.0.2.1/v1")
    for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING_V2"):
        monkeypatch.setenv(name, "true")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-outside")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-outside")
    tried = []
    connect = socket.socket.connect
    monkeypatch.setattr(
        socket.socket, "connect", lambda self, place: (tried.append(place), connect(self, place))[1]
    )
    model_server.says("はい。")
    assert list(ask(model_server.address)) == ["はい。"]
    assert "outside" not in str(model_server.requests)
    assert tried
    assert {place[0] for place in tried} == {"127.0.0.1"}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("http://127.0.0.1:8080/v1/", "http://127.0.0.1:8080/v1"),
        ("http://localhost:8080/v1", "http://127.0.0.1:8080/v1"),
        (" http://[::1]:9/v1", "http://[::1]:9/v1"),
        ("https://127.3.4.5", "https://127.3.4.5"),
    ],
)
def test_addresses_of_this_machine_are_kept(given, kept):
    assert checked_base_url(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "",
        "127.0.0.1:8080",
        "ftp://127.0.0.1/v1",
        "http://192.0.2.1/v1",
        "http://10.0.0.1/v1",
        "http://0.0.0.0:8080/v1",
        "http://example.jp/v1",
        "http://127.0.0.1.example.jp/v1",
        "http://localhost.example.jp/v1",
        "http://127.0.0.1@192.0.2.1/v1",
        "http://user:pass@127.0.0.1/v1",
        "http://127.0.0.1:8080/v1?to=192.0.2.1",
        "http://127.0.0.1:port/v1",
        "http://[::1/v1",
        "http://2130706433/v1",
    ],
)
def test_other_addresses_are_refused(given):
    with pytest.raises(EndpointRefusedError, match="YORISOI_LLM_BASE_URL"):
        checked_base_url(given)
