"""Live documents as the web shows them: the list of programmes, and a document page by page."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, sessionmaker

from app.clock import TOKYO, Clock
from app.container import Block, PageText, PageView, ProgrammeRow
from app.db import transaction
from app.knowledge.blocks import to_blocks
from app.knowledge.models import Document, StoredChunk, Version
from rag.passage import Audience

_VISIBLE: Mapping[Audience, tuple[Audience, ...]] = {
    "public": ("public",),
    "staff": ("public", "staff"),
}


class LiveProgrammes:
    """Reads from SQL alone, so that it works while models are still being loaded."""

    def __init__(
        self, session_factory: sessionmaker[Session], clock: Clock, *, shows_demo: bool
    ) -> None:
        self._session_factory = session_factory
        self._clock = clock
        self._shows_demo = shows_demo

    def list_programmes(self, audience: Audience) -> Sequence[ProgrammeRow]:
        """Sorted by name, those whose time is over at the end."""
        statement = (
            select(
                Version.document_id,
                Version.title,
                Version.programme,
                Version.valid_until,
                Version.is_demo,
            )
            .join(Document, Document.live_version_id == Version.id)
            .where(Version.programme.is_not(None), Version.audience.in_(_VISIBLE[audience]))
        )
        with transaction(self._session_factory) as session:
            rows = [
                self._programme(row)
                for row in session.execute(statement)
                if self._shows_demo or not row.is_demo
            ]
        return sorted(rows, key=lambda row: (row.is_expired, row.name, row.document_id))

    def page(self, document_id: str, page: int | None, audience: Audience) -> PageView | None:
        with transaction(self._session_factory) as session:
            version = session.scalar(
                select(Version)
                .join(Document, Document.live_version_id == Version.id)
                .where(Document.id == document_id, Version.audience.in_(_VISIBLE[audience]))
            )
            if version is None or (version.is_demo and not self._shows_demo):
                return None
            pages = _pages(session, version)
        chosen = tuple(make() for number, make in pages if page is None or number == page)
        return self._view(version, chosen, len(pages)) if chosen else None

    def _programme(self, row: Row[*tuple[Any, ...]]) -> ProgrammeRow:
        facts = row.programme
        return ProgrammeRow(
            name=row.title,
            target=facts["target"],
            subsidy_rate=facts["rate"],
            limit=facts["limit"],
            deadline=facts["deadline"],
            document_id=row.document_id,
            document_title=row.title,
            is_expired=self._is_over(row.valid_until) or self._is_over(_date(facts["deadline"])),
            is_demo=row.is_demo,
        )

    def _view(self, version: Version, pages: tuple[PageText, ...], count: int) -> PageView:
        return PageView(
            document_id=version.document_id,
            title=version.title,
            pages=pages,
            page_count=count,
            issuer=version.issuer,
            document_number=version.document_number,
            source=version.source,
            published=version.published,
            valid_from=version.valid_from,
            valid_until=version.valid_until,
            is_expired=self._is_over(version.valid_until),
            is_demo=version.is_demo,
        )

    def _is_over(self, last_day: date | None) -> bool:
        return last_day is not None and last_day < self._clock().astimezone(TOKYO).date()


def _date(text: str) -> date | None:
    """A deadline that is a plain date; others (「随時」) never end by themselves."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _pages(session: Session, version: Version) -> list[tuple[int | None, Callable[[], PageText]]]:
    """Printed number of every page, and what renders it. Chunks know where the pages are."""
    chunks = session.execute(
        select(
            StoredChunk.page_index,
            StoredChunk.page,
            StoredChunk.start,
            StoredChunk.end,
            StoredChunk.path,
        )
        .where(StoredChunk.version_id == version.id)
        .order_by(StoredChunk.ordinal)
    ).all()
    pages: list[tuple[int | None, Callable[[], PageText]]] = []
    for (index, number), group in groupby(chunks, lambda row: (row.page_index, row.page)):
        own = list(group)
        raw = version.pages[index]["text"]
        text = str(raw)[own[0].start : own[-1].end]
        has_title = number is not None or len(version.pages) > 1
        title = own[0].path[-1] if own[0].path and has_title else ""
        pages.append((number, _renderer(number, title, text, version)))
    return pages


def _renderer(
    number: int | None, title: str, text: str, version: Version
) -> Callable[[], PageText]:
    repeated = {title, version.title}

    def render() -> PageText:
        blocks = to_blocks(text, version.kind)
        return PageText(number, title, _without_first(blocks, repeated))

    return render


def _without_first(blocks: tuple[Block, ...], repeated: set[str]) -> tuple[Block, ...]:
    """The page's title is shown above it, and need not be read twice."""
    return blocks[1:] if len(blocks) > 1 and blocks[0].text in repeated else blocks
