"""郵便番号: 3 and 4 digits. https://www.post.japanpost.jp/zipcode/"""

from __future__ import annotations

import re

from presidio_analyzer import RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from guardrails.pii.identifier import (
    HEAD,
    TAIL,
    Form,
    IdentifierRecognizer,
    labels_of,
    loose,
    number,
)
from guardrails.pii.offices import is_office_contact
from guardrails.verdict import FindingType

_PREFECTURE_OR_TOWN = "(?= ?[^0-9 \n]{0,12}[都道府県市区町村郡])"


class PostalCodeRecognizer(IdentifierRecognizer):
    """With 〒, a label, or an address behind it; 641-1212 alone may be a local telephone number."""

    entity = FindingType.POSTAL_CODE
    forms = (
        Form(re.compile(rf"〒 ?(?P<value>[0-9]{{3}}\s?-?\s?[0-9]{{4}}){TAIL}"), 0.95),
        Form(re.compile(f"{HEAD}(?P<value>[0-9]{{3}}-[0-9]{{4}}){TAIL}{_PREFECTURE_OR_TOWN}"), 0.8),
        Form(re.compile(f"{HEAD}(?P<value>[0-9]{{3}}-[0-9]{{4}}){TAIL}")),
        Form(number("[0-9]{7}")),
        Form(number(loose(7))),
    )
    labels = frozenset({FindingType.POSTAL_CODE})
    rivals = frozenset({FindingType.PHONE, FindingType.BANK_ACCOUNT, FindingType.HEALTH_INSURANCE})

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
            if not (
                self._offices_are_public
                and is_office_contact(labels.text, result.start, result.end)
            )
        ]
