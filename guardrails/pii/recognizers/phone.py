"""電話番号: fixed, mobile (060 since 2026-07), IP, +81 and foreign numbers.

Not masked: free and navigation dials (0120, 0570, 0800 written 4-3-4), short numbers (110, 189,
#8008), and fixed numbers that the text gives as an office's.
https://www.soumu.go.jp/main_sosiki/joho_tsusin/top/tel_number/
"""

from __future__ import annotations

import re

import phonenumbers
from presidio_analyzer import RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from guardrails.pii.identifier import Form, IdentifierRecognizer, labels_of, only_digits
from guardrails.pii.offices import is_office_contact
from guardrails.verdict import FindingType

_HEAD = r"(?:(?<![0-9A-Za-z])|(?<=TEL)|(?<=Tel)|(?<=tel)|(?<=FAX)|(?<=hone))(?<![0-9][-.])"
_TAIL = r"(?![0-9A-Za-z])(?! ?-[0-9])"
_GAP = r"(?: ?[-./·・_] ?| {1,3}| ?\n ?|の)"
_MOBILE = f"0[5-9]0{_GAP}?[0-9]{{4}}{_GAP}?[0-9]{{4}}"
_BRACKETED_MOBILE = r"(?:0[5-9]0 ?\([0-9]{4}\) ?[0-9]{4}|\(0[5-9]0\) ?-?[0-9]{4} ?-? ?[0-9]{4})"
_FIXED = f"0[0-9]{{1,4}}{_GAP}[0-9]{{1,4}}{_GAP}[0-9]{{3,4}}"
_BRACKETED = (
    r"(?:\(0[0-9]{1,4}\) ?-?[0-9]{1,4} ?-? ?[0-9]{4}|0[0-9]{1,4} ?\([0-9]{1,4}\) ?-?[0-9]{4})"
)
_JAPAN = r"\+ ?81[ -]{0,2}(?:\(0\))?[ -]?[0-9]{1,4}(?:[ -]{0,2}[0-9]{2,4}){2,3}"
_FOREIGN = r"\+ ?[1-9][0-9]{0,2}(?:[ -]?\(?[0-9]{1,4}\)?){2,5}"
_SPACED = r"0(?:[ \n]{0,2}-?[ \n]{0,2}[0-9]){9,10}"
_SPACED_MOBILE = r"0 {1,2}[5-9] {1,2}0 {0,2}-?(?: {1,2}[0-9]){4} {0,2}-?(?: {1,2}[0-9]){4}"
_PUBLIC = re.compile("0120|0570|0990|0180|0170|0910")
_FREE_CALL = re.compile("0800[ -]?[0-9]{3}[ -][0-9]{4}")
_FREE_CALL_WORDS = re.compile(
    "フリーダイヤル|フリーコール|無料|ホットライン|窓口|センター|問い?合わ?せ"
)


class PhoneRecognizer(IdentifierRecognizer):
    entity = FindingType.PHONE
    forms = (
        Form(re.compile(f"{_JAPAN}{_TAIL}"), 0.95),
        Form(re.compile(f"(?<![0-9A-Za-z]){_FOREIGN}{_TAIL}"), 0.7, must_check=True, checked=0.7),
        Form(re.compile(f"{_HEAD}{_MOBILE}{_TAIL}"), 0.9),
        Form(re.compile(f"(?<![0-9A-Za-z]){_BRACKETED_MOBILE}{_TAIL}"), 0.9),
        Form(re.compile(f"{_HEAD}{_FIXED}{_TAIL}"), 0.8, must_check=True, checked=0.8),
        Form(
            re.compile(f"(?<![0-9A-Za-z]){_BRACKETED}{_TAIL}"), 0.85, must_check=True, checked=0.85
        ),
        Form(re.compile(f"{_HEAD}0[1-9][0-9]{{8}}{_TAIL}"), checked=0.6),
        Form(re.compile(f"{_HEAD}{_SPACED_MOBILE}{_TAIL}"), 0.8),
        Form(re.compile(f"{_HEAD}{_SPACED}{_TAIL}"), must_check=True),
    )
    labels = frozenset({FindingType.PHONE})
    rivals_reach = 6
    rivals = frozenset(
        {
            FindingType.LTC_INSURANCE,
            FindingType.PENSION_NUMBER,
            FindingType.RESIDENT_CODE,
            FindingType.BANK_ACCOUNT,
            "INSURED",
        }
    )

    def __init__(self, *, offices_are_public: bool = True) -> None:
        self._offices_are_public = offices_are_public
        super().__init__()

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        labels = labels_of(text, nlp_artifacts)
        return [
            result
            for result in super().analyze(text, entities, nlp_artifacts)
            if not self._is_public(labels.text, result.start, result.end)
        ]

    def _is_public(self, text: str, start: int, end: int) -> bool:
        value = text[start:end]
        digits = only_digits(value)
        if _PUBLIC.match(digits):
            return True
        if digits.startswith("0800") and (
            _FREE_CALL.fullmatch(value) or _FREE_CALL_WORDS.search(text[max(0, start - 20) : start])
        ):
            return True
        is_mobile = re.match("(?:81)?0?[6-9]0", digits) and len(digits) >= 11
        return self._offices_are_public and not is_mobile and is_office_contact(text, start, end)

    def check(self, value: str) -> bool | None:
        """A number of Japan has 10 or 11 digits; of a foreign one the library knows the plan."""
        digits = only_digits(value)
        if value.startswith("+"):
            return _is_possible(value)
        if len(digits) == 10 and re.search("[^0-9]", value) is None:
            return _is_possible(f"+81{digits[1:]}", strictly=True)
        if digits.startswith(("050", "060", "070", "080", "090")):
            return len(digits) == 11
        return len(digits) == 10 and digits[1] != "0"


def _is_possible(value: str, *, strictly: bool = False) -> bool:
    try:
        parsed = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return False
    judge = phonenumbers.is_valid_number if strictly else phonenumbers.is_possible_number
    return bool(judge(parsed))
