"""A sentence as predicates with what they are said of, read from its words without a parser.

「18歳以下の児童がいる世帯は対象となります」: 「いる」 belongs to 世帯, 「対象となります」 ends the
sentence and is said of 世帯. That is enough to tell a rule from a promise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from rag.tokenizer import Word


class Follow(StrEnum):
    """What comes after a predicate."""

    END = "end"
    QUESTION = "question"
    CONDITION = "condition"
    CAUSE = "cause"
    CONTINUE = "continue"
    QUOTE = "quote"
    NOUN = "noun"


@dataclass(frozen=True)
class Phrase:
    """A run of nouns and its particles. `modifiers`: the words right before it that restrict it.

    `first` and `last` are numbers of words, the particles not among them.
    """

    text: str
    head: str
    particle: str
    modifiers: str
    first: int
    last: int

    @property
    def is_topic(self) -> bool:
        return self.particle.endswith(("は", "も"))

    @property
    def is_subject(self) -> bool:
        return self.is_topic or self.particle == "が"


@dataclass(frozen=True)
class Predicate:
    """A verb, adjective or noun with its endings.

    `head`: the noun or the plain verb as it stands, `lemma`: in Sudachi's one spelling. `tail`: the
    endings. `modifiers`: as of a phrase. `phrases`: what stands before it since the last predicate;
    `topics`: what the sentence named before. `first`, `head_stop`, `stop`: numbers of words.
    """

    head: str
    lemma: str
    tail: str
    follow: Follow
    phrases: tuple[Phrase, ...]
    topics: tuple[Phrase, ...]
    first: int
    head_stop: int
    stop: int
    is_nominal: bool
    modifiers: str

    @property
    def is_said(self) -> bool:
        """Asserted, not asked, supposed, quoted, or told of a noun."""
        return self.follow in {Follow.END, Follow.CAUSE, Follow.CONTINUE}

    @property
    def is_bare(self) -> bool:
        """Nothing stands before it: 「もらえます」."""
        return not self.phrases and not self.topics

    @property
    def is_past(self) -> bool:
        return bool(_PAST.search(self.tail))

    @property
    def is_negative(self) -> bool:
        return bool(_NEGATIVE.search(_DOUBLE.sub("", self.tail)))

    @property
    def is_hedged(self) -> bool:
        return bool(_HEDGED.search(self.tail))

    @property
    def is_presumed(self) -> bool:
        return bool(_PRESUMED.search(self.tail))

    @property
    def is_reflected(self) -> bool:
        """「…のですね」: what the other one said is said back."""
        return bool(_REFLECTED.search(self.tail))

    @property
    def is_advised(self) -> bool:
        """Asked for, advised or allowed: 「…してください」「…ほうがよい」「…てもよい」."""
        return bool(_ADVISED.search(self.tail))

    @property
    def is_able(self) -> bool:
        """「受給できる」「受けられる」「使える」."""
        if _ABLE.search(self.tail) or self.lemma in _ABLE_BY_ITSELF:
            return True
        ending = self.head[-2:]
        return not self.is_nominal and bool(_E_ROW.match(ending)) and self.lemma[-2:] != ending

    @property
    def is_assured(self) -> bool:
        """「…ますよ」."""
        return self.tail.endswith(("よ", "よね"))

    @property
    def is_opinion(self) -> bool:
        return bool(_OPINION.search(self.tail))

    @property
    def subject(self) -> Phrase | None:
        """What stands nearest as 「が」, else as 「は」 or 「も」."""
        near = [each for each in self.phrases if each.is_subject] or self.topics
        return near[-1] if near else None


@dataclass(frozen=True)
class Sentence:
    """`text` is folded; `words` point into it."""

    text: str
    words: tuple[Word, ...]
    phrases: tuple[Phrase, ...]
    predicates: tuple[Predicate, ...]

    def has(self, words: frozenset[str]) -> bool:
        """Whether one of the words stands in it, in any form."""
        return any(each.normalized in words or each.dictionary in words for each in self.words)

    def span(self, first: int, stop: int) -> str:
        """The text of the words."""
        if first >= stop:
            return ""
        return self.text[self.words[first].start : self.words[stop - 1].end]


NOUNS = frozenset({"名詞", "代名詞", "接頭辞", "接尾辞", "記号", "形状詞"})
_PAST = re.compile(r"(?:まし|でし|だっ|かっ|[しっいんえけせてめれげべ])た(?:$|の|ん|こと)")
_NEGATIVE = re.compile(r"ない|ません|なく|なけれ|ず$|ぬ$")
_DOUBLE = re.compile(
    r"かもしれ(?:ない|ません)|なければなら(?:ない|なく|ず)?|なければなりません|(?:かま|構)(?:わない|いません)"
    r"|(?:問題|差し支え)(?:は|も)?(?:ない|あり?ません)|とは限(?:らない|りません)"
)
_HEDGED = re.compile(
    r"可能性|かもしれ|(?:場合|こと|とき)[がもは](?:あ|ご|有)|おそれ|見込み|限[らり]"
)
_PRESUMED = re.compile(r"でしょう|だろう|思[いうわ]|はず|筈|考え")
_REFLECTED = re.compile(r"[のん](?:です|でしょう|だ)よ?ね|でしたね|ましたね")
_ADVISED = re.compile(
    r"くださ|ましょう|なさい|ほうが|方が|べき|[とばらも](?:いい|よい|よろし|良い)|のがよい"
    r"|も(?:かま|構)|(?:大丈夫|問題(?:は|も)?(?:ない|あり?ません)|差し支え)|みて"
)
_E_ROW = re.compile(r"[えけせてねべめれげ]る")
_ABLE = re.compile(r"でき|(?:に|お|ご)なれ|可能(?!性)|られ|いただけ|頂け|得[るま]|うる|もらえ")
# Sudachi writes these as words of their own.
_ABLE_BY_ITSELF = frozenset(
    ["取れる", "勝てる", "受け取れる", "貰える", "使える", "通れる", "借りれる", "取り戻せる"]
)
_OPINION = re.compile(r"べき|ほうが|方が|[とばら](?:いい|よい|良い)|のがよい|必要が")


def is_noun(word: Word) -> bool:
    """A noun, or what stands like one, but no ending (「みたい」「よう」)."""
    return word.pos[0] in NOUNS and word.pos[1] != "助動詞語幹"
