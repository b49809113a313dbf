"""Cell values of a spreadsheet as the sheet shows them.

Covers what Japanese offices use: thousands separators, 千円 scaling, decimals, percent, 円 and ¥,
△ for negatives, postal codes, conditions. Dates are always yyyy/mm/dd. Fractions and powers of ten
fall back to the plain number. Format codes: ECMA-376 part 1, 18.8.31.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from openpyxl.utils.datetime import from_excel

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*.|\[\$(?P<currency>[^\]-]*)[^\]]*\]'
    r"|\[(?P<operator>[<>=]{1,2})(?P<bound>-?[\d.]+)\]|\[[^\]]*\]"
    r"|(?P<plain>General|G/標準|@|[0#?]*\s*[?#0]/[?#0\d]+|E[+-]0+)|(?P<digits>[0#?]+)"
    r"|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)|(?P<literal>.)",
    re.DOTALL | re.IGNORECASE,
)
_SEMICOLON = re.compile(r';(?=(?:[^"]*"[^"]*")*[^"]*$)')  # outside quotes
_ERA = re.compile(r"(?:\[\$-[^\]]*\])?g{1,3}e")
_HAS_TIME = re.compile(r"[hs]", re.IGNORECASE)
_OPERATORS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<>": operator.ne,
}
_SIGNIFICANT_DIGITS = 11  # of the format General
_MAX_CODE_CHARS = 255  # what Excel allows
_EXACT = Context(prec=400)


@dataclass
class _Section:
    """One of the parts between semicolons, filled while its code is read.

    `whole` holds (text, is_digits) up to the decimal point, `decimals` the places behind it,
    `suffix` what follows them. A plain section shows the number as General does.
    """

    whole: list[tuple[str, bool]] = field(default_factory=list)
    decimals: str = ""
    suffix: str = ""
    percents: int = 0
    thousands: int = 0
    has_separators: bool = False
    has_point: bool = False
    is_plain: bool = False
    condition: tuple[str, float] | None = None

    @property
    def places(self) -> str:
        return "".join(text for text, is_digits in self.whole if is_digits)

    def add_literal(self, text: str) -> None:
        if self.has_point or self.is_plain:
            self.suffix += text
        else:
            self.whole.append((text, False))

    def add_digits(self, text: str) -> None:
        if self.has_point:
            self.decimals += text
            return
        # Commas between digits separate, commas behind the last digit divide by a thousand.
        self.has_separators = self.has_separators or self.thousands > 0
        self.thousands = 0
        self.whole.append((text, True))


def display(value: object, number_format: str) -> str:
    """What the cell shows; "" for empty cells."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        if _ERA.match(number_format):  # openpyxl does not know it for a date
            return display(from_excel(value), number_format)
        return _number(value, number_format)
    if isinstance(value, date | time | timedelta):
        return _moment(value, number_format)
    return str(value)


def _moment(value: date | time | timedelta, number_format: str) -> str:
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02}"
    if isinstance(value, time):
        return f"{value:%H:%M:%S}" if value.second else f"{value:%H:%M}"
    day = f"{value.year:04}/{value:%m/%d}"
    code = re.sub(r'"[^"]*"|\[[^\]]*\]', "", number_format)
    has_time = isinstance(value, datetime) and value.time() != time.min
    return f"{day} {value:%H:%M}" if has_time and _HAS_TIME.search(code) else day


def _number(value: float, number_format: str) -> str:
    section, is_signed = _choose(_sections(number_format), value)
    if section.is_plain:
        number = _general(value if is_signed else abs(value))
        before = "".join(text for text, is_digits in section.whole if not is_digits)
        return f"{before}{number}{section.suffix}"
    amount = Decimal(str(value)).scaleb(2 * section.percents - 3 * section.thousands)
    unit = Decimal(1).scaleb(-len(section.decimals))
    rounded = abs(amount).quantize(unit, ROUND_HALF_UP, _EXACT)
    digits, _, fraction = f"{rounded:f}".partition(".")
    needed = len(section.decimals.rstrip("#?"))
    fraction = fraction[:needed] + fraction[needed:].rstrip("0")
    sign = "-" if is_signed and value < 0 and rounded else ""
    point = f".{fraction}" if fraction else ""
    return f"{sign}{_whole(digits, section)}{point}{section.suffix}"


def _choose(sections: list[_Section], value: float) -> tuple[_Section, bool]:
    """The section for a value, and whether a minus sign has still to be written."""
    if any(section.condition for section in sections):
        for section in sections:
            if section.condition is None or _OPERATORS[section.condition[0]](
                value, section.condition[1]
            ):
                return section, True
        return sections[-1], True
    if value < 0 and len(sections) > 1:
        return sections[1], False
    return (sections[2], True) if value == 0 and len(sections) > 2 else (sections[0], True)


def _general(value: float) -> str:
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    return f"{Decimal(f'{value:.{_SIGNIFICANT_DIGITS}g}'):f}"


def _whole(digits: str, section: _Section) -> str:
    """Digits laid into the places from the right: 8991234 in 000-0000 is 899-1234."""
    shown = digits.lstrip("0").rjust(len(section.places.lstrip("#?")), "0")
    if section.has_separators and shown:
        shown = f"{int(shown):,}".rjust(len(shown), "0")
    pieces: list[str] = []
    left = section.places
    for text, is_digits in reversed(section.whole):
        if not is_digits:
            pieces.append(text)
            continue
        left = left[: len(left) - len(text)]
        # The leftmost place takes all digits that remain, as does a separated number.
        take = len(text) if left and not section.has_separators else len(shown)
        pieces.append(shown[len(shown) - min(take, len(shown)) :])
        shown = shown[: len(shown) - min(take, len(shown))]
    return "".join(reversed(pieces))


@lru_cache(maxsize=1_024)
def _sections(number_format: str) -> list[_Section]:
    code = number_format if 0 < len(number_format) <= _MAX_CODE_CHARS else "General"
    return [_section(part) for part in _SEMICOLON.split(code)]


def _section(code: str) -> _Section:
    section = _Section()
    for match in _TOKEN.finditer(code):
        kind, text = match.lastgroup, match[match.lastgroup] if match.lastgroup else ""
        if kind == "bound":
            section.condition = (match["operator"], float(match["bound"]))
        elif kind == "plain":
            section.is_plain = True
        elif kind == "digits":
            section.add_digits(text)
        elif kind == "point":
            section.has_point = True
        elif kind == "comma" and section.places:
            section.thousands += 1
        elif kind is not None:
            section.percents += kind == "percent"
            section.add_literal(text)
    if section.has_point and not section.places:
        section.whole.append(("#", True))
    return section
