"""銀行口座 (the account number alone: 7 digits) and ゆうちょ (記号 5 digits, 番号 up to 8).

https://www.jp-bank.japanpost.jp/kojin/sokin/furikomi/kouza/kj_sk_fm_kz_1.html
"""

from __future__ import annotations

import re

from guardrails.pii.identifier import HEAD, TAIL, Form, IdentifierRecognizer, digits, loose, number
from guardrails.verdict import FindingType

_POST = "(?:ゆうちょ|郵便貯金|郵貯|郵便局)"
_SAID = r"[\s:はがの「『(=・、,]{0,4}"
_SYMBOL = f"記号{_SAID}(?P<value_symbol>[01][0-9]{{4}})(?:-[0-9])?"
_NUMBER = rf"[\s」』)、,・とが/-]{{0,4}}番号{_SAID}(?P<value_number>[0-9]{{2,8}}){TAIL}"
_JOINED = rf"{HEAD}(?P<value>[01][0-9]{{4}}(?:-[0-9])?-[0-9]{{2,8}}){TAIL}"


class BankAccountRecognizer(IdentifierRecognizer):
    """Numbers of banks and branches stay: they are printed on every leaflet."""

    entity = FindingType.BANK_ACCOUNT
    forms = (
        Form(re.compile(f"{HEAD}[0-9]{{4}}-[0-9]{{3}}-(?P<value>[0-9]{{7}}){TAIL}"), 0.7),
        Form(
            re.compile(f"(?:普通|当座|貯蓄)(?:預金|口座)?{_SAID}(?P<value>[0-9]{{6,8}}){TAIL}"), 0.9
        ),
        Form(re.compile(f"{_SYMBOL}{_NUMBER}")),
        Form(re.compile(_JOINED)),
        Form(number(digits(7))),
        Form(re.compile(f"口座番号{_SAID}(?P<value>[0-9]{{6,8}}){TAIL}")),
        Form(number(loose(7))),
    )
    labels = frozenset({FindingType.BANK_ACCOUNT})
    rivals = frozenset(
        {FindingType.POSTAL_CODE, FindingType.PHONE, FindingType.HEALTH_INSURANCE, "INSURED"}
    )
