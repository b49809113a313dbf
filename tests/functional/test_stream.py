"""The answer as it comes into being: the events, what is kept of them, and how one is stopped."""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
import time
from dataclasses import replace

import pytest
import uvicorn

from app.answering.answer import Completed, Dropped, Evidence, Failed, Retrieved, Sentence
from app.chat import streaming
from app.container import Readiness
from app.db import transaction
from app.language_model import LanguageModelState, LanguageModelStatus

SENTENCES = ("補助率は2分の1です。", "金額に限りはないと書かれています。")


class Scripted:
    """A model that writes; waits at each sentence until it may go on, and knows if it was closed."""

    def __init__(self, answer, *, waits: bool = False) -> None:
        self.answer = answer
        self.may_go_on = threading.Event()
        self.closed = threading.Event()
        if not waits:
            self.may_go_on.set()

    def ask(self, _question, *, audience, level, **_more):
        assert (audience, level) == ("staff", "L2")
        try:
            yield Retrieved((), 1.0)
            yield Evidence(self.answer)
            yield Sentence(SENTENCES[0], (0,))
            self.may_go_on.wait(10)
            yield Dropped("figure")
            yield Sentence(SENTENCES[1], (0,))
            yield Completed(
                replace(self.answer, sentences=SENTENCES, generated=2, provider="local")
            )
        finally:
            self.closed.set()


def events_of(text: str) -> list[tuple[str, dict]]:
    found = re.findall(r"event: (\w+)\ndata: (.*)\n\n", text)
    return [(name, json.loads(data)) for name, data in found]


def ask(browser, **fields: str):
    return browser.post("/questions/stream", {"question": "補助率は？", **fields})


@pytest.fixture
def scripted(container, an_answer, language_model, monkeypatch):
    def use(**options) -> Scripted:
        model = Scripted(an_answer, **options)
        monkeypatch.setattr(container.asking, "_answering", model)
        language_model.now = LanguageModelStatus(LanguageModelState.READY)
        return model

    return use


def test_evidence_comes_first_and_sentences_after_it(staff, scripted):
    scripted()
    response = ask(staff)

    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    events = events_of(response.text)
    assert [name for name, _ in events] == [
        "started", "evidence", "sentence", "dropped", "sentence", "completed",
    ]  # fmt: skip
    data = dict(events)
    assert data["started"]["path"] == f"/conversations/{data['started']['conversation_id']}"
    assert "補助対象経費" in data["evidence"]["html"]
    assert "written--live" in data["evidence"]["html"]  # the room above the evidence
    assert "AIが書いた文を含みます" in data["completed"]["html"]
    assert "生成AI：local、2文" in data["completed"]["html"]


def test_what_was_streamed_is_what_the_page_shows_later(staff, scripted):
    scripted()
    started = events_of(ask(staff).text)[0][1]
    page = staff.get(started["path"]).text

    for sentence in SENTENCES:
        assert sentence in page
    assert page.index(SENTENCES[0]) < page.index("補助率は、補助対象経費の1/2です。")
    assert "written--live" not in page


def test_without_a_model_no_room_is_reserved(staff):
    data = dict(events_of(ask(staff).text))

    assert "data-written" not in data["evidence"]["html"]
    assert "生成AI：使っていません" in data["completed"]["html"]


def test_plain_form_gives_the_same_answer(staff, scripted):
    scripted()
    page = staff.get(staff.ask("補助率は？").headers["location"]).text

    assert SENTENCES[1] in page


def test_refused_question_is_told_before_anything_is_sent(staff):
    response = ask(staff, question=" ")

    assert response.status_code == 422
    assert response.json() == {"error": "質問を入力してください"}


def test_foreign_conversation_is_not_found(staff, admin):
    path = admin.ask("別の人の質問").headers["location"]
    response = ask(staff, conversation=path.rsplit("/", 1)[1])

    assert response.status_code == 404


def test_stream_waits_for_readiness(staff, readiness):
    token = staff.token()
    readiness.now = Readiness(ready=False, message="モデルを読み込んでいます")
    response = staff.client.post("/questions/stream", data={"csrf_token": token, "question": "？"})

    assert response.status_code == 503
    assert "モデルを読み込んでいます" in response.json()["error"]


def test_session_that_ended_is_told_as_json(staff, nobody):
    response = nobody.client.post(
        "/questions/stream",
        data={"question": "？"},
        headers={"accept": "text/event-stream, application/json"},
    )

    assert response.status_code == 401


def test_failure_is_an_event_and_nothing_is_kept(staff, answering):
    answering.answers.append(Failed("検索が止まりました"))
    events = events_of(ask(staff).text)

    assert events[-1] == ("failed", {"message": "検索が止まりました"})
    assert "まだ質問がありません" in staff.get("/conversations").text


def test_bug_is_told_without_its_message(staff, answering):
    answering.answers.append(RuntimeError("秘密の質問"))
    events = events_of(ask(staff).text)

    assert events[-1][0] == "failed"
    assert "不具合" in events[-1][1]["message"]
    assert "秘密" not in json.dumps(events, ensure_ascii=False)


def test_follow_up_goes_into_the_same_conversation(staff):
    first = events_of(ask(staff).text)[0][1]
    second = events_of(ask(staff, conversation=first["conversation_id"]).text)[0][1]
    page = staff.get(first["path"]).text

    assert second["path"] == first["path"]
    assert page.count("data-turn=") == 2


def test_kept_turn_can_be_fetched_by_a_page_that_lost_its_connection(staff, admin):
    started = events_of(ask(staff).text)[0][1]
    path = f"/questions/{started['question_id']}/turn"

    assert "補助対象経費" in staff.get(path).json()["html"]
    assert admin.get(path).status_code == 404


@pytest.fixture
def live(app):
    """The application behind a real socket: only there can a reader go away."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield port
    server.should_exit = True
    thread.join(10)


def open_stream(port, browser):
    token = browser.token()
    cookies = "; ".join(f"{name}={value}" for name, value in browser.client.cookies.items())
    connection = http.client.HTTPConnection("localhost", port, timeout=10)
    connection.request(
        "POST",
        "/questions/stream",
        f"csrf_token={token}&question=hojo",
        {"content-type": "application/x-www-form-urlencoded", "cookie": cookies},
    )
    return connection, connection.getresponse()


def read_until(response, text: str) -> str:
    read = ""
    while text not in read:
        read += response.readline().decode()
    return read


def test_reader_who_leaves_stops_the_work_and_what_stood_is_kept(
    staff, live, scripted, container, engine
):
    model = scripted(waits=True)
    connection, response = open_stream(live, staff)
    read = read_until(response, "event: sentence\n") + response.readline().decode() + "\n"
    started = events_of(read)[0][1]
    assert engine.pool.checkedout() == 0
    response.close()
    connection.close()
    time.sleep(0.3)
    model.may_go_on.set()

    assert model.closed.wait(5)
    time.sleep(0.3)
    page = staff.get(started["path"]).text
    assert SENTENCES[0] in page
    assert SENTENCES[1] not in page
    assert "途中で止めたため、AIの文は途中までです。" in page


def test_heartbeat_keeps_the_connection(staff, live, scripted, monkeypatch):
    monkeypatch.setattr(streaming, "HEARTBEAT_SECONDS", 0.05)
    model = scripted(waits=True)
    connection, response = open_stream(live, staff)

    assert ": wait" in read_until(response, ": wait\n")
    model.may_go_on.set()
    assert "event: completed" in response.read().decode()
    connection.close()


def test_deleted_meanwhile_nothing_is_written(staff, container):
    first = events_of(ask(staff).text)[0][1]
    staff.post(f"{first['path']}/delete")
    response = ask(staff, conversation=first["conversation_id"])

    assert response.status_code == 404
    with transaction(container.session_factory) as session:
        assert container.conversations(session).recent(1) == ()
