"""What a person sees when the model's server is killed, hangs, talks nonsense or is not there.

The model's client, the sentences and their verifier are the real ones; only the server is a stub.
"""

from __future__ import annotations

import html
import itertools
import json
import re
import socket
import time
from dataclasses import replace

import pytest

from app.answering.answer import Completed, Dropped, Evidence, Retrieved, Sentence
from app.answering.masking import Masking, NoAnalyzer, PassingVaults
from app.answering.writing import AnswerWriter, Brief, WritingUnit
from app.governance.routing import FixedRouter
from app.language_model import LanguageModelState, LanguageModelStatus
from rag.openai_chat_model import OpenAIChatModel
from rag.tokenizer import SudachiWords

SENTENCE = "補助率は、補助対象経費の1/2です。"
QUOTE = "補助率は、補助対象経費の1/2です。"  # the text of the extractive answer
QUESTION = "補助率はいくつですか"
IS_ANSWER = "下の資料の抜粋が回答です。"
FAILED = f"AIの文を作れませんでした。{IS_ANSWER}"
MASKING = Masking(NoAnalyzer(), PassingVaults(), print)
UNITS = (WritingUnit(0, "補助対象経費の1/2", ("概要", "補助事業 > 補助率"), 1.0),)
SECONDS = 1.0


class Writing:
    """The evidence, and above it what the server of `address` writes, as the real walk does it."""

    def __init__(self, answer, address: str) -> None:
        model = OpenAIChatModel(address, "stub")
        self._answer = answer
        self._writer = AnswerWriter(
            lambda: model, SudachiWords(), SECONDS, router=FixedRouter("stub"), masking=MASKING
        )

    def ask(self, question, *, audience, level, **_more):
        assert (audience, level) == ("staff", "L2")
        yield Retrieved((), 1.0)
        yield Evidence(self._answer)
        kept = []
        admission = self._writer.admit(question, [level])
        for event in self._writer.write(Brief(admission, self._answer, UNITS)):
            if isinstance(event, Sentence):
                kept.append(event.text)
            yield event
        answer = replace(self._answer, sentences=tuple(kept), generated=len(kept))
        yield Completed(answer)


@pytest.fixture
def write_with(container, an_answer, language_model, monkeypatch):
    def use(walk) -> None:
        walk = Writing(an_answer, walk) if isinstance(walk, str) else walk
        monkeypatch.setattr(container.asking, "_answering", walk)
        language_model.now = LanguageModelStatus(LanguageModelState.READY)

    return use


def events_of(text: str) -> list[tuple[str, dict]]:
    found = re.findall(r"event: (\w+)\ndata: (.*)\n\n", text)
    return [(name, json.loads(data)) for name, data in found]


def streamed(browser, question: str = QUESTION) -> dict[str, dict]:
    events = events_of(browser.post("/questions/stream", {"question": question}).text)
    assert events[-1][0] == "completed"  # never "failed": that one is a page without an answer
    return dict(events)


def note_of(fragment: str) -> str:
    return html.unescape(re.search(r"data-written-note>([^<]*)<", fragment)[1])


def endless(line: bytes):
    yield from itertools.repeat(line)


def chunk(text: str) -> str:
    content = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "stub"}
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    return f"data: {json.dumps({**content, 'choices': [choice]}, ensure_ascii=False)}\n\n"


FAILURES = {
    "hangs-without-a-byte": lambda: [30.0],
    "hangs-with-heartbeats": lambda: itertools.cycle([": wait\n\n", 0.05]),
    "no-json": lambda: ["data: {broken\n\n"],
    "html": lambda: ["<html>502 Bad Gateway</html>\n\n"],
    "no-utf-8": lambda: [chunk("補助率は").encode()[:-20], b"\xff\xfe\x00\n\n", "data: [DONE]\n\n"],
    "ends-in-the-middle": lambda: [chunk("補助率は"), "data: {"],
    "line-without-end": lambda: endless(b"data: " + b"x" * 100_000),
    "empty": list,
}


@pytest.mark.parametrize("failure", FAILURES)
def test_quotes_are_the_answer_and_one_sentence_says_so(staff, model_server, write_with, failure):
    model_server.lines = FAILURES[failure]()
    write_with(model_server.address)
    started = time.monotonic()
    data = streamed(staff)

    assert time.monotonic() - started < SECONDS + 4
    assert QUOTE in data["completed"]["html"]
    assert note_of(data["completed"]["html"]) == FAILED
    assert "生成AI：途中で失敗しました" in data["completed"]["html"]
    assert "もう一度試す" in data["completed"]["html"]
    assert data["completed"]["html"].count(IS_ANSWER) == 1
    assert note_of(staff.get(data["started"]["path"]).text) == FAILED


@pytest.mark.parametrize("status", [401, 404, 500, 503])
def test_refusing_server_is_a_failure_like_others(staff, model_server, write_with, status):
    model_server.status = status
    model_server.lines = ['{"error": {"message": "out of memory"}}']
    write_with(model_server.address)
    data = streamed(staff)

    assert note_of(data["completed"]["html"]) == FAILED
    assert "out of memory" not in json.dumps(data)


def test_server_that_was_never_there_is_a_failure_like_others(staff, write_with):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    write_with(f"http://127.0.0.1:{port}/v1")

    assert note_of(streamed(staff)["completed"]["html"]) == FAILED


def test_text_without_end_is_cut_and_nothing_of_it_is_shown(staff, model_server, write_with):
    model_server.lines = itertools.repeat(chunk("ほげ"))
    write_with(model_server.address)
    data = streamed(staff)

    assert "ほげ" not in json.dumps(data, ensure_ascii=False)
    assert IS_ANSWER in note_of(data["completed"]["html"])


def test_killed_in_mid_stream_what_stood_stays_and_is_said_to_be_cut(
    staff, model_server, write_with
):
    model_server.lines = [chunk(f"{SENTENCE}[1]\n"), 0.2, chunk("対象は")]
    write_with(model_server.address)
    data = streamed(staff)

    assert data["sentence"]["text"] == SENTENCE
    assert "途中で途切れました" in note_of(data["completed"]["html"])
    assert "AIが書いた文を含みます" in data["completed"]["html"]
    page = staff.get(data["started"]["path"]).text
    assert page.index(SENTENCE) < page.index("資料の抜粋</p>")
    assert "※ AIの文は途中で途切れました" in page.split('class="copy-source"')[1]


def test_later_answers_recover(staff, model_server, write_with):
    write_with(model_server.address)
    model_server.status = 500
    assert note_of(streamed(staff)["completed"]["html"]) == FAILED
    model_server.status = 200
    model_server.says(f"{SENTENCE}[1]\n")
    data = streamed(staff)

    assert data["sentence"]["text"] == SENTENCE
    assert note_of(data["completed"]["html"]) == "資料と1文ずつ照合済み"


def test_retry_searches_the_same_again(staff, model_server, write_with):
    model_server.status = 500
    write_with(model_server.address)
    data = streamed(staff)
    form = data["completed"]["html"].split('class="written__retry"')[1].split("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    model_server.status = 200
    model_server.says(f"{SENTENCE}[1]\n")
    again = dict(events_of(staff.post("/questions/stream", fields).text))

    assert again["started"]["path"] == data["started"]["path"]
    assert again["started"]["question"] == QUESTION
    assert again["sentence"]["text"] == SENTENCE


def test_bug_while_writing_is_no_error_of_the_answer(staff, write_with, an_answer, caplog):
    class Breaking:
        def ask(self, _question, *, audience, level, **_more):
            assert (audience, level) == ("staff", "L2")
            yield Evidence(an_answer)
            yield Sentence(SENTENCE)
            raise RuntimeError("秘密の質問")

    write_with(Breaking())
    data = streamed(staff)

    assert "途中で途切れました" in note_of(data["completed"]["html"])
    assert SENTENCE in staff.get(data["started"]["path"]).text
    assert any("RuntimeError" in record.getMessage() for record in caplog.records)
    assert "秘密" not in caplog.text


def test_sentence_that_is_not_borne_out_is_told_apart_from_a_failure(staff, write_with, an_answer):
    class Dropping:
        def ask(self, _question, *, audience, level, **_more):
            assert (audience, level) == ("staff", "L2")
            yield Evidence(an_answer)
            yield Dropped("figure")
            yield Completed(an_answer)

    write_with(Dropping())
    data = streamed(staff)

    note = note_of(data["completed"]["html"])
    assert note == f"AIの文に、根拠に合うものはありませんでした。{IS_ANSWER}"
    assert "もう一度試す" not in data["completed"]["html"]


@pytest.mark.parametrize("state", ["absent", "pulling", "starting", "failed"])
def test_model_that_cannot_write_now_takes_no_room_and_is_said(staff, language_model, state):
    language_model.now = LanguageModelStatus(LanguageModelState(state), "準備しています。")
    data = streamed(staff)

    assert "written--live" not in data["evidence"]["html"]
    assert note_of(data["evidence"]["html"]) == f"AIの文は、いまは作れません。{IS_ANSWER}"
    assert "生成AI：準備中か、止まっていました" in data["completed"]["html"]
    assert "もう一度試す" in data["completed"]["html"]


def test_nothing_is_said_of_a_model_where_there_is_nothing_to_write(
    staff, answering, an_abstention, language_model
):
    language_model.now = LanguageModelStatus(LanguageModelState.READY)
    answering.answers.append(an_abstention)

    assert "data-written" not in streamed(staff)["completed"]["html"]


def test_plain_form_shows_the_quotes_too(staff, model_server, write_with):
    model_server.status = 500
    write_with(model_server.address)
    response = staff.ask(QUESTION)

    assert response.status_code == 303
    assert note_of(staff.get(response.headers["location"]).text) == FAILED
