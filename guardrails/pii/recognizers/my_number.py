"""マイナンバー (個人番号): 12 digits, printed 4-4-4, the last one checks.

平成26年総務省令第85号第5条. https://www.soumu.go.jp/kojinbango_card/
"""

from __future__ import annotations

import re

from guardrails.pii.check_digits import is_my_number
from guardrails.pii.identifier import (
    CHECKED,
    Form,
    IdentifierRecognizer,
    digits,
    grouped,
    loose,
    number,
    only_digits,
)
from guardrails.verdict import FindingType

_TIMESTAMP = re.compile("20[0-4][0-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")


class MyNumberRecognizer(IdentifierRecognizer):
    """With a right check digit also without a label, unless it reads like a time stamp."""

    entity = FindingType.MY_NUMBER
    forms = (
        Form(number(digits(12)), checked=CHECKED),
        Form(number(grouped(4, 4, 4)), checked=CHECKED),
        Form(number(loose(12))),
    )
    labels = frozenset({FindingType.MY_NUMBER})
    rivals = frozenset({FindingType.DRIVERS_LICENSE})

    def check(self, value: str) -> bool | None:
        number_ = only_digits(value)
        return is_my_number(number_) and not _TIMESTAMP.match(number_)
