"""住所: from the prefecture or the 町名 to the room, as one finding.

An address is found by its numbered end (「二丁目3番25号」「字大釜22」「2-14-9」); its head is then
read backwards.
A municipality alone, an office's name or an article of a law have no such end.

Grammar: 住居表示に関する法律 (街区方式), 不動産登記法の地番, 京都の通り名, 北海道の条丁目,
岩手の地割.
"""

from __future__ import annotations

import re

from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from guardrails.pii.recognizers.address_grammar import (
    BUILDING,
    HOUSEHOLD,
    LOOSE_BUILDING,
    NUMBERS,
    PREFECTURES,
    ROOM,
    listed_municipality_at,
    municipality_at,
    municipality_end,
)
from guardrails.pii.recognizers.lexicon import is_place, is_surname

__all__ = ["AddressRecognizer", "municipality_end"]

ENTITY = "ADDRESS"

_PREFECTURE = re.compile("|".join(PREFECTURES))
_HEAD = re.compile(
    r"(?:[一-龯々〆〇ヶヵケノァ-ヴーぁ-ん々0-9]|[ \t\u3000]{1,2}(?=\S)|\n(?=[^\n])){1,45}\Z"
)
_LABEL = re.compile(
    r".*(?:住所|本籍地?|自宅|実家|所在地?|居所|住まい|住居|送り先|送付先|宛先|届け先|転入元|転出先|転居先|旧居|新居|勤務先|"
    r"現場|場所|地番|物件|在外|番地|郵便番号)(?:地|先)?[ \t\n]*",
    re.DOTALL,
)
_LIVING = re.compile(
    r"住所|本籍|自宅|実家|住まい|住んで|在住|居住|うちは|家は|うち、|に住む|引っ?越|転居|転入|送り先|宛"
)
_TOWN_WORD = re.compile(
    r"[一-龯々ヶケヵノァ-ヴーぁ-ん]*(?:町|丁|台|丘|通り?|条|字|大字|小字|団地|ニュータウン"
    r"|新田|タウン)[東西南北]?[ \t]?\Z"
)
_OAZA = re.compile(
    r"(?:大字|小字|字)[^\s0-9]{1,10}[ \t]?\Z|[^習漢文数赤活ロ]字[^\s0-9]{1,8}[ \t]?\Z"
)
_KYOTO = re.compile(r"(?:上る|下る|上ル|下ル|東入る?|西入る?|東入ル|西入ル)")
_PARTICLE = re.compile(r"[はをにでへともが、。]|から|まで|より|です|ます|した|する|って|ては")
_COUNTER = re.compile(
    r"\s?(?:人|名|円|件|年|月|日|時|分|歳|才|回|世帯|戸|か所|箇所|カ所|棟|台|%|割|号線|km|キロ|m|階建|点|位|議席|団体|組|区|条|項|"
    r"款|次|期|枚|本|個|校|か国|か月|ヶ月|以上|以下|億|万|千)"
)
_GA = re.compile(r"が[丘原浜崎岡谷池島里森浦沢峰根台坂野畑]")
_SPACE = re.compile(r"\s*")
_MANY_NUMBERS = 3
_HEAD_CHARACTERS = 60


class AddressRecognizer(EntityRecognizer):
    """Whole addresses, with building and room."""

    def __init__(self) -> None:
        super().__init__(supported_entities=[ENTITY], supported_language="ja", name="住所")

    def load(self) -> None:
        """Nothing to load."""

    def analyze(
        self,
        text: str,
        entities: list[str],
        nlp_artifacts: NlpArtifacts | None = None,
    ) -> list[RecognizerResult]:
        """Addresses in normalised text; the artifacts tell particles from names of places."""
        if ENTITY not in entities:
            return []
        return [
            RecognizerResult(entity_type=ENTITY, start=start, end=end, score=score)
            for start, end, score in addresses(text, particles(nlp_artifacts))
        ]


def particles(artifacts: NlpArtifacts | None) -> frozenset[int]:
    """Offsets at which a particle, a verb or an auxiliary begins: no address runs across one."""
    if artifacts is None:
        return frozenset()
    return frozenset(
        token.idx
        for token in artifacts.tokens
        if token.tag_.startswith(("助詞", "助動詞", "動詞", "代名詞", "副詞", "接続詞", "感動詞"))
        and token.text not in ("が", "の", "ノ", "上る", "下る", "入る", "入", "上", "下")
    )


def addresses(text: str, stops: frozenset[int]) -> list[tuple[int, int, float]]:
    """Start, end and score of every address, in order, disjoint."""
    found: list[tuple[int, int, float]] = []
    position = floor = 0
    while match := NUMBERS.search(text, position):
        head = _head(text, floor, match, stops)
        if head is None:
            position = match.start() + 1
            continue
        start, score = head
        position = floor = _end(text, match.end())
        found.append((start, floor, score))
    return found


def _head(
    text: str, floor: int, match: re.Match[str], stops: frozenset[int]
) -> tuple[int, float] | None:
    """Where the address with these numbers begins and how sure it is; None if it is none."""
    numbers = match.start()
    run = _HEAD.search(text, max(floor, numbers - _HEAD_CHARACTERS), numbers)
    if run is None:
        return None
    start = run.start()
    label = _LABEL.match(text, start, numbers)
    if label:
        start = label.end()
    prefecture = next(
        (
            match
            for match in _PREFECTURE.finditer(text, start, numbers)
            if _is_unbroken(text, match.end(), numbers, stops)
        ),
        None,
    )
    if prefecture:
        after = municipality_at(text, prefecture.end() + _spaces(text, prefecture.end()))
        return _judged(text, prefecture.start(), match, min(after, numbers), 0.95)
    municipality = _municipality(text, start, numbers, stops)
    if municipality:
        begin, end = municipality
        return _judged(text, begin, match, end, 0.9)
    town = _town(text, start, numbers, stops)
    if town is None:
        return None
    return _judged_town(text, town, match)


def _is_unbroken(text: str, start: int, end: int, stops: frozenset[int]) -> bool:
    if _KYOTO.search(text, start, end):
        return True
    return not any(place in stops for place in range(start, end))


def _spaces(text: str, start: int) -> int:
    match = _SPACE.match(text, start)
    return len(match.group()) if match else 0


def _municipality(text: str, start: int, end: int, stops: frozenset[int]) -> tuple[int, int] | None:
    """The leftmost municipality from which nothing breaks the way to the numbers."""
    unlisted: tuple[int, int] | None = None
    for begin in range(start, end - 1):
        if text[begin].isspace() or not _is_unbroken(text, begin, end, stops):
            continue
        after = municipality_at(text, begin)
        if begin < after < end:
            if listed_municipality_at(text, begin) > begin:
                return begin, after
            if unlisted is None and text[after - 1] == "市":
                unlisted = begin, after
    return unlisted


def _town(text: str, start: int, end: int, stops: frozenset[int]) -> int | None:
    """Where a 町名 right before the numbers begins: after the last break."""
    begin = start
    for place in range(start, end):
        is_particle = text[place] == "が" and not _GA.match(text, place)
        if place in stops or text[place].isspace() or is_particle:
            begin = place + 1
    behind = text.rfind("の", begin, end) + 1
    if behind and not is_place(text[begin:end]):
        rest = text[behind:end]
        if is_place(rest) or _TOWN_WORD.search(rest) or begin + 2 < behind:
            begin = behind
    while begin < end and begin - 1 in stops and text[begin] in "るいたすらでり":
        begin += 1
    return begin if begin < end else None


def _judged(
    text: str, start: int, match: re.Match[str], after: int, score: float
) -> tuple[int, float] | None:
    """With a prefecture or municipality in front, numbers of any form will do behind a 町名."""
    between = text[after : match.start()].strip()
    kind = match.lastgroup
    if kind == "bare":
        is_counted = bool(_COUNTER.match(text, match.end()))
        is_named = bool(_OAZA.search(between) or (_TOWN_WORD.search(between) or is_place(between)))
        return (start, score - 0.2) if is_named and not is_counted else None
    if kind == "only_chome":
        return (start, score - 0.2) if _lives_there(text, start, match.end()) else None
    if kind == "hyphens":
        is_named = bool(_TOWN_WORD.search(between) or is_place(between))
        if len(between) > 20 or (re.search("[のが]", between) and not is_named):
            return None
    return start, score


def _judged_town(text: str, start: int, match: re.Match[str]) -> tuple[int, float] | None:
    """Without a municipality the 町名 or the numbers must speak for themselves."""
    town = text[start : match.start()].strip()
    kind = match.lastgroup
    lives = _lives_there(text, start, match.end())
    is_named = bool(_TOWN_WORD.search(town) or _OAZA.search(town) or is_place(town))
    is_oaza = bool(_OAZA.search(town))
    is_counted = bool(_COUNTER.match(text, match.end()))
    many = len(re.findall(r"[0-9]+|[〇一二三四五六七八九十百千]+", match.group())) >= _MANY_NUMBERS
    scores = {
        "chome": 0.85,
        "lot": 0.8 if is_named or (lives and "番地" in match.group()) else 0.0,
        "outside": 0.8 if is_named else 0.0,
        "hyphens": 0.75 if is_named or (many and lives) else 0.0,
        "only_chome": 0.6 if lives and is_named else 0.0,
        "bare": 0.6 if is_oaza and not is_counted else 0.0,
    }
    score = scores[kind or "bare"] if town else 0.0
    return (start, score) if score else None


def _lives_there(text: str, start: int, end: int) -> bool:
    return bool(_LIVING.search(text[max(0, start - 12) : start] + "|" + text[end : end + 8]))


def _end(text: str, end: int) -> int:
    """Past building, room, storey and household."""
    for pattern in (BUILDING, LOOSE_BUILDING, ROOM, HOUSEHOLD):
        match = pattern.match(text, end)
        if match and not is_surname(match.group().strip()):  # 「…2号館 緒方」
            end = match.start() + len(match.group().rstrip())
    return end
