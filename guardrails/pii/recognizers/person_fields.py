"""Names in forms, tables and lists: what a label or a column heading says is a name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guardrails.pii.recognizers.lexicon import is_common, is_person, is_surname
from guardrails.pii.recognizers.person_prose import Name
from guardrails.pii.recognizers.person_shapes import KANJI
from guardrails.pii.recognizers.person_words import HONORIFIC, NOT_NAMES, TITLE

_SPACES = r"[ \t]*"
_NAME_LABEL = (
    rf"(?:氏{_SPACES}名|お{_SPACES}?名{_SPACES}前|名{_SPACES}前|姓{_SPACES}名|フリガナ|ふりがな|カナ氏名|カナ名|ローマ字氏名|世帯主名|世帯主氏名|名義人?|"
    r"口座名義人?|通称名?|旧姓|本名|署名|宛名|[一-龯]{1,6}[者人童徒児主員]名|(?:Name"
    r"|NAME|name)(?=[ \t]?[::]))"
)
_HEADING = re.compile(
    rf".{{0,8}}(?:{_NAME_LABEL}|世帯主|申請者|保護者|担当者?|代表者|利用者|受給者|対象者|契約者|所有者|相談者|会員|職員|扶養親族|被保険者|参加者|出席者|児童|生徒|園児)(?:名|氏名)?(?:[((][^))]*[))])?"
)
_LABELLED = re.compile(
    rf"(?:^|(?<=[\s/|、,。(【\[■●○・※「者人主児方名先]))(?:[一-龯]{{0,6}}(?:の)?)?{_NAME_LABEL}"
    rf"(?:[ \t]?[((][^))\n]{{1,12}}[))])?[ \t]*(?:[::】\]=]|は|[ \t\u3000])[ \t]*(?P<value>[^\n]+)",
    re.MULTILINE,
)
_VALUE = re.compile(
    rf"(?:[{KANJI}ヶケヵノツぁ-ゖァ-ヴー・=゠]+|[A-Za-z][A-Za-z'’.-]*)"
    rf"(?:[ \t\u3000]{{1,3}}(?:[{KANJI}ぁ-ゖァ-ヴー・=゠]+|[A-Za-z][A-Za-z'’.-]*)){{0,4}}"
)
_STOP = re.compile(
    rf"[ \t]*(?:です|でした|と申|といい|と言い|でよ|様|さん|殿|氏(?!名)|印|㊞|性{_SPACES}別"
    rf"|生{_SPACES}?年|住{_SPACES}所|電{_SPACES}?話|続{_SPACES}?柄|世帯主|年{_SPACES}齢"
    rf"|番号|記号|フリガナ|ふりがな|[新旧現前]?氏{_SPACES}名|メール|のため|の(?=件"
    rf"|分|方)|(?<=[一-龯ァ-ヴーa-zA-Z])(?:を|が|は|に|で|から))"
)
_ROSTER = re.compile(
    r"(?:出席|欠席|参加|同席|受講|発表|担当|当番|構成員|メンバー|立会|随行)者?[ \t]*[::\t ]"
    r"[ \t]*(?P<items>[^\n。]*[、,・][^\n。]*)"
)
_ITEM = re.compile(
    rf"(?:(?<=[、,・:: \t])|^)(?P<name>[{KANJI}]{{1,5}})(?:さん|様|氏|{TITLE.pattern})?(?=[ \t]"
    rf"?(?:[、,・((]|$|\n))"
)
_SEPARATORS = ("\t", "|", ",", "、")
_LIMIT = 24


def field_names(text: str) -> Iterator[Name]:
    """Names in labelled fields and in columns under a heading such as 「氏名」."""
    headers: set[int] = set()
    yield from _columns(text, headers)
    yield from _labelled(text, headers)
    yield from _rosters(text)


def _rosters(text: str) -> Iterator[Name]:
    """「参加者 石黒、西、東」: words that elsewhere are directions or places."""
    for match in _ROSTER.finditer(text):
        for item in _ITEM.finditer(text, match.start("items"), match.end("items")):
            if is_surname(item.group("name")):
                yield Name(*item.span("name"), 2.5)


def _labelled(text: str, headers: set[int]) -> Iterator[Name]:
    for match in _LABELLED.finditer(text):
        if text.rfind("\n", 0, match.start("value")) + 1 in headers:
            continue
        name = _value(text, match.start("value"), match.end("value"))
        if name:
            yield Name(*name, 6.0)


def _value(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The name with which a field's value begins; None if it is something else."""
    match = _VALUE.match(text, start, end)
    if not match:
        return None
    value = match.group()
    stop = min(
        (found.start() for found in _STOP.finditer(value) if found.start() > 0), default=None
    )
    if stop is not None:
        value = value[:stop]
    honorific = HONORIFIC.search(value)
    if honorific and honorific.start() > 0:
        value = value[: honorific.start()]
    value = value.rstrip()
    plain = re.sub(r"\s", "", value)
    if not 1 <= len(plain) <= _LIMIT or plain in NOT_NAMES:
        return None
    if is_common(plain) and not is_person(plain):
        return None
    if re.search(r"[ぁ-ん]{9,}|する|して|され|ください|記入|記載|確認|変更|入力|欄", plain):
        return None
    return start, start + len(value)


def _columns(text: str, headers: set[int]) -> Iterator[Name]:
    columns: dict[int, None] = {}
    separator = ""
    width = 0
    place = 0
    for line in text.split("\n"):
        cells, used = _cells(line)
        is_row = bool(columns) and used == separator and len(cells) == width
        headings = (
            []
            if is_row
            else [index for index, (_, cell) in enumerate(cells) if _HEADING.fullmatch(cell)]
        )
        if headings and len(cells) > 1:
            columns, separator, width = dict.fromkeys(headings), used, len(cells)
            headers.add(place)
        elif is_row:
            for index in columns:
                offset, cell = cells[index]
                name = _value(text, place + offset, place + offset + len(cell))
                if name:
                    yield Name(*name, 6.5)
        elif line.strip() and not set(line) <= set("|-: \t"):
            columns = {}
        place += len(line) + 1


def _cells(line: str) -> tuple[list[tuple[int, str]], str]:
    """Cells of a table's line with their offsets, and what separates them."""
    for separator in _SEPARATORS:
        if separator in line:
            cells: list[tuple[int, str]] = []
            place = 0
            for raw in line.split(separator):
                left = len(raw) - len(raw.lstrip())
                cells.append((place + left, raw.strip()))
                place += len(raw) + 1
            return cells, separator
    return [(0, line)], ""
