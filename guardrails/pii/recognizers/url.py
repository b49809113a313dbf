"""URLs that carry somebody's token, session, id or e-mail. Ordinary public pages are no finding."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from guardrails.pii.identifier import Form, IdentifierRecognizer
from guardrails.verdict import FindingType

_URL = r"(?<![A-Za-z0-9])(?:https?://|www\.)[!#-'*+\-./0-9:;=?@A-Z_a-z~%&]{4,2000}"
_TRAILING = re.compile(r"[.,;:!?'*]+$")
_PERSONAL_KEY = re.compile(
    "(?:^|[_-])(?:token|s?id|sess(?:ion)?(?:id)?|.*sessid|u(?:ser)?(?:id|name)?|[ur]id|mail|e-?mail|key|api-?key|"
    "auth|sig(?:nature)?|code|pin|pw|pwd|pass(?:word|wd|code)?|otp|case|tel|phone|name|member|"
    "customer|applicant|respondent|invite|ticket|hash|t|m|no)$",
    re.I,
)
_PUBLIC_KEY = re.compile(
    "^(?:utm_.*|page_?id|pageno|p|q|lang|cat|category|year|month|v|list|bunrui)$", re.I
)
_PRIVATE_PATH = re.compile(
    "/(?:u|users?|my-?page|member|account|reset|activate|confirm|verify|invite|invitation|"
    r"unsubscribe|cancel|ti/p|share|s|r|i)/(?:[^/?#]+/)*[^/?#.]*[0-9~][^/?#.]*",
    re.I,
)
_UUID = re.compile("[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.I)
_RANDOM = re.compile("(?=[^/]*[0-9])(?=[^/]*[A-Za-z])[A-Za-z0-9_-]{16,}")
_MAIL = re.compile("[^/?&=]+@[^/?&=]+[.][a-z]+", re.I)


class UrlRecognizer(IdentifierRecognizer):
    """The finding is the whole URL."""

    entity = FindingType.URL
    forms = (Form(re.compile(_URL), checked=0.9, must_check=True),)
    labels = frozenset()

    def check(self, value: str) -> bool | None:
        return is_personal(value)


def is_personal(url: str) -> bool:
    """Whether the URL tells who follows it."""
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
    except ValueError:  # brackets that are no IPv6 address
        return False
    return (
        "@" in parts.netloc
        or bool(_MAIL.search(unquote(f"{parts.path}?{parts.query}")))
        or _has_personal_parameter(parts)
        or bool(_PRIVATE_PATH.search(parts.path))
        or bool(_UUID.search(parts.path))
        or any(_RANDOM.fullmatch(piece) for piece in parts.path.split("/"))
    )


def _has_personal_parameter(parts: SplitResult) -> bool:
    pairs = parse_qsl(f"{parts.query}&{parts.fragment}", keep_blank_values=False)
    return any(
        not _PUBLIC_KEY.match(key) and (_PERSONAL_KEY.search(key) or _RANDOM.fullmatch(value))
        for key, value in pairs
    )
