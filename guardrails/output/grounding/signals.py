"""What speaks against a clause, measured at the place of the evidence that bears it best."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields

from guardrails.output.grounding.agreement import objections
from guardrails.output.grounding.alignment import (
    match_figure,
    match_words,
    share_foreign,
    topic_elsewhere,
)
from guardrails.output.grounding.clauses import topic_of
from guardrails.output.grounding.facts import Fact, bears, read_facts, without_figures
from guardrails.output.grounding.passages import Passage
from guardrails.output.grounding.reasons import Reason
from guardrails.output.grounding.sources import Source, Sources, Statement, compact
from guardrails.output.grounding.wording import nouns
from rag.values import read_values

_COUNT = re.compile(r"^\d+")
_NO_NAME = re.compile(
    r"[\d.,-]*|(?:都道府県)?(?:市区?町村)?|令和|平成|昭和|第?[\d一二三四五六七八九十]+.?|[rhs]\d+|[a-zA-Z]{1,2}"
)
_ACTOR = re.compile(r"(?<![一-龥ァ-ヶ])[国県都府市町村区](?=から|が(?!わ)|は|へ|に(?!な))")
_LAST_YEAR = re.compile(r"前年|昨年")
_RANK = re.compile(
    r"最も|もっとも|一番|最多|最少|トップ|首位|第?\d位|(?:次に|次いで)[^、。]{0,6}(?:多|少|高|低|大き|小さ)"
)
_MAX_ECHOED = 0.25
_SHORT_NUMBER = re.compile(r"\d{1,2}")
_MAX_MARGIN = 0.1
_MAX_FOREIGN = 0.5
_MAX_UNSEEN = 0.8
_FEW_NOUNS = 2


@dataclass(frozen=True)
class Signals:
    """All 0 for a clause without fault, higher the more speaks against it.

    `rival`: how near another figure of the kind comes to, or is before, the one that is said
    (-1..0.1 turned round); `foreign`: share of its words that are at home elsewhere; `topic`: that
    its topic is another passage's; `dropped`: share of the topic of the place that is left
    out; the others are 0 or 1.
    """

    rival: float = 0.0
    foreign: float = 0.0
    topic: float = 0.0
    year: float = 0.0
    name: float = 0.0
    polarity: float = 0.0
    alternative: float = 0.0
    pair: float = 0.0
    modality: float = 0.0
    condition: float = 0.0
    dropped: float = 0.0
    rank: float = 0.0

    def or_worse(self, other: Signals) -> Signals:
        """Of each signal the higher one: a sentence is as bad as the worst of its clauses."""
        return Signals(*(max(getattr(self, f.name), getattr(other, f.name)) for f in fields(self)))


@dataclass(frozen=True)
class Borne:
    """The units that bear a clause, from 0, and what speaks against it."""

    units: tuple[int, ...]
    signals: Signals


def measure(statement: Statement, sources: Sources) -> Borne | Reason:
    """The signals of a clause, or why it cannot stand whatever they are."""
    if _is_unseen(statement, sources):
        return Reason.UNSEEN
    places: list[Passage] = []
    rival = 0.0
    for said in _measured(statement):
        match = match_figure(said, statement, sources)
        if match:
            places.append(match.passage)
            rival = max(rival, _MAX_MARGIN - (match.own - match.rival))
        elif not _stands(said, statement, [fact for u in sources.units for fact in u.title_facts]):
            return Reason.FIGURE
    held = [fact for unit in sources.units for fact in (*unit.facts, *unit.title_facts)]
    if not all(_stands(said, statement, held) for said in statement.facts):
        return Reason.FIGURE
    found = match_words(statement, sources)
    if found is None:
        return Reason.NO_EVIDENCE
    places = places or [found.passage]
    units = [sources.units[n] for n in dict.fromkeys(place.unit for place in places)]
    broken = set.intersection(*(objections(statement, unit, sources) for unit in units))
    return Borne(
        tuple(dict.fromkeys(unit.unit for unit in units)),
        Signals(
            rival=rival,
            foreign=min(_MAX_FOREIGN, share_foreign(statement, places, sources)),
            topic=topic_elsewhere(statement, places, sources),
            year=float(_is_other_year(statement, places)),
            name=float(not _names_stand(statement, units, sources)),
            dropped=min(_share_dropped(statement, place, sources) for place in places),
            rank=float(_is_unranked(statement, units)),
            **dict.fromkeys(broken, 1.0),
        ),
    )


def _measured(statement: Statement) -> list[Fact]:
    """Figures that say something; a year beside another figure says of when that one is."""
    told = [fact for fact in statement.facts if not _is_label(fact)]
    return told or [fact for fact in statement.facts if fact.value.family == "year"]


def _is_label(fact: Fact) -> bool:
    """A year, or a bare number that may count or name something."""
    family = fact.value.family
    return family == "year" or bool(family == "number" and _SHORT_NUMBER.fullmatch(fact.value.text))


def _stands(said: Fact, statement: Statement, held: Sequence[Fact]) -> bool:
    return any(bears(fact, said, statement.text) for fact in held)


def _is_unseen(statement: Statement, sources: Sources) -> bool:
    """Nothing of it, or most of several nouns, is said anywhere, or only the question says it."""
    unseen, count = len(sources.unseen(statement.words)), len(nouns(statement.words))
    if not statement.facts and not any(map(sources.weight, statement.words)):
        return bool(statement.words)
    if count > _FEW_NOUNS and unseen > _MAX_UNSEEN * count:
        return True
    return not statement.facts and _share_echoed(statement, sources) > _MAX_ECHOED


def _share_echoed(statement: Statement, sources: Sources) -> float:
    """Of what is said of the topic, the share that only the question says."""
    told = sources.lexicon.content(statement.text[len(topic_of(statement.text)) :])
    asked = [
        word
        for word in told
        if sources.lexicon.says(word, sources.question)
        if not any(unit.says(word) for unit in sources.units)
    ]
    return len(asked) / len(told) if told else 0.0


def _is_other_year(statement: Statement, places: Sequence[Passage]) -> bool:
    """The place is of another year, or of none though the clause is of one."""
    years = [*statement.facts, *read_facts(statement.topic)]
    first = next((fact for fact in years if fact.value.family == "year"), None)
    for said in years:
        if said.value.family != "year" or _LAST_YEAR.search(statement.text):
            continue
        if any(_LAST_YEAR.search(place.near.text) for place in places) and said is not first:
            continue
        near = [fact for place in places for zone in place.zones[:2] for fact in zone.facts]
        near = [fact for fact in near if fact.value.family == "year"]
        if near and not any(fact.value.is_same(said.value) for fact in near):
            return True
        if not any(place.says(said) for place in places):
            return True
    return False


def _names_stand(statement: Statement, units: Sequence[Source], sources: Sources) -> bool:
    """Names of the clause stand in the units or their titles, or were said by the question."""
    values = (v for v in read_values(statement.text) if v.family.startswith("name:"))
    names = {_COUNT.sub("", str(value.canonical)) for value in values}
    names |= sources.lexicon.tokenizer.names(statement.text)
    topic = compact(statement.topic or topic_of(statement.text))
    asked = compact(sources.question)
    actors = {match.group() for match in _ACTOR.finditer(statement.text)}
    return all(any(actor in unit.whole for unit in units) for actor in actors) and all(
        (compact(name) in asked and compact(name) in topic)
        or any(compact(name) in unit.compact or unit.says(name) for unit in units)
        for name in names
        if not _NO_NAME.fullmatch(name)
    )


def _share_dropped(statement: Statement, place: Passage, sources: Sources) -> float:
    """「同じ世帯の方の住民票は」 told as 「住民票は」."""
    said = f"{statement.sentence}\n{sources.question}\n{place.above.text}"
    words = nouns(sources.lexicon.content(without_figures(place.topic)))
    missing = [word for word in words if not sources.lexicon.says(word, said)]
    return len(missing) / len(words) if words else 0.0


def _is_unranked(statement: Statement, units: Sequence[Source]) -> bool:
    """It ranks what no unit ranks in one piece with it."""
    if not _RANK.search(statement.text):
        return False
    words = nouns(units[0].lexicon.content(without_figures(statement.text)))
    ranked = [(u, piece.text) for u in units for piece in u.pieces if _RANK.search(piece.text)]
    return not any(
        all(unit.lexicon.says(word, f"{unit.above}\n{text}") for word in words)
        for unit, text in ranked
    )
