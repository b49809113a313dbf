"""生年月日: a date that the text calls a birth. Other dates and fiscal years stay.

Years: 西暦, 明治 to 令和, M T S H R; also compact (19850401, S600401) and as in English.
"""

from __future__ import annotations

import re

from presidio_analyzer import RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from guardrails.pii.identifier import REASON, Form, IdentifierRecognizer, found, labels_of
from guardrails.verdict import FindingType

_ERA = (
    r"(?:明治|大正|昭和|平成|令和|(?<![一-龥])[明大昭平令](?=[0-9元])"
    r"|(?<![A-Za-z])[MTSHRmtshr]\.?)"
)
_YEAR = rf"(?:{_ERA} ?の? ?(?:元|[0-9]{{1,2}})|西暦 ?[0-9]{{4}}|(?<![0-9])(?:18|19|20)[0-9]{{2}})"
_SOME = r"\s{0,2}"
_MONTH_AND_DAY = rf"[0-9]{{1,2}}{_SOME}(?:月|がつ){_SOME}[0-9]{{1,2}}{_SOME}(?:日|にち)?"
_MARKED = rf"{_YEAR}{_SOME}(?:年|ねん){_SOME}(?:\([^()\n]{{2,8}}\) ?)?{_MONTH_AND_DAY}"
_POINTED = rf"{_YEAR} ?[-./・] ?[0-9]{{1,2}} ?[-./・] ?[0-9]{{1,2}}(?![0-9])"
_SPACED = rf"{_YEAR} [0-9]{{1,2}} [0-9]{{1,2}}(?![0-9])"
_COMPACT = (
    rf"(?<![0-9A-Za-z-])(?:(?:18|19|20)[0-9]{{2}}|{_ERA}[0-9]{{2}})"
    "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?![0-9A-Za-z-])"
)
_MONTHS = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_DAY = "[0-9]{1,2}(?:st|nd|rd|th)?"
_ENGLISH = (
    rf"(?<![0-9A-Za-z])(?:{_MONTHS}\.? {_DAY},? [0-9]{{4}}|{_DAY} {_MONTHS}\.?,? [0-9]{{4}}"
    r"|[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:18|19|20)[0-9]{2})(?![0-9])"
)
_BARE = rf"(?<![0-9])[0-9]{{1,2}}{_SOME}年{_SOME}{_MONTH_AND_DAY}"  # 昭・平 60年4月1日
_MONTH = rf"{_YEAR}{_SOME}年{_SOME}[0-9]{{1,2}}{_SOME}月(?!{_SOME}[0-9])"
_BIRTHDAY = rf"(?<![0-9年]){_MONTH_AND_DAY}"
_DATE = re.compile(
    f"{_MARKED}|{_POINTED}|{_COMPACT}|{_ENGLISH}|(?P<part>{_BARE}|{_MONTH}|{_BIRTHDAY}|{_SPACED})",
    re.IGNORECASE,
)
_LABEL = (
    r"(?:生 ?年 ?月 ?日|お?誕生日|たんじょう(?:び|日)|お?生まれ(?:た日|たの|年月日|になったの)?"
    r"|うまれ(?:た日|たの)?|出生年月日|出生日|出生|生日|birthday|birthdate|birth date"
    r"|date of birth|d\.?o\.?b\.?|born(?: on| in)?)"
)
_SAID_BEFORE = re.compile(
    rf"{_LABEL}\s?(?:\([^()\n]{{1,8}}\))?(?:is|was)?[\s:;はがの「『(=→、,・|/]{{0,4}}"
    r"(?:西暦|和暦|[明治大正昭和平成令・/ ]{1,20})?[\s:(]{0,2}$",
    re.IGNORECASE,
)
_SAID_AFTER = re.compile(
    r"[\s」』)\]]{0,2}(?:\([^()\n]{1,8}\))?\s?(?:に|の)?\s?(?:[^\s。、\n0-9]{1,8}で)?"
    r"(?:生(?!まれ変)(?=[\s)、。」』,.]|$|[ぁ-ん](?!る|え)|\()|お?生まれ(?!変)|うまれ|産まれ|born"
    r"|誕生(?!日[祝会])|出生(?!届|証|連|数|率|地|祝))"
    r"|\s?\((?:満|当時|現在)?\s?[0-9]{1,3}\s?[歳才]\)",
)
_RANGE_AFTER = re.compile(
    r"\s?(?:以[前後降]|より[前後]|から|まで|〜|~|時点|現在)"
    r"|に?(?:生まれ|生まれた|出生した?)(?:方|者|人|子|児|お子さ[んま]|乳児)?の?(?:以|まで|から|〜)"
)
_LABELLED, _BEHIND_A_NAME = 0.95, 0.6
_WEAK = 0.2


class DateOfBirthRecognizer(IdentifierRecognizer):
    """With a label, or directly behind a person's name: 佐藤花子(昭和60年4月1日)."""

    entity = FindingType.DATE_OF_BIRTH
    forms = (Form(_DATE),)
    labels = frozenset({FindingType.DATE_OF_BIRTH})

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        del entities
        labels = labels_of(text, nlp_artifacts)
        results = []
        for match in _DATE.finditer(text):
            start, end = match.span()
            after = text[end : end + 16]
            if _RANGE_AFTER.match(after):
                continue
            before = _SAID_BEFORE.search(text[max(0, start - 24) : start])
            if match["part"] and not before:
                continue
            said = before or _SAID_AFTER.match(after) or labels.of_column(start, self.labels)
            score = _LABELLED if said else _WEAK
            results.append(found(self, (start, end), score, reason="生年月日と書かれている"))
        return results

    def enhance_using_context(
        self,
        text: str,
        raw_recognizer_results: list[RecognizerResult],
        other_raw_recognizer_results: list[RecognizerResult],
        nlp_artifacts: NlpArtifacts,
        context: list[str] | None = None,
    ) -> list[RecognizerResult]:
        """A date in brackets directly behind a name is a birth."""
        del nlp_artifacts, context
        names = {r.end for r in other_raw_recognizer_results if r.entity_type == FindingType.PERSON}
        for result in raw_recognizer_results:
            bracket = re.search(r"(?:さん|様|氏)?\s?[(（]\s?$", text[: result.start][-6:])
            if result.score == _WEAK and bracket:
                place = result.start - (min(6, result.start) - bracket.start())
                if place in names:
                    result.score = _BEHIND_A_NAME
                    result.recognition_metadata[REASON] = "氏名のすぐ後にある"
        return raw_recognizer_results
