"""How sure it is that the evidence bears a sentence: a logistic function of its signals."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path

from guardrails.output.grounding.reasons import Reason
from guardrails.output.grounding.signals import Signals

_REASONS = {
    "rival": Reason.SUBJECT,
    "foreign": Reason.SUBJECT,
    "topic": Reason.SUBJECT,
    "year": Reason.SUBJECT,
    "name": Reason.NAME,
    "polarity": Reason.POLARITY,
    "alternative": Reason.ALTERNATIVE,
    "pair": Reason.ALTERNATIVE,
    "modality": Reason.MODALITY,
    "condition": Reason.CONDITION,
    "dropped": Reason.CONDITION,
    "rank": Reason.SUBJECT,
}


@dataclass(frozen=True)
class Judgement:
    """The committed weights. A sentence without fault has `intercept` alone."""

    threshold: float
    intercept: float
    weights: Mapping[str, float]

    def confidence(self, signals: Signals) -> float:
        """That the evidence bears the sentence, 0..1."""
        total = self.intercept + sum(self._parts(signals).values())
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))

    def is_borne(self, signals: Signals) -> bool:
        """Whether the confidence reaches the threshold."""
        return self.confidence(signals) >= self.threshold

    def reason(self, signals: Signals) -> Reason:
        """What speaks most against the sentence."""
        parts = self._parts(signals)
        return _REASONS[min(parts, key=lambda name: parts[name])]

    def _parts(self, signals: Signals) -> dict[str, float]:
        return {name: self.weights[name] * value for name, value in asdict(signals).items()}


@cache
def load_judgement() -> Judgement:
    """Raises ValueError where the weights are not those of the signals."""
    data = tomllib.loads(Path(__file__).with_name("judgement.toml").read_text("utf-8"))
    if set(data["weights"]) != {each.name for each in fields(Signals)}:
        raise ValueError("judgement.toml: weights and signals differ")
    return Judgement(**data)
