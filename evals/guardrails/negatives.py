"""Texts without personal data that look as if they held some: figures, numbers, offices."""

from collections.abc import Mapping
from random import Random

from evals.guardrails.numbers import corporate_number, digits, wide
from evals.guardrails.phrases import WORDS

_WORDS: Mapping[str, list[str]] = WORDS["negatives"]


def negative(random: Random) -> str:
    """One text, nothing in which is to be masked."""
    text = random.choice([_numbered, _numbered, _plain, _plain, _office, _company])(random)
    return wide(text) if random.random() < 0.05 and "http" not in text else text


def _numbered(random: Random) -> str:
    text = random.choice(_WORDS["with_number"])
    for count in range(2, 13):
        while f"{{{count}}}" in text:
            text = text.replace(f"{{{count}}}", digits(random, count), 1)
    return text


def _plain(random: Random) -> str:
    parts = {
        "era": random.randint(5, 8), "a": random.randint(100, 999), "b": random.randint(10, 999),
        "c": random.randint(1, 9), "d": random.randint(1, 9),
    }  # fmt: skip
    return random.choice(_WORDS["plain"]).format(**parts)


def _office(random: Random) -> str:
    if random.random() < 0.5:
        hotline = random.choice(_WORDS["hotlines"])
        return f"ひとりで悩まず、{hotline} へお電話ください。"
    return _put(
        random,
        "of_office",
        office=random.choice(_WORDS["offices"]),
        number=f"023-000-{digits(random, 4)}",
        fax=f"023-000-{digits(random, 4)}",
        extension=digits(random, 3),
    )


def _company(random: Random) -> str:
    return _put(random, "of_company", number=corporate_number(random))


def _put(random: Random, template: str, **parts: str) -> str:
    return random.choice(_WORDS[template]).format(**parts)
