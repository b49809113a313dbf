"""Reads the predicates of a sentence from its words, once from left to right."""

from __future__ import annotations

from collections.abc import Callable

from guardrails.output.predicates import NOUNS, Follow, Phrase, Predicate, Sentence, is_noun
from rag.normalization import fold
from rag.tokenizer import Word

Parse = Callable[[str], list[Word]]

_MODAL = frozenset(
    [
        "済む",
        "思う",
        "考える",
        "構う",
        "知れる",
        "限る",
        "良い",
        "良し",
        "宜しい",
        "大丈夫",
        "問題",
        "差し支え",
        "高い",
    ]
)
_FORMAL = frozenset(
    [
        "事",
        "こと",
        "筈",
        "はず",
        "訳",
        "わけ",
        "様",
        "よう",
        "可能性",
        "場合",
        "必要",
        "見込み",
        "恐れ",
        "おそれ",
        "方",
        "つもり",
        "予定",
        "時",
        "とき",
    ]
)
_LIGHT = frozenset(["為る", "出来る", "為さる", "致す", "頂く", "頂ける", "下さる"])
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
        """「対象です」「受給する」「対象となる」「対象ではない」, and a noun at the end."""
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
            while start and self._restricts(start - 1):
                start -= 1
            return self._text(start, first)
        if self.predicates and self.predicates[-1].stop == first:
            last = self.predicates[-1]
            return self._text(last.first, first) if last.follow is Follow.NOUN else ""
        return ""

    def _restricts(self, place: int) -> bool:
        word = self.words[place]
        is_of = word.surface == "の" and word.pos[1] == "格助詞"
        return is_of or word.pos[0] in {*NOUNS, "連体詞"}

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
            following = self._at(after)
            is_maybe = following is not None and following.normalized in {"知れる", "思う"}
            return word.surface != "か" or is_maybe
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


def _is_maybe(word: Word) -> bool:
    """The rest of 「かもしれない」."""
    return word.normalized == "知れる"
