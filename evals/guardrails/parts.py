"""The guards as they are wired in the application, and as functions of one text."""

from collections.abc import Sequence
from datetime import date

from app.clock import TOKYO, system_clock
from app.screening import Screening, make_screen
from app.settings import Settings
from evals.guardrails.cases import MarksCase, OutputCase, ScreenCase
from evals.guardrails.output import Outcome
from evals.guardrails.run import Guards
from guardrails.classification import classify
from guardrails.output.contacts import Contact, ContactList, load_hotlines
from guardrails.output.guards import make_output_guard
from guardrails.output.outcome import Kept, Mended, OutputContext
from guardrails.pii.analyzer import PiiAnalyzer
from guardrails.pii.nlp import GinzaNlpEngine
from guardrails.policy import default_policy
from guardrails.verdict import Finding
from rag.embedder import Embedder
from rag.tokenizer import SudachiWords


def make_guards(settings: Settings, embedder: Embedder | None) -> Guards:
    """`embedder`: the bundled one, if it is loaded already. Everything else loads on first use."""
    analyzer = PiiAnalyzer(default_policy(), GinzaNlpEngine())
    screen = make_screen(settings, embedder)
    screen.warm_up()
    return Guards(analyzer.analyze, _Screening(screen), _classified, _Guarding(analyzer))


def _today() -> date:
    return system_clock().astimezone(TOKYO).date()


class _Screening:
    def __init__(self, screen: Screening) -> None:
        self._screen = screen

    def __call__(self, case: ScreenCase) -> tuple[bool, str]:
        verdict = self._screen.screen(case.text, case.source)
        return verdict.is_blocked, verdict.rule


def _classified(case: MarksCase) -> tuple[str, Sequence[Finding], str]:
    found = classify(case.text, case.source)
    return str(found.level), found.marks, found.reason


class _Guarding:
    """As for an answer: the analyzer looks at it too, and the contacts of the case are known."""

    def __init__(self, analyzer: PiiAnalyzer) -> None:
        self._analyzer = analyzer
        self._parse = SudachiWords().parse
        self._hotlines = load_hotlines()

    def __call__(self, case: OutputCase) -> tuple[Outcome, str]:
        known = [Contact(names=("市役所", "代表"), phones=(each,)) for each in case.contacts]
        allowed = ContactList((*self._hotlines, *known), _today)
        guard = make_output_guard(self._parse, allowed, self._analyzer)
        outcome = guard.check(case.text, OutputContext((case.question,), case.cited, case.audience))
        if isinstance(outcome, Kept):
            return "kept", ""
        if isinstance(outcome, Mended):
            return "mended", "、".join(outcome.reasons)
        return "removed", str(outcome.reason)
