"""Screening for attacks where the application takes text in: questions and documents."""

import time
from collections.abc import Callable, Iterator
from typing import Protocol

from app.answering.answer import Answer, Completed, Event, Evidence
from app.answering.question import checked
from app.embedders import make_embedder
from app.settings import Settings
from guardrails.injection import Screen, ScreenVerdict, Source
from ingest.document import LoadedDocument
from rag.embedder import SentenceTransformerEmbedder
from rag.models import BUNDLED_EMBEDDER
from rag.passage import Audience

# Beside the models, which a person has once; the catalogue's names begin with a letter.
HEADS_FOLDER = ".heads"
_BLOCKED = (
    "AIへの命令（規則の解除、内部の設定や他の人の情報の開示など）と読める部分があるため、"
    "この入力にはお答えしませんでした。\n"
    "知りたい制度や手続きのことだけを、ふだんの言葉で書き直して、もう一度お試しください。"
    "研修や調査で必要なときは、情報システムの担当に相談してください。"
)

Judge = Callable[[LoadedDocument], str]


class Screening(Protocol):
    """`guardrails.injection.Screen` is one."""

    def warm_up(self) -> None: ...

    def screen(self, text: str, source: Source) -> ScreenVerdict: ...


class Answering(Protocol):
    def ask(
        self,
        question: str,
        *,
        audience: Audience,
        writes: bool = True,
        level: str = "L1",
        conversation_id: str | None = None,
    ) -> Iterator[Event]: ...


class NoScreening:
    """Lets everything pass: for tests whose embedder has no vectors to judge by."""

    def warm_up(self) -> None:
        pass

    def screen(self, text: str, source: Source) -> ScreenVerdict:
        del text, source
        return ScreenVerdict("allow")


class ScreenedAnswering:
    """The answering walk behind the screen: what attacks gets a fixed answer, and no model."""

    def __init__(self, answering: Answering, screen: Screening) -> None:
        self._answering = answering
        self._screen = screen

    def ask(
        self,
        question: str,
        *,
        audience: Audience,
        writes: bool = True,
        level: str = "L1",
        conversation_id: str | None = None,
    ) -> Iterator[Event]:
        """As the walk behind it; a blocked question yields Evidence and Completed alone."""
        started = time.perf_counter()
        checked(question)
        if self._screen.screen(question, "user").is_blocked:
            answer = _blocked(round((time.perf_counter() - started) * 1000, 1))
            yield Evidence(answer)
            yield Completed(answer)
            return
        yield from self._answering.ask(
            question,
            audience=audience,
            writes=writes,
            level=level,
            conversation_id=conversation_id,
        )


def make_screen(settings: Settings, bundled: object | None = None) -> Screening:
    """`bundled`: the bundled embedder if there is one already, or the stand-in of a test."""
    if bundled is None:
        bundled = make_embedder(settings, BUNDLED_EMBEDDER)
    if not isinstance(bundled, SentenceTransformerEmbedder):
        return NoScreening()
    return Screen(bundled, settings.models_dir / HEADS_FOLDER)


def screened(judge: Judge, screen: Screening) -> Judge:
    """The judgement of a document's quality, and whether it gives orders to the AI."""

    def judge_both(document: LoadedDocument) -> str:
        return " ".join(filter(None, (judge(document), attack_in(document, screen))))

    return judge_both


def attack_in(document: LoadedDocument, screen: Screening) -> str:
    """Why a document is held back, with the page and what to do; empty for a harmless one."""
    for number, page in enumerate(document.pages):
        titles = (document.title if number == 0 else "", page.title)
        text = "\n".join((*(title for title in titles if title not in page.text), page.text))
        verdict = screen.screen(text, "document") if text.strip() else None
        if verdict and verdict.is_blocked:
            where = f"{page.ordinal:,}ページ。" if page.ordinal is not None else ""
            return (
                f"AIを操ろうとする記述の疑いがあります（{where}{verdict.reason.rstrip('。')}）。"
                "中身を確かめ、問題がなければ --activate を付けて取り込んでください。"
            )
    return ""


def _blocked(ms: float) -> Answer:
    return Answer(
        status="blocked",
        text=_BLOCKED,
        premise="none",
        citations=(),
        nearest=(),
        notices=(),
        provider="",
        generated=0,
        ms=ms,
    )
