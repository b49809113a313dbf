"""Screening for attacks where the application takes text in: questions and documents."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from app.embedders import make_embedder
from app.settings import Settings
from guardrails.injection import Screen, ScreenVerdict, Source
from ingest.document import LoadedDocument
from rag.embedder import Embedder
from rag.models import BUNDLED_EMBEDDER

HEADS_FOLDER = ".heads"


class Screening(Protocol):
    """`guardrails.injection.Screen` is one."""

    def warm_up(self) -> None: ...

    def screen(self, text: str, source: Source) -> ScreenVerdict: ...


def make_screen(settings: Settings, embedder: Embedder | None = None) -> Screen:
    """`embedder`: the bundled one, if it is there already; it loads when first needed."""
    return Screen(
        embedder or make_embedder(settings, BUNDLED_EMBEDDER), settings.models_dir / HEADS_FOLDER
    )


def screened(judge: Callable[[LoadedDocument], str], screen: Screening) -> Callable[[LoadedDocument], str]:
    """The judgement of a document's quality, and whether it gives orders to the AI."""

    def judge_both(document: LoadedDocument) -> str:
        return " ".join(filter(None, (judge(document), attack_in(document, screen))))

    return judge_both


def attack_in(document: LoadedDocument, screen: Screening) -> str:
    """Why a document is held back, with the page and what to do; empty for a harmless one."""
    for page in document.pages:
        verdict = screen.screen(page.text, "document") if page.text.strip() else None
        if verdict and verdict.is_blocked:
            where = f"{page.ordinal:,}ページ目: " if page.ordinal is not None else ""
            return (
                f"AIを操ろうとする記述の疑いがあります（{where}{verdict.reason}）。"
                "中身を確かめ、問題がなければ --activate を付けて取り込んでください。"
            )
    return ""
