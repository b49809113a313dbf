"""Personal data that the person did not write and the cited text does not hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from guardrails.output.outcome import OutputContext, Removed
from guardrails.output.predicates import Sentence
from guardrails.output.reasons import GuardReason
from guardrails.verdict import Finding, FindingType
from rag.normalization import comparable

# Contacts have a guard of their own, with lists; a mark of confidentiality is nobody's data.
_OTHERS = frozenset(
    {FindingType.PHONE, FindingType.EMAIL, FindingType.URL, FindingType.CLASSIFICATION_MARK}
)
_CHOME = re.compile(r"(?<=\d)(?:丁目|番地|番|号)(?:の)?(?=\d)")
_CHOME_END = re.compile(r"(?<=\d)(?:番地|番|号)$")
_SIGN = re.compile(r"[-‐‑–—ー・,.\s]")


class PersonalDataAnalyzer(Protocol):
    """What finds personal data."""

    def analyze(self, text: str) -> list[Finding]:
        """Findings with offsets into the text, sorted and disjoint."""


class PersonalDataGuard:
    """Removes: what stands in a name's place would have to be made up."""

    name = "personal_data"

    def __init__(self, analyzer: PersonalDataAnalyzer) -> None:
        self._analyzer = analyzer

    def check(self, sentence: Sentence, context: OutputContext) -> Removed | None:
        findings = self._analyzer.analyze(sentence.text)
        values = [
            sentence.text[each.start : each.end] for each in findings if each.type not in _OTHERS
        ]
        if not values:
            return None
        known = _plain("\n".join((*context.conversation, *context.cited)))
        return Removed(GuardReason.PERSONAL_DATA) if _has_unknown(values, known) else None


def _has_unknown(values: Sequence[str], known: str) -> bool:
    return any(_plain(value) not in known for value in values)


def _plain(text: str) -> str:
    """「1丁目2番3号」 and 「1-2-3」, 「田中 一郎」 and 「田中一郎」 are the same."""
    joined = _CHOME_END.sub("", _CHOME.sub("-", comparable(text)))
    return _SIGN.sub("", joined)
