"""住民票コード: 11 digits, the last one checks (平成14年総務省告示第436号, corroborated only)."""

from __future__ import annotations

from guardrails.pii.check_digits import is_resident_code
from guardrails.pii.identifier import Form, IdentifierRecognizer, digits, loose, number, only_digits
from guardrails.verdict import FindingType

_WITHOUT_A_LABEL = 0.6


class ResidentCodeRecognizer(IdentifierRecognizer):
    """11 digits that begin with 0 are a telephone number first."""

    entity = FindingType.RESIDENT_CODE
    forms = (
        Form(number(f"[1-9]{digits(10)}"), checked=_WITHOUT_A_LABEL),
        Form(number(digits(11))),
        Form(number(loose(11))),
    )
    labels = frozenset({FindingType.RESIDENT_CODE})
    rivals = frozenset({FindingType.PHONE})

    def check(self, value: str) -> bool | None:
        return is_resident_code(only_digits(value))
