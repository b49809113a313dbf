"""Insured persons of 介護保険 (10 digits) and of 後期高齢者医療 (8 digits, the last one checks).

https://www.mhlw.go.jp/topics/kaigo/ (被保険者証の様式: 介護保険法施行規則 様式第一号)
"""

from __future__ import annotations

from guardrails.pii.check_digits import is_luhn
from guardrails.pii.identifier import (
    NOT_A_PHONE,
    Form,
    IdentifierRecognizer,
    digits,
    loose,
    number,
    only_digits,
)
from guardrails.pii.labels import INSURED
from guardrails.verdict import FindingType


class LongTermCareRecognizer(IdentifierRecognizer):
    """事業所番号 of 介護 has 10 digits too and is nobody's."""

    entity = FindingType.LTC_INSURANCE
    forms = (Form(number(digits(10))), Form(number(f"{NOT_A_PHONE}{loose(10)}")))
    labels = frozenset({FindingType.LTC_INSURANCE, INSURED})
    rivals = frozenset({FindingType.PENSION_NUMBER, FindingType.PHONE})


class LateElderlyRecognizer(IdentifierRecognizer):
    entity = FindingType.LATE_ELDERLY_INSURANCE
    forms = (Form(number(digits(8))), Form(number(loose(8))))
    labels = frozenset({FindingType.LATE_ELDERLY_INSURANCE, INSURED})
    rivals = frozenset(
        {
            FindingType.HEALTH_INSURANCE,
            FindingType.BANK_ACCOUNT,
            FindingType.DATE_OF_BIRTH,
            FindingType.PHONE,
        }
    )

    def check(self, value: str) -> bool | None:
        return is_luhn(only_digits(value))
