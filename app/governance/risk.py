"""Signals of risk: recorded by guards and by staff, followed to their end by people (G-13)."""

from __future__ import annotations

import csv
import io
import logging
import uuid
from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy.orm import Session, sessionmaker

from app.clock import TOKYO, Clock
from app.db import transaction
from app.errors import BadInputError
from app.fault import describe_fault
from app.governance.models import RiskSignal
from app.governance.repository import RiskRepository

logger = logging.getLogger(__name__)

GUARD = "自動検知"
_HEADER = (
    "番号",
    "種類",
    "記録日時",
    "記録者",
    "会話",
    "機密性",
    "状態",
    "状態の変更日時",
    "変更者",
)


class RiskKind(StrEnum):
    """What happened. The first ones come from guards, the others from people."""

    OUTBOUND_PERSONAL_DATA = "outbound_personal_data"
    INJECTION = "injection"
    GUARD_FAILED = "guard_failed"
    WRONG = "wrong"
    PERSONAL_DATA_SHOWN = "personal_data_shown"
    BIASED = "biased"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    RiskKind.OUTBOUND_PERSONAL_DATA: "個人情報の送信を止めた",
    RiskKind.INJECTION: "指示を乗っ取ろうとする文章",
    RiskKind.GUARD_FAILED: "安全確認の故障",
    RiskKind.WRONG: "内容の誤り",
    RiskKind.PERSONAL_DATA_SHOWN: "個人情報・機密情報が表示された",
    RiskKind.BIASED: "偏り・不適切な表現",
    RiskKind.OTHER: "その他",
}
REPORTED_KINDS = (
    RiskKind.WRONG, RiskKind.PERSONAL_DATA_SHOWN, RiskKind.BIASED, RiskKind.OTHER,
)  # fmt: skip


class RiskState(StrEnum):
    """In this order."""

    RECEIVED = "受付"
    INVESTIGATING = "調査"
    ACTING = "対応"
    DONE = "完了"

    @property
    def following(self) -> RiskState | None:
        states = list(RiskState)
        place = states.index(self) + 1
        return states[place] if place < len(states) else None


class RiskSignals:
    """Each call is a transaction of its own: a signal stands whatever becomes of the question."""

    def __init__(self, session_factory: sessionmaker[Session], clock: Clock) -> None:
        self._session_factory = session_factory
        self._clock = clock

    def record(
        self,
        kind: RiskKind | str,
        *,
        conversation_id: str = "",
        level: str = "",
        by: str = GUARD,
    ) -> None:
        """For guards. Never raises: whoever records has already closed the gate."""
        try:
            self.report(RiskKind(kind), conversation_id=conversation_id, level=level, by=by)
        except Exception as error:  # noqa: BLE001 - the signal also stands in the log
            logger.critical("risk signal %s not recorded: %s", kind, describe_fault(error))

    def report(
        self, kind: RiskKind, *, conversation_id: str = "", level: str = "", by: str
    ) -> None:
        """For people: raises what fails."""
        signal = RiskSignal(
            id=uuid.uuid4().hex,
            kind=kind,
            recorded_at=self._clock(),
            recorded_by=by,
            conversation_id=conversation_id,
            level=level,
            state=RiskState.RECEIVED,
            changed_at=None,
            changed_by="",
        )
        with transaction(self._session_factory) as session:
            RiskRepository(session).add(signal)

    def newest(self) -> Sequence[RiskSignal]:
        with transaction(self._session_factory) as session:
            return RiskRepository(session).newest()

    def advance(self, identity: str, state: RiskState, *, by: str) -> None:
        """To the state after `state`. Raises BadInputError where another was faster."""
        following = state.following
        with transaction(self._session_factory) as session:
            moved = following is not None and RiskRepository(session).move(
                identity, state, following, self._clock(), by
            )
        if not moved:
            raise BadInputError("状態はすでに変わっています。一覧を読み込み直してください")

    def as_csv(self) -> str:
        """All of them, for other programs: a line each, with a header."""
        with transaction(self._session_factory) as session:
            signals = RiskRepository(session).newest(limit=None)
        table = io.StringIO()
        writer = csv.writer(table)
        writer.writerow(_HEADER)
        for each in signals:
            writer.writerow(
                [
                    each.id,
                    RiskKind(each.kind).label,
                    each.recorded_at.astimezone(TOKYO).isoformat(),
                    _harmless(each.recorded_by),
                    each.conversation_id,
                    each.level,
                    each.state,
                    each.changed_at.astimezone(TOKYO).isoformat() if each.changed_at else "",
                    _harmless(each.changed_by),
                ]
            )
        return table.getvalue()


def _harmless(name: str) -> str:
    """A name that a spreadsheet does not take for a formula."""
    return f"'{name}" if name[:1] in "=+-@" else name
