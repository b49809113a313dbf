"""The registry of providers: who may change it, and what a change does to an approval."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from app.clock import TOKYO, Clock
from app.errors import BadInputError, NotFoundError
from app.governance.models import ProviderChange, ProviderRow
from app.governance.provider import HIGHEST_OF_ANY, ContractType, Provider, TrainingUse
from app.governance.repository import ProviderRepository
from app.governance.risk import RiskSignals
from app.governance.routing import Router
from guardrails.classification import Level

_Choice = TypeVar("_Choice", bound=StrEnum)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}")
_REGION = re.compile(r"[A-Z]{2}")
_ADDRESS = re.compile(r"https?://[^\s@]+")
_FIELDS = (
    "contract_type", "training_use", "region", "max_level", "evidence_reference",
    "evidence_on", "evidence_expires_on", "base_url", "model",
)  # fmt: skip


class ProviderFieldError(BadInputError):
    """One field of the form is wrong; `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Change:
    """A line of the history, to be read."""

    provider: str
    changed_at: datetime
    changed_by: str
    action: str
    fields: dict[str, str]


class ProviderService:
    def __init__(self, repository: ProviderRepository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    def providers(self) -> list[Provider]:
        return [_as_provider(row) for row in self._repository.all()]

    def provider(self, name: str) -> Provider:
        return _as_provider(self._row(name))

    def changes(self) -> list[Change]:
        return [
            Change(row.provider, row.changed_at, row.changed_by, row.action, row.fields)
            for row in self._repository.changes()
        ]

    def add(self, provider: Provider, *, by: str) -> None:
        """A new one is neither approved nor enabled. Raises ProviderFieldError."""
        if not _NAME.fullmatch(provider.name):
            raise ProviderFieldError(
                "name", "名前は、半角の英数字と . _ : / - で64文字までにしてください"
            )
        if self._repository.find(provider.name):
            raise ProviderFieldError(
                "name", f"「{provider.name}」はすでに登録されています。別の名前にしてください"
            )
        checked(provider)
        new = replace(
            provider, is_enabled=False, is_built_in=False, approved_by="", approved_at=None
        )
        self._repository.add(ProviderRow(**_columns(new)))
        self._record(new, "追加", by)

    def edit(self, provider: Provider, *, by: str) -> None:
        """What was approved is approved no longer: the approval was of other facts."""
        row = self._row(provider.name)
        if row.is_built_in:
            raise BadInputError("内蔵のモデルの内容は変えられません。停止と再開だけができます")
        checked(provider)
        columns = _columns(provider)
        if all(getattr(row, field) == columns[field] for field in _FIELDS):
            return
        for field in _FIELDS:
            setattr(row, field, columns[field])
        row.is_enabled, row.approved_by, row.approved_at = False, "", None
        self._record(provider, "変更", by)

    def approve(self, name: str, *, by: str) -> None:
        """Raises BadInputError while its evidence is missing or over."""
        row = self._row(name)
        now = self._clock()
        approved = replace(_as_provider(row), is_enabled=True, approved_by=by, approved_at=now)
        lapse = approved.lapse(now.astimezone(TOKYO).date())
        if lapse:
            raise BadInputError(f"「{name}」は{lapse}。証拠を登録し直してから承認してください")
        row.is_enabled, row.approved_by, row.approved_at = True, by, now
        self._record(approved, "承認", by)

    def disable(self, name: str, *, by: str) -> None:
        row = self._row(name)
        row.is_enabled = False
        self._record(_as_provider(row), "停止", by)

    def _row(self, name: str) -> ProviderRow:
        row = self._repository.find(name)
        if row is None:
            raise NotFoundError(f"提供者「{name}」は登録されていません。一覧を確かめてください")
        return row

    def _record(self, provider: Provider, action: str, by: str) -> None:
        columns = _columns(provider)
        fields = {field: str(columns[field] or "") for field in _FIELDS}
        change = ProviderChange(
            provider=provider.name,
            changed_at=self._clock(),
            changed_by=by,
            action=action,
            fields=fields,
        )
        self._repository.add(change)


def checked(provider: Provider) -> None:
    """Raises ProviderFieldError for what cannot be true or would say too much."""
    if not _REGION.fullmatch(provider.region):
        raise ProviderFieldError("region", "処理する国は、JP・US のような2文字で入力してください")
    if provider.max_level > HIGHEST_OF_ANY:
        raise ProviderFieldError("max_level", "上限は L3 までです。L4 はどの生成AIにも渡しません")
    if provider.contract_type is ContractType.TERMS and provider.max_level > Level.L1:
        raise ProviderFieldError("max_level", "定型約款のサービスの上限は L1 です")
    if provider.base_url and not _ADDRESS.fullmatch(provider.base_url):
        raise ProviderFieldError(
            "base_url", "接続先は https:// で始まるアドレスにし、利用者名や鍵は書かないでください"
        )
    begins, ends = provider.evidence_on, provider.evidence_expires_on
    if begins and ends and ends < begins:
        raise ProviderFieldError(
            "evidence_expires_on", "証拠の期限は、確かめた日より後にしてください"
        )
    if len(provider.evidence_reference) > 500 or len(provider.model) > 120:
        raise ProviderFieldError("evidence_reference", "証拠は500文字、モデル名は120文字までです")
    if len(provider.base_url) > 300:
        raise ProviderFieldError("base_url", "接続先は300文字までです")


def parse_date(field: str, text: str) -> date | None:
    """Raises ProviderFieldError unless it is empty or YYYY-MM-DD."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ProviderFieldError(field, "日付は 2026-04-01 の形で入力してください") from None


def parse_choice(field: str, kind: type[_Choice], text: str) -> _Choice:
    """A member of an enumeration. Raises ProviderFieldError."""
    try:
        return kind(text)
    except ValueError:
        names = "、".join(each.value for each in kind)
        raise ProviderFieldError(field, f"次の中から選んでください: {names}") from None


def _as_provider(row: ProviderRow) -> Provider:
    return Provider(
        name=row.name,
        contract_type=ContractType(row.contract_type),
        training_use=TrainingUse(row.training_use),
        region=row.region,
        max_level=Level(row.max_level),
        evidence_reference=row.evidence_reference,
        evidence_on=row.evidence_on,
        evidence_expires_on=row.evidence_expires_on,
        base_url=row.base_url,
        model=row.model,
        is_enabled=row.is_enabled,
        is_built_in=row.is_built_in,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
    )


def _columns(provider: Provider) -> dict[str, Any]:
    columns = dict(vars(provider))
    for field in ("contract_type", "training_use", "max_level"):
        columns[field] = str(columns[field])
    return columns


@dataclass(frozen=True)
class Governance:
    """`providers` opens the registry in a session."""

    router: Router
    providers: Callable[[Session], ProviderService]
    risks: RiskSignals
