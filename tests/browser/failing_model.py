"""A model's server as `rag/llama_server.py` is one, that does as badly as the question says.

「落ちる」 it is killed in mid-stream, 「黙る」 not a byte comes, 「壊れる」 broken events, 「化ける」 no
UTF-8, 「止まらない」 text without end, 「断る」 HTTP 500. Anything else: two sentences.
"""

import contextlib
import json
import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SENTENCES = ("補助率は補助対象経費の1/2です。[1]\n", "補助金額に上限はありません。[1]\n")


def chunk(text: str, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    content = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return f"data: {json.dumps({**content, 'choices': [choice]})}\n\n".encode()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"[]")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        asked = body["messages"][-1]["content"]
        self.send_response(500 if "断る" in asked else 200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        with contextlib.suppress(OSError):  # the reader has gone
            self._answer(asked)

    def _answer(self, asked: str) -> None:
        if "断る" in asked:
            self._write(b'{"error": {"message": "out of memory"}}')
            return
        if "黙る" in asked:
            time.sleep(60)
        while "止まらない" in asked:
            self._write(chunk("ほげ"))
        self._write(chunk(SENTENCES[0]))
        time.sleep(0.3)
        if "落ちる" in asked:
            os.kill(os.getpid(), signal.SIGKILL)
        if "壊れる" in asked:
            self._write(b"data: {broken\n\n")
            return
        if "化ける" in asked:
            self._write(chunk("対象は")[:-30] + b"\xff\xfe\x00\n\n")
            return
        self._write(chunk(SENTENCES[1]))
        self._write(chunk("", "stop") + b"data: [DONE]\n\n")

    def _write(self, piece: bytes) -> None:
        self.wfile.write(piece)
        self.wfile.flush()

    def log_message(self, *_arguments: object) -> None:
        pass


def main() -> None:
    sys.stdin.readline()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    sys.stdout.write(json.dumps({"address": address}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
