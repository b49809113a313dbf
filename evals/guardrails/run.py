"""The guardrails over the golden and the generated texts: no corpus, no language model."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from evals.golden import Split
from evals.guardrails.cases import (
    MarksCase,
    MaskCase,
    OutputCase,
    ScreenCase,
    Span,
    has_cases,
    load_cases,
)
from evals.guardrails.marks import Classified, marks_misses, marks_sections
from evals.guardrails.mask import OURS, PEER, Finder, mask_misses, mask_sections, run_mask
from evals.guardrails.messages import CLEAN, PER_TYPE, generate
from evals.guardrails.output import Guarded, Outcome, output_misses, output_sections
from evals.guardrails.screen import Screened, screen_misses, screen_sections
from evals.guardrails.spans import Predicted
from evals.harness import spread
from evals.place import Place
from evals.report import Miss, Section
from evals.watch import Watcher
from guardrails.verdict import Finding

Part = tuple[list[Section], list[Miss]]


@dataclass(frozen=True)
class Guards:
    """What is measured, as functions of a text.

    `screen`: whether it is blocked, and by which rule. `classify`: level, marks and reason.
    `guard`: what became of a sentence, and why.
    """

    find: Callable[[str], Iterable[Finding]]
    screen: Callable[[ScreenCase], tuple[bool, str]]
    classify: Callable[[MarksCase], tuple[str, Sequence[Finding], str]]
    guard: Callable[[OutputCase], tuple[Outcome, str]]


def run_guardrails(
    guards: Guards, peer: Finder, splits: Sequence[Split], limit: int | None, watch: Watcher
) -> Part:
    """Everything, a split after the other, then the messages that are made here."""
    measure = _Measure(guards, peer, limit, watch)
    parts = [
        part
        for split in splits
        for part in (
            measure.mask(Place("guardrails", split), load_cases(MaskCase, split)),
            measure.screen(split),
            measure.marks(split),
            measure.output(split),
        )
    ]
    if "dev" in splits:
        made = generate(
            min(PER_TYPE, limit) if limit else PER_TYPE, min(CLEAN, limit) if limit else CLEAN
        )
        parts.append(measure.mask(Place("guardrails", "generated"), made, is_whole=True))
    return (
        [section for sections, _ in parts for section in sections],
        [miss for _, misses in parts for miss in misses],
    )


@dataclass(frozen=True)
class _Measure:
    guards: Guards
    peer: Finder
    limit: int | None
    watch: Watcher

    def mask(self, place: Place, cases: Sequence[MaskCase], *, is_whole: bool = False) -> Part:
        cases = cases if is_whole else spread(cases, self.limit)
        self.watch.stage(f"個人情報を探しています：{place.title}", len(cases))
        runs = run_mask({OURS: self._find, PEER: self.peer}, cases, self.watch.advance)
        return mask_sections(place, runs), _of_dev(place, mask_misses(runs[OURS]))

    def _find(self, text: str) -> list[Predicted]:
        return [Predicted(each.type, each.start, each.end) for each in self.guards.find(text)]

    def screen(self, split: Split) -> Part:
        place = Place("guardrails", split)
        cases = spread(load_cases(ScreenCase, split), self.limit)
        self.watch.stage(f"攻撃を見分けています：{place.title}", len(cases))
        screened = []
        for number, case in enumerate(cases, start=1):
            started = time.perf_counter()
            is_blocked, rule = self.guards.screen(case)
            ms = (time.perf_counter() - started) * 1_000
            screened.append(Screened(case, is_blocked, rule, ms))
            self.watch.advance(number)
        return screen_sections(place, screened), _of_dev(place, screen_misses(screened))

    def marks(self, split: Split) -> Part:
        place = Place("guardrails", split)
        classified = []
        for case in spread(load_cases(MarksCase, split), self.limit):
            level, marks, reason = self.guards.classify(case)
            spans = tuple(Span(start=each.start, end=each.end) for each in marks)
            classified.append(Classified(case, level, spans, reason))
        return marks_sections(place, classified), _of_dev(place, marks_misses(classified))

    def output(self, split: Split) -> Part:
        if not has_cases(OutputCase, split):
            return [], []
        place = Place("guardrails", split)
        cases = spread(load_cases(OutputCase, split), self.limit)
        self.watch.stage(f"書いた文を確かめています：{place.title}", len(cases))
        guarded = [Guarded(case, *self.guards.guard(case)) for case in cases]
        return output_sections(place, guarded), _of_dev(place, output_misses(guarded))


def _of_dev(place: Place, misses: list[Miss]) -> list[Miss]:
    """Held texts are only ever counted; of generated ones there would be too many."""
    return misses if place.split == "dev" else []
