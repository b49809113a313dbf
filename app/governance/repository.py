from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.governance.models import ProviderChange, ProviderRow, RiskSignal

_LISTED_CHANGES = 100
_LISTED_SIGNALS = 500


class ProviderRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> list[ProviderRow]:
        """The built-in one first, then by name."""
        order = select(ProviderRow).order_by(ProviderRow.is_built_in.desc(), ProviderRow.name)
        return list(self._session.scalars(order))

    def find(self, name: str) -> ProviderRow | None:
        return self._session.get(ProviderRow, name)

    def add(self, row: ProviderRow | ProviderChange) -> None:
        self._session.add(row)
        self._session.flush()

    def changes(self) -> list[ProviderChange]:
        """The newest first."""
        order = select(ProviderChange).order_by(ProviderChange.id.desc()).limit(_LISTED_CHANGES)
        return list(self._session.scalars(order))


class RiskRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, signal: RiskSignal) -> None:
        self._session.add(signal)
        self._session.flush()

    def newest(self, limit: int | None = _LISTED_SIGNALS) -> list[RiskSignal]:
        order = select(RiskSignal).order_by(RiskSignal.recorded_at.desc(), RiskSignal.id)
        return list(self._session.scalars(order.limit(limit)))

    def move(self, identity: str, before: str, after: str, now: datetime, by: str) -> bool:
        """From one state to the next, if it is still in the first."""
        moved = self._session.execute(
            update(RiskSignal)
            .where(RiskSignal.id == identity, RiskSignal.state == before)
            .values(state=after, changed_at=now, changed_by=by)
        )
        return bool(getattr(moved, "rowcount", 0))
