"""A sentence as predicates with what they are said of, read from its words without a parser.

「18歳以下の児童がいる世帯は対象となります」: 「いる」 belongs to 世帯, 「対象となります」 ends the
sentence and is said of 世帯. That is enough to tell a rule from a promise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rag.normalization import fold
from rag.tokenizer import Word

Parse = Callable[[str], list[Word]]


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
    endings. `modifiers`: as of a phrase. `phrases`: what stands before it since the last predicate; `topics`: what the
    sentence named before. `first`, `stop`: numbers of words.
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
        near = [each for each in self.phrases if each.is_subject]
        return (near or list(self.topics) or [None])[-1]


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


_PAST = re.compile(r"(?:まし|でし|だっ|かっ|[しっいんえけせてめれげべ])た(?:$|の|ん|こと)")
_NEGATIVE = re.compile(r"ない|ません|なく|なけれ|ず$|ぬ$")
_DOUBLE = re.compile(
    r"かもしれ(?:ない|ません)|なければなら(?:ない|なく|ず)?|なければなりません|(?:かま|構)(?:わない|いません)"
    r"|(?:問題|差し支え)(?:は|も)?(?:ない|あり?ません)|とは限(?:らない|りません)"
)
_HEDGED = re.compile(r"可能性|かもしれ|(?:場合|こと|とき)[がもは](?:あ|ご|有)|おそれ|見込み|限[らり]")
_PRESUMED = re.compile(r"でしょう|だろう|思[いうわ]|はず|筈|考え")
_REFLECTED = re.compile(r"[のん](?:です|でしょう|だ)よ?ね|でしたね|ましたね")
_ADVISED = re.compile(
    r"くださ|ましょう|なさい|ほうが|方が|べき|[とばらも](?:いい|よい|よろし|良い)|のがよい"
    r"|も(?:かま|構)|(?:大丈夫|問題(?:は|も)?(?:ない|あり?ません)|差し支え)|みて"
)
_E_ROW = re.compile(r"[えけせてねべめれげ]る")
_ABLE = re.compile(r"でき|(?:に|お|ご)なれ|可能(?!性)|られ|いただけ|頂け|得[るま]|うる|もらえ")
# Sudachi writes these as words of their own.
_ABLE_BY_ITSELF = frozenset("取れる 勝てる 受け取れる 貰える 使える 通れる 借りれる 取り戻せる".split())
_OPINION = re.compile(r"べき|ほうが|方が|[とばら](?:いい|よい|良い)|のがよい|必要が")
_MODAL = frozenset("済む 思う 考える 構う 知れる 限る 良い 良し 宜しい 大丈夫 問題 差し支え 高い".split())
_FORMAL = frozenset(
    "事 こと 筈 はず 訳 わけ 様 よう 可能性 場合 必要 見込み 恐れ おそれ 方 つもり 予定 時 とき".split()
)
_LIGHT = frozenset("為る 出来る 為さる 致す 頂く 頂ける 下さる".split())
_NOUNS = frozenset({"名詞", "代名詞", "接頭辞", "接尾辞", "記号", "形状詞"})
_CLAUSE_END = frozenset({"が", "けれど", "けれども", "けど", "から", "し"})


def read_sentence(text: str, parse: Parse) -> Sentence:
    """Raises what the parser raises."""
    folded = fold(text).strip()
    reader = _Reader(folded, tuple(parse(folded)))
    reader.read()
    return Sentence(folded, reader.words, tuple(reader.all_phrases), tuple(reader.predicates))


class _Reader:
    """Goes once through the words."""

    def __init__(self, text: str, words: tuple[Word, ...]) -> None:
        self.text = text
        self.words = words
        self.predicates: list[Predicate] = []
        self.all_phrases: list[Phrase] = []
        self._near: list[Phrase] = []
        self._topics: list[Phrase] = []

    def read(self) -> None:
        place = 0
        while place < len(self.words):
            word = self.words[place]
            if is_noun(word):
                place = self._noun(place)
            elif word.pos[0] in {"動詞", "形容詞"}:
                place = self._predicate(place, place + 1, is_nominal=False)
            else:
                place += 1

    def _noun(self, first: int) -> int:
        last = first
        while last < len(self.words) and is_noun(self.words[last]):
            last += 1
        if self._is_predicate(last):
            return self._predicate(first, last, is_nominal=True)
        stop = last
        while stop < len(self.words) and self.words[stop].pos[0] == "助詞":
            stop += 1
        self._phrase(first, last, stop)
        return max(stop, last)

    def _is_predicate(self, place: int) -> bool:
        """「対象です」「受給する」「対象となる」「対象ではない」, and a noun that ends the sentence."""
        here, after, later = (self._at(place + step) for step in range(3))
        if here is None:
            return True
        if here.pos[0] == "助動詞" or here.pos[1] == "助動詞語幹" or here.normalized in _LIGHT:
            return True
        if here.surface == "か" and later is not None:
            return _is_maybe(later)
        if here.surface in {"に", "と"} and after is not None:
            return after.normalized == "成る" or after.dictionary == "なれる"
        if here.surface in {"で", "じゃ"} and after is not None:
            negates = after.surface in {"は", "も"} and later is not None
            return bool(negates and later and later.normalized in {"有る", "無い", "ない"})
        return here.surface == "。"

    def _at(self, place: int) -> Word | None:
        return self.words[place] if place < len(self.words) else None

    def _phrase(self, first: int, last: int, stop: int) -> None:
        particle = "".join(word.surface for word in self.words[last:stop])
        phrase = Phrase(
            self._text(first, last),
            self.words[last - 1].normalized,
            particle,
            self._modifiers(first),
            first,
            last,
        )
        self.all_phrases.append(phrase)
        self._near.append(phrase)

    def _modifiers(self, first: int) -> str:
        """「3歳未満の」 of 「3歳未満のお子さん」, 「この」, the verb that is told of the noun."""
        if not first:
            return ""
        before = self.words[first - 1]
        if before.pos[0] == "連体詞":
            return before.surface
        if before.surface == "の" and before.pos[1] == "格助詞":
            start = first - 1
            while start and self.words[start - 1].pos[0] in {*_NOUNS, "連体詞"}:
                start -= 1
            return self._text(start, first)
        if self.predicates and self.predicates[-1].stop == first:
            last = self.predicates[-1]
            return self._text(last.first, first) if last.follow is Follow.NOUN else ""
        return ""

    def _predicate(self, first: int, head_stop: int, *, is_nominal: bool) -> int:
        stop = self._tail_stop(head_stop, is_nominal=is_nominal)
        follow = self._follow(head_stop, stop)
        last = self.words[head_stop - 1]
        head = self._text(first, head_stop) if is_nominal else last.dictionary
        self.predicates.append(
            Predicate(
                head=head,
                lemma=last.normalized,
                tail=self._text(head_stop, stop) if is_nominal else self._text(first, stop),
                follow=follow,
                phrases=tuple(self._near),
                topics=tuple(self._topics),
                first=first,
                head_stop=head_stop,
                stop=stop,
                is_nominal=is_nominal,
                modifiers=self._modifiers(first),
            )
        )
        self._topics += [each for each in self._near if each.is_topic]
        self._near = []
        return stop

    def _tail_stop(self, place: int, *, is_nominal: bool) -> int:
        if is_nominal and (word := self._at(place)) and word.normalized in _LIGHT:
            place += 1
        while (word := self._at(place)) is not None:
            kind = word.pos[0]
            if kind == "助詞":
                after = self._after_particles(place)
                if word.pos[1] != "準体助詞" and not self._goes_on(place, after):
                    break
                place = place + 1 if word.pos[1] == "準体助詞" else after
            elif kind in {"助動詞", "接尾辞"} or self._is_functional(word, place):
                place += 1
            else:
                break
        return place

    def _after_particles(self, place: int) -> int:
        while (word := self._at(place)) is not None and word.pos[0] == "助詞":
            place += 1
        return place

    def _goes_on(self, place: int, after: int) -> bool:
        word = self.words[place]
        if word.pos[1] == "終助詞":
            return word.surface != "か" or after < len(self.words) and _is_maybe(self.words[after])
        if word.pos[1] == "接続助詞" and word.surface in _CLAUSE_END:
            return False
        following = self._at(after)
        return following is not None and self._is_functional(following, after)

    def _is_functional(self, word: Word, place: int) -> bool:
        is_auxiliary = word.pos[0] == "助動詞" or word.pos[1] == "助動詞語幹"
        if is_auxiliary or word.normalized in _MODAL:
            return True
        if word.pos[0] in {"動詞", "形容詞"}:
            return word.pos[1] == "非自立可能"
        if word.normalized not in _FORMAL:
            return False
        before = self.words[place - 1]
        if word.surface == "方":
            following = self._at(place + 1)
            later = self._at(place + 2)
            is_better = following is not None and following.surface == "が"
            return bool(is_better and later and later.normalized in _MODAL)
        return before.pos[0] in {"動詞", "形容詞", "助動詞", "助詞"}

    def _is_quoted(self, place: int) -> bool:
        """「対象だと思います」, not 「3級だと対象外」."""
        after = self._at(place + 1)
        return after is not None and after.pos[0] == "動詞"

    def _follow(self, head_stop: int, stop: int) -> Follow:
        tail = self._text(head_stop, stop)
        last, following = self.words[stop - 1], self._at(stop)
        surface = following.surface if following else ""
        if tail.endswith(("ので", "のに")):
            return Follow.CAUSE
        is_if = last.pos[-1].startswith("仮定形") or tail.endswith(("場合", "とき", "時"))
        if is_if or surface in {"ば", "なら"}:
            return Follow.CONDITION
        if following is None or following.pos[0] == "補助記号":
            is_middle = surface in {"、", ","} and stop + 1 < len(self.words)
            if surface in {"?", "？"} or tail.endswith("か"):
                return Follow.QUESTION
            return Follow.CONTINUE if is_middle else Follow.END
        if following.pos[0] == "助詞":
            is_if = surface == "と" and last.pos[0] == "助動詞" and not self._is_quoted(stop)
            return Follow.CONDITION if is_if else self._follow_particle(following)
        return Follow.CAUSE if surface == "ため" else Follow.NOUN

    @staticmethod
    def _follow_particle(word: Word) -> Follow:
        if word.surface == "か":
            return Follow.QUESTION
        if word.surface in _CLAUSE_END and word.pos[1] == "接続助詞":
            return Follow.CAUSE
        if word.surface == "と":
            return Follow.CONDITION if word.pos[1] == "接続助詞" else Follow.QUOTE
        return Follow.CONTINUE if word.pos[1] in {"接続助詞", "終助詞"} else Follow.NOUN

    def _text(self, first: int, stop: int) -> str:
        if first >= stop:
            return ""
        return self.text[self.words[first].start : self.words[stop - 1].end]


def is_noun(word: Word) -> bool:
    return word.pos[0] in _NOUNS and word.pos[1] != "助動詞語幹"


def _is_maybe(word: Word) -> bool:
    """The rest of 「かもしれない」."""
    return word.normalized == "知れる"


def said(predicates: Sequence[Predicate]) -> list[Predicate]:
    """Those that the sentence asserts."""
    return [each for each in predicates if each.is_said]
