"""Invented people and where they live: common parts, put together by chance."""

import tomllib
from pathlib import Path
from random import Random

from evals.guardrails.numbers import kanji_numbers, wide

_WORDS = tomllib.loads(Path(__file__).with_name("people.toml").read_text(encoding="utf-8"))
_FAMILY: list[list[str]] = _WORDS["people"]["family"]
_GIVEN: list[list[str]] = _WORDS["people"]["given"]
_FOREIGN: list[str] = _WORDS["people"]["foreign"]
_TOWNS: list[tuple[str, str, str]] = _WORDS["places"]["towns"]
_PLACES: dict[str, list[str]] = _WORDS["places"]
_NUMBERS: dict[str, list[str]] = _WORDS["numbers"]
_SCRIPTS = range(4)  # kanji, hiragana, katakana, Latin


def full_name(random: Random) -> str:
    """Family and given name in any script, or a foreign one."""
    if random.random() < 0.18:
        return random.choice(_FOREIGN)
    family, given = random.choice(_FAMILY), random.choice(_GIVEN)
    script = random.choices(_SCRIPTS, weights=(70, 8, 14, 8))[0]
    if script == 3:
        name = f"{family[3]} {given[3]}"
        return name.upper() if random.random() < 0.5 else name
    gap = random.choice(["", "", " ", "　"])
    return f"{family[script]}{gap}{given[script]}"


def kanji_name(random: Random) -> str:
    """Family and given name in kanji, without a gap."""
    return f"{random.choice(_FAMILY)[0]}{random.choice(_GIVEN)[0]}"


def town(random: Random) -> tuple[str, str, str]:
    """Prefecture, municipality and a part of it that has no number yet."""
    prefecture, municipality, part = random.choice(_TOWNS)
    return prefecture, municipality, part


def family_name(random: Random) -> str:
    return random.choice(_FAMILY)[random.choices(_SCRIPTS, weights=(80, 10, 10, 0))[0]]


def given_name(random: Random) -> str:
    return random.choice(_GIVEN)[random.choices(_SCRIPTS, weights=(70, 15, 15, 0))[0]]


def address(random: Random) -> str:
    """A whole one, often with a building; sometimes without its prefecture."""
    if random.random() < 0.1:
        street = random.choice(_PLACES["streets"])
        text = f"{random.choice(_PLACES['kyoto'])}{street}{random.randint(1, 400)}"
    else:
        prefecture, municipality, town = random.choice(_TOWNS)
        start = (prefecture if random.random() < 0.55 else "") + municipality
        form = random.choice(_NUMBERS["plots" if "字" in town else "blocks"])
        text = f"{start}{town}{_number(random, form)}"
    if random.random() < 0.4:
        text += random.choice(["", " ", "　"]) + _room(random)
    return wide(text) if random.random() < 0.06 else text


def _number(random: Random, form: str) -> str:
    a, b, c = random.randint(1, 6), random.randint(1, 30), random.randint(1, 40)
    values = {"a": f"{a}", "b": f"{b}", "c": f"{c}", "p": f"{random.randint(2, 1500)}"}
    parts = dict(values)
    for name, value in values.items():
        parts |= {f"{name}_wide": wide(value), f"{name}_kanji": kanji_numbers(value)}
    return form.format(**parts)


def _room(random: Random) -> str:
    room = random.randint(1, 9) * 100 + random.randint(1, 12)
    return random.choice(_PLACES["buildings"]) + random.choice(_NUMBERS["rooms"]).format(r=room)
