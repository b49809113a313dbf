"""What an assistant that listens must not do: ask who somebody is, promise secrecy, pose as a
human, push, deny feelings, judge relatives, hold somebody back.
"""

from __future__ import annotations

import re

from guardrails.output.outcome import OutputContext, Removed
from guardrails.output.predicates import Phrase, Predicate, Sentence
from guardrails.output.reasons import GuardReason
from guardrails.output.vocabulary import load_words
from rag.normalization import comparable

_LISTS = "conduct"
_ME = re.compile(r"^(?:私|わたし|わたくし|僕|ぼく|こちら|当方|自分)$")
_ASKS = re.compile(r"くださ|いただけ|もらえ|ましょう|お願い|頂け|なさい|ほしい|ますか|でしょうか")
_PLACE = re.compile(r"[にでへの]|から")
_HOLDS = re.compile(r"(?:行か|やめ|帰ら|切ら|離れ)ないで")


class ConductGuard:
    name = "conduct"

    def check(self, sentence: Sentence, context: OutputContext) -> Removed | None:
        if context.audience == "staff" or context.quotes(sentence.text):
            return None
        is_wrong = any(
            _asks_who(each)
            or _promises_secrecy(each, sentence)
            or _poses(each)
            or _pushes(each, sentence)
            or _judges(each)
            for each in sentence.predicates
        )
        is_wrong = is_wrong or _holds_back(sentence)
        return Removed(GuardReason.CONDUCT) if is_wrong else None


def _ends_in(phrase: Phrase, words: frozenset[str]) -> bool:
    return phrase.head in words or comparable(phrase.text).endswith(tuple(words))


def _asks_who(predicate: Predicate) -> bool:
    words = load_words(_LISTS)
    if predicate.lemma not in words["asking"] or not _ASKS.search(predicate.tail):
        return False
    near = (*predicate.topics, *predicate.phrases)
    if any(_PLACE.match(each.particle) and _ends_in(each, words["places"]) for each in near):
        return False
    return any(_ends_in(each, words["asked_for"]) for each in predicate.phrases)


def _promises_secrecy(predicate: Predicate, sentence: Sentence) -> bool:
    words = load_words(_LISTS)
    is_never = predicate.lemma in words["secrecy"] and predicate.is_negative
    if is_never and sentence.has(words["nobody"]):
        return predicate.is_said and not predicate.is_reflected and not predicate.is_past
    is_kept = predicate.lemma == "守る" and any(
        each.text.endswith("秘密") for each in predicate.phrases
    )
    return is_kept and predicate.is_said and not predicate.is_advised


def _poses(predicate: Predicate) -> bool:
    """「私は人間の相談員です」."""
    words = load_words(_LISTS)
    if predicate.is_nominal and _names(predicate.head, words["machine"]) and predicate.is_negative:
        return True
    is_me = any(_ME.match(each.text) for each in (*predicate.topics, *predicate.phrases))
    is_human = predicate.is_nominal and predicate.lemma in words["human"]
    return is_me and is_human and predicate.is_said and not predicate.is_negative


def _names(text: str, words: frozenset[str]) -> bool:
    return comparable(text).endswith(tuple(words))


def _pushes(predicate: Predicate, sentence: Sentence) -> bool:
    """「頑張ってください」「考えすぎですよ」."""
    words = load_words(_LISTS)
    if predicate.lemma in words["feeling"] and re.search(r"ないで(?:くだ|ね|$)", predicate.tail):
        return True
    first = predicate.phrases[-1].first if predicate.phrases else predicate.first
    if _said_in(sentence.span(first, predicate.stop), words["denying"]):
        is_told = predicate.is_said and not predicate.is_reflected
        return is_told and (predicate.is_advised or not predicate.is_negative)
    is_push = predicate.lemma in words["encouraging"] or any(
        each.head in words["encouraging"] and predicate.lemma in {"出す", "成る", "為る"}
        for each in predicate.phrases
    )
    return is_push and predicate.is_advised and not predicate.is_negative


def _said_in(text: str, words: frozenset[str]) -> bool:
    return any(each in text for each in words)


def _judges(predicate: Predicate) -> bool:
    """「お母さまはひどい人ですね」: of a relative, in so many words."""
    words = load_words(_LISTS)
    if predicate.is_reflected:
        return False
    near = [*predicate.topics, *predicate.phrases]
    is_of_relative = any(
        each.is_subject and (_bare(each.text) in words["relatives"]) for each in near
    )
    return is_of_relative and predicate.lemma in words["judged"]


def _bare(text: str) -> str:
    return re.sub(r"^[おご御]|(?:さん|さま|様)$", "", text)


def _holds_back(sentence: Sentence) -> bool:
    words = load_words(_LISTS)["holding"]
    return bool(_HOLDS.search(sentence.text)) and sentence.has(words)
