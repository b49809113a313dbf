"""基礎年金番号: 4 and 6 digits, no check digit. https://www.nenkin.go.jp/"""

from __future__ import annotations

import re

from guardrails.pii.identifier import (
    HEAD,
    NOT_A_PHONE,
    TAIL,
    Form,
    IdentifierRecognizer,
    digits,
    loose,
    number,
)
from guardrails.verdict import FindingType

_WRITTEN_ALONE = 0.55
_NO_YEAR = r"(?!20[0-9]{2}-|0120|0570)"  # 2025-000123 is the number of a document


class PensionNumberRecognizer(IdentifierRecognizer):
    """4-6 with a dash is enough; other ways of writing need a label."""

    entity = FindingType.PENSION_NUMBER
    forms = (
        Form(re.compile(f"{HEAD}{_NO_YEAR}[0-9]{{4}}-[0-9]{{6}}{TAIL}"), alone=_WRITTEN_ALONE),
        Form(re.compile(f"{HEAD}(?P<value>[0-9]{{4}}-[0-9]{{6}})-[0-9]{{4}}{TAIL}")),
        Form(number(digits(10))),
        Form(number(f"{NOT_A_PHONE}{loose(10)}")),
    )
    labels = frozenset({FindingType.PENSION_NUMBER})
    rivals = frozenset(
        {FindingType.LTC_INSURANCE, FindingType.PHONE, FindingType.BANK_ACCOUNT, "INSURED"}
    )
