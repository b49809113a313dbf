"""All output guards, one after the other, over one whole sentence before anybody sees it."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from guardrails.output.conduct import ConductGuard
from guardrails.output.contacts import NO_CONTACTS, ContactGuard, ContactList
from guardrails.output.eligibility import EligibilityGuard
from guardrails.output.figures import FigureGuard
from guardrails.output.outcome import Guard, Kept, Mended, Outcome, OutputContext, Removed
from guardrails.output.partiality import PartialityGuard, judging_words
from guardrails.output.personal_data import PersonalDataAnalyzer, PersonalDataGuard
from guardrails.output.reasons import GuardReason
from guardrails.output.sentence_reader import Parse, read_sentence
from guardrails.output.verdicts import LegalGuard, MedicalGuard

_LOG = logging.getLogger(__name__)
# Reading takes the square of the length; what is longer is no sentence.
_LONGEST = 1_000


class OutputGuard:
    """The chain. Safe between threads if the parser and the analyzer are; remembers nothing.

    What mends comes last, so that nothing is mended that is removed anyway.
    """

    def __init__(self, guards: Sequence[Guard], parse: Parse) -> None:
        self._guards = guards
        self._parse = parse

    def check(self, sentence: str, context: OutputContext) -> Outcome:
        """What may be shown of the sentence. Never raises: a guard that fails closes the gate."""
        if len(sentence) > _LONGEST:
            return Removed(GuardReason.GUARD_FAILED)
        text = sentence
        reasons: dict[GuardReason, None] = {}
        name = "reading"
        try:
            read = read_sentence(text, self._parse)
            for guard in self._guards:
                name = guard.name
                found = guard.check(read, context)
                if isinstance(found, Removed):
                    return found
                if found is not None:
                    text = found.text
                    reasons.update(dict.fromkeys(found.reasons))
                    read = read_sentence(text, self._parse)
            hints = judging_words(read)
        except Exception as error:  # noqa: BLE001 - whatever it is, the sentence is not shown
            # Neither message nor traceback: both may quote the sentence.
            _LOG.error("Output guard %s failed: %s", name, type(error).__name__)
            return Removed(GuardReason.GUARD_FAILED)
        return Mended(text, tuple(reasons)) if reasons else Kept(text, hints)


def make_output_guard(
    parse: Parse,
    allowed: ContactList = NO_CONTACTS,
    analyzer: PersonalDataAnalyzer | None = None,
) -> OutputGuard:
    """The guards in their order. Without `analyzer` personal data is not looked for."""
    guards: list[Guard] = [
        *([PersonalDataGuard(analyzer)] if analyzer else []),
        MedicalGuard(),
        LegalGuard(),
        PartialityGuard(),
        ConductGuard(),
        FigureGuard(allowed),
        ContactGuard(allowed),
        EligibilityGuard(),
    ]
    return OutputGuard(guards, parse)
