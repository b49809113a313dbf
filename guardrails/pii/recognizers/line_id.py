"""LINE: user ids of the Messaging API (U and 32 hex digits) and the IDs that people choose.

https://github.com/line/line-openapi (webhook.yml: ^U[0-9a-f]{32}$)
"""

from __future__ import annotations

import re

from presidio_analyzer import RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from guardrails.pii.identifier import Form, IdentifierRecognizer
from guardrails.verdict import FindingType

_USER_ID = "(?<![0-9A-Za-z])[UCR][0-9a-f]{32}(?![0-9A-Za-z])"
_LINE = "(?:(?<![A-Za-z])LINE|(?<![ァ-ヶー])ライン|らいん)"
_CHOSEN = "(?P<value>@?(?=[0-9._-]*[A-Za-z])[A-Za-z0-9][A-Za-z0-9._-]{2,30}[A-Za-z0-9_])"
_SAID = r"[\s:はがの「『(=→、,]{0,5}"
_OFFICIAL = re.compile("公式|友だち追加|友達追加")
_SAY_ID = "(?:ID|アイディー|あいでぃー)"
_TAIL = "(?![A-Za-z0-9@])"


class LineIdRecognizer(IdentifierRecognizer):
    entity = FindingType.LINE_ID
    forms = (
        Form(re.compile(_USER_ID), 0.98),
        Form(
            re.compile(rf"{_LINE}[^\n。]{{0,12}}?{_SAY_ID}{_SAID}{_CHOSEN}{_TAIL}", re.IGNORECASE),
            0.9,
        ),
        Form(
            re.compile(
                rf"(?<![A-Za-z])ID{_SAID}{_CHOSEN}{_TAIL}(?=[^\n。]{{0,12}}{_LINE})", re.IGNORECASE
            ),
            0.85,
        ),
        Form(
            re.compile(rf"{_LINE}(?:垢|アカウント|名)?[:→は]\s?{_CHOSEN}{_TAIL}", re.IGNORECASE),
            0.7,
        ),
        Form(re.compile(rf"{_LINE} (?=[A-Za-z]*[0-9._-]){_CHOSEN}{_TAIL}", re.IGNORECASE), 0.7),
        Form(re.compile(rf"(?<![A-Za-z0-9.@/=&?_%+-])(?=[A-Za-z]*[0-9._@-]){_CHOSEN}{_TAIL}")),
    )
    labels = frozenset({FindingType.LINE_ID})

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        return [
            result
            for result in super().analyze(text, entities, nlp_artifacts)
            if not (
                text[result.start] == "@"
                and _OFFICIAL.search(text[max(0, result.start - 20) : result.end + 12])
            )
        ]
