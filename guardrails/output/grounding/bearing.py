"""Whether a unit says the figures of a clause, of the same subject and measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from guardrails.output.grounding.facts import Fact, bears
from guardrails.output.grounding.reasons import Reason
from guardrails.output.grounding.sources import Source, Sources
from guardrails.output.grounding.wording import load_wording, says
from rag.tokenizer import Tokenizer

_QUESTION_WEIGHT = 0.3
_TIE = 0.01


@dataclass(frozen=True)
class Statement:
    """A clause with its words: `before` its (first) figure, where subject and label stand."""

    text: str
    about: str
    words: tuple[str, ...]
    before: tuple[str, ...]
    facts: tuple[Fact, ...]


def figures_agree(statement: Statement, unit: Source, sources: Sources) -> Reason | None:
    """None if the unit bears every figure of the statement, else why not."""
    held = (*unit.facts, *unit.title_facts)
    for said in statement.facts:
        same = [fact for fact in held if bears(fact, said, statement.text)]
        if not same:
            return Reason.FIGURE
        if not any(_is_of_it(fact, said, statement, unit) for fact in same):
            return Reason.SUBJECT
    if not _labels_agree(statement, unit) or sources.foreign(statement.before, unit):
        return Reason.SUBJECT
    if _is_outdone(statement, unit, sources):
        return Reason.SUBJECT
    return None


def _is_of_it(fact: Fact, said: Fact, statement: Statement, unit: Source) -> bool:
    """Of several figures of a family in one unit, the words before each say which is which."""
    rivals = [each for each in unit.facts if each.family == fact.family and each is not fact]
    rivals = [each for each in rivals if not each.value.is_same(fact.value)]
    rivals = [each for each in rivals if not _is_said(each, statement)]
    if not rivals or fact not in unit.facts:
        return True
    words = statement.words
    own = {word for word in words if says(word, frozenset(), fact.label)}
    for rival in rivals:
        others = {word for word in words if says(word, frozenset(), rival.label)}
        shared = _head(unit, fact, rival)
        others = {word for word in others if not says(word, frozenset(), shared)}
        if len(others - own) > len(own - others):
            return False
    return True


def _is_said(rival: Fact, statement: Statement) -> bool:
    return any(bears(rival, said, statement.text) for said in statement.facts)


def _head(unit: Source, fact: Fact, rival: Fact) -> str:
    """What stands before a colon or the first comma belongs to all figures that follow."""
    text = unit.text
    end = min(fact.value.start, rival.value.start)
    for mark in (":", "、", " "):
        position = text.find(mark, 0, end)
        if position > 0:
            return text[:position]
    return ""


def _labels_agree(statement: Statement, unit: Source) -> bool:
    """「上限」 of what the unit calls 「下限」, 「予算」 …: each kind of label excludes the others."""
    wording = load_wording()
    said = wording.labels_of(statement.text)
    if not said:
        return True
    itself = wording.labels_of(unit.text)
    return not itself or bool(said & (itself | wording.labels_of(unit.above))) or said <= {"limit"}


def _is_outdone(statement: Statement, unit: Source, sources: Sources) -> bool:
    """Another unit with a figure of the kind speaks more of what the clause is about."""
    families = {said.family for said in statement.facts}
    own = _closeness(statement, unit, sources)
    for other in sources.units:
        if other is unit or not any(fact.family in families for fact in other.facts):
            continue
        if any(
            bears(fact, said, statement.text) for fact in other.facts for said in statement.facts
        ):
            continue
        if _closeness(statement, other, sources) > own + _TIE:
            return True
    return False


def _closeness(statement: Statement, unit: Source, sources: Sources) -> float:
    total = sum(sources.weight(word) for word in statement.words if unit.says(word))
    asked = (word for word in sources.question if word not in statement.words)
    return total + _QUESTION_WEIGHT * sum(sources.weight(w) for w in asked if unit.says(w))


def statement_of(
    text: str, topic: str, facts: Sequence[Fact], words: tuple[str, ...], tokenizer: Tokenizer
) -> Statement:
    from guardrails.output.grounding.wording import content_words

    start = min((fact.value.start for fact in facts), default=len(text))
    before = content_words(f"{topic}\n{text[:start]}", tokenizer)
    return Statement(text, topic, words, before, tuple(facts))
