"""The process that `make run` starts, on a free port and a data folder of its own."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.settings import Settings
from rag.models import BUNDLED_LLM, find_spec, is_ready

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = os.environ.get("YORISOI_TEST_CHROMIUM", "/usr/bin/chromium")
_READY_SECONDS = 600
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_ACCOUNT = re.compile(r"^\s*(?P<role>\S+): (?P<username>\S+) / (?P<password>\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Server:
    """Where it listens and who may sign in: (username, password) for each role."""

    address: str
    accounts: dict[str, tuple[str, str]]


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    yield from _running(tmp_path_factory.mktemp("run"), "NO_LLM=1")


@pytest.fixture(scope="session")
def writing_server(tmp_path_factory):
    """`make run LLM=local`, where the model is; this downloads nothing."""
    spec = find_spec(BUNDLED_LLM)
    if not is_ready(spec, Settings(_env_file=None).models_dir):
        pytest.skip(f"文章生成モデルがありません: yorisoi models pull {spec.name}")
    yield from _running(tmp_path_factory.mktemp("local"), "LLM=local")


def _running(folder, *variables):
    if not Path(CHROMIUM).exists():
        pytest.skip(f"Chromium がありません（{CHROMIUM}）")
    port = _free_port()
    log = folder / "log.txt"
    make = shutil.which("make")
    assert make is not None
    command = [make, "run", *variables, f"PORT={port}", f"DATA_DIR={folder / 'data'}"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=out, stderr=out, env=environment, start_new_session=True
        )
    try:
        yield _wait_until_ready(f"http://127.0.0.1:{port}", process, log)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def scripted(tmp_path_factory):
    """The application with a model that writes on demand; starts in seconds."""
    yield from _scripted(tmp_path_factory.mktemp("scripted"))


@pytest.fixture(scope="session")
def failing(tmp_path_factory):
    """The application with a model's process that fails on demand."""
    yield from _scripted(tmp_path_factory.mktemp("failing"), "failing")


def _scripted(folder, *more):
    if not Path(CHROMIUM).exists():
        pytest.skip(f"Chromium がありません（{CHROMIUM}）")
    port = _free_port()
    log = folder / "log.txt"
    program = str(Path(__file__).with_name("scripted.py"))
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, program, str(port), str(folder), *more],
            cwd=ROOT,
            stdout=out,
            stderr=out,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
    try:
        yield _wait_until_ready(f"http://127.0.0.1:{port}", process, log)
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture
def chat(chromium, scripted):
    """Signed in, on a desktop, with the scripted model; counts what moves by itself."""
    yield from _chat(chromium, scripted, 1280, 900)


@pytest.fixture
def small_chat(chromium, scripted):
    yield from _chat(chromium, scripted, 360, 740)


@pytest.fixture
def failing_chat(chromium, failing):
    """Signed in where the model's process fails on demand; at first it runs."""
    wait_for_model(failing, "ready")
    yield from _chat(chromium, failing, 1280, 900)


@pytest.fixture
def writing_chat(chromium, writing_server):
    """Signed in on the process that `make run LLM=local` starts, once its model is loaded."""
    wait_for_model(writing_server, "ready")
    yield from _chat(chromium, writing_server, 1280, 900)


def health_of(server):
    with urllib.request.urlopen(f"{server.address}/healthz") as reply:
        return json.load(reply)


def wait_for_model(server, state):
    deadline = time.monotonic() + _READY_SECONDS
    while health_of(server)["language_model"]["state"] != state:
        assert time.monotonic() < deadline, health_of(server)
        time.sleep(0.1)


def _chat(chromium, scripted, width, height):
    for window in _window(chromium, scripted, width, height):
        window.context.add_init_script(_COUNT_SHIFTS)
        enter(window, scripted)
        yield window


def enter(window, server, role="職員"):
    username, password = server.accounts[role]
    window.goto("/signin")
    window.get_by_label("ユーザー名").fill(username)
    window.get_by_label("パスワード", exact=True).fill(password)
    window.get_by_role("button", name="サインイン").click()
    window.wait_for_url(re.compile(r".*/(?:password|conversations/\w+)?$"))


_COUNT_SHIFTS = """window.shifts = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
}).observe({ type: "layout-shift", buffered: true });"""


def _wait_until_ready(address, process, log):
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"make run が終わりました:\n{log.read_text(encoding='utf-8')[-3000:]}")
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/healthz") as reply:
            if json.load(reply)["status"] != "starting":
                said = _ACCOUNT.finditer(log.read_text(encoding="utf-8"))
                accounts = {m["role"]: (m["username"], m["password"]) for m in said}
                return Server(address, accounts)
        time.sleep(1)
    return pytest.fail(f"準備が終わりません:\n{log.read_text(encoding='utf-8')[-3000:]}")


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only these tests need it

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def page(chromium, server):
    """A fresh desktop window; console errors and broken requests fail the test."""
    yield from _window(chromium, server, width=1280, height=900)


@pytest.fixture
def phone(chromium, server):
    yield from _window(chromium, server, width=360, height=740)


def _window(chromium, server, width, height):
    context = chromium.new_context(
        base_url=server.address, viewport={"width": width, "height": height}, locale="ja-JP"
    )
    window = context.new_page()
    complaints = []
    window.on("console", lambda message: complaints.extend(_complaint(message)))
    window.on("pageerror", lambda error: complaints.append(str(error)))
    yield window
    context.close()
    assert complaints == []


def _complaint(message):
    """Errors of scripts and of the content policy; an expected 4xx page is none."""
    is_status = message.text.startswith("Failed to load resource")
    return [message.text] if message.type == "error" and not is_status else []


@pytest.fixture
def sign_in(server):
    def _sign_in(window, role="職員"):
        username, password = server.accounts[role]
        window.goto("/signin")
        window.get_by_label("ユーザー名").fill(username)
        window.get_by_label("パスワード", exact=True).fill(password)
        window.get_by_role("button", name="サインイン").click()
        window.wait_for_url(re.compile(r".*/(?:password)?$"))

    return _sign_in
