"""Messages of every register with identifiers of every type, and as many that hold none.

Everything follows from the seed, so that figures of two runs can be compared.
"""

from collections.abc import Callable
from random import Random

from evals.guardrails import numbers
from evals.guardrails.cases import MaskCase
from evals.guardrails.negatives import negative
from evals.guardrails.phrases import KINDS, WORDS, Pieces, Value, field, fill, name_phrase, phrase
from guardrails.verdict import FindingType as T

SEED = 20_261_123
PER_TYPE = 40
CLEAN = 200

_WORDS = WORDS["messages"]
_EXTRAS = [T.PERSON, T.ADDRESS, T.PHONE, T.DATE_OF_BIRTH]


def generate(per_type: int = PER_TYPE, clean: int = CLEAN, seed: int = SEED) -> list[MaskCase]:
    """`per_type` messages for every type, which hold others too, and `clean` without any."""
    random = Random(seed)  # noqa: S311 - test data, no secret
    cases = [
        _case(f"{type_}-{number}", *_REGISTERS[number % len(_REGISTERS)](random, type_))
        for type_ in KINDS
        for number in range(per_type)
    ]
    texts: dict[str, None] = {}
    while len(texts) < clean:
        texts[negative(random)] = None
    cases += [_case(f"CLEAN-{number}", "document", [text]) for number, text in enumerate(texts)]
    return cases


def _resident(random: Random, type_: T) -> tuple[str, Pieces]:
    return "resident", fill(
        random.choice(_WORDS["resident"]),
        x=phrase(random, type_), y=_second(random), ask=random.choice(_WORDS["asks"]),
    )  # fmt: skip


def _staff(random: Random, type_: T) -> tuple[str, Pieces]:
    return "staff", fill(
        random.choice(_WORDS["staff"]),
        x=phrase(random, type_), y=_second(random), task=random.choice(_WORDS["tasks"]),
    )  # fmt: skip


def _form(random: Random, type_: T) -> tuple[str, Pieces]:
    types = [T.PERSON, type_, *random.sample(_EXTRAS[1:], k=random.randint(0, 2))]
    lines: Pieces = [random.choice(_WORDS["forms"])]
    for each in dict.fromkeys(types):
        lines += ["\n", *field(random, each)]
    return "document", lines


def _table(random: Random, type_: T) -> tuple[str, Pieces]:
    """A column of names and one of the type; what its cells are, only the heading says."""
    if type_ in {T.HEALTH_INSURANCE, T.BANK_ACCOUNT, T.LINE_ID, T.PERSON}:
        return _form(random, type_)
    gap = random.choice(["\t", ",", " | "])
    pieces: Pieces = [f"氏名{gap}{KINDS[type_].labels[0]}"]
    for _ in range(random.randint(2, 3)):
        value = _unbroken(random, type_)
        pieces += ["\n", *KINDS[T.PERSON].value(random), gap, value]
    return "document", pieces


def _unbroken(random: Random, type_: T) -> Value:
    """A cell holds no line break."""
    while True:
        (value,) = KINDS[type_].value(random)
        if isinstance(value, Value) and "\n" not in value.text:
            return value


def _second(random: Random) -> Pieces:
    """One thing more that the message says of a person, or nothing of the kind."""
    turn = random.random()
    if turn < 0.4:
        return name_phrase(random)
    if turn < 0.65:
        return phrase(random, random.choice(_EXTRAS))
    return [f"申請は令和{random.randint(5, 8)}年度分で{numbers.digits(random, 2)}件目です"]


_REGISTERS: tuple[Callable[[Random, T], tuple[str, Pieces]], ...] = (
    _resident, _staff, _resident, _form, _staff, _table, _resident,
)  # fmt: skip


def _case(id_: str, source: str, pieces: Pieces) -> MaskCase:
    text, findings = "", []
    for piece in pieces:
        if isinstance(piece, Value):
            end = len(text) + len(piece.text)
            findings.append({"type": piece.type, "start": len(text), "end": end})
            text += piece.text
        else:
            text += piece
    return MaskCase.model_validate(
        {"id": id_, "text": text, "source": source, "findings": findings}
    )
