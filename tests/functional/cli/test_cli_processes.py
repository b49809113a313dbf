"""Real processes: the web server, locks between them, pipes, and a machine without UTF-8."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
# The real command line with an instant embedder: torch would take ten seconds in each process.
PROGRAM = """
import sys
from app.bootstrap import Overrides
from app.cli import main
from rag.embedder import FakeEmbedder
sys.exit(main(overrides=Overrides(embedder=FakeEmbedder())))
"""
DOCUMENT = "粗大ごみの出し方\n\n手数料は500円です。\n"
DEADLINE_SECONDS = 60

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def start(data_dir: Path) -> Iterator[Start]:
    """Start a command; whatever still runs at the end of the test is stopped."""
    processes: list[subprocess.Popen[bytes]] = []

    def run(*arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "--data-dir", str(data_dir), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT), "YORISOI_LLM": "off", **environment},
        )
        processes.append(process)
        return process

    yield run
    for process in processes:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.close()


def finish(process: subprocess.Popen[bytes], stdin: bytes = b"") -> tuple[int, str, str]:
    out, err = process.communicate(stdin, timeout=DEADLINE_SECONDS)
    return process.returncode, out.decode(), err.decode()


def address_of(process: subprocess.Popen[bytes]) -> tuple[str, str]:
    """The address that a server tells, and everything it said before."""
    said = ""
    while line := process.stderr.readline().decode():
        said += line
        if found := re.search(r"http://\S+/", line):
            return found[0], said
    raise AssertionError(said)


def health(address: str) -> dict[str, str]:
    with urllib.request.urlopen(f"{address}healthz", timeout=10) as response:
        return json.load(response)


def wait_until_ready(address: str) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while health(address)["status"] != "ready":
        assert time.monotonic() < deadline, health(address)
        time.sleep(0.1)


def test_server_serves_says_when_ready_and_keeps_others_out(start, tmp_path, data_dir):
    document = tmp_path / "waste.txt"
    document.write_text(DOCUMENT, encoding="utf-8")
    assert finish(start("ingest", str(document)))[0] == 0
    server = start("serve", "--port", "0")
    address, _ = address_of(server)
    wait_until_ready(address)

    status, out, err = finish(start("search", "手数料"))
    assert (status, out) == (1, "")
    assert f"（PID {server.pid}, yorisoi serve, " in err
    assert err.count("\n") == 1
    assert finish(start("users", "list"))[0] == 0

    server.send_signal(signal.SIGTERM)
    assert server.wait(DEADLINE_SECONDS) == 0
    assert not (data_dir / "store.lock.json").exists()
    status, out, _ = finish(start("search", "手数料"))
    assert status == 0
    assert "500円" in out


def test_server_without_documents_says_so(start):
    address, _ = address_of(start("serve", "--port", "0"))
    wait_until_ready(address)

    assert "yorisoi ingest" in health(address)["message"]


def test_taken_port_is_told_in_one_line(start, tmp_path):
    address, _ = address_of(start("serve", "--port", "0"))
    port = address.rsplit(":", 1)[1].strip("/")

    status, out, err = finish(start("serve", "--port", port, "--data-dir", str(tmp_path / "two")))

    assert (status, out) == (1, "")
    assert f"ポート {port} で待ち受けられません" in err
    assert err.count("\n") == 1


def test_run_brings_the_corpus_in_and_tells_passwords_once(start, tmp_path):
    corpus = tmp_path / "corpus"
    (corpus / "documents").mkdir(parents=True)
    (corpus / "documents" / "waste.md").write_text(f"# ごみ\n\n{DOCUMENT}", encoding="utf-8")
    entry = "{id: waste.md, path: documents/waste.md, title: ごみ, audience: staff, demo: true}"
    (corpus / "manifest.yaml").write_text(f"documents: [{entry}]", encoding="utf-8")

    said: list[str] = []
    for _ in range(2):
        server = start("run", "--port", "0", YORISOI_CORPUS_DIR=str(corpus))
        address, before = address_of(server)
        said.append(before)
        wait_until_ready(address)
        assert health(address)["message"] == ""
        server.send_signal(signal.SIGINT)
        assert server.wait(DEADLINE_SECONDS) == 0

    assert "同梱の文書 1 件をそろえました" in said[0]
    assert re.search(r"職員: staff / \w{4}-\w{4}-\w{4}-\w{4}", said[0])
    assert "同梱の文書" not in said[1]
    assert "パスワード" not in said[1]


def test_real_installation_runs_without_demo_documents_and_accounts(start, tmp_path):
    corpus = tmp_path / "corpus"
    (corpus / "documents").mkdir(parents=True)
    (corpus / "documents" / "demo.md").write_text(
        f"---\nid: demo\ndemo: true\n---\n# ごみ\n\n{DOCUMENT}", encoding="utf-8"
    )
    entry = "{id: demo, path: documents/demo.md, title: ごみ, audience: staff, demo: true}"
    (corpus / "manifest.yaml").write_text(f"documents: [{entry}]", encoding="utf-8")
    assert finish(start("init", "--name", "霧島市"))[0] == 0

    address, said = address_of(start("run", "--port", "0", YORISOI_CORPUS_DIR=str(corpus)))
    wait_until_ready(address)

    assert "yorisoi users add" in said
    assert " / " not in said
    assert "yorisoi ingest" in health(address)["message"]


def test_output_is_utf8_whatever_the_locale(start):
    question = '{"id": "あ", "question": "手数料は？"}'.encode()
    process = start(
        "search", "--jsonl", LC_ALL="C", LANG="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0",
        PYTHONIOENCODING="ascii",
    )  # fmt: skip

    status, out, err = finish(process, question)

    assert (status, json.loads(out)["id"], err) == (0, "あ", "")


def test_lines_are_answered_one_by_one(start):
    process = start("search", "--jsonl")
    for number in range(3):
        process.stdin.write(b'{"id": %d, "question": "a"}\n' % number)
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == number


def test_reader_that_goes_away_is_no_failure(start):
    process = start("search", "--jsonl")
    process.stdin.write(b'{"id": 1, "question": "a"}\n')
    process.stdin.flush()
    process.stdout.readline()
    process.stdout.close()
    for _ in range(3):
        process.stdin.write(b'{"id": 2, "question": "a"}\n')
    process.stdin.close()

    assert process.wait(DEADLINE_SECONDS) == 0
    assert process.stderr.read() == b""


def test_killed_ingest_leaves_the_index_usable(start, tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "waste.txt").write_text(DOCUMENT, encoding="utf-8")
    assert finish(start("ingest", str(folder)))[0] == 0
    for number in range(300):
        (folder / f"{number}.txt").write_text(f"案内{number}\n\n{DOCUMENT * 20}", encoding="utf-8")

    killed = start("ingest", str(folder))
    time.sleep(2.5)
    killed.kill()
    killed.wait()

    status, out, _ = finish(start("search", "手数料"))
    assert status == 0
    assert "500円" in out
    status, out, _ = finish(start("ingest", str(folder), "--json"))
    totals = json.loads(out)["totals"]
    assert status == 0
    assert totals["added"] + totals["unchanged"] == 301
