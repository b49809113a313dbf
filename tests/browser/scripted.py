"""The application with a model that writes what it is told to: no search, nothing to load.

    python tests/browser/scripted.py PORT FOLDER [failing]

What is asked decides what happens: 「遅い」 waits before the evidence, 「長い」 writes on and on
(but not about a 「締切」), 「失敗」 fails, 「なし」 writes nothing that stands, 「極秘」 goes
to no model, 「答えのない」 abstains.
With `failing` the sentences come from a real process with a real watch over it, which fails in the
ways that failing_model.py tells.
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import uvicorn
from cryptography.fernet import Fernet

from app.answering.answer import (
    Answer,
    Citation,
    Completed,
    Dropped,
    Event,
    Evidence,
    Failed,
    Retrieved,
    Routed,
    Sentence,
)
from app.answering.masking import Masking, NoAnalyzer, PassingVaults
from app.answering.writing import AnswerWriter, Brief, WritingUnit
from app.bootstrap import Overrides, build
from app.clock import system_clock
from app.container import Block, PageText, PageView, Readiness
from app.governance.provider import ContractType, Provider, TrainingUse
from app.governance.routing import Router
from app.language_model import LanguageModelState, LanguageModelStatus, LocalLanguageModel
from app.main import create_app
from app.settings import Settings
from guardrails.classification import Level
from rag.local_model import LocalModelServer, LocalModelSettings, Patience
from rag.tokenizer import SudachiWords

_MASKING = Masking(NoAnalyzer(), PassingVaults(), print)
_DEADLINE_SECONDS = 2.0

TITLE = "地域社会DX推進パッケージ事業の概要"
CITATION = Citation(
    document_id="guides/chiiki-digital.md",
    title=TITLE,
    section="補助事業 > 補助率",
    page=19,
    quote="補助対象経費の1/2",
    passage="補助率 補助対象経費の 1/2\n補助金額に上限はありません。",
    issuer="総務省",
    published=date(2025, 11, 26),
)
OTHER = replace(CITATION, title="特別交付税措置の一覧", page=31, section="措置率", quote="0.7")
ANSWER = Answer(
    status="answered",
    text="補助率 補助対象経費の1/2\n補助金額に上限はありません。",
    premise="none",
    citations=(CITATION, OTHER),
    nearest=(),
    notices=(),
    provider="extractive",
    generated=0,
    ms=212.0,
)
UNITS = (
    WritingUnit(0, "補助対象経費の1/2", (TITLE, CITATION.section), 1.0),
    WritingUnit(1, "0.7", (OTHER.title, OTHER.section), 0.9),
)
ABSTENTION = replace(
    ANSWER,
    status="abstained",
    text="登録されている資料には見当たりませんでした。",
    citations=(),
    nearest=(CITATION,),
)
SENTENCES = (
    "この事業の補助率は2分の1です。",
    "補助する金額に限りはありません。",
    "対象は地方公共団体です。",
)
PAGE = PageView(
    document_id=CITATION.document_id,
    title=TITLE,
    pages=(
        PageText(
            19,
            "補助率",
            (
                Block("paragraph", "事業の概要は次のとおりです。\n" * 20),
                Block("paragraph", "補助率 補助対象経費の 1/2"),
                Block("list", items=("通信機器", "センサー")),
                Block("table", rows=(("区分", "率"), ("補助", "1/2"))),
            ),
        ),
    ),
    page_count=1,
)


LOCAL = Provider(
    "local",
    ContractType.INTERNAL,
    TrainingUse.NO,
    "JP",
    Level.L3,
    is_enabled=True,
    is_built_in=True,
)
ROUTER = Router(lambda: [LOCAL], lambda: ["local"], system_clock)


class Scripted:
    def ask(self, question: str, *, audience: str, level: str, **_more: str) -> Iterator[Event]:
        del audience
        route = ROUTER.choose("L4" if "極秘" in question else level)
        if "遅い" in question:
            time.sleep(2)
        yield Retrieved((), 1.0)
        if "失敗" in question:
            yield Failed("検索が止まりました。管理者へ連絡してください")
            return
        if "答えのない" in question:
            yield Evidence(ABSTENTION)
            yield Completed(ABSTENTION)
            return
        yield Routed(route.is_open, route.reason, route.level)
        yield Evidence(ANSWER)
        if not route.is_open:
            yield Completed(ANSWER)
            return
        if "なし" in question:
            time.sleep(0.3)
            yield Dropped("figure")
            yield Completed(ANSWER)
            return
        told = SENTENCES * (40 if "長い" in question and "締切" not in question else 1)
        for sentence in told:
            time.sleep(0.25)
            yield Sentence(sentence, (0,))
        yield Completed(replace(ANSWER, sentences=told, generated=len(told), provider="local"))


class Failing:
    """The evidence; above it what the model's process writes, verified as always."""

    def __init__(self, writer: AnswerWriter) -> None:
        self._writer = writer

    def ask(self, question: str, *, audience: str, level: str, **_more: str) -> Iterator[Event]:
        del audience
        yield Retrieved((), 1.0)
        admission = self._writer.admit(question, (level,))
        route = admission.route
        yield Routed(route.is_open, route.reason, route.level)
        yield Evidence(ANSWER)
        kept = []
        for event in self._writer.write(Brief(admission, ANSWER, UNITS)):
            if isinstance(event, Sentence):
                kept.append(event.text)
            yield event
        yield Completed(
            replace(ANSWER, sentences=tuple(kept), generated=len(kept), provider="local")
        )


def failing_model() -> LocalLanguageModel:
    server = LocalModelServer(
        LocalModelSettings(Path("model.gguf")),
        command=(sys.executable, str(Path(__file__).with_name("failing_model.py"))),
        patience=Patience(start=30, between_probes=0.2, probe=5, pauses=(1.0,), stop=1),
    )
    return LocalLanguageModel(server, is_here=lambda: True, pull_model=lambda _progress: None)


class Ready:
    def state(self) -> Readiness:
        return Readiness(ready=True)


class Generating:
    name = "scripted"

    def status(self) -> LanguageModelStatus:
        return LanguageModelStatus(LanguageModelState.READY)

    def model(self) -> None:
        """`Scripted` writes by itself."""


class OnePage:
    def __init__(self, real: object) -> None:
        self._real = real

    def list_programmes(self, audience: str) -> object:
        return self._real.list_programmes(audience)

    def page(self, document_id: str, page: int | None, audience: str) -> PageView | None:
        del audience
        return PAGE if document_id == CITATION.document_id and page in {None, 19} else None


def main(port: int, folder: Path, *, is_failing: bool) -> None:
    settings = Settings(
        _env_file=None,
        data_dir=folder,
        secret_key=Fernet.generate_key().decode(),
        database_url=None,
    )
    model = failing_model() if is_failing else Generating()
    answering = Scripted()
    if is_failing:
        model.start(may_pull=False, say=sys.stdout.write)
        answering = Failing(
            AnswerWriter(
                model.model, SudachiWords(), _DEADLINE_SECONDS, router=ROUTER, masking=_MASKING
            )
        )
    overrides = Overrides(answering=answering, language_model=model)
    application = build(settings, command="scripted", overrides=overrides)
    with application.open_accounts() as accounts:
        created = accounts.ensure_demo_accounts()
    for account in created:
        sys.stdout.write(f"  {account.role_label}: {account.username} / {account.password}\n")
    container = replace(
        application.container, readiness=Ready(), programmes=OnePage(application.programmes)
    )
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    uvicorn.run(create_app(container), port=port, log_config=None, access_log=False)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), is_failing="failing" in sys.argv[3:])
