"""A provider: a language model under a contract, and what the contract lets it see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from guardrails.classification import Level

JAPAN = "JP"
# Whatever a contract says, what is secret goes to no model.
HIGHEST_OF_ANY = Level.L3


class ContractType(StrEnum):
    TERMS = "定型約款"
    INDIVIDUAL = "個別契約"
    INTERNAL = "庁内"


class TrainingUse(StrEnum):
    """Whether the provider learns from what it is sent."""

    NO = "no"
    OPT_OUT = "opt_out"
    YES = "yes"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return _TRAINING_LABELS[self]

    @property
    def is_excluded(self) -> bool:
        return self in {TrainingUse.NO, TrainingUse.OPT_OUT}


_TRAINING_LABELS = {
    TrainingUse.NO: "学習に使わない（契約）",
    TrainingUse.OPT_OUT: "学習に使わない（設定で停止）",
    TrainingUse.YES: "学習に使う",
    TrainingUse.UNKNOWN: "不明",
}


@dataclass(frozen=True)
class Provider:
    """A row of the registry. It holds no secret: keys stay in the settings.

    `region`: country code of where it computes and keeps. `evidence_*`: what shows the contract and
    the training use, when a person looked at it, and until when that holds. `is_built_in`: runs on
    this machine, so there is no contract to show.
    """

    name: str
    contract_type: ContractType
    training_use: TrainingUse
    region: str
    max_level: Level
    evidence_reference: str = ""
    evidence_on: date | None = None
    evidence_expires_on: date | None = None
    base_url: str = ""
    model: str = ""
    is_enabled: bool = False
    is_built_in: bool = False
    approved_by: str = ""
    approved_at: datetime | None = None

    @property
    def cap(self) -> Level:
        """The highest level that it may see, whatever was written."""
        if self.contract_type is ContractType.TERMS:
            return Level.L1
        return min(self.max_level, HIGHEST_OF_ANY)

    def lapse(self, today: date) -> str:
        """Why it may not be used at all, in Japanese; empty where it may."""
        if not self.is_enabled:
            return (
                "停止されています" if self.approved_at or self.is_built_in else "承認されていません"
            )
        if self.is_built_in:
            return ""
        if self.approved_at is None:
            return "承認されていません"
        if not self.evidence_reference or not self.evidence_on or not self.evidence_expires_on:
            return "契約・学習利用の証拠が登録されていません"
        if self.evidence_expires_on < today:
            return f"証拠の期限（{self.evidence_expires_on:%Y-%m-%d}）が切れています"
        return ""
