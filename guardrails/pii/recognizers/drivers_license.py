"""運転免許証番号: 12 digits; commission, year, serial, check digit, number of re-issues.

https://resource-sharing.co.jp/driver-license-number-check-digit
"""

from __future__ import annotations

from guardrails.pii.check_digits import is_drivers_license
from guardrails.pii.identifier import (
    Form,
    IdentifierRecognizer,
    digits,
    grouped,
    loose,
    number,
    only_digits,
)
from guardrails.verdict import FindingType


class DriversLicenseRecognizer(IdentifierRecognizer):
    """Only with a label: one in ten numbers of 12 digits would pass the check."""

    entity = FindingType.DRIVERS_LICENSE
    forms = (
        Form(number(digits(12))),
        Form(number(grouped(4, 4, 4))),
        Form(number(grouped(6, 6))),
        Form(number(loose(12))),
    )
    labels = frozenset({FindingType.DRIVERS_LICENSE})
    rivals = frozenset({FindingType.MY_NUMBER})

    def check(self, value: str) -> bool | None:
        return is_drivers_license(only_digits(value))
