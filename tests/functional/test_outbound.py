"""What a provider gets, byte by byte, of many conversations at once."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.accounts.models import User
from app.answering.answer import Completed, Evidence, Sentence
from app.answering.masking import Masking
from app.answering.writing import AnswerWriter, Brief, WritingUnit
from app.chat.asking import AskingService, Draft
from app.chat.models import PlaceholderMap
from app.chat.placeholders import make_masking
from app.db import transaction
from app.governance.routing import FixedRouter
from app.language_model import LanguageModelState, LanguageModelStatus
from guardrails.verdict import Finding
from rag.openai_chat_model import OpenAIChatModel
from rag.tokenizer import SudachiWords

CONVERSATIONS = 8
SURNAMES = "霧野星川月岡風間雪村浪江森下岩城"
UNITS = (WritingUnit(0, "補助率は、補助対象経費の1/2です。", ("概要", "補助率"), 1.0, True),)


class Provider:
    """Speaks the OpenAI protocol, says what `answer` makes of the prompt, keeps every byte."""

    def __init__(self, answer) -> None:
        self.received: list[bytes] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                head = f"{self.requestline}\n{self.headers}".encode()
                provider.received.append(head + body)
                text = answer(json.loads(body)["messages"][-1]["content"])
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.end_headers()
                for piece, finish in ((text, None), ("", "stop")):
                    choice = {"index": 0, "delta": {"content": piece}, "finish_reason": finish}
                    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1}
                    event = {**chunk, "model": "m", "choices": [choice]}
                    self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
                self.wfile.write(b"data: [DONE]\n\n")

            def log_message(self, *_arguments):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def provider():
    """It names whoever the question names first."""

    def answer(prompt: str) -> str:
        name = prompt.split("<質問>")[1].split("〔")[1].split("〕", maxsplit=1)[0]
        return f"【{name}】さんの補助率は、補助対象経費の1/2です。[1]\n"

    provider = Provider(answer)
    yield provider
    provider.close()


class Person:
    """Someone made up for one conversation, in one turn of it."""

    def __init__(self, conversation: int, turn: int) -> None:
        self.name = f"{SURNAMES[conversation * 2 : conversation * 2 + 2]}花{'一二三四五六七八九十'[turn % 10]}子"
        number = conversation * 1_000 + turn
        self.phone = f"090-{4_000 + conversation}-{1_000 + turn:04}"
        self.number = f"{620_000_000_000 + number * 7:012}"
        self.values = (self.name, self.phone, self.number)

    @property
    def question(self) -> str:
        return f"{self.name}さん（電話{self.phone}、番号{self.number}）の補助率は？"


class PatternAnalyzer:
    """Finds the values of all `Person`s."""

    def __init__(self, people) -> None:
        self._people = people

    def analyze(self, text: str) -> list[Finding]:
        found = [
            Finding(kind, text.index(value), text.index(value) + len(value), 0.9)
            for person in self._people
            for kind, value in zip(("PERSON", "PHONE", "MY_NUMBER"), person.values, strict=True)
            if value in text
        ]
        return sorted(found, key=lambda each: each.start)


class Walk:
    """The evidence, and above it what the provider writes, as the real walk does it."""

    def __init__(self, answer, address: str, masking: Masking) -> None:
        model = OpenAIChatModel(address, "m")
        self._answer = answer
        self._writer = AnswerWriter(
            lambda: model, SudachiWords(), 60.0, router=FixedRouter("m"), masking=masking
        )

    def ask(self, question, *, audience, conversation_id, level):
        assert (audience, level) == ("staff", "L2")
        admission = self._writer.admit(question, [level])
        yield Evidence(self._answer)
        kept = []
        for event in self._writer.write(
            Brief(admission, self._answer, UNITS, conversation_id=conversation_id)
        ):
            if isinstance(event, Sentence):
                kept.append(event.text)
            yield event
        yield Completed(replace(self._answer, sentences=tuple(kept), generated=len(kept)))


@pytest.mark.parametrize(
    "turns", [3, pytest.param(125, marks=pytest.mark.integration)], ids=["24", "1000"]
)
def test_no_value_reaches_the_provider_and_no_name_another_conversation(
    container, people, provider, an_answer, language_model, turns, tmp_path
):
    everyone = [[Person(row, turn) for turn in range(turns)] for row in range(CONVERSATIONS)]
    leaks = []
    masking = make_masking(
        container.session_factory,
        container.cipher,
        container.clock,
        PatternAnalyzer([person for row in everyone for person in row]),
        leaks.append,
    )
    language_model.now = LanguageModelStatus(LanguageModelState.READY)
    asking = _asking(container, Walk(an_answer, provider.address, masking), language_model)
    with transaction(container.session_factory) as session:
        user_id = session.query(User).first().id

    def talk(persons: list[Person]) -> list[str]:
        conversation_id, said = None, []
        for person in persons:
            kept = asking.ask(Draft(user_id, person.question, conversation_id, as_typed=True))
            conversation_id = kept.conversation_id
            said += kept.answer.sentences
        return said

    with ThreadPoolExecutor(CONVERSATIONS) as pool:
        said = list(pool.map(talk, everyone))

    sent = b"\n".join(provider.received)
    stored = b"\n".join(path.read_bytes() for path in tmp_path.glob("yorisoi.db*"))
    assert len(provider.received) == CONVERSATIONS * turns
    assert leaks == []
    for row, sentences in zip(everyone, said, strict=True):
        assert sentences == [f"{each.name}さんの補助率は、補助対象経費の1/2です。" for each in row]
        for value in (value for person in row for value in person.values):
            assert value.encode() not in sent
            assert json.dumps(value)[1:-1].encode() not in sent
            assert value.replace("-", "").encode() not in sent
            assert value.encode() not in stored
    with transaction(container.session_factory) as session:
        assert session.query(PlaceholderMap).count() == CONVERSATIONS


def _asking(container, walk: Walk, language_model) -> AskingService:
    service = container.asking
    return AskingService(
        container.session_factory,
        container.conversations,
        walk,
        service._understanding,
        service._beside,
        container.clock,
        language_model,
    )
