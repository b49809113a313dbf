"""Recognizers that a municipality writes into its policy file, with no code."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping

import regex
from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from guardrails.pii import check_digits
from guardrails.pii.identifier import LANGUAGE, found, only_digits
from guardrails.policy import CustomRecognizer

logger = logging.getLogger(__name__)

_CHECKS: Mapping[str, Callable[[str], bool]] = {
    "luhn": check_digits.is_luhn,
    "my_number": check_digits.is_my_number,
    "resident_code": check_digits.is_resident_code,
    "drivers_license": check_digits.is_drivers_license,
    "corporate_number": check_digits.is_corporate_number,
}


class PatternRecognizer(EntityRecognizer):
    """`seconds`: all patterns of the rule together, per text. A pattern that explodes is given up
    and logged by its name, never with the text.
    """

    def __init__(self, rule: CustomRecognizer, seconds: float) -> None:
        self._rule = rule
        self._seconds = seconds
        self._patterns = [regex.compile(pattern) for pattern in rule.patterns]
        super().__init__([rule.type], name=rule.name, supported_language=LANGUAGE)

    def load(self) -> None:
        """Nothing to load."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        del entities, nlp_artifacts
        results = []
        for start, end in self._spans(text):
            is_valid = self._is_valid(text[start:end])
            if is_valid is not False and self._has_context(text, start, end):
                results.append(
                    found(
                        self,
                        (start, end),
                        self._rule.score,
                        is_valid=bool(is_valid),
                        reason=f"追加の見つけ方「{self._rule.name}」",
                    )
                )
        return results

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        deadline = time.monotonic() + self._seconds
        for pattern in self._patterns:
            left = max(deadline - time.monotonic(), 0.001)
            try:
                for match in pattern.finditer(text, timeout=left):
                    span = match.span("value" if "value" in pattern.groupindex else 0)
                    if span[0] < span[1]:
                        yield span
            except TimeoutError:
                logger.warning("recognizer %s took too long and was given up", self._rule.name)
                return

    def _is_valid(self, value: str) -> bool | None:
        if self._rule.validation is None:
            return None
        return _CHECKS[self._rule.validation](only_digits(value))

    def _has_context(self, text: str, start: int, end: int) -> bool:
        window = self._rule.window
        near = text[max(0, start - window) : start] + "\n" + text[end : end + window]
        if any(word in near for word in self._rule.negative_context):
            return False
        return not self._rule.context or any(word in near for word in self._rule.context)
