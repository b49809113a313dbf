"""What an ingest is asked to do, says while it runs, and reports at its end."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from rag.passage import Audience


@dataclass(frozen=True)
class IngestOptions:
    """`audience` and `level` of None: what each document says, else staff, and L1 if public.

    `activate` takes documents whose quality was found wanting; `sync` retires those that vanished
    from the ingested roots; `dry_run` changes nothing. Documents named in `without` are left out
    as if they were not there.
    """

    audience: Audience | None = None
    level: str | None = None
    activate: bool = False
    sync: bool = False
    dry_run: bool = False
    without: frozenset[str] = frozenset()


class Stage(StrEnum):
    READ = "read"
    EMBED = "embed"
    STORE = "store"

    @property
    def label(self) -> str:
        return {"read": "読み取り", "embed": "埋め込み", "store": "保存"}[self.value]


@dataclass(frozen=True)
class Progress:
    """`total` is None while it is not known; `document` is the one at hand, if any."""

    stage: Stage
    done: int
    total: int | None
    document: str = ""


OnProgress = Callable[[Progress], None]


def no_progress(_progress: Progress) -> None:
    pass


class Outcome(StrEnum):
    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    HELD = "held"
    FAILED = "failed"
    RETIRED = "retired"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Outcome.ADDED: "追加",
    Outcome.UPDATED: "更新",
    Outcome.UNCHANGED: "変更なし",
    Outcome.HELD: "保留",
    Outcome.FAILED: "失敗",
    Outcome.RETIRED: "取り下げ",
}
_SUCCESSES = frozenset({Outcome.ADDED, Outcome.UPDATED, Outcome.UNCHANGED, Outcome.RETIRED})


@dataclass(frozen=True)
class DocumentOutcome:
    """`reason` is Japanese, and empty unless something needs a person.

    `embedded` of its chunks got a new vector in this run, `reused` of them had one already.
    """

    path: str
    document_id: str
    status: Outcome
    title: str = ""
    reason: str = ""
    pages: int = 0
    chunks: int = 0
    embedded: int = 0
    reused: int = 0


@dataclass(frozen=True)
class IngestReport:
    documents: tuple[DocumentOutcome, ...]
    seconds: float
    is_dry_run: bool = False

    @property
    def totals(self) -> Mapping[str, int]:
        """Documents by status, and the sums of chunks, embedded and reused."""
        counted = Counter(outcome.status for outcome in self.documents)
        sums = {
            name: sum(getattr(outcome, name) for outcome in self.documents)
            for name in ("chunks", "embedded", "reused")
        }
        return {status.value: counted[status] for status in Outcome} | sums

    @property
    def has_success(self) -> bool:
        return any(outcome.status in _SUCCESSES for outcome in self.documents)

    def as_json(self) -> dict[str, Any]:
        return {
            "documents": [asdict(outcome) for outcome in self.documents],
            "totals": dict(self.totals),
            "dry_run": self.is_dry_run,
            "seconds": round(self.seconds, 3),
        }
