"""URLs that carry somebody's token, session, id or e-mail. Ordinary public pages are no finding.

RFC 3986; parameters as web applications name them (OWASP Session Management Cheat Sheet).
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from guardrails.pii.identifier import Form, IdentifierRecognizer
from guardrails.verdict import FindingType

_CHARACTERS = r"[!#-'*+\-./0-9:;=?@A-Z_a-z~%&]"
_URL = rf"(?:https?://|(?<![A-Za-z0-9])www\.){_CHARACTERS}{{4,2000}}"
_BARE = (
    rf"(?<![A-Za-z0-9@./_-])(?:[A-Za-z0-9-]{{1,63}}\.){{1,5}}[a-z]{{2,10}}/{_CHARACTERS}{{4,2000}}"
)
_STRONG_KEY = re.compile(
    "(?:^|[_-])(?:.*token|sid|sess(?:ion)?(?:_?id)?|.*sessid|u(?:ser)?_?(?:id|name)?|user|[ur]id|e?-?mail|"
    "auth|sig(?:nature)?|pin|pw|pwd|pass(?:word|wd|code)?|otp|tel|phone|applicant|respondent|member_?id|"
    "customer_?id|invite|ticket|secret|credential)$",
    re.IGNORECASE,
)
_WEAK_KEY = re.compile(
    "(?:^|[_-])(?:key|api-?key|code|case|name|member|customer|hash|t|m|k|s|h)$", re.IGNORECASE
)
_PUBLIC_KEY = re.compile(
    "^(?:utm_.*|page_?id|p|q|query|keyword|lang|cat|category|year|month|v|list|lawid)$",
    re.IGNORECASE,
)
_PRIVATE_PATH = re.compile(
    "/(?:u|users?|my-?page|members?|accounts?|reset|activate|confirm|verify|invite|invitation|"
    "unsubscribe|ti/p)/(?:[^/?#]+/)*[^/?#.]*[0-9~][^/?#.]*(?:/|$)"
    "|/(?:share|s|r|i)/(?:[^/?#]+/)*[^/?#.]*[0-9~][^/?#.]*$",
    re.IGNORECASE,
)
_PATH_PARAMETER = re.compile(";(?:jsessionid|phpsessid|sid)=", re.IGNORECASE)
_UUID = re.compile("[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_MAIL = re.compile("[^/?&=]+@[^/?&=]+[.][a-z]+", re.IGNORECASE)
_CHANGES = re.compile("(?<=[0-9])(?=[A-Za-z])|(?<=[A-Za-z])(?=[0-9])|(?<=[a-z])(?=[A-Z])")
_SHORTEST_TOKEN, _SHORTEST_VALUE = 12, 6


class UrlRecognizer(IdentifierRecognizer):
    """The finding is the whole URL."""

    entity = FindingType.URL
    forms = (
        Form(re.compile(_URL), checked=0.9, must_check=True),
        Form(re.compile(_BARE), checked=0.8, must_check=True),
    )
    labels = frozenset()
    rivals_reach = 0

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
        or bool(_PRIVATE_PATH.search(parts.path.rstrip("/")))
        or bool(_PATH_PARAMETER.search(parts.path))
        or bool(_UUID.search(parts.path))
        or any(_is_random(piece) for piece in parts.path.split("/"))
    )


def _has_personal_parameter(parts: SplitResult) -> bool:
    pairs = parse_qsl(f"{parts.query}&{parts.fragment}", keep_blank_values=False)
    return any(
        not _PUBLIC_KEY.match(key)
        and (
            _STRONG_KEY.search(key)
            or (_WEAK_KEY.search(key) and len(value) >= _SHORTEST_VALUE)
            or _is_random(value)
        )
        for key, value in pairs
    )


def _is_random(piece: str) -> bool:
    """Letters and digits in disorder: no word, no year, no name of a file."""
    is_token = re.fullmatch("[A-Za-z0-9_-]+", piece) and len(piece) >= _SHORTEST_TOKEN
    return bool(is_token) and len(_CHANGES.findall(piece)) >= 4
