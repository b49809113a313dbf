"""The plain form of a polite predicate, as it stands before 「可能性があります」."""

from __future__ import annotations

import re

from guardrails.output.predicates import Predicate, Sentence
from rag.tokenizer import Word

_A_ROW = dict(zip("うくすつぬむるぐぶ", "わかさたなまらがば", strict=True))
_COPULA = re.compile(
    r"^(?:です|だ|な(?=の)|である|であり|でござ|に(?:は)?な|とな|とい|では|じゃ|でしょ|$)"
)
_POLITE = frozenset({"ます", "です"})
_NOT = frozenset({"ない", "ず", "ぬ", "無い"})
# 「対象外です」, 「非該当です」: the denial is part of the noun.
_UN = re.compile(r"^(?:非|不)|外$")
_PERSON = re.compile(r"者$")


def plain(sentence: Sentence, predicate: Predicate) -> str | None:
    """「対象です」: 「対象となる」, 「もらえません」: 「もらえない」; None where it has none."""
    if predicate.is_nominal and _COPULA.match(predicate.tail):
        return _of_noun(sentence, predicate)
    words = sentence.words[predicate.first : predicate.stop]
    return _of_verb(words, 0 if not predicate.is_nominal else predicate.head_stop - predicate.first)


def _of_noun(sentence: Sentence, predicate: Predicate) -> str:
    head = sentence.span(predicate.first, predicate.head_stop)
    is_not = predicate.is_negative
    if _UN.search(head):
        head, is_not = _UN.sub("", head), True
    verb = ("に当たる", "に当たらない") if _PERSON.search(head) else ("となる", "とならない")
    if head.endswith("該当"):
        verb = ("する", "しない")
    return f"{head}{verb[is_not]}"


def _of_verb(words: tuple[Word, ...], start: int) -> str | None:
    """Up to the last word of the verb itself, in its plain form; politeness and what is thought of
    it (「はず」「と思います」) fall away.
    """
    core = start
    while core + 1 < len(words) and _belongs(words[core + 1]):
        core += 1
    if core >= len(words) or words[core].pos[0] not in {"動詞", "助動詞", "形状詞", "名詞"}:
        return None
    before = "".join(word.surface for word in words[:core])
    is_not = any(word.dictionary in _NOT for word in words[core + 1 : core + 4])
    last = words[core]
    if last.surface == "可能":
        return f"{before}で{'きない' if is_not else 'きる'}"
    return before + (_negative(last) if is_not else last.dictionary)


def _belongs(word: Word) -> bool:
    """Voice, ability and aspect: 「受け｜られ」「満たし｜て｜い」「受ける｜こと｜が｜でき」."""
    if word.dictionary in _POLITE or word.dictionary in _NOT:
        return False
    if word.pos[0] == "助動詞":
        return word.dictionary in {"れる", "られる", "せる", "させる"}
    if word.pos[0] == "助詞":
        return word.surface in {"て", "が"}
    return word.dictionary in {"できる", "いる", "こと", "いただける", "なる", "する", "もらえる"}


def _negative(word: Word) -> str:
    plain_form = word.dictionary
    if word.pos[4].startswith("サ行変格"):
        return plain_form.removesuffix("する") + "しない"
    if word.pos[4].startswith("五段"):
        return plain_form[:-1] + _A_ROW[plain_form[-1]] + "ない"
    return plain_form.removesuffix("る") + "ない"
