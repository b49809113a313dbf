"""Praise and blame in politics, advice how to vote, sides in contested issues."""

from __future__ import annotations

import re
from itertools import pairwise

from guardrails.output.outcome import OutputContext, Removed
from guardrails.output.predicates import Phrase, Predicate, Sentence
from guardrails.output.reasons import GuardReason
from guardrails.output.vocabulary import load_words
from rag.normalization import comparable

_LISTS = "partiality"
_PARTY = re.compile(r"[一-龥ァ-ヶA-Za-z]{1,8}党$")
_SHOULD = re.compile(r"べき(?!か|と(?:さ|し|定|の|い)|もの)|(?:ほう|方)が(?:いい|よい|良い|よろし)")


class PartialityGuard:
    name = "partiality"

    def check(self, sentence: Sentence, context: OutputContext) -> Removed | None:
        if context.quotes(sentence.text):
            return None
        if _is_told_back(sentence, context):
            return None
        is_partial = _names_fault(sentence) or any(
            _evaluates(each, sentence) or _campaigns(each) or _takes_side(each, sentence)
            for each in sentence.predicates
        )
        return Removed(GuardReason.PARTIALITY) if is_partial else None


def judging_words(sentence: Sentence) -> tuple[str, ...]:
    """Words of judgement, for the person who checks: a hint and no more (G-10)."""
    words = load_words(_LISTS)["judging"]
    return tuple(dict.fromkeys(each.surface for each in sentence.words if each.normalized in words))


def _is_told_back(sentence: Sentence, context: OutputContext) -> bool:
    """「…と感じていらっしゃるのですね」: heard, not shared. 「ひどいですね」 shares."""
    last = sentence.predicates[-1] if sentence.predicates else None
    is_heard = last is not None and re.search(r"[のん]ですね", last.tail)
    return bool(is_heard) and context.is_listening


def _is_actor(phrase: Phrase) -> bool:
    words = load_words(_LISTS)
    plain = comparable(phrase.text)
    return (
        phrase.head in words["actors"]
        or plain.endswith(tuple(words["actors"] | words["parties"]))
        or bool(_PARTY.search(plain))
    )


def _speaks_of_actor(predicate: Predicate) -> bool:
    """The predicate is said of an actor, or of what is an actor's: 「知事の手腕」."""
    subject = predicate.subject
    if subject is None:
        return False
    spoken_of = (*predicate.topics, *predicate.phrases)
    return _is_actor(subject) or any(
        _is_actor(each) and (each.particle == "の" or each.is_topic)
        for each in spoken_of
        if each.last < subject.first
    )


def _is_evaluation(lemma: str) -> bool:
    return lemma in load_words(_LISTS)["praise_and_blame"]


def _evaluates(predicate: Predicate, sentence: Sentence) -> bool:
    is_said = predicate.is_said or predicate.is_presumed
    if not is_said or not _speaks_of_actor(predicate):
        return False
    of_worth = any(_is_evaluation(each.head) for each in predicate.phrases)
    return of_worth or _is_evaluation(predicate.lemma) or _describes(predicate, sentence)


def _describes(predicate: Predicate, sentence: Sentence) -> bool:
    """An adjective, but for those of amount and procedure."""
    word = sentence.words[predicate.head_stop - 1]
    is_adjective = word.pos[0] in {"形容詞", "形状詞"} or "形状詞" in word.pos[2]
    return is_adjective and predicate.lemma not in load_words(_LISTS)["neutral"]


def _names_fault(sentence: Sentence) -> bool:
    """「前知事の失政で」「無能な市長」: an evaluation right beside an actor."""
    phrases = sentence.phrases
    for one, other in pairwise(phrases):
        if one.particle == "の" and _is_actor(one) and _is_evaluation(other.head):
            return True
    return any(
        _is_actor(each)
        and any(_is_evaluation(word.normalized) for word in sentence.words[before : each.first])
        for each in phrases
        if each.modifiers
        for before in [max(0, each.first - 3)]
    )


def _campaigns(predicate: Predicate) -> bool:
    """「現職の候補に投票するのがよい」; where, when and how to vote is for everybody."""
    words = load_words(_LISTS)
    if predicate.lemma not in words["vote"] or not predicate.is_advised:
        return False
    whom = [each for each in predicate.phrases if each.particle in {"に", "を", "へ"}]
    return any(_is_actor(each) for each in whom)


def _takes_side(predicate: Predicate, sentence: Sentence) -> bool:
    """「消費税は廃止すべきです」「再稼働には反対です」「改正する必要があります」."""
    words = load_words(_LISTS)
    about = [
        each
        for each in sentence.phrases
        if each.head in words["issues"] or comparable(each.text).endswith(tuple(words["issues"]))
    ]
    if not (predicate.is_said or predicate.is_presumed):
        return False
    if predicate.lemma in words["policies"] and _SHOULD.search(predicate.tail):
        return True
    if not about:
        return False
    is_stance = predicate.is_nominal and predicate.lemma in words["stances"] - {"廃止", "推進"}
    return is_stance or predicate.is_opinion or _is_evaluation(predicate.lemma)
