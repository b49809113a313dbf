"""The level of a text by its own words: the marks made on it, and what it hands over."""

from __future__ import annotations

from dataclasses import dataclass

from guardrails.classification.categories import find_category
from guardrails.classification.folding import fold
from guardrails.classification.level import Level, highest
from guardrails.classification.marks import find_marks
from guardrails.classification.placing import Source
from guardrails.classification.policy import ClassificationPolicy, bundled_policy
from guardrails.verdict import Finding

_NOTHING = "機密の表示はありません"


@dataclass(frozen=True)
class Classification:
    """`marks`: those made on the text; `mentioned`: those it only speaks of.

    `category`: what it hands over without a mark, or empty. `reason`: one Japanese phrase.
    """

    level: Level
    marks: tuple[Finding, ...] = ()
    category: str = ""
    reason: str = _NOTHING
    mentioned: tuple[Finding, ...] = ()


class Classifier:
    def __init__(self, policy: ClassificationPolicy | None = None) -> None:
        self._policy = policy or bundled_policy()

    def classify(self, text: str, source: Source) -> Classification:
        """`text` of a question or of a document, in which a form feed begins a new page.

        Offsets count code points of `text`. L1 where nothing is found.
        """
        folded = fold(text)
        found = list(find_marks(folded, source, self._policy))
        made = [mark for mark in found if mark.is_made]
        handed = find_category(folded, source, self._policy)
        reasons = [
            mark.finding.reason for mark in sorted(made, key=lambda mark: mark.level, reverse=True)
        ][:1]
        if handed:
            reasons.append(f"{handed.category.name}（「{handed.secret}」）を扱っています")
        return Classification(
            highest(*(mark.level for mark in made), *([handed.category.level] if handed else [])),
            tuple(mark.finding for mark in made),
            handed.category.name if handed else "",
            "、".join(reasons) or _NOTHING,
            tuple(mark.finding for mark in found if not mark.is_made),
        )


def classify(text: str, source: Source) -> Classification:
    """By the bundled policy."""
    return Classifier().classify(text, source)
