"""E-mail addresses, without the list of suffixes that the stock recognizer downloads.

RFC 5321, as far as it is used; addresses of Japanese carriers break it with dots (a..b.@…).
"""

from __future__ import annotations

import re

from guardrails.pii.identifier import Form, IdentifierRecognizer
from guardrails.verdict import FindingType

_LOCAL = r"[A-Za-z0-9_%+][A-Za-z0-9._%+\-]{0,63}"
_AT = r"(?: ?@ ?|[\[({<]at[\])}>]|[\[({<]@[\])}>])"
_WHOLE = "(?<![A-Za-z0-9_%+])"
_DOMAIN = r"[A-Za-z0-9](?:[A-Za-z0-9\-]{0,62}\.){1,8}[A-Za-z]{2,24}"


class EmailRecognizer(IdentifierRecognizer):
    entity = FindingType.EMAIL
    forms = (
        Form(re.compile(f"{_WHOLE}{_LOCAL}{_AT}{_DOMAIN}(?![A-Za-z0-9])", re.IGNORECASE), 0.95),
    )
    labels = frozenset()
