"""A provider on this machine that keeps what it is sent, and answers with a piece of it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "recorder"
_REPEATED = 120  # characters: what stands for a value comes back with them
_POLL_SECONDS = 0.05


@dataclass
class Recorded:
    """`bodies`: every request, as it arrived."""

    address: str = ""
    bodies: list[bytes] = field(default_factory=list)

    def texts(self) -> list[str]:
        """All strings of all requests, their escapes resolved."""
        return [text for body in self.bodies for text in _strings(json.loads(body))]


@contextmanager
def recording_provider() -> Iterator[Recorded]:
    """Speaks the OpenAI protocol, as far as our client does, for several requests at once."""
    recorded = Recorded()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """The list of models, which the watch asks for."""
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"data": []}')

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            recorded.bodies.append(body)
            asked = "".join(_strings(json.loads(body).get("messages", [])))
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            for line in (
                _chunk({"content": f"{asked[-_REPEATED:]}[1]\n"}, None),
                _chunk({}, "stop"),
            ):
                self.wfile.write(line.encode())
            self.wfile.write(b"data: [DONE]\n\n")

        def log_message(self, *_arguments: object) -> None:
            """Nothing: what is sent is not to be seen anywhere else."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    recorded.address = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,), daemon=True)
    thread.start()
    try:
        yield recorded
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _chunk(delta: dict[str, str], finish: str | None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    content = {
        "id": "1", "object": "chat.completion.chunk", "created": 1, "model": MODEL,
        "choices": [choice],
    }  # fmt: skip
    return f"data: {json.dumps(content, ensure_ascii=False)}\n\n"


def _strings(value: Any) -> Iterator[str]:
    """Every string of a JSON value, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from _strings(each)
