"""How well the words of a clause lie where its figures stand in the evidence, and how well with
what rivals them: the sign of a swap is that another figure of the kind, or another passage,
speaks more of what the clause is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from guardrails.output.grounding.clauses import topic_of
from guardrails.output.grounding.facts import Fact, bears, read_facts, without_figures
from guardrails.output.grounding.passages import Passage, Zone
from guardrails.output.grounding.sources import Sources, Statement
from guardrails.output.grounding.wording import is_noun, load_wording, nouns

_TIE = 0.01
_CONTESTED = 0.25
_AT_HOME = 0.5
_FORMAL = 0.1
_VERB = 0.5
_EARLIER = 0.3
# Words of the question: by themselves, and all of them by the clause's own, where it names a
# subject and where it leaves it out.
_ASKED = (0.1, 0.25)
_ASKED_OF_NOTHING = (0.4, 1.0)

Token = str | Fact
Weighted = list[tuple[Token, float]]


@dataclass(frozen=True)
class Match:
    """Where a clause stands best. `own`, `rival`: shares of its words' weight, 0..1."""

    passage: Passage
    own: float
    rival: float


def match_figure(said: Fact, statement: Statement, sources: Sources) -> Match | None:
    """The best place of a figure against that of others of its kind; None where no unit says it."""
    tokens = _around(said, statement, sources)
    best: Match | None = None
    rival = 0.0
    for passage in sources.passages:
        for fact in passage.near.facts:
            if bears(fact, said, statement.text):
                own = share_said(tokens, passage.around(fact), sources)
                own += _TIE * (passage.unit in statement.cited)
                if best is None or own > best.own:
                    best = Match(passage, own, 0.0)
            elif fact.is_kin(said) and not any(
                fact.value.is_same(other.value) for other in statement.facts
            ):
                rival = max(rival, share_said(tokens, passage.around(fact), sources))
    return best and Match(best.passage, best.own, rival)


def match_words(statement: Statement, sources: Sources) -> Match | None:
    """The passage that says most of the clause; None without evidence."""
    tokens = weighted(statement, sources)
    scored = [
        (share_said(tokens, each.zones, sources) + _TIE * (each.unit in statement.cited), each)
        for each in sources.passages
    ]
    own, place = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return Match(place, own, own) if place else None


def share_foreign(statement: Statement, places: Sequence[Passage], sources: Sources) -> float:
    """Nouns that lie far from the places of the clause and at home in other passages."""
    compounds = sources.lexicon.telling_compounds(statement.text)
    total = 0.0
    for word in dict.fromkeys((*nouns(statement.words), *compounds)):
        here = max(_strength(word, place.zones, sources) for place in places)
        if any(sources.lexicon.says(word, place.above.text) for place in places):
            continue
        if here < _AT_HOME:
            there = max(_strength(word, each.zones[:3], sources) for each in sources.passages)
            total += _weigh(word, sources) * max(0.0, there - here)
    return total / (sum(weight for _, weight in weighted(statement, sources)) or 1.0)


def topic_elsewhere(statement: Statement, places: Sequence[Passage], sources: Sources) -> float:
    """How much more of the clause's topic is the topic of another passage, 0..1."""
    topic = statement.topic or topic_of(statement.text)
    wording, lexicon = load_wording(), sources.lexicon
    words: Weighted = [
        (word, _weigh(word, sources))
        for word in (*nouns(lexicon.telling(topic)), *lexicon.compounds(topic))
        if word not in wording.formal and not wording.is_procedural(word)
    ]
    own = max(
        share_said(
            words,
            (
                Zone(place.topic, 1.0, ()),
                Zone(f"{place.near.text} {place.head.text}", 0.8, ()),
                Zone(place.above.text, 0.5, ()),
            ),
            sources,
        )
        for place in places
    )
    topics = (Zone(each.topic, 1.0, ()) for each in sources.passages if each.topic)
    return max(0.0, max((share_said(words, (zone,), sources) for zone in topics), default=0) - own)


def weighted(statement: Statement, sources: Sources, part: str | None = None) -> Weighted:
    """Words of a clause, or of a part of it, and what each tells; those that no unit says do not
    count.
    """
    lexicon, wording = sources.lexicon, load_wording()
    text = without_figures(statement.text if part is None else part)
    topic = without_figures(statement.topic)
    words = dict.fromkeys((*lexicon.telling(text), *lexicon.telling(topic)))
    words |= dict.fromkeys(lexicon.compounds(text))
    own = [(word, _weigh(word, sources)) for word in words]
    subjects = [
        word
        for word, weight in own
        if weight and is_noun(word) and word not in wording.formal
        if not wording.is_procedural(word)
    ]
    each, together = _ASKED if len(subjects) > 1 else _ASKED_OF_NOTHING
    asked = [(word, each * _weigh(word, sources)) for word in sources.question_words - set(words)]
    would = sum(weight for _, weight in asked)
    most = together * sum(weight for _, weight in own)
    scale = min(1.0, most / would) if would else 0.0
    before = lexicon.telling(without_figures(statement.earlier))
    tokens: Weighted = [*own, *((word, scale * weight) for word, weight in asked)]
    tokens += [(w, _EARLIER * _weigh(w, sources)) for w in before if w not in words]
    return [(word, weight) for word, weight in tokens if weight]


def share_said(
    tokens: Iterable[tuple[Token, float]], zones: Sequence[Zone], sources: Sources
) -> float:
    """What the zones say of the tokens, 0..1; 0 without tokens."""
    said = total = 0.0
    for token, weight in tokens:
        total += weight
        said += weight * _strength(token, zones, sources)
    return said / total if total else 0.0


def _around(said: Fact, statement: Statement, sources: Sources) -> Weighted:
    """Words and figures that say what a figure is: of several of a kind each has its own."""
    kin = [fact for fact in statement.facts if fact.is_kin(said)]
    text = statement.text
    if len(kin) > 1:
        mark = text.find("は", 0, min(fact.value.start for fact in kin))
        text = f"{text[:mark] if mark > 0 else ''} {said.label} {said.tail}"
    others = [fact for fact in statement.facts if not fact.is_kin(said) and fact.value.text in text]
    others += read_facts(statement.topic or statement.earlier)
    return [
        *weighted(statement, sources, text),
        *((fact, sources.weight_of_fact(fact)) for fact in others),
    ]


def _weigh(word: str, sources: Sources) -> float:
    weight = sources.weight(word) * (1.0 if is_noun(word) else _VERB)
    return weight * (_FORMAL if word in load_wording().formal else 1.0)


def _strength(token: Token, zones: Sequence[Zone], sources: Sources) -> float:
    best = 0.0
    for zone in zones:
        if zone.weight > best and _is_in(token, zone, sources):
            is_contested = zone.is_title and sources.is_contested(token, zone.text)
            best = max(best, _CONTESTED) if is_contested else zone.weight
    return best


def _is_in(token: Token, zone: Zone, sources: Sources) -> bool:
    if isinstance(token, str):
        return sources.lexicon.says(token, zone.text)
    return any(token.value.is_same(fact.value) for fact in zone.facts)
