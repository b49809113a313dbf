"""How people bring an identifier into a text: labels, joints, and what follows it."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from evals.guardrails import numbers, people
from guardrails.verdict import FindingType as T

WORDS = tomllib.loads(Path(__file__).with_name("messages.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Value:
    """An identifier in a text, bare: no label, no honorific."""

    type: T
    text: str


Piece = str | Value
Pieces = list[Piece]


def fill(template: str, **parts: Piece | Pieces) -> Pieces:
    """A template with `{name}` places, as pieces. Braces stand for nothing else in it."""
    pieces: Pieces = []
    for section in template.split("{"):
        name, closed, rest = section.rpartition("}")
        if closed:
            part = parts[name]
            pieces += part if isinstance(part, list) else [part]
        pieces.append(rest)
    return pieces


@dataclass(frozen=True)
class Kind:
    """One type: how it is made, what it is called, and what stands around it besides.

    `own` are whole phrases in which it needs no label.
    """

    value: Callable[[Random], Pieces]
    labels: Sequence[str]
    own: Sequence[str] = ()
    own_share: float = 0.0


def _single(type_: T, make: Callable[[Random], str]) -> Callable[[Random], Pieces]:
    return lambda random: [Value(type_, make(random))]


def _insurance(random: Random) -> Pieces:
    """Symbol and number are findings of their own, unless they run together."""
    words = WORDS["insurance"]
    symbol = random.choice(["山", "鶴", "庄内", "米", "", "", ""]) or numbers.digits(
        random, random.choice([2, 3, 4, 8])
    )
    number = numbers.digits(random, random.choice([3, 5, 6, 7]))
    if random.random() < 0.15:
        symbol, number = numbers.wide(symbol), numbers.wide(number)
    both = Value(T.HEALTH_INSURANCE, random.choice("・-－").join([symbol, number]))
    s, n = Value(T.HEALTH_INSURANCE, symbol), Value(T.HEALTH_INSURANCE, number)
    pieces = fill(random.choice(words["whole"]), s=s, n=n, both=both)
    if random.random() < 0.2:
        branch = Value(T.HEALTH_INSURANCE, f"0{random.randint(0, 9)}")
        pieces += fill(random.choice(words["branch"]), b=branch)
    return pieces


def _account(random: Random) -> Pieces:
    words, number = WORDS["account"], numbers.digits(random, 7)
    if random.random() < 0.3:
        return _postal_account(random, number)
    if random.random() < 0.2:
        number = numbers.wide(number)
    return fill(
        random.choice(words["whole"]),
        bank=random.choice(words["banks"]),
        branch=random.choice(words["branches"]),
        code=numbers.digits(random, 3),
        n=Value(T.BANK_ACCOUNT, number),
    )


def _postal_account(random: Random, number: str) -> Pieces:
    symbol, tail = f"1{numbers.digits(random, 3)}0", f"{number}1"
    return fill(
        random.choice(WORDS["account"]["postal"]),
        s=Value(T.BANK_ACCOUNT, symbol),
        n=Value(T.BANK_ACCOUNT, tail),
        both=Value(T.BANK_ACCOUNT, f"{symbol}-{tail}"),
    )


def _line_id(random: Random) -> Pieces:
    is_user = random.random() < 0.35
    value = numbers.line_user(random) if is_user else numbers.line_name(random)
    template = random.choice(WORDS["line"]["user" if is_user else "name"])
    return fill(template, v=Value(T.LINE_ID, value))


_PHRASES: Mapping[str, list[str]] = WORDS["phrases"]

_MAKE: Mapping[T, Callable[[Random], Pieces]] = {
    T.HEALTH_INSURANCE: _insurance,
    T.BANK_ACCOUNT: _account,
    T.LINE_ID: _line_id,
    **{
        type_: _single(type_, make)
        for type_, make in {
            T.MY_NUMBER: numbers.my_number,
            T.RESIDENT_CODE: numbers.resident_code,
            T.PENSION_NUMBER: numbers.pension_number,
            T.LTC_INSURANCE: numbers.ltc_number,
            T.LATE_ELDERLY_INSURANCE: numbers.late_elderly_number,
            T.DRIVERS_LICENSE: numbers.licence,
            T.PASSPORT: numbers.passport,
            T.RESIDENCE_CARD: numbers.residence_card,
            T.CREDIT_CARD: numbers.credit_card,
            T.PHONE: numbers.phone,
            T.POSTAL_CODE: numbers.postal_code,
            T.EMAIL: numbers.email,
            T.URL: numbers.personal_url,
            T.IP_ADDRESS: numbers.network_address,
            T.VEHICLE_NUMBER: numbers.plate,
            T.DATE_OF_BIRTH: numbers.birthday,
            T.ADDRESS: people.address,
            T.PERSON: people.full_name,
        }.items()
    },
}
KINDS: Mapping[T, Kind] = {
    T(name): Kind(_MAKE[T(name)], **words) for name, words in WORDS["kinds"].items()
}


def phrase(random: Random, type_: T) -> Pieces:
    """Words for the middle of a sentence that hold one identifier of the type."""
    if type_ is T.PERSON and random.random() < 0.5:
        return name_phrase(random)
    kind = KINDS[type_]
    if random.random() < kind.own_share:
        return fill(random.choice(kind.own), value=kind.value(random))
    template = random.choice(_PHRASES["in_sentence"])
    return fill(template, label=random.choice(kind.labels), value=kind.value(random))


def name_phrase(random: Random) -> Pieces:
    """A family or given name alone, as people use them."""
    family = Value(T.PERSON, people.family_name(random))
    given, given2 = (Value(T.PERSON, people.given_name(random)) for _ in range(2))
    return fill(
        random.choice(_PHRASES["family_phrases"]), family=family, given=given, given2=given2
    )


def field(random: Random, type_: T) -> Pieces:
    """A line of a form."""
    kind = KINDS[type_]
    template = random.choice(_PHRASES["in_field"])
    return fill(template, label=random.choice(kind.labels), value=kind.value(random))
