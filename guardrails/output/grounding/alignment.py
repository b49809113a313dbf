"""How well the words of a clause lie where its figures stand in the evidence, and how well with
what rivals them: the sign of a swap is that another figure of the kind, or another statement,
speaks more of what the clause is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from guardrails.output.grounding.clauses import topic_of
from guardrails.output.grounding.facts import Fact, bears, read_facts
from guardrails.output.grounding.agreement import objections
from guardrails.output.grounding.statements import Statement
from guardrails.output.grounding.passages import Passage, Zone
from guardrails.output.grounding.sources import Source, Sources
from guardrails.output.grounding.wording import is_noun, load_wording, nouns

NEARBY = 0.1
_CONTESTED = 0.25
_FORMAL = 0.3
_VERB = 0.5
_ASKED = 0.4
_ASKED_BESIDE = 0.1


@dataclass(frozen=True)
class Match:
    """Where a clause stands best. `own`, `rival`: shares of its words' weight, 0..1."""

    passage: Passage
    own: float
    rival: float


Token = str | Fact
Weighted = list[tuple[Token, float]]


def match_figure(said: Fact, statement: Statement, sources: Sources) -> Match | None:
    """The best place of a figure; None where no unit says it."""
    tokens = _around(said, statement, sources)
    total = sum(weight for _, weight in tokens) or 1.0
    best: Match | None = None
    rival = 0.0
    for passage in sources.passages:
        for fact in passage.facts:
            if bears(fact, said, statement.text):
                own = _score(tokens, passage.around(fact), sources) / total
                if best is None or own > best.own:
                    best = Match(passage, own, 0.0)
            elif fact.is_kin(said) and not any(
                bears(fact, other, statement.text) for other in statement.facts
            ):
                rival = max(rival, _score(tokens, passage.around(fact), sources) / total)
    return best and Match(best.passage, best.own, rival)


def match_words(statement: Statement, sources: Sources) -> Match | None:
    """The passage that says most of the clause; of near ones the first that does not object."""
    tokens = weighted(statement, sources)
    total = sum(weight for _, weight in tokens) or 1.0
    scored = [(_score(tokens, each.zones, sources) / total, each) for each in sources.passages]
    if not scored:
        return None
    scored.sort(key=lambda pair: -pair[0])
    near = [(own, p) for own, p in scored[:4] if own >= scored[0][0] - NEARBY]
    for own, passage in near:
        if not objections(statement, sources.units[passage.unit], sources):
            return Match(passage, own, scored[0][0])
    own, passage = near[0]
    return Match(passage, own, scored[0][0])


def foreign_weight(statement: Statement, places: Sequence[Passage], sources: Sources) -> float:
    """Weight of nouns that lie far from the places of the clause and at home in others."""
    total = 0.0
    for word in dict.fromkeys((*nouns(statement.words), *sources.lexicon.telling_compounds(statement.text))):
        here = max(_strength(word, place.zones, sources) for place in places)
        if here >= 0.5:
            continue
        there = max(_strength(word, each.zones[:3], sources) for each in sources.passages)
        if there > here:
            total += weigh(word, sources) * (there - here)
    return total


def topic_margin(statement: Statement, places: Sequence[Passage], sources: Sources) -> float:
    """How much better the clause's topic is the topic of another passage; 0 at best."""
    topic = statement.topic or topic_of(statement.text)
    words = [(w, weigh(w, sources)) for w in (*sources.lexicon.telling(topic), *sources.lexicon.compounds(topic))]
    words = [(w, g) for w, g in words if g]
    total = sum(g for _, g in words)
    if not total:
        return 0.0

    def share(passage: Passage) -> float:
        return sum(g for w, g in words if sources.lexicon.says(w, passage.topic)) / total

    def own_share(p: Passage) -> float:
        zones = (Zone(p.topic, 1.0, ()), Zone(f"{p.zones[0].text} {p.zones[1].text}", 0.8, ()), Zone(p.zones[2].text, 0.5, ()))
        return sum(g * _strength(w, zones, sources) for w, g in words) / total

    own = max(own_share(place) for place in places)
    best = max(share(each) for each in sources.passages if each.topic) if any(
        each.topic for each in sources.passages
    ) else 0.0
    return max(0.0, best - own)


def weigh(word: str, sources: Sources) -> float:
    weight = sources.weight(word) * (1.0 if is_noun(word) else _VERB)
    return weight * (_FORMAL if word in load_wording().formal else 1.0)


def weighted(statement: Statement, sources: Sources, text: str | None = None) -> Weighted:
    """Words and figures of a clause, or of a part of it, and what each tells."""
    lexicon = sources.lexicon
    words = lexicon.telling(statement.text if text is None else text)
    words = tuple(dict.fromkeys((*words, *lexicon.telling(statement.topic),
        *lexicon.compounds(statement.text if text is None else text))))
    earlier = [w for w in lexicon.telling(statement.earlier) if w not in words]
    tokens: Weighted = [(word, weigh(word, sources)) for word in words]
    tokens = [(word, weight) for word, weight in tokens if weight]
    subjects = sum(1 for word, _ in tokens if isinstance(word, str) and is_noun(word)
                   and not load_wording().is_procedural(word) and word not in load_wording().formal)
    share = _ASKED if subjects <= 1 else _ASKED_BESIDE
    asked = sources.question_words - set(words)
    tokens += [(word, 0.3 * weigh(word, sources)) for word in earlier]
    tokens += [(word, share * weigh(word, sources)) for word in asked]
    return [(word, weight) for word, weight in tokens if weight]


def _around(said: Fact, statement: Statement, sources: Sources) -> Weighted:
    kin = [fact for fact in statement.facts if fact.is_kin(said)]
    if len(kin) > 1:
        text = f"{said.label} {said.tail}"
        first = min(fact.value.start for fact in kin)
        mark = statement.text.find("は", 0, first)
        text = f"{statement.text[:mark] if mark > 0 else ''} {text}"
    else:
        text = statement.text
    tokens = weighted(statement, sources, text)
    others = [fact for fact in statement.facts if not fact.is_kin(said) and fact.value.text in text]
    others += read_facts(statement.topic or statement.earlier)
    return tokens + [(fact, sources.fact_weight(fact)) for fact in others]


def _score(tokens: Iterable[tuple[Token, float]], zones: Sequence[Zone], sources: Sources) -> float:
    return sum(weight * _strength(token, zones, sources) for token, weight in tokens)


def _strength(token: Token, zones: Sequence[Zone], sources: Sources) -> float:
    best = 0.0
    for zone in zones:
        if zone.weight > best and _is_in(token, zone, sources):
            best = _CONTESTED if zone.is_title and sources.is_contested(token, zone.text) else zone.weight
    return best


def _is_in(token: Token, zone: Zone, sources: Sources) -> bool:
    if isinstance(token, str):
        return sources.lexicon.says(token, zone.text)
    return any(token.value.is_same(fact.value) for fact in zone.facts)


def source_of(passage: Passage, sources: Sources) -> Source:
    return sources.units[passage.unit]
