"""The watch over the model's process, with servers that behave as badly as a script can."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from rag.chat_model import Message, is_public_text
from rag.errors import ChatModelUnavailableError
from rag.local_model import LocalModelServer, LocalModelSettings, Patience, ServerPhase

ROOT = Path(__file__).resolve().parents[3]
QUICK = Patience(
    start=1.5, between_probes=0.05, probe=0.3, silence=0.5, pauses=(0.05, 0.3), steady=60, stop=0.5
)
# A server as llama_server.py is one, so far as its starter can see. What it does is given as code.
SERVER = """
import json, os, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
order = json.loads(sys.stdin.readline())
state = {"mute": False}
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if state["mute"]:
            time.sleep(60)
        known = self.headers["authorization"] == "Bearer " + order["api_key"]
        self.send_response(200 if known else 401)
        self.end_headers()
        self.wfile.write(b"[]")
    def log_message(self, *arguments):
        pass
def serve():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]
def tell(**message):
    print(json.dumps(message), flush=True)
def until_stdin_ends():
    sys.stdin.read()
    os._exit(0)
"""
GOOD = 'tell(address=f"http://127.0.0.1:{serve()}")\nuntil_stdin_ends()\n'


@pytest.fixture
def make(tmp_path):
    """A watched server that runs `code`; each start leaves a line in `starts`."""
    made: list[LocalModelServer] = []

    def start(code: str, patience: Patience = QUICK, environment: str = "") -> LocalModelServer:
        script = tmp_path / "server.py"
        note = f'open({str(tmp_path / "starts")!r}, "a").write(f"{{os.getpid()}}\\n")\n'
        script.write_text(SERVER + note + code, encoding="utf-8")
        server = LocalModelServer(
            LocalModelSettings(Path("model.gguf")),
            command=(sys.executable, str(script)),
            patience=patience,
        )
        made.append(server)
        server.start()
        return server

    yield start
    for server in made:
        server.stop()


def starts(folder: Path) -> list[int]:
    file = folder / "starts"
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def wait_for(condition, seconds: float = 10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for_phase(server: LocalModelServer, phase: ServerPhase) -> None:
    wait_for(lambda: server.state.phase is phase)


def test_it_starts_answers_and_stops(make, tmp_path):
    server = make(GOOD)
    assert server.wait_until_settled(10).phase is ServerPhase.READY
    server.start()  # harmless
    pid = server.pid
    assert starts(tmp_path) == [pid]
    server.stop()
    assert server.state.phase is ServerPhase.STOPPED
    assert server.pid is None
    assert not is_running(pid)
    server.stop()


def test_it_can_be_started_again(make, tmp_path):
    server = make(GOOD)
    server.wait_until_settled(10)
    server.stop()
    server.start()
    assert server.wait_until_settled(10).phase is ServerPhase.READY
    assert len(starts(tmp_path)) == 2


def test_killed_server_is_started_again(make, tmp_path):
    server = make(GOOD)
    server.wait_until_settled(10)
    os.kill(server.pid, signal.SIGKILL)
    wait_for(lambda: len(starts(tmp_path)) == 2)
    wait_for_phase(server, ServerPhase.READY)


def test_hung_server_is_killed_and_started_again(make, tmp_path):
    server = make(
        'port = serve()\ntell(address=f"http://127.0.0.1:{port}")\n'
        'time.sleep(0.5)\nstate["mute"] = True\nuntil_stdin_ends()\n'
    )
    server.wait_until_settled(10)
    wait_for_phase(server, ServerPhase.FAILED)
    assert "応答がありません" in server.state.reason
    wait_for(lambda: len(starts(tmp_path)) == 2)
    assert not is_running(starts(tmp_path)[0])


# Hangs as a whole once it is asked to write, until the file `awake` is there.
HANGS = """
def hang(self):
    state["mute"] = True
    while not os.path.exists(AWAKE):
        time.sleep(0.01)
    state["mute"] = False
Handler.do_POST = hang
"""


def test_who_waits_for_a_hung_server_is_told_at_once_when_it_is_noticed(make, tmp_path):
    awake = tmp_path / "awake"
    server = make(f"AWAKE = {str(awake)!r}\n" + HANGS + GOOD, replace(QUICK, silence=60))
    server.wait_until_settled(10)
    pid = server.pid
    began = time.monotonic()
    stream = server.stream(
        [Message("user", "あ")], max_tokens=1, deadline_seconds=60, check=is_public_text
    )
    with pytest.raises(ChatModelUnavailableError, match="応答がありません"):
        next(stream)
    assert time.monotonic() - began < 10
    assert list(stream) == []

    assert server.state.phase is ServerPhase.FAILED  # and nobody else begins to wait
    assert "応答がありません" in server.state.reason
    with pytest.raises(ChatModelUnavailableError, match="準備"):
        server.stream(
            [Message("user", "い")], max_tokens=1, deadline_seconds=60, check=is_public_text
        )

    awake.touch()
    wait_for_phase(server, ServerPhase.READY)
    assert server.pid == pid  # it was starved, not hung


def test_answer_that_goes_on_is_not_broken_off_while_the_server_replies(make):
    writes = """
def write(self):
    self.send_response(200)
    self.send_header("content-type", "text/event-stream")
    self.end_headers()
    for finish in (None, None, "stop"):
        time.sleep(0.5)
        choice = {"index": 0, "delta": {"content": "あ"}, "finish_reason": finish}
        content = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        self.wfile.write(f"data: {json.dumps({**content, 'choices': [choice]})}\\n\\n".encode())
        self.wfile.flush()
Handler.do_POST = write
"""
    server = make(writes + GOOD)  # the first piece takes longer than a probe may
    server.wait_until_settled(10)
    stream = server.stream(
        [Message("user", "あ")], max_tokens=3, deadline_seconds=60, check=is_public_text
    )
    assert list(stream) == ["あ"] * 3


def test_server_that_ignores_being_asked_to_end_is_killed(make, tmp_path):
    server = make(
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        'tell(address=f"http://127.0.0.1:{serve()}")\ntime.sleep(600)\n'
    )
    server.wait_until_settled(10)
    pid = server.pid
    server.stop()
    assert not is_running(pid)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        pytest.param("time.sleep(600)", "始まりません", id="never-ready"),
        pytest.param("sys.exit(3)", "始まる前に終了", id="dies-at-once"),
        pytest.param('tell(error="OSError: address in use")', "読み込めません", id="port-taken"),
        pytest.param('print("\\x00garbage", flush=True)', "壊れて", id="garbage"),
        pytest.param('print("[" * 9000, flush=True)', "壊れて", id="long-garbage"),
        pytest.param("tell(port=1)", "壊れて", id="another-protocol"),
        pytest.param('tell(address="http://192.0.2.1:80")', "壊れて", id="outside"),
        pytest.param(
            'tell(address="http://127.0.0.1:1")\nuntil_stdin_ends()', "応答が", id="nobody-listens"
        ),
        pytest.param(
            'order["api_key"] = "x"\ntell(address=f"http://127.0.0.1:{serve()}")\n'
            "until_stdin_ends()",
            "応答がありません",
            id="somebody-else-listens",
        ),
    ],
)
def test_failed_start_is_told_and_tried_again_after_longer_and_longer(make, tmp_path, code, reason):
    server = make(code)
    state = server.wait_until_settled(10)
    assert state.phase is ServerPhase.FAILED
    assert reason in state.reason
    assert state.retry_at > time.monotonic() - 0.05
    with pytest.raises(ChatModelUnavailableError, match="準備"):
        server.stream(
            [Message("user", "あ")], max_tokens=1, deadline_seconds=1, check=is_public_text
        )
    wait_for(lambda: len(starts(tmp_path)) >= 2)
    wait_for_phase(server, ServerPhase.FAILED)
    assert 0.1 < server.state.retry_at - time.monotonic() <= 0.3


def test_program_that_is_not_there_is_a_failure_like_others():
    server = LocalModelServer(
        LocalModelSettings(Path("model.gguf")), command=("/nowhere/server",), patience=QUICK
    )
    server.start()
    state = server.wait_until_settled(10)
    server.stop()
    assert "FileNotFoundError" in state.reason


def test_stopping_does_not_wait_for_a_start(make):
    server = make("time.sleep(600)", patience=Patience(start=600, stop=0.5))
    wait_for(lambda: server.pid is not None)
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 3


def test_server_sees_no_secret_of_ours(make, tmp_path, monkeypatch):
    monkeypatch.setenv("YORISOI_SECRET_KEY", "geheim")
    out = tmp_path / "environment"
    server = make(f"open({str(out)!r}, 'w').write(repr((dict(os.environ), sys.argv)))\n" + GOOD)
    server.wait_until_settled(10)
    seen = out.read_text()
    assert "geheim" not in seen
    assert "YORISOI" not in seen


def test_log_holds_neither_key_nor_question(make, caplog):
    caplog.set_level(logging.DEBUG)
    server = make(GOOD)
    server.wait_until_settled(10)
    stream = server.stream(
        [Message("user", "住所は秘密")], max_tokens=1, deadline_seconds=1, check=is_public_text
    )
    with pytest.raises(ChatModelUnavailableError):  # this script serves no chat
        list(stream)
    text = "\n".join(record.getMessage() for record in caplog.records if "rag" in record.name)
    assert "住所" not in text
    assert "Bearer" not in text


@pytest.mark.skipif(sys.platform != "linux", reason="/proc で確かめます")
def test_server_ends_when_its_starter_is_killed(make, tmp_path):
    (tmp_path / "server.py").write_text(SERVER + GOOD, encoding="utf-8")
    program = f"""
import sys, time
from pathlib import Path
from rag.local_model import *
server = LocalModelServer(LocalModelSettings(Path("m")), command=(sys.executable, {str(tmp_path / "server.py")!r}))
server.start()
server.wait_until_settled(20)
print(server.pid, flush=True)
time.sleep(600)
"""
    starter = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, env=dict(os.environ)
    )
    pid = int(starter.stdout.readline())
    assert is_running(pid)
    starter.kill()
    starter.wait()
    starter.stdout.close()
    wait_for(lambda: not is_running(pid))


def test_real_server_says_what_is_wrong_with_a_model(tmp_path):
    """The program itself, as far as it goes without a model."""
    (tmp_path / "broken.gguf").write_bytes(b"no model")
    from rag.local_model import COMMAND  # noqa: PLC0415 - what is tested

    order = {"model": str(tmp_path / "broken.gguf"), "threads": 1, "context": 1024, "api_key": "k"}
    ran = subprocess.run(
        COMMAND,
        input=json.dumps(order).encode() + b"\n",
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert "error" in json.loads(ran.stdout)
    assert ran.returncode == 1
