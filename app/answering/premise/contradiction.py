"""Holds what a question takes for granted against the evidence, claim by claim.

Nothing is corrected where the evidence is silent, or where some unit says what is claimed and
speaks of it as much as the one that says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.answering.evidence import UnitView
from app.answering.premise.alignment import Evidence
from app.answering.premise.claims import find_claims
from app.answering.premise.comparison import compare
from app.answering.premise.confidence import load_confidence
from app.answering.premise.denial import denied_words, shared_words
from app.answering.premise.finding import Finding
from app.answering.question import Question
from rag.tokenizer import Tokenizer
from rag.values import read_values


@dataclass(frozen=True)
class Correction:
    """`asserted` is what the question said, `actual` what the evidence says instead, if short.

    `confidence`: that the evidence contradicts the claim, 0..1.
    """

    asserted: str
    actual: str
    unit: UnitView
    confidence: float


def find_contradiction(
    question: Question, views: Sequence[UnitView], tokenizer: Tokenizer
) -> Correction | None:
    """The surest contradiction between what is taken for granted and the units, or None."""
    model = load_confidence()
    rated = [(model.confidence(each), each) for each in findings(question, views, tokenizer)]
    sure = [pair for pair in rated if pair[0] >= model.threshold]
    if not sure:
        return None
    confidence, finding = max(sure, key=lambda pair: pair[0])
    return Correction(finding.asserted, finding.actual, finding.unit, confidence)


def findings(
    question: Question, views: Sequence[UnitView], tokenizer: Tokenizer
) -> Iterator[Finding]:
    """All that speaks against the claims of the question, however sure."""
    claims = find_claims(question.text)
    if not claims or not views:
        return
    evidence = Evidence(question, views, tokenizer)
    said = [value for claim in claims for value in read_values(claim.text)]
    for claim in claims:
        yield from compare(claim, said, evidence)
        yield from denied_words(claim, evidence)
        yield from shared_words(claim, evidence)
