"""Names in running text: what the letters say, what stands around them, and what GiNZA says, added up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from presidio_analyzer.nlp_engine import NlpArtifacts

from guardrails.pii.recognizers import person_words as words
from guardrails.pii.recognizers.lexicon import (
    is_common,
    is_given,
    is_known,
    is_person,
    is_place,
    is_surname,
)
from guardrails.pii.recognizers.person_shapes import (
    FOREIGN,
    FULL,
    GIVEN,
    HIRAGANA_RUN,
    KANJI,
    KANJI_RUN,
    KATAKANA_RUN,
    SURNAME,
    UNKNOWN,
    Shape,
    kanji_shapes,
    katakana_shapes,
    single_weight,
)

THRESHOLD = 1.5
_AGAIN = 0.4
"""Enough for words that were found to be a name elsewhere in the message."""
_WORD = re.compile(rf"[{KANJI}ぁ-ゖァ-ヴーA-Za-z0-9]")
_BULLET = re.compile(r"[ \t]*(?:[0-9]{1,3}[.)、]?|[・○●■◎*-])?[ \t]*")
_LISTED = 0.9
"""Enough beside another name in a list."""
_BETWEEN = re.compile(r"(?:さん|様|氏|くん|君|ちゃん)?(?:[、,・/→と&]|[ \t]{1,2})[ \t]?")
_BAD_PARTS = ("副詞", "動詞", "形容詞", "形状詞", "助動詞", "感動詞", "接続詞")
_CHILD_OR_MISS = re.compile("ちゃん|くん|さん")
_ENDS_IN_KANA = re.compile("[ぁ-んァ-ヴー]\\Z")
_SECOND_KANA = re.compile(r"[ \t]{1,2}[ぁ-ん]{2,5}(?=[)」、。,\n]|(?:です|と申|といい|さん|様|ちゃん|くん)|\Z)")
_CHILD = re.compile("ちゃん|くん")
_NUMERAL = re.compile("[〇一二三四五六七八九十百千万]{2,}[歳才代人名円年月日号番]?")
_NUMBERED = re.compile(r"[0-9A-Za-z号地番〇-九][)」]?の\Z")
_TOPIC = re.compile(r"(?:は|名前|名義|こちら|(?<![ぁ-ん])え[ーっ]?と|はい)[、,\s]?\Z")


@dataclass(frozen=True)
class Model:
    """What GiNZA says: where persons are, where words begin and which of them are names."""

    persons: tuple[tuple[int, int], ...] = ()
    ends: frozenset[int] = frozenset()
    starts: frozenset[int] = frozenset()
    names: dict[int, int] = field(default_factory=dict)
    words: dict[int, tuple[int, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, artifacts: NlpArtifacts | None) -> Model:
        """From the artifacts; without them only letters and context speak."""
        if artifacts is None:
            return cls()
        tokens = [(token.idx, token.idx + len(token.text), token.tag_) for token in artifacts.tokens]
        return cls(
            tuple((entity.start_char, entity.end_char) for entity in artifacts.entities),
            frozenset(end for _, end, _ in tokens),
            frozenset(start for start, _, _ in tokens),
            {start: end for start, end, tag in tokens if "人名" in tag},
            {start: (end, tag) for start, end, tag in tokens},
        )

    def weight(self, start: int, end: int) -> float:
        """How far GiNZA takes this stretch for a person, 0 to 1.5."""
        weight = 0.0
        for first, last in self.persons:
            if (first, last) == (start, end):
                weight = 1.0
            elif first < end and start < last:
                weight = max(weight, 0.7 if first <= start and end <= last else 0.5)
        place = start
        while place in self.names:
            place = self.names[place]
            if self.words.get(place, (0, ""))[1] == "空白":
                place = self.words[place][0]
            if place == end:
                return weight + 0.5
        return weight

    def is_phrase(self, text: str, start: int, end: int) -> bool:
        """Whether it is made of ordinary words of two letters or more: 「納付特例」「もうむり」."""
        place = start
        has_fragment = has_noun = False
        is_kana = HIRAGANA_RUN.fullmatch(text, start, end) is not None
        while place < end:
            last, tag = self.words.get(place, (place + 1, ""))
            is_long = last - place > 1
            if is_long and last <= end and "固有名詞" not in tag and is_common(text[place:last]):
                if not is_kana or tag.startswith(_BAD_PARTS):
                    return True
                has_noun = True
            if is_kana and tag.startswith("助詞") and place > start:
                return True
            has_fragment = has_fragment or not is_long
            place = last
        return has_noun and not has_fragment


@dataclass(frozen=True)
class Name:
    """A name found at `start:end`; `weight` is the sum of its evidence."""

    start: int
    end: int
    weight: float
    is_full: bool = False


def names(text: str, model: Model) -> Iterator[Name]:
    """All candidates that reach the threshold, by themselves or beside one that does; they may overlap."""
    candidates = list(_candidates(text, model))
    sure = [name for name in candidates if name.weight >= THRESHOLD]
    yield from sure
    said = {text[name.start : name.end] for name in sure}
    for name in candidates:
        if name.weight >= THRESHOLD:
            continue
        word = text[name.start : name.end]
        is_again = len(word) > 1 and any(full.startswith(word) for full in said)
        is_line = name.is_full and _is_line(text, name)
        if is_again or (
            (name.weight >= _LISTED or is_line) and any(_are_listed(text, name, other) for other in sure)
        ):
            yield name


def _are_listed(text: str, name: Name, other: Name) -> bool:
    """Side by side in a list (「島袋、比嘉」), or each at the head of its line (「伊達:…」)."""
    if _is_line(text, name) and _is_line(text, other):
        return True
    first, second = sorted((name, other), key=lambda each: each.start)
    if _BETWEEN.fullmatch(text, first.end, second.start):
        return True
    heads = [
        text[each.end : each.end + 1] if not text[:each.start] or text[each.start - 1] == "\n" else ""
        for each in (first, second)
    ]
    return heads[0] == heads[1] and heads[0] in (":", ":", "\t", ",", "(")


def _is_line(text: str, name: Name) -> bool:
    """Whether the line is the name, behind a number or a bullet."""
    begin = text.rfind("\n", 0, name.start) + 1
    end = text.find("\n", name.end)
    after = text[name.end : end if end >= 0 else len(text)]
    return not after.strip() and bool(_BULLET.fullmatch(text, begin, name.start))


def _candidates(text: str, model: Model) -> Iterator[Name]:
    for run in KANJI_RUN.finditer(text):
        for start in _starts(text, run, model):
            for shape in kanji_shapes(text, start, run.end()):
                if _ends_well(text, shape, run, model):
                    yield from _judged(text, start, shape, model, run.start())
    for run in KATAKANA_RUN.finditer(text):
        for shape in katakana_shapes(text, run):
            yield from _judged(text, run.start(), shape, model, run.start())
    for run in HIRAGANA_RUN.finditer(text):
        for start, shape in _hiragana(text, run):
            yield from _judged(text, start, shape, model, run.start())


def _starts(text: str, run: re.Match[str], model: Model) -> Iterator[int]:
    """Where a name may begin in a run of kanji: at its start, behind a cue, or where a word begins."""
    inside = {
        place for cue_word in words.CUE.finditer(run.group()) for place in range(*cue_word.span())
    }
    for start in range(run.start(), run.end()):
        if start - run.start() in inside:
            continue
        before = text[run.start() : start]
        if not before or start in model.starts or is_common(before) or cue(text, start):
            yield start


def cue(text: str, start: int) -> float:
    """Weight of what stands right before a name: a relation, a role, a label."""
    before = text[max(0, start - 16) : start]
    if words.NOT_BEFORE.search(before):
        return -3.0
    if words.RELATION_END.search(before):
        return 1.3
    match = words.ROLE_END.search(before) or words.DELIMITED_END.search(before)
    if match:
        return 1.5 if match.group()[-1] in "::\t 　" else 1.1
    if before.endswith(("うちの", "ウチの")):
        return 0.8
    return 0.0


def _ends_well(text: str, shape: Shape, run: re.Match[str], model: Model) -> bool:
    end = shape.end
    if end >= run.end():
        return True
    if words.TITLE.match(text, end):
        return True
    if words.ORGANIZATION_AFTER.match(text, end):
        return False
    return bool(
        words.HONORIFIC.match(text, end)
        or words.HOUSEHOLD.match(text, end)
        or words.CLOSING.match(text, end)
        or (end in model.ends and end in model.names.values())
    )


def _judged(
    text: str, start: int, shape: Shape, model: Model, run_start: int
) -> Iterator[Name]:
    word = text[start : shape.end]
    if word in words.CUE_WORDS or (
        word[-1] in "市区町村県郡府都道" and is_place(word) and not is_surname(word)
    ):
        return
    if word in words.NOT_NAMES and not _is_bare_surname_in_context(text, start, shape):
        return
    if words.PUBLIC_BEFORE.search(text[max(0, start - 8) : start]):
        return
    right = _right(text, start, shape, run_start)
    left = cue(text, start)
    is_kana = not re.search(f"[{KANJI}]", word)
    is_doubtful = shape.kind == UNKNOWN or (
        shape.kind == FULL and shape.weight <= 0.6 and (left < 1.0 or not _ENDS_IN_KANA.search(word))
    )
    is_named = model.weight(start, shape.end) >= 1.0 or (
        left >= 1.3 and words.NAMED.match(text, shape.end)
    ) or is_kana and (_CHILD.match(text, shape.end) or (left >= 1.3 and right >= 1.0))
    if is_doubtful and not is_named and model.is_phrase(text, start, shape.end):
        return
    if _NUMERAL.fullmatch(word):
        return
    if left and start > run_start and is_common(text[run_start : shape.end]):
        return  # 「母子」「父方」
    if not left and start > run_start:
        before = text[run_start:start]
        left = -0.2 if len(before) > 1 and is_common(before) else -0.6
        if len(before) == 1 and start not in model.names:
            left = -1.5
    elif shape.kind in (GIVEN, UNKNOWN) and left and is_known(text[start - 1 : start] + word):
        left = 0.0
    if shape.kind == SURNAME and max(left, right) <= 0 and is_common(word):
        left -= 0.3
    weight = shape.weight + left + right + model.weight(start, shape.end)
    if shape.kind == UNKNOWN and max(left, right) < 1.0:
        return
    if weight >= _AGAIN:
        yield Name(start, shape.end, weight, is_full=shape.kind in (FULL, FOREIGN))


def _is_bare_surname_in_context(text: str, start: int, shape: Shape) -> bool:
    """「東さん」「中と申します」「職員 東が」: words that name a place or a time, and are surnames."""
    if shape.kind != SURNAME:
        return False
    return bool(
        words.NAMED.match(text, shape.end)
        or words.TITLE.match(text, shape.end)
        or cue(text, start) >= 1.0
    )


def _right(text: str, start: int, shape: Shape, run_start: int) -> float:
    """Weight of what follows: an honorific, a title, 「と申します」, an age; an office takes it away."""
    end = shape.end
    if words.PUBLIC_TITLE.match(text, end) or words.PLACE_AFTER.match(text, end):
        return -4.0
    honorific = words.HONORIFIC.match(text, end)
    if honorific:
        return 0.0 if is_common(text[start : honorific.end()]) else 1.8
    if words.NAMED.match(text, end):
        return 1.8
    if _is_titled(text, start, end, run_start):
        return 1.5
    if words.HOUSEHOLD.match(text, end):
        return 0.9
    if words.ORGANIZATION_AFTER.match(text, end):
        return -3.0
    if words.INTRODUCED.match(text, end):
        return 1.5 if _opens(text, start, shape) else 0.3
    if words.CLOSING.match(text, end):
        return 1.2
    if words.AGE.match(text, end):
        return 1.1
    if _is_signature(text, start, end):
        return 1.4
    if text[end : end + 1] in (":", ":") and (start == 0 or text[start - 1] == "\n"):
        return 0.6
    if text.startswith("さん", end):
        return -1.0
    follows = text[end : end + 1]
    return -0.7 if follows and re.match(rf"[{KANJI}ァ-ヴー]", follows) else 0.0


def _is_titled(text: str, start: int, end: int, run_start: int) -> bool:
    """A title that does not itself take in part of the name: 「民生委員」「森副会長」."""
    title = words.TITLE.match(text, end)
    if not title or HIRAGANA_RUN.fullmatch(text, start, end):
        return False
    if any(is_common(text[first : title.end()]) for first in range(run_start, end)):
        return False
    longer = words.TITLE.match(text, end - 1)
    return not (longer and end - 1 > start)


def _opens(text: str, start: int, shape: Shape) -> bool:
    """Whether somebody gives their name here: at the beginning of a sentence, or 「…12番の佐藤です」."""
    before = text[:start]
    if not before.strip() or not _WORD.match(before[-1]):
        return True
    if shape.kind in (SURNAME, FULL) and (_NUMBERED.search(before) or before.endswith("た")):
        return True  # 「相談した千葉だけど」
    return bool(_TOPIC.search(before)) or (before.endswith("の") and shape.weight >= 1.0)


def _is_signature(text: str, start: int, end: int) -> bool:
    """A name alone in the last line, or as the last sentence."""
    after = text[end:].strip(" \t\n。.!?()🙇")
    if any(_WORD.match(character) for character in after):
        return False
    before = text[:start].rstrip(" \t")
    return not before or not _WORD.match(before[-1])


def _hiragana(text: str, run: re.Match[str]) -> Iterator[tuple[int, Shape]]:
    """Names in hiragana: behind a particle or at the start of the run, before an ending."""
    start, end = run.span()
    stops = [end]
    for ending in re.finditer(
        r"です|だけど|と申|といい|と言|ともうし|って(?:言|い|人)|さん|ちゃん|くん|さま|より|が|は|の|を|に|と|で|も", text[start:end] + " "
    ):
        stops.append(start + ending.start())
    stops = [stop for stop in stops if stop == end or not _ends_in_particle(text, stop)]
    begins = [start, *(start + m.end() for m in re.finditer("[のはがもとを]", text[start:end]))]
    for begin in begins:
        second = _SECOND_KANA.match(text, end)
        if second and 2 <= end - begin <= 5:
            weight = 0.5 + 0.4 * is_given(second.group().strip())
            yield begin, Shape(second.end(), weight, FULL)
        for stop in sorted(set(stops), reverse=True):
            word = text[begin:stop]
            if not 2 <= len(word) <= 7 or word[-1] in "っゃゅょー" or _has_honorific(word):
                continue
            if is_given(word) or is_person(word):
                yield begin, Shape(stop, single_weight(word), GIVEN)
            elif word[0] in "のはがもとをにでへ" and begin == start and _follows_word(text, start):
                continue
            elif is_known(word) and _CHILD_OR_MISS.match(text, stop) and cue(text, begin) >= 1.3:
                yield begin, Shape(stop, 0.0, UNKNOWN)
            elif not is_known(word) and _looks_like_kana_name(text, word, stop):
                yield begin, Shape(stop, 0.1, UNKNOWN)


_GRAMMAR = re.compile(
    r"ます|です|した|ない|たい|から|まで|ので|けど|ありが|おねが|よろし|こんにち|こんばん|おはよ|はじめまし|すみません|ください|いただ|くださ|そう|よう|みた|なん|"
    r"どう|どこ|いつ|だれ|これ|それ|あれ|ここ|そこ|って|てる|てい|とき|こと|もの|わから|わたし|あたし|ぼく|おれ|うち|[てたくうるっぜぞ]\Z|^[んっぁぃぅぇぉゃゅょー]"
)


def _looks_like_kana_name(text: str, word: str, end: int) -> bool:
    return bool(words.HONORIFIC.match(text, end)) or not _GRAMMAR.search(word)


def _ends_in_particle(text: str, stop: int) -> bool:
    """Whether the letter at `stop` is no particle, because nothing follows it: 「孫のはると(5歳)」."""
    is_short = text[stop : stop + 1] in tuple("がはのをにとでも")
    return is_short and not re.match(r"[\w、]", text[stop + 1 : stop + 2])


def _has_honorific(word: str) -> bool:
    return bool(re.search(r"さん|ちゃん|くん|さま", word))


def _follows_word(text: str, start: int) -> bool:
    return start > 0 and bool(_WORD.match(text[start - 1]))


__all__ = ["FULL", "Model", "Name", "names"]
