"""What every test stands on: no developer's settings, no randomness, the shared seed if it is here."""

import json
import os
import select
import socket
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from app.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
SEED = ROOT.parent / "shared" / "seed"

# Of the environment's settings a test sees only where models lie, since pulling them takes long,
# and what is meant for tests. Done at import: some modules read them when they are collected.
for _name in [name for name in os.environ if name.startswith("YORISOI_")]:
    if not _name.startswith("YORISOI_TEST_") and _name != "YORISOI_MODELS_DIR":
        del os.environ[_name]
Settings.model_config["env_file"] = None

settings.register_profile(
    "repeatable",
    deadline=None,  # a loaded machine is no bug of ours
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", deadline=None, max_examples=2_000)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def seed_path() -> Path:
    """The folder of the slide deck that the golden questions are about."""
    if not SEED.is_dir():
        pytest.skip("講演資料（shared/seed）がこのチェックアウトの隣にありません")
    return SEED


@dataclass
class ModelServerStub:
    """Speaks the OpenAI protocol as far as a test says. `lines` are what it streams, as they are."""

    address: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    lines: Iterable[str | bytes | float] = field(default_factory=list)  # number: silence, seconds
    requests: list[tuple[str, dict[str, str], dict]] = field(default_factory=list)
    probes: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    broken_off: threading.Event = field(default_factory=threading.Event)

    def says(self, *pieces: str, delay: float = 0.0, finish: str | None = "stop") -> None:
        self.lines = []
        for piece in pieces:
            self.lines += [delay, _chunk({"content": piece}, None)]
        if finish:
            self.lines += [_chunk({}, finish), "data: [DONE]\n\n"]


def _chunk(delta: dict, finish: str | None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    content = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "stub"}
    return f"data: {json.dumps({**content, 'choices': [choice]}, ensure_ascii=False)}\n\n"


def _be_silent(connection: socket.socket, seconds: float) -> None:
    """Until the other side has gone."""
    readable, _, _ = select.select([connection], [], [], seconds)
    if readable and not connection.recv(1, socket.MSG_PEEK):
        raise ConnectionResetError


@pytest.fixture
def model_server() -> Iterator[ModelServerStub]:
    stub = ModelServerStub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            stub.probes.append((self.path, dict(self.headers)))
            self.send_response(stub.status)
            self.end_headers()

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            stub.requests.append((self.path, dict(self.headers), json.loads(body)))
            self.send_response(stub.status)
            for name, value in {"content-type": "text/event-stream", **stub.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            left = json.loads(body).get("max_completion_tokens", 1_000)
            stops = [f'"{stop}' for stop in json.loads(body).get("stop") or ()]
            try:
                for line in stub.lines:
                    is_piece = isinstance(line, str) and '"content": "' in line
                    left -= is_piece
                    if is_piece and (left < 0 or any(stop in line for stop in stops)):
                        self.wfile.write(_chunk({}, "stop").encode())
                        return
                    if isinstance(line, float):
                        _be_silent(self.connection, line)
                    else:
                        self.wfile.write(line if isinstance(line, bytes) else line.encode())
                        self.wfile.flush()
            except OSError:
                stub.broken_off.set()

        def log_message(self, *_arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stub.address = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield stub
    server.shutdown()
    thread.join()
    server.server_close()
