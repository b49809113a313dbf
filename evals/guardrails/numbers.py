"""Invented identifiers in the forms in which people write them. Knows no rule of the guardrails:

check digits come from python-stdnum where it has the type, else from the published formulas.
"""

import string
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from stdnum import luhn
from stdnum.jp import cn, in_

_KANJI = str.maketrans("0123456789", "〇一二三四五六七八九")
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_DASHES = "----－ー−‐–"
# Public safety commissions, the first two figures.
_LICENCE_OFFICES = [
    str(number)
    for start, end in (
        (10, 14),
        (20, 25),
        (30, 30),
        (40, 55),
        (60, 65),
        (70, 74),
        (80, 83),
        (90, 97),
    )
    for number in range(start, end + 1)
]
_ERAS = (("令和", "R", 2018), ("平成", "H", 1988), ("昭和", "S", 1925), ("大正", "T", 1911))
_ERA_STARTS: Sequence[date] = (
    date(2019, 5, 1),
    date(1989, 1, 8),
    date(1926, 12, 25),
    date(1912, 7, 30),
)
_PLATES = ["山形", "庄内", "品川", "仙台", "福島", "横浜", "いわき", "札幌", "なにわ", "つくば"]
_PLATE_KANA = "あいうえかきくけこさすせそたちつてとなにぬねのはひふほまみむめもやゆよらりるれろわ"
_PATHS = (
    "reset/{token}",
    "u/{number}?token={token}",
    "mypage?uid={number}&sid={token}",
    "form?key={token}",
    "s?mail={start}%40example.jp&sig={token}",
)
_AREAS = ("03", "0000"), ("06", "0000"), ("023", "000"), ("0237", "00"), ("045", "000")
_MOBILE = ("090", "080", "070", "060", "050")


def digits(random: Random, count: int) -> str:
    return "".join(random.choices(string.digits, k=count))


def letters(random: Random, count: int) -> str:
    return "".join(random.choices(string.ascii_uppercase, k=count))


def wide(text: str) -> str:
    """In full width, as a Japanese keyboard leaves it."""
    return text.translate(_WIDE)


def kanji(text: str) -> str:
    return text.translate(_KANJI)


def styled(random: Random, groups: Sequence[str], *, separated: float = 0.5) -> str:
    """Groups of one number as somebody may write them; `separated`: how often with gaps."""
    gap = random.choice([*_DASHES, " ", " ", "　"]) if random.random() < separated else ""
    whole = gap.join(groups)
    turn = random.random()
    if turn < 0.16:
        return wide(whole)
    if turn < 0.23 and gap in "ー-":
        return kanji(whole)
    if turn < 0.27 and not gap:
        return " ".join(whole)
    if turn < 0.32 and not gap:  # a line ended in the middle
        middle = random.randint(3, len(whole) - 3)
        return f"{whole[:middle]}\n{whole[middle:]}"
    return whole


def groups_of(number: str, *sizes: int) -> list[str]:
    parts, start = [], 0
    for size in sizes:
        parts.append(number[start : start + size])
        start += size
    return parts


def my_number(random: Random) -> str:
    """Nine in ten with a right check digit; the tenth as somebody mistypes it."""
    start = digits(random, 11)
    check = in_.calc_check_digit(start)
    if random.random() < 0.1:
        check = str((int(check) + random.randint(1, 9)) % 10)
    return styled(random, groups_of(start + check, 4, 4, 4))


def resident_code(random: Random) -> str:
    start = digits(random, 10)
    weighted = sum(int(a) * b for a, b in zip(start, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True))
    rest = weighted % 11
    check = 0 if rest <= 1 else 11 - rest
    return styled(random, groups_of(f"{start}{check}", 5, 5, 1), separated=0.25)


def licence(random: Random) -> str:
    start = random.choice(_LICENCE_OFFICES) + digits(random, 8)
    weighted = sum(int(a) * b for a, b in zip(start, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True))
    check = str(11 - weighted % 11)[-1]
    return styled(random, groups_of(f"{start}{check}{random.choice('0001')}", 4, 4, 4))


def pension_number(random: Random) -> str:
    return styled(random, groups_of(digits(random, 10), 4, 6), separated=0.75)


def ltc_number(random: Random) -> str:
    return styled(random, groups_of("000" + digits(random, 7), 4, 4, 2), separated=0.25)


def late_elderly_number(random: Random) -> str:
    return styled(random, groups_of(digits(random, 8), 4, 4), separated=0.3)


def passport(random: Random) -> str:
    gap = random.choice(["", "", "", " ", "-"])
    return _shaped(random, f"{random.choice('MTNRP')}{letters(random, 1)}{gap}{digits(random, 7)}")


def residence_card(random: Random) -> str:
    gap = random.choice(["", "", "", " "])
    return _shaped(random, gap.join([letters(random, 2), digits(random, 8), letters(random, 2)]))


def _shaped(random: Random, text: str) -> str:
    turn = random.random()
    return wide(text) if turn < 0.2 else text.lower() if turn < 0.27 else text


def credit_card(random: Random) -> str:
    is_amex = random.random() < 0.2
    start = random.choice(["34", "37"] if is_amex else ["4", "51", "55", "353", "356"])
    start += digits(random, (14 if is_amex else 15) - len(start))
    number = start + luhn.calc_check_digit(start)
    sizes = (4, 6, 5) if is_amex else (4, 4, 4, 4)
    return styled(random, groups_of(number, *sizes), separated=0.7)


def corporate_number(random: Random) -> str:
    """Of a company, so nobody's secret."""
    number = digits(random, 12)
    return cn.calc_check_digit(number) + number


def phone(random: Random) -> str:
    """Numbers that no exchange gives out."""
    last = digits(random, 4)
    if random.random() < 0.5:
        groups = [random.choice(_MOBILE), "0000", last]
    else:
        area, exchange = random.choice(_AREAS)
        groups = [area, exchange, last]
    turn = random.random()
    if turn < 0.12:
        text = f"({groups[0]}){groups[1]}-{last}"
        return wide(text) if random.random() < 0.3 else text
    if turn < 0.22:
        return "+81" + random.choice(["-", " "]) + f"{groups[0][1:]}-{groups[1]}-{last}"
    gap = random.choice([*_DASHES, "", "", " "])
    text = gap.join(groups)
    if turn < 0.4:
        return wide(text)
    return kanji(text) if turn < 0.47 and gap in {"ー", "-"} else text


def postal_code(random: Random) -> str:
    number = [f"{random.randint(100, 999)}", f"0{digits(random, 3)}"]
    text = random.choice([*_DASHES, ""]).join(number)
    turn = random.random()
    return wide(text) if turn < 0.2 else kanji(text) if turn < 0.26 else text


def email(random: Random) -> str:
    word = "".join(random.choices(string.ascii_lowercase, k=random.randint(3, 8)))
    tail = random.choice(["", ".{a}", "_{d}", "-{d}", "+{a}"])
    local = word + tail.format(a=letters(random, 2).lower(), d=digits(random, 3))
    host = random.choice(["example.com", "example.jp", "mail.example.ne.jp", "example.co.jp"])
    text = f"{local}@{host}"
    return wide(text) if random.random() < 0.1 else text


def personal_url(random: Random) -> str:
    token = "".join(random.choices(string.ascii_letters + string.digits, k=random.randint(8, 24)))
    host = random.choice(["my.example.jp", "shinsei.example.lg.jp", "portal.example.com"])
    form = random.choice(_PATHS)
    path = form.format(token=token, start=token[:6], number=digits(random, 6))
    return f"{random.choice(['https', 'https', 'http'])}://{host}/{path}"


def network_address(random: Random) -> str:
    turn = random.random()
    if turn < 0.2:
        return random.choice([":", "-"]).join(f"{random.randint(0, 255):02X}" for _ in range(6))
    if turn < 0.35:
        return f"2001:db8:{random.randint(1, 9999):x}::{random.randint(1, 65535):x}"
    start = random.choice(["203.0.113", "198.51.100", "192.0.2", "10.20.30", "172.16.5"])
    text = f"{start}.{random.randint(1, 254)}"
    return wide(text) if turn < 0.45 else text


def line_user(random: Random) -> str:
    return "U" + "".join(random.choices("0123456789abcdef", k=32))


def line_name(random: Random) -> str:
    word = "".join(random.choices(string.ascii_lowercase, k=random.randint(4, 8)))
    return (
        random.choice(["", "", "@"]) + word + random.choice(["", "_", ".", "-"]) + digits(random, 2)
    )


def plate(random: Random) -> str:
    kind = f"{random.choice('13457')}{random.choice('0123456789')}{random.choice('01234567AFL')}"
    form = random.choice(["{a}-{b}", "{a}-{b}", "・{one}-{b}", "・・{a}", "・・・{one}"])
    number = form.format(a=random.randint(10, 99), b=digits(random, 2), one=random.randint(1, 9))
    gap = random.choice(["", " ", " "])
    text = gap.join([random.choice(_PLATES), kind, random.choice(_PLATE_KANA), number])
    return wide(text).replace(wide("-"), random.choice("ー－")) if random.random() < 0.2 else text


def birthday(random: Random) -> str:
    day = date(1930, 1, 1) + timedelta(days=random.randrange(90 * 365))
    text = random.choice([_western, _japanese, _japanese, _compact])(random, day)
    turn = random.random()
    if turn < 0.15:
        return wide(text)
    return kanji_numbers(text) if turn < 0.25 and "年" in text else text


def _western(random: Random, day: date) -> str:
    gap = random.choice("/.-")
    return random.choice([
        f"{day.year}年{day.month}月{day.day}日", f"{day.year}{gap}{day.month}{gap}{day.day}",
        f"{day.year}{gap}{day.month:02}{gap}{day.day:02}",
    ])  # fmt: skip


def _era(day: date) -> tuple[str, str, int]:
    """Name and letter of the era, and the year in it."""
    index = next(i for i, start in enumerate(_ERA_STARTS) if day >= start)
    name, letter, before = _ERAS[index]
    return name, letter, day.year - before


def _japanese(random: Random, day: date) -> str:
    name, letter, year = _era(day)
    written = "元" if year == 1 and random.random() < 0.5 else str(year)
    start = random.choice([name, name, letter])
    return f"{start}{written}年{day.month}月{day.day}日"


def _compact(random: Random, day: date) -> str:
    _, letter, year = _era(day)
    gap = random.choice("./-")
    return f"{letter}{year}{gap}{day.month}{gap}{day.day}"


def kanji_numbers(text: str) -> str:
    """昭和60年4月12日 -> 昭和六十年四月十二日; years of four digits figure by figure."""
    parts, number = [], ""
    for character in f"{text}\0":
        if character.isdigit():
            number += character
            continue
        parts += [_kanji_number(number) if number else "", character]
        number = ""
    return "".join(parts)[:-1]


def _kanji_number(number: str) -> str:
    value = int(number)
    if value > 99 or value == 0:
        return kanji(number)
    tens, ones = divmod(value, 10)
    start = "" if not tens else "十" if tens == 1 else kanji(str(tens)) + "十"
    return start + (kanji(str(ones)) if ones else "")
