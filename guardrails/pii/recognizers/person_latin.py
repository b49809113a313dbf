"""Names in Latin letters: 「SUZUKI KENICHI」「Nguyen Van Minh」「John O'Brien」."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guardrails.pii.recognizers import person_words as words
from guardrails.pii.recognizers.person_model import Model
from guardrails.pii.recognizers.person_prose import THRESHOLD, Name, cue

_LETTER = "A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ"
_PART = rf"(?:[A-ZÀ-ÖØ-ÞĀ-ɏḀ-ỿ][{_LETTER}]*(?:['’-][A-Z]?[{_LETTER}]+)*|[A-Z]\.)"
_NAME = re.compile(
    rf"(?<![{_LETTER}0-9@/._-]){_PART}(?:,?[ \t]{_PART}){{1,4}}(?![{_LETTER}0-9@/_-]|\.[a-z])"
)
_SINGLE = re.compile(rf"(?<![{_LETTER}0-9@/._-]){_PART}(?![{_LETTER}0-9@/_.-])")
_ROMAJI = re.compile(
    r"(?:(?:[kgsztdnhbpmyrwfj]|ch|sh|ts|ky|gy|ny|hy|by|py|my|ry|kk|tt|ss|pp|cch|ssh)?(?:[aiueo]h?|[aeiou]u)|n(?![aiueoy])|m(?=[bmp]))+",
    re.IGNORECASE,
)
_INTRODUCED = re.compile(
    r"(?:[Mm]y name is|I am|I'm|[Tt]his is|[Nn]ame\s?[::]?|名前は|わたしは|私は|なまえは)[ \t]*\Z"
)
_STOP_WORDS = frozenset(
    [
        "LINE",
        "ID",
        "PDF",
        "FAX",
        "TEL",
        "URL",
        "WEB",
        "AI",
        "ICT",
        "DX",
        "IT",
        "PC",
        "OS",
        "IP",
        "MAC",
        "VPN",
        "LGWAN",
        "SNS",
        "SMS",
        "QR",
        "CSV",
        "JSON",
        "XML",
        "HTML",
        "HTTP",
        "HTTPS",
        "API",
        "UTF",
        "USB",
        "WIFI",
        "WI-FI",
        "GPS",
        "DV",
        "PTA",
        "NPO",
        "NHK",
        "JA",
        "JR",
        "JIS",
        "ISO",
        "CONFIDENTIAL",
        "MAIL",
        "EMAIL",
        "E-MAIL",
        "Email",
        "Mail",
        "No",
        "NO",
        "Tel",
        "Fax",
        "Web",
        "App",
        "Google",
        "Microsoft",
        "Windows",
        "Excel",
        "Word",
        "Apple",
        "iPhone",
        "Android",
        "Chrome",
        "Edge",
        "Teams",
        "Zoom",
        "Meet",
        "Office",
        "Amazon",
        "YouTube",
        "Facebook",
        "Twitter",
        "Instagram",
        "PayPay",
        "City",
        "Prefecture",
        "Town",
        "Street",
        "Road",
        "Japan",
        "Tokyo",
        "Yamagata",
        "Osaka",
        "Kyoto",
        "The",
        "This",
        "That",
        "My",
        "Hello",
        "Dear",
        "Thank",
        "Thanks",
        "Please",
        "Yes",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
        "Re",
        "Fw",
        "Fwd",
        "RE",
        "FW",
        "Subject",
        "From",
        "To",
        "Cc",
        "Bcc",
        "Date",
        "Copilot",
        "ChatGPT",
        "GPT",
        "OpenAI",
        "Azure",
        "AWS",
        "Cloud",
        "Server",
        "Error",
        "Login",
        "Account",
        "User",
        "Password",
        "Card",
        "Bank",
        "Visa",
        "VISA",
        "JCB",
        "Master",
        "Master",
        "Residence",
        "Passport",
        "Number",
        "Name",
        "Family",
        "Given",
        "First",
        "Last",
        "Middle",
        "Address",
        "Phone",
        "Birth",
        "Sex",
        "Nationality",
    ]
)
_PAPERS = re.compile(
    r"旅券|パスポート|在留|外国|国籍|ざいりゅう|Passport|passport|氏名|名義|ローマ字"
)


def latin_names(text: str, model: Model) -> Iterator[Name]:
    """Names of two to five Latin words, or of one where somebody gives it."""
    papers = 0.7 if _PAPERS.search(text) else 0.0
    for match in _NAME.finditer(text):
        start, end = match.span()
        parts = re.split(r",?[ \t]", match.group())
        while parts and parts[0].strip(".") in _STOP_WORDS:
            start += len(parts[0]) + 1
            parts = parts[1:]
        if len(parts) < 2 or any(part.strip(".") in _STOP_WORDS for part in parts):
            continue
        weight = 0.3 + _context(text, start, end) + model.weight(start, end)
        if all(_ROMAJI.fullmatch(part) and len(part) > 2 for part in parts) and len(parts) == 2:
            weight += 1.2
        weight += papers
        if weight >= THRESHOLD:
            yield Name(start, end, weight, is_full=True)
    for match in _SINGLE.finditer(text):
        if match.group() not in _STOP_WORDS and len(match.group()) > 1:
            weight = _context(text, *match.span()) + 0.5 * model.weight(*match.span())
            if weight >= THRESHOLD:
                yield Name(*match.span(), weight)


def _context(text: str, start: int, end: int) -> float:
    weight = 0.0
    before = text[max(0, start - 16) : start]
    if _INTRODUCED.search(before):
        weight += 2.0
    else:
        weight += cue(text, start)
    if words.HONORIFIC.match(text, end):
        weight += 2.0
    elif words.NAMED.match(text, end):
        weight += 1.8
    elif words.INTRODUCED.match(text, end) and (
        not before.strip() or not before[-1].isalnum() or before[-1] == "は"
    ):
        weight += 1.2
    elif words.AGE.match(text, end):
        weight += 1.0
    return weight
