"""生年月日: a date that the text calls a birth. Other dates and fiscal years stay.

Years: 西暦, 明治 to 令和, M T S H R; also compact (19850401, S600401) and as in English.
"""

from __future__ import annotations

import re

from presidio_analyzer import RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from guardrails.pii.identifier import REASON, Form, IdentifierRecognizer, found, labels_of
from guardrails.verdict import FindingType

_ERA = r"(?:明治|大正|昭和|平成|令和|(?<![A-Za-z])[MTSHRmtshr]\.?)"
_YEAR = rf"(?:{_ERA} ?(?:元|[0-9]{{1,2}})|西暦 ?[0-9]{{4}}|(?<![0-9])(?:18|19|20)[0-9]{{2}})"
_MARKED = rf"{_YEAR} ?(?:\([^()\n]{{2,8}}\) ?)?年 ?[0-9]{{1,2}} ?月 ?[0-9]{{1,2}} ?日?"
_POINTED = rf"{_YEAR} ?[-./・] ?[0-9]{{1,2}} ?[-./・] ?[0-9]{{1,2}}(?![0-9])"
_COMPACT = rf"(?<![0-9A-Za-z-])(?:(?:18|19|20)[0-9]{{2}}|{_ERA}[0-9]{{2}})[01][0-9][0-3][0-9](?![0-9A-Za-z-])"
_MONTHS = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_ENGLISH = (
    rf"(?<![0-9A-Za-z])(?:{_MONTHS}\.? [0-9]{{1,2}}(?:st|nd|rd|th)?,? [0-9]{{4}}"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th)? {_MONTHS}\.?,? [0-9]{{4}}|[0-9]{{1,2}}[/.-][0-9]{{1,2}}[/.-](?:19|20)[0-9]{{2}})(?![0-9])"
)
_DATE = re.compile(f"{_MARKED}|{_POINTED}|{_COMPACT}|{_ENGLISH}", re.I)
_LABEL = (
    "(?:生年月日|生 ?年 ?月 ?日|誕生日|たんじょうび|お?生まれ(?:た日)?|うまれ|出生日|出生年月日|生日|birthday|birthdate|"
    "date of birth|dob|born(?: on)?)"
)
_SAID_BEFORE = re.compile(rf"{_LABEL}[\s:はがの「『(=、,\w]{{0,8}}$", re.I)
_SAID_AFTER = re.compile(
    r"[\s」』)\]、,]{0,2}(?:\([^()\n]{1,8}\))?\s?(?:に|の|が|,|、)?\s?(?:生(?!活|産|徒|涯|物|命|計|き|じ|業|鮮|ご|中|前)|お?生まれ|うまれ|誕生|出生|産まれ|born)"
)
_RANGE_AFTER = re.compile(
    r"\s?(?:以[前後降]|より[前後]|から|まで|〜|~|時点|現在)|(?:に?(?:生まれた|生まれ|出生した?)(?:方|者|人|子|児|お子|乳児)?の?(?:以|まで|から|〜))"
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
            said = (
                _SAID_BEFORE.search(text[max(0, start - 24) : start])
                or _SAID_AFTER.match(after)
                or labels.of_column(start, self.labels)
            )
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
