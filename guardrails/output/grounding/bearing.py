"""Whether a unit says the figures of a clause, of the same subject and measure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from guardrails.output.grounding.facts import Fact, bears
from guardrails.output.grounding.reasons import Reason
from guardrails.output.grounding.sources import Source, Sources
from guardrails.output.grounding.wording import is_noun, load_wording, nouns

_QUESTION_WEIGHT = 0.3
TIE = 0.01
_LABEL_WEIGHT = 1.0
_VERB_WEIGHT = 0.3
_PER_ONE = re.compile(r"(?:あたり|当たり|につき|ごと|に)")
_FEW_WORDS = 1
_LABEL_WORD = re.compile(r"[率額]$")


@dataclass(frozen=True)
class Statement:
    """A clause with its words: `before` its first figure, where subject and label stand."""

    text: str
    topic: str
    sentence: str
    words: tuple[str, ...]
    before: tuple[str, ...]
    facts: tuple[Fact, ...]

    @property
    def start(self) -> str:
        """Up to the first figure, with the topic."""
        end = min((fact.value.start for fact in self.facts), default=len(self.text))
        return f"{self.topic}\n{self.text[:end]}"


def figures_agree(statement: Statement, unit: Source, sources: Sources) -> Reason | None:
    """None if the unit bears every figure of the statement, else why not."""
    held = (*unit.facts, *unit.title_facts)
    for said in statement.facts:
        same = [fact for fact in held if bears(fact, said, statement.text)]
        if not same and _is_measure(said, statement, unit):
            continue
        if not same:
            return Reason.FIGURE
        if not any(_is_of_it(fact, said, statement, unit) for fact in same):
            return Reason.SUBJECT
        if not any(_aside_is_told(fact, statement, unit, sources) for fact in same):
            return Reason.CONDITION
    is_swapped = (
        not _labels_agree(statement, unit)
        or _is_foreign(statement, unit, sources)
        or _is_outdone(statement, unit, sources)
    )
    return Reason.SUBJECT if is_swapped else None


def _is_foreign(statement: Statement, unit: Source, sources: Sources) -> bool:
    """What stands before the first figure counts whole, of the rest no label of a figure."""
    compounds = sources.lexicon.telling_compounds(statement.start)
    later = [word for word in statement.words if not _LABEL_WORD.search(word)]
    return bool(sources.foreign((*statement.before, *compounds, *later), unit))


def _is_measure(said: Fact, statement: Statement, unit: Source) -> bool:
    """「1人あたり30万円」 for 「30万円/人」: the one is what the other figure is counted by."""
    if said.value.text.lstrip("1") == said.value.text or said.value.canonical not in {1, "1"}:
        return False
    rest = statement.text[said.value.end :]
    counter = said.value.text.lstrip("1") or rest[:1]
    is_before_figure = any(
        0 <= other.value.start - said.value.end <= len("あたり上限")
        for other in statement.facts
        if other is not said
    )
    return counter in unit.whole and (bool(_PER_ONE.match(rest)) or is_before_figure)


def _is_of_it(fact: Fact, said: Fact, statement: Statement, unit: Source) -> bool:
    """Of several figures of a kind in one unit, the words around each say which is which."""
    if fact not in unit.facts:
        return True
    rivals = [
        each
        for each in unit.facts
        if each.is_kin(fact)
        and not any(bears(each, other, statement.text) for other in statement.facts)
    ]
    before = _said(statement, unit, 0, said.value.start)
    after = _said(statement, unit, said.value.end, len(statement.text))
    for rival in rivals:
        shared = _head(unit, fact, rival)
        names = [name for name in before if not _says(unit, name, shared)]
        if _is_nearer(unit, names, rival.label, fact.label):
            return False
        is_opposite = rival.value.is_same(fact.value)  # 18歳未満 and 18歳以上
        if is_opposite and _is_nearer(unit, after, rival.tail, fact.tail):
            return False
    return True


def _aside_is_told(fact: Fact, statement: Statement, unit: Source, sources: Sources) -> bool:
    """「158,000円以下(高齢者の世帯は214,000円以下)」: whose the second is has to be said."""
    _, bracket, aside = fact.label.rpartition("(")
    if not bracket or ")" in aside or fact not in unit.facts:
        return True
    outside = unit.text.replace(aside, "")
    words = [
        word
        for word in nouns(unit.lexicon.content(aside))
        if not load_wording().is_procedural(word) and not unit.lexicon.says(word, outside)
    ]
    told = f"{statement.sentence}\n{sources.question}"
    return not words or any(unit.lexicon.says(word, told) for word in words)


def _said(statement: Statement, unit: Source, start: int, end: int) -> list[str]:
    """Words and figures of a part of the statement; what stands first has the topic with it."""
    text = statement.text[start:end]
    facts = [fact.value.text for fact in statement.facts if start <= fact.value.start < end]
    topic = "" if start else statement.topic
    return [*unit.lexicon.content(f"{topic}\n{text}"), *facts]


def _is_nearer(unit: Source, words: Iterable[str], rival: str, own: str) -> bool:
    balance = 0
    for word in words:
        balance += _says(unit, word, rival) - _says(unit, word, own)
    return balance > 0


def _says(unit: Source, word: str, text: str) -> bool:
    return unit.lexicon.says(word, text)


def _head(unit: Source, fact: Fact, rival: Fact) -> str:
    """What stands before a colon or the first comma belongs to all figures that follow."""
    first, second = sorted((fact.value, rival.value), key=lambda value: value.start)
    end = first.start
    between = unit.text[first.end : second.start]
    if between.count("(") > between.count(")"):  # what stands in an aside is of the same subject
        return unit.text[:end]
    for mark in (":", "、", " "):
        position = unit.text.find(mark, 0, end)
        if position > 0:
            return unit.text[:position]
    return ""


def _labels_agree(statement: Statement, unit: Source) -> bool:
    """「上限」 of what the unit calls 「予算」: each kind of label excludes the others."""
    wording = load_wording()
    said = wording.labels_of(statement.text)
    itself = wording.labels_of(unit.text)
    if not said or not itself or (said <= {"limit"} and "floor" not in itself):
        return True
    return bool(said & (itself | wording.labels_of(unit.above)))


def _is_outdone(statement: Statement, unit: Source, sources: Sources) -> bool:
    """Another unit with a figure of the kind speaks more of what the clause is about."""
    own = closeness(statement, unit, sources)
    return any(
        closeness(statement, other, sources) > own + TIE
        for other in sources.units
        if other is not unit and _could_stand(other, statement)
    )


def _could_stand(unit: Source, statement: Statement) -> bool:
    """A unit with another figure where the statement has its own."""
    facts = statement.facts
    if all(any(bears(held, said, statement.text) for held in unit.facts) for said in facts):
        return False
    return any(held.is_kin(said) for held in unit.facts for said in facts)


def closeness(statement: Statement, unit: Source, sources: Sources) -> float:
    """How much of what a clause says a unit says, too.

    Where a clause names no subject of its own, the question says what it is about.
    """
    wording = load_wording()
    total = sum(_weight(word, sources) for word in statement.words if unit.says(word))
    shared = wording.labels_of(statement.text) & wording.labels_of(unit.whole)
    total += _LABEL_WEIGHT * len(shared)
    total += sum(compound in unit.whole for compound in sources.lexicon.compounds(statement.text))
    total += sum(
        any(bears(held, said, statement.text) for held in unit.facts) for said in statement.facts
    )
    subjects = [word for word in nouns(statement.words) if not wording.is_procedural(word)]
    if len(subjects) > _FEW_WORDS:
        return total
    asked = sources.question_words - set(statement.words)
    return total + _QUESTION_WEIGHT * sum(sources.weight(w) for w in asked if unit.says(w))


def _weight(word: str, sources: Sources) -> float:
    return sources.weight(word) * (1.0 if is_noun(word) else _VERB_WEIGHT)
