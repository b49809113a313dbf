"""Which letters can be a name: spellings of Japanese and foreign names, and their weight."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from guardrails.pii.recognizers.lexicon import (
    is_common,
    is_foreign,
    is_given,
    is_known,
    is_person,
    is_place,
    is_surname,
)
from guardrails.pii.recognizers.person_words import CUE_WORDS, HONORIFIC, NOT_NAMES, TITLE

KANJI = "一-龯々〆\u3400-\u4dbf\uf900-\ufaff\U00020000-\U0003ffff\ufe00-\ufe0f\U000e0100-\U000e01ef"
KANJI_RUN = re.compile(rf"[{KANJI}](?:[{KANJI}]|[ヶケヵノツ之](?=[{KANJI}]))*")
KATAKANA_RUN = re.compile(r"[ァ-ヴ][ァ-ヴー]*(?:[・=゠][ァ-ヴ][ァ-ヴー]*)*")
HIRAGANA_RUN = re.compile(r"[ぁ-ゔゝゞー]+")
_SPACE = re.compile(r"[ \t\u3000]{1,3}")
_KANA_GIVEN = re.compile(
    rf"[ァ-ヴ][ァ-ヴー]{{0,7}}[{KANJI}]??(?![ァ-ヴー]|[{KANJI}](?<![様氏殿君宅家]))|[ぁ-ん]{{1,3}}[子美江代恵香奈枝世緒里乃](?![{KANJI}](?<![様氏殿君宅家]))"
)
_MIXED_GIVEN = re.compile(
    rf"[ァ-ヴぁ-ん][ァ-ヴーぁ-ん]{{0,2}}[子美江代恵香奈枝世緒里乃](?![{KANJI}](?<![様氏殿君宅家]))"
)
_AFTER_HIRAGANA = re.compile(
    r"(?:です|でし|だ|と申|とい|と言|って|さん|ちゃん|くん|様|さま|氏|より|宛|は|が|を|に|の|も|と|で|へ|から|まで|[^ぁ-ん]|$)"
)
_THIRD_KATAKANA = re.compile(r"(?: [ァ-ヴ][ァ-ヴー]{1,6}){1,2}(?![ァ-ヴー])")
_OFFICE = re.compile("[課係部局室署所会園館院校店団党省庁市町村区県郡科班隊組号者人]\\Z")
NOT_GIVEN = frozenset(["より", "から", "まで", "こと", "もの", "とき", "さま", "です"])
_KIN = tuple("私僕夫妻父母兄姉弟妹娘孫")
_SURNAME_LENGTH = 5
_GIVEN_LENGTH = 3

FULL, SURNAME, GIVEN, FOREIGN, UNKNOWN = "full", "surname", "given", "foreign", "unknown"


@dataclass(frozen=True)
class Shape:
    """Letters that can be a name, up to `end`; `weight` says how much they look like one."""

    end: int
    weight: float
    kind: str


def single_weight(word: str) -> float:
    """How much a surname or a given name by itself looks like a name, 0 to 1."""
    weight = 1.0
    if is_common(word):
        weight -= 0.5
    if is_place(word):
        weight -= 0.35
    if len(word) == 1:
        weight -= 0.2
    return max(weight, 0.1)


def kanji_shapes(text: str, start: int, run_end: int) -> Iterator[Shape]:
    """Names that begin at `start` in a run of kanji, with what follows the run."""
    for end in range(start + 1, min(run_end, start + _SURNAME_LENGTH) + 1):
        word = text[start:end]
        if word in CUE_WORDS or (word[0] in _KIN and is_surname(word[1:])):
            continue
        surname = is_surname(word)
        if surname:
            yield Shape(end, single_weight(word), SURNAME)
            yield from _unspaced(text, start, end, run_end)
        elif is_given(word) or is_foreign(word):
            yield Shape(end, single_weight(word), GIVEN)
        elif end - start > 1 and not is_known(word):
            yield Shape(end, 0.0, UNKNOWN)
        elif end - start == 2:
            yield Shape(end, -0.3, UNKNOWN)
        if end == run_end and (surname or not (is_common(word) or _OFFICE.search(word))):
            yield from _kana_after(text, end, is_listed=surname)
            yield from _spaced(text, end, is_listed=surname)


def _unspaced(text: str, start: int, end: int, run_end: int) -> Iterator[Shape]:
    """A given name of kanji right behind the surname."""
    for last in range(end + 1, min(run_end, end + _GIVEN_LENGTH) + 1):
        given = text[end:last]
        if is_common(text[start:last]):
            continue
        if is_given(given):
            yield Shape(last, 1.1 if last - start > 2 else 0.8, FULL)
        elif last == run_end and not is_common(given) and last - end > 1:
            yield Shape(last, 0.6, FULL)


def _kana_after(text: str, end: int, *, is_listed: bool) -> Iterator[Shape]:
    """A given name of kana right behind the surname: 「永井タケル」「青井もも」."""
    match = _KANA_GIVEN.match(text, end)
    if match:
        yield from _given(match.group(), match.end(), is_listed=is_listed)
    for last in range(min(len(text), end + 5), end + 1, -1):
        given = text[end:last]
        if given in NOT_GIVEN:
            continue
        if HIRAGANA_RUN.fullmatch(given) and is_given(given) and _AFTER_HIRAGANA.match(text, last):
            yield Shape(last, 1.1 if is_listed else 0.7, FULL)


def _spaced(text: str, end: int, *, is_listed: bool) -> Iterator[Shape]:
    """A given name behind a space: 「横山 澪」「柴田 ゆり子」「長岡 シゲ」."""
    space = _SPACE.match(text, end)
    if not space:
        return
    begin = space.end()
    kanji = KANJI_RUN.match(text, begin)
    kana = _KANA_GIVEN.match(text, begin) or HIRAGANA_RUN.match(text, begin)
    if kanji:
        for last in range(begin + 1, min(kanji.end(), begin + _SURNAME_LENGTH) + 1):
            is_whole = last == kanji.end() or bool(
                HONORIFIC.match(text, last) or TITLE.match(text, last)
            )
            given = text[begin:last]
            if given in CUE_WORDS or given in NOT_NAMES or not is_whole:
                continue
            yield from _given(given, last, is_listed=is_listed)
        last = kanji.end() + 1  # 「ゆり子」 begins with kana, 「美つ子」 and 「久み」 end with them
        if text[kanji.end() : last] in tuple("ゑゐつみえのよりきこ") and is_given(text[begin:last]):
            yield Shape(last, 1.4, FULL)
    elif kana and HIRAGANA_RUN.fullmatch(kana.group()):
        yield from _hiragana_given(text, begin, kana.end(), is_listed=is_listed)
    elif kana:
        yield from _given(kana.group(), kana.end(), is_listed=is_listed)


def _hiragana_given(text: str, begin: int, end: int, *, is_listed: bool) -> Iterator[Shape]:
    """A given name of hiragana, before what is grammar: 「桐山 つむぎです」."""
    for last in range(min(end, begin + 5), begin + 1, -1):
        if _AFTER_HIRAGANA.match(text, last) and is_given(text[begin:last]):
            yield Shape(last, 1.4 if is_listed else 1.0, FULL)
            return
    last = _before_copula(text, begin, end)
    if 1 < last - begin <= 5 and text[begin:last] not in NOT_NAMES:
        weight = 0.4 if is_known(text[begin:last]) else 0.8
        yield Shape(last, weight if is_listed else 0.5 * weight, FULL)


def _before_copula(text: str, start: int, end: int) -> int:
    match = re.search(r"(?:です|でした|と申|といい|さん|ちゃん|くん|さま)", text[start : end + 2])
    return start + match.start() if match else end


def _given(given: str, end: int, *, is_listed: bool) -> Iterator[Shape]:
    listed_given = is_given(given) or is_foreign(given)
    if is_listed and listed_given:
        yield Shape(end, 1.4 + 0.1 * (not is_place(given)), FULL)
    elif is_listed and not is_common(given):
        yield Shape(end, 0.9, FULL)
    elif is_listed and len(given) == 1:
        yield Shape(end, 0.7, FULL)
    elif listed_given:
        yield Shape(end, 0.9, FULL)
    elif not is_common(given):
        yield Shape(end, 0.3, FULL)


def katakana_shapes(text: str, match: re.Match[str]) -> Iterator[Shape]:
    """Foreign and Japanese names of katakana, also of two or three parts."""
    word, end = match.group(), match.end()
    if word in NOT_NAMES or word in CUE_WORDS:
        return
    parts = re.split(r"[・=゠]", word)
    if len(parts) > 1:
        weights = [
            is_person(part) - 0.5 * (is_common(part) and not is_person(part)) for part in parts
        ]
        yield Shape(end, max(0.2, 0.5 + sum(weights) / len(weights) * 0.8), FOREIGN)
        return
    behind = _SPACE.match(text, end)
    second = KATAKANA_RUN.match(text, behind.end()) if behind else None
    if second:
        listed = is_person(word) + is_person(second.group())
        if listed or not (is_common(word) or is_common(second.group())):
            third = _THIRD_KATAKANA.match(text, second.end())
            yield Shape(third.end() if third else second.end(), 0.5 + 0.5 * listed, FULL)
    kanji = KANJI_RUN.match(text, behind.end() if behind else end)
    if kanji and len(kanji.group()) <= _GIVEN_LENGTH and is_given(kanji.group()):
        yield Shape(kanji.end(), (0.9 if behind else 0.6) if not is_common(word) else 0.3, FULL)
    mixed = _MIXED_GIVEN.match(text, match.start())
    if mixed and len(word) <= 3:
        yield Shape(mixed.end(), 0.8, GIVEN)
    if is_person(word):
        yield Shape(end, 0.4 if is_common(word) else 0.8, GIVEN)
    elif not is_known(word) and 2 <= len(word) <= 8:
        yield Shape(end, 0.3, UNKNOWN)
    elif is_common(word) and len(word) <= 4:
        yield Shape(end, 0.0, UNKNOWN)
