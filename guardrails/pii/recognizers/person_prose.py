"""Names in running text.

What the letters say, what stands around them and what GiNZA says are weighed and added up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from guardrails.pii.recognizers import person_words as words
from guardrails.pii.recognizers.address_grammar import PREFECTURES
from guardrails.pii.recognizers.lexicon import (
    is_common,
    is_given,
    is_known,
    is_person,
    is_place,
    is_surname,
)
from guardrails.pii.recognizers.person_model import Model
from guardrails.pii.recognizers.person_shapes import (
    FOREIGN,
    FULL,
    GIVEN,
    HIRAGANA_RUN,
    KANJI,
    KANJI_RUN,
    KATAKANA_RUN,
    NOT_GIVEN,
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
_AROUND = 24
"""Letters before a name that are looked at."""
_LISTED = 0.6
"""Enough beside another name in a list."""
_BETWEEN = re.compile(r"(?:さん|様|氏|くん|君|ちゃん)?(?:[、,・/→と&]|[ \t]{1,2})[ \t]?")
_CHILD_OR_MISS = re.compile("ちゃん|くん|さん")
_PREFECTURE_NAMES = frozenset(name[:-1] for name in PREFECTURES if name != "北海道")
"""「秋田、岩手の順に」: surnames too, but not without anything around them that says so."""
_BEHIND = (
    (words.PUBLIC_TITLE, -4.0),
    (words.PLACE_AFTER, -4.0),
    (words.HONORIFIC, 1.8),
    (words.NAMED, 1.8),
    (words.TITLE, 1.5),
    (words.HOUSEHOLD, 0.9),
    (words.ORGANIZATION_AFTER, -3.0),
    (words.INTRODUCED, 1.5),
    (words.CLOSING, 1.2),
    (words.AGE, 1.1),
)
"""What may stand behind a name, with its weight; the first that does counts."""
_ENDS_IN_KANA = re.compile("[ぁ-んァ-ヴー]\\Z")
_SECOND_KANA = re.compile(
    r"[ \t]{1,2}[ぁ-ん]{2,5}(?=[)」、。,\n]|(?:です|と申|といい|さん|様|ちゃん|くん)|\Z)"
)
_CHILD = re.compile("ちゃん|くん")
_NUMERAL = re.compile("[〇一二三四五六七八九十百千万]{2,}[歳才代人名円年月日号番]?")
_NUMBERED = re.compile(r"[0-9A-Za-z号地番〇-九][)」]?の\Z")
_TOPIC = re.compile(r"(?:は|名前|名義|こちら|(?<![ぁ-ん])え[ーっ]?と|はい)[、,\s]?\Z")


@dataclass(frozen=True)
class Name:
    """A name found at `start:end`; `weight` is the sum of its evidence."""

    start: int
    end: int
    weight: float
    is_full: bool = False


def names(text: str, model: Model) -> Iterator[Name]:
    """Candidates that reach the threshold by themselves or beside one that does; may overlap."""
    candidates = list(_candidates(text, model))
    sure = [name for name in candidates if name.weight >= THRESHOLD]
    yield from sure
    said = {text[name.start : end] for name in sure for end in range(name.start + 2, name.end + 1)}
    heads = {_head(text, name) for name in sure} - {""}
    ends = {name.end for name in sure}
    starts = {name.start for name in sure}
    has_lines = any(name.is_full and _is_line(text, name) for name in sure)
    for name in candidates:
        if name.weight >= THRESHOLD:
            continue
        after = _BETWEEN.match(text, name.end)
        is_listed = (
            _head(text, name) in heads
            or any(name.start - gap in ends for gap in _gaps(text, name.start))
            or (after is not None and after.end() in starts)
        )
        is_line = has_lines and name.is_full and _is_line(text, name)
        is_again = text[name.start : name.end] in said
        if is_again or is_line or (is_listed and name.weight >= _LISTED):
            yield name


def _gaps(text: str, start: int) -> Iterator[int]:
    """Lengths of what may stand between two names of a list, before `start`."""
    for gap in range(1, 6):
        if gap <= start and _BETWEEN.fullmatch(text, start - gap, start):
            yield gap


def _head(text: str, name: Name) -> str:
    """The sign behind a name at the head of its line: 「伊達:…」."""
    is_first = name.start == 0 or text[name.start - 1] == "\n"
    behind = text[name.end : name.end + 1]
    return behind if is_first and behind in (":", "\t", ",", "(") else ""


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
    """Where a name may begin in a run of kanji: its start, behind a cue, where a word begins."""
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
    if before.endswith(("うちの", "ウチの", "私")):
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


def _judged(text: str, start: int, shape: Shape, model: Model, run_start: int) -> Iterator[Name]:
    """The shape as a name, if its evidence adds up to anything."""
    word = text[start : shape.end]
    if _is_excluded(text, start, shape, word):
        return
    right = _right(text, start, shape, run_start)
    left = cue(text, start)
    if left and start > run_start and is_common(text[run_start : shape.end]):
        return  # 「母子」「父方」
    if _is_doubtful(shape, word, left) and not _is_given_as_name(text, start, shape, left, right):
        likely = model.weight(start, shape.end) >= 1.0
        if not likely and model.is_phrase(text, start, shape.end):
            return
    if shape.kind == UNKNOWN and max(left, right) < 1.0:
        return
    if not left and start > run_start:
        left = _inside(text[run_start:start], is_name=start in model.names)
    elif shape.kind in (GIVEN, UNKNOWN) and left and is_known(text[start - 1 : start] + word):
        left = 0.0
    if max(left, right) <= 0:
        left -= _ambiguity(shape, word)
    weight = shape.weight + left + right + model.weight(start, shape.end)
    if weight >= _AGAIN:
        yield Name(start, shape.end, weight, is_full=shape.kind in (FULL, FOREIGN))


def _ambiguity(shape: Shape, word: str) -> float:
    """What a word loses that is something else as well and has nothing around it."""
    loss = 0.3 if shape.kind == SURNAME and is_common(word) else 0.0
    return loss + 0.8 if word in _PREFECTURE_NAMES else loss


def _is_excluded(text: str, start: int, shape: Shape, word: str) -> bool:
    """Roles, municipalities, numerals, persons in public office, words that are never names."""
    if word in words.CUE_WORDS or _NUMERAL.fullmatch(word):
        return True
    if word[-1] in "市区町村県郡府都道" and is_place(word) and not is_surname(word):
        return True
    if words.PUBLIC_BEFORE.search(text[max(0, start - 8) : start]):
        return True
    return word in words.NOT_NAMES and not _is_bare_surname_in_context(text, start, shape)


def _is_doubtful(shape: Shape, word: str, left: float) -> bool:
    """Whether the letters alone hardly make a name, so that ordinary words must be ruled out."""
    if shape.kind == FULL and shape.weight <= 0.6:
        return left < 1.0 or not _ENDS_IN_KANA.search(word)
    return shape.kind == UNKNOWN


def _is_given_as_name(text: str, start: int, shape: Shape, left: float, right: float) -> bool:
    """「息子が蒼空といいます」「ことねちゃん」「孫のはると(5歳)」."""
    if left >= 1.3 and words.NAMED.match(text, shape.end):
        return True
    is_kana = not KANJI_RUN.search(text, start, shape.end)
    return is_kana and bool(_CHILD.match(text, shape.end) or (left >= 1.3 and right >= 1.0))


def _inside(before: str, *, is_name: bool) -> float:
    """Weight of letters that stand right before a name and are no cue."""
    if len(before) == 1 and not is_name:
        return -1.5
    return -0.2 if len(before) > 1 and is_common(before) else -0.6


def _is_bare_surname_in_context(text: str, start: int, shape: Shape) -> bool:
    """「中と申します」「職員 東が」: words for a place or a time that are surnames here."""
    if shape.kind != SURNAME:
        return False
    return bool(
        words.NAMED.match(text, shape.end)
        or words.TITLE.match(text, shape.end)
        or cue(text, start) >= 1.0
    )


def _right(text: str, start: int, shape: Shape, run_start: int) -> float:
    """Weight of what follows: an honorific, a title, 「と申します」; an office takes it away."""
    end = shape.end
    for pattern, weight in _BEHIND:
        match = pattern.match(text, end)
        if match is None:
            continue
        if pattern is words.TITLE:
            if not _is_titled(text, start, end, run_start):
                continue
        elif pattern is words.HONORIFIC and is_common(text[start : match.end()]):
            return -3.0  # 「奥さん」
        elif match.group() == "さま" and HIRAGANA_RUN.fullmatch(text, start, end):
            return 0.3  # 「おひさま」
        elif pattern is words.INTRODUCED and not _opens(text, start, shape):
            return 0.3
        return weight
    return _at_the_end(text, start, end)


def _at_the_end(text: str, start: int, end: int) -> float:
    if _is_signature(text, start, end):
        return 1.4
    is_first = start == 0 or text[start - 1] == "\n"
    if is_first and text.startswith(":", end):
        return 0.6
    if text.startswith("さん", end):
        return -1.0  # 「原さんしょう」: what looks like an honorific and is none
    follows = text[end : end + 1]
    return -0.7 if KANJI_RUN.match(follows) or KATAKANA_RUN.match(follows) else 0.0


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
    """Whether somebody gives a name here: a sentence begins, or 「…12番の佐藤です」."""
    before = text[max(0, start - _AROUND) : start]
    if not before.strip() or not _WORD.match(before[-1]):
        return True
    if shape.kind in (SURNAME, FULL) and (_NUMBERED.search(before) or before.endswith("た")):
        return True  # 「相談した千葉だけど」
    return bool(_TOPIC.search(before)) or (before.endswith("の") and shape.weight >= 1.0)


def _is_signature(text: str, start: int, end: int) -> bool:
    """A name alone in the last line, or as the last sentence."""
    if _WORD.search(text, end):
        return False
    before = text[max(0, start - _AROUND) : start].rstrip(" \t")
    return not before or not _WORD.match(before[-1])


def _hiragana(text: str, run: re.Match[str]) -> Iterator[tuple[int, Shape]]:
    """Names in hiragana: behind a particle or at the start of the run, before an ending."""
    start, end = run.span()
    stops = _stops(text, start, end)
    begins = [start, *(start + m.end() for m in re.finditer("[のはがもとを]", run.group()))]
    for begin in begins:
        second = _SECOND_KANA.match(text, end)
        if second and 2 <= end - begin <= 5:
            weight = 0.5 + 0.4 * is_given(second.group().strip())
            yield begin, Shape(second.end(), weight, FULL)
        for stop in stops:
            if 2 <= stop - begin <= 7:
                shape = _hiragana_shape(text, start, begin, stop)
                if shape:
                    yield begin, shape


def _stops(text: str, start: int, end: int) -> list[int]:
    """Where a name in a run of hiragana may end, the last first."""
    endings = _ENDING.finditer(text, start, end)
    places = {end, *(match.start() for match in endings)}
    return sorted((s for s in places if s == end or not _ends_in_particle(text, s)), reverse=True)


def _hiragana_shape(text: str, run_start: int, begin: int, stop: int) -> Shape | None:
    word = text[begin:stop]
    if word[-1] in "っゃゅょー" or _has_honorific(word) or word in words.NOT_NAMES | NOT_GIVEN:
        return None
    if is_given(word) or is_person(word):
        return Shape(stop, single_weight(word), GIVEN)
    is_particle = word[0] in "のはがもとをにでへ" and begin == run_start
    if is_particle and _follows_word(text, run_start):
        return None
    if is_known(word):
        is_child = _CHILD_OR_MISS.match(text, stop) and cue(text, begin) >= 1.3
        return Shape(stop, 0.0, UNKNOWN) if is_child else None
    if "の" in word[1:-1] or not _looks_like_kana_name(text, word, stop):
        return None
    return Shape(stop, 0.1, UNKNOWN)


_ENDING = re.compile(
    r"です|だけど|と申|といい|と言|ともうし|って(?:言|いい|いう|人)|さん|ちゃん|くん|さま|より|[がはのをにとでも]"
)
_GRAMMAR = re.compile(
    r"ます|です|した|ない|たい|から|まで|ので|けど|ありが|おねが|よろし|こんにち|こんばん|おはよ|はじめまし|すみません|ください|いただ|くださ|そう|よう|みた|なん|"
    r"どう|どこ|いつ|だれ|これ|それ|あれ|ここ|そこ|って|てる|てい|とき|こと|もの|わから|わたし|あたし|ぼく|おれ|うち|[てたくうるっぜぞ]\Z|^[んっぁぃぅぇぉゃゅょー]"
)


def _looks_like_kana_name(text: str, word: str, end: int) -> bool:
    return bool(words.HONORIFIC.match(text, end)) or not _GRAMMAR.search(word)


def _ends_in_particle(text: str, stop: int) -> bool:
    """Whether the letter at `stop` is no particle: nothing follows in 「孫のはると(5歳)」."""
    is_short = text[stop : stop + 1] in tuple("がはのをにとでも")
    return is_short and not re.match(r"[\w、]", text[stop + 1 : stop + 2])


def _has_honorific(word: str) -> bool:
    return bool(re.search(r"さん|ちゃん|くん|さま", word))


def _follows_word(text: str, start: int) -> bool:
    return start > 0 and bool(_WORD.match(text[start - 1]))
