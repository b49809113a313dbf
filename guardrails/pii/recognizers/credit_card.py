"""クレジットカード番号: 14 to 19 digits with a check digit (Luhn). ISO/IEC 7812"""

from __future__ import annotations

import re

from guardrails.pii.check_digits import is_luhn
from guardrails.pii.identifier import CHECKED, HEAD, TAIL, Form, IdentifierRecognizer, only_digits
from guardrails.verdict import FindingType

_GAP = r"(?: ?[-_.] ?| {1,3}| ?\n ?)"
_BRAND = "(?=[3-6])"


def _written(pattern: str) -> re.Pattern[str]:
    return re.compile(f"{HEAD}{_BRAND}(?:{pattern}){TAIL}")


class CreditCardRecognizer(IdentifierRecognizer):
    """Brands begin with 3 to 6. Printed 4-4-4-4, 4-6-5 (American Express) or 4-6-4 (Diners)."""

    entity = FindingType.CREDIT_CARD
    forms = (
        Form(_written("[0-9]{14,19}"), checked=CHECKED),
        Form(_written(f"[0-9]{{4}}(?:{_GAP}[0-9]{{4}}){{3}}"), checked=CHECKED),
        Form(_written(f"[0-9]{{4}}{_GAP}[0-9]{{6}}{_GAP}[0-9]{{4,5}}"), checked=CHECKED),
        Form(_written(f"[0-9](?:{_GAP}?[0-9]){{13,15}}"), checked=CHECKED),
    )
    labels = frozenset({FindingType.CREDIT_CARD})

    def check(self, value: str) -> bool | None:
        return is_luhn(only_digits(value))
