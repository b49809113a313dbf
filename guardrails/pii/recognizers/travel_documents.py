"""旅券番号 (2 letters, 7 digits) and 在留カード番号 (2 letters, 8 digits, 2 letters).

https://www.mofa.go.jp/mofaj/toko/passport/ and https://www.moj.go.jp/isa/
"""

from __future__ import annotations

import re

from guardrails.pii.identifier import HEAD, TAIL, Form, IdentifierRecognizer
from guardrails.verdict import FindingType

_GAP = r"(?: ?- ?| {1,3}| ?\n ?)?"
_SEVEN = f"[0-9](?:{_GAP}[0-9]){{6}}"
_EIGHT = f"[0-9](?:{_GAP}[0-9]){{7}}"
_LETTERS = f"[A-Za-z]{_GAP}[A-Za-z]"


class PassportRecognizer(IdentifierRecognizer):
    """Capitals and digits in one piece need no label; foreign passports differ and need one."""

    entity = FindingType.PASSPORT
    forms = (
        Form(re.compile(f"{HEAD}[A-Z]{{2}}[0-9]{{7}}{TAIL}"), alone=0.6),
        Form(re.compile(f"{HEAD}{_LETTERS}{_GAP}{_SEVEN}{TAIL}")),
        Form(re.compile(f"{HEAD}[A-Za-z]{{1,2}}[0-9]{{6,8}}{TAIL}")),
    )
    labels = frozenset({FindingType.PASSPORT})
    rivals = frozenset({FindingType.RESIDENCE_CARD, FindingType.LINE_ID})


class ResidenceCardRecognizer(IdentifierRecognizer):
    """Also of 特別永住者証明書. The form is so rare that it needs no label."""

    entity = FindingType.RESIDENCE_CARD
    forms = (
        Form(re.compile(f"{HEAD}[A-Z]{{2}} ?[0-9]{{4}} ?[0-9]{{4}} ?[A-Z]{{2}}{TAIL}"), alone=0.85),
        Form(re.compile(f"{HEAD}[A-Z]{{2}}-?[0-9]{{8}}-?[A-Z]{{2}}{TAIL}"), alone=0.85),
        Form(re.compile(f"{HEAD}{_LETTERS}{_GAP}{_EIGHT}{_GAP}{_LETTERS}{TAIL}")),
    )
    labels = frozenset({FindingType.RESIDENCE_CARD, FindingType.CREDIT_CARD})  # カードの番号
