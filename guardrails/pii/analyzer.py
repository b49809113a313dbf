"""Personal data in a text: Presidio's engine with our own recognizers, one pass, no network."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine
from spacy.tokens import Doc
from spacy.vocab import Vocab

from guardrails.normalization import Normalized, comparable, normalize
from guardrails.pii.conflicts import resolve
from guardrails.pii.identifier import IS_VALID, LABELS_READ, LANGUAGE, REASON
from guardrails.pii.labels import Labels
from guardrails.pii.offices import is_in_office_block
from guardrails.pii.recognizers.registry import identifier_recognizers, name_recognizers
from guardrails.policy import Policy, default_policy
from guardrails.verdict import Finding, FindingType

_OFFICE_MAIL = re.compile(r"@(?:.+\.)?(?:lg|go)\.jp$|@(?:city|town|vill|pref)\.", re.IGNORECASE)
_NO_DIGITS_COMPARED = str.maketrans("", "", "-()・ ")


class PiiAnalyzer:
    """Finds personal data. One instance may serve many threads.

    `nlp_engine`: reads the words for the recognizers of persons and addresses; without one, only
    identifiers are found.
    `recognizers`: further ones, beside those of identifiers and of the policy.
    """

    def __init__(
        self,
        policy: Policy | None = None,
        nlp_engine: NlpEngine | None = None,
        recognizers: Iterable[EntityRecognizer] = (),
    ) -> None:
        self._policy = policy or default_policy()
        self._nlp_engine = nlp_engine or WordlessNlpEngine()
        self._allowed = frozenset(map(_allowed_form, self._policy.allowed))
        registry = RecognizerRegistry(
            recognizers=[
                *identifier_recognizers(self._policy),
                *(name_recognizers() if nlp_engine else ()),
                *recognizers,
            ],
            supported_languages=[LANGUAGE],
        )
        self._engine = AnalyzerEngine(
            registry=registry,
            nlp_engine=self._nlp_engine,
            supported_languages=[LANGUAGE],
            context_aware_enhancer=_NoEnhancer(),
        )

    def analyze(self, text: str) -> list[Finding]:
        """Sorted, disjoint findings; offsets count code points of `text`, which may be any."""
        normalized = normalize(text)
        if not normalized.text.strip():
            return []
        artifacts = self._nlp_engine.process_text(normalized.text, LANGUAGE)
        setattr(artifacts, LABELS_READ, Labels(normalized.text))  # once, for all recognizers
        results = self._engine.analyze(normalized.text, LANGUAGE, nlp_artifacts=artifacts)
        personal = [each for each in results if not self._is_public(each, normalized.text)]
        return resolve(
            finding for finding in _findings(personal, normalized) if self._masks(text, finding)
        )

    def _is_public(self, result: RecognizerResult, text: str) -> bool:
        """Address and mail of an office, in the paragraph that tells where to ask."""
        if not self._policy.offices_are_public or not (
            result.entity_type == FindingType.ADDRESS
            or (
                result.entity_type == FindingType.EMAIL
                and _OFFICE_MAIL.search(text[result.start : result.end])
            )
        ):
            return False
        return is_in_office_block(text, result.start, result.end)

    def _masks(self, text: str, finding: Finding) -> bool:
        kind = FindingType(finding.type)
        return (
            kind not in self._policy.disabled
            and finding.score >= self._policy.threshold_of(kind)
            and _allowed_form(text[finding.start : finding.end]) not in self._allowed
        )


class WordlessNlpEngine(NlpEngine):
    """Reads no words: what patterns need. Starts at once."""

    def load(self) -> None:
        """Nothing to load."""

    def is_loaded(self) -> bool:
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        del text
        return NlpArtifacts([], Doc(Vocab()), [], [], self, language)

    def process_batch(
        self,
        texts: Iterable[str],
        language: str,
        batch_size: int = 1,
        n_process: int = 1,
        **kwargs: object,
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        del batch_size, n_process, kwargs
        for text in texts:
            yield text, self.process_text(text, language)

    def is_stopword(self, word: str, language: str) -> bool:
        del word, language
        return False

    def is_punct(self, word: str, language: str) -> bool:
        del word, language
        return False

    def get_supported_entities(self) -> list[str]:
        return []

    def get_supported_languages(self) -> list[str]:
        return [LANGUAGE]


class _NoEnhancer(ContextAwareEnhancer):
    """The recognizers look at their context themselves: lemmas miss Japanese labels."""

    def __init__(self) -> None:
        super().__init__(0, 0, 0, 0)

    def enhance_using_context(
        self, text: str, raw_results: list[RecognizerResult], *_: object, **__: object
    ) -> list[RecognizerResult]:
        del text
        return raw_results


def _findings(results: Iterable[RecognizerResult], normalized: Normalized) -> Iterator[Finding]:
    for result in results:
        start, end = normalized.original_span(result.start, result.end)
        metadata = result.recognition_metadata or {}
        yield Finding(
            result.entity_type,
            start,
            end,
            round(float(result.score), 3),
            is_valid=bool(metadata.get(IS_VALID)),
            reason=str(metadata.get(REASON, "")),
        )


def _allowed_form(value: str) -> str:
    return comparable(value).translate(_NO_DIGITS_COMPARED)
