"""Answers with a language model and without it: the same questions, one after the other."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.answering.answer import Answer, Completed, Dropped, Event, Evidence, Failed, Sentence
from app.answering.writing import FAILED
from evals.answers import Judged, judge
from evals.errors import MeasurementError
from evals.golden import GoldenQuestion
from evals.retrieval import OnProgress
from evals.sentences import at_odds, says_every_fact, unsupported

Walk = Callable[[str, bool], Iterator[Event]]
"""Events of one answering walk; the flag says whether a language model may write."""


@dataclass(frozen=True)
class Kept:
    """A generated sentence that is shown. `unsupported`: its figures that no cited quote has.

    `mended`: why a guard changed it.
    """

    text: str
    unsupported: tuple[str, ...]
    mended: tuple[str, ...] = ()


@dataclass(frozen=True)
class Walked:
    """One walk to its end. Milliseconds are from the question on."""

    answer: Answer
    sentences: tuple[Sentence, ...]
    dropped: tuple[str, ...]
    evidence_ms: float
    first_ms: float | None
    total_ms: float


@dataclass(frozen=True)
class Arm:
    """An answer of one arm and its times. `first_ms`: until a kept sentence; None without one."""

    judged: Judged
    evidence_ms: float
    total_ms: float
    first_ms: float | None = None


@dataclass(frozen=True)
class Pair:
    """One question, answered from evidence only (`plain`) and with sentences above (`written`).

    `dropped` are the reasons why sentences were dropped, with the failures of the model among them.
    """

    plain: Arm
    written: Arm
    kept: tuple[Kept, ...]
    dropped: tuple[str, ...]

    @property
    def question(self) -> GoldenQuestion:
        return self.plain.judged.question

    @property
    def texts(self) -> list[str]:
        return [each.text for each in self.kept]

    @property
    def failures(self) -> int:
        """How often the model failed or was too slow: once at most."""
        return self.dropped.count(FAILED)

    @property
    def sentences(self) -> int:
        """Sentences that the model wrote to their end."""
        return len(self.kept) + len(self.dropped) - self.failures

    @property
    def holds_facts(self) -> bool:
        """Whether the sentences alone say all golden facts."""
        return says_every_fact(self.texts, self.question)

    @property
    def at_odds(self) -> list[str]:
        """Kept sentences that may contradict a golden fact."""
        return at_odds(self.texts, self.question)


def run_pairs(
    walk: Walk,
    questions: Sequence[GoldenQuestion],
    sources: Mapping[str, str],
    on_progress: OnProgress = lambda _: None,
) -> list[Pair]:
    """Both arms on every question; who goes first changes, so that neither finds caches warmer.

    Raises MeasurementError where a walk fails.
    """
    pairs = []
    for number, question in enumerate(questions, start=1):
        order = (True, False) if number % 2 else (False, True)
        walked = {writes: follow(walk(question.question, writes)) for writes in order}
        pairs.append(_pair(question, walked[False], walked[True], sources))
        on_progress(number)
    return pairs


def follow(events: Iterator[Event]) -> Walked:
    """Walk to the end with a stopwatch. Raises MeasurementError if there is no answer."""
    started = time.perf_counter()
    sentences: list[Sentence] = []
    dropped: list[str] = []
    evidence_ms = first_ms = None
    answer: Answer | None = None
    for event in events:
        ms = (time.perf_counter() - started) * 1_000
        match event:
            case Evidence():
                evidence_ms = ms
            case Sentence():
                first_ms = ms if first_ms is None else first_ms
                sentences.append(event)
            case Dropped(reason=reason):
                dropped.append(reason)
            case Completed(answer=finished):
                answer = finished
            case Failed(message=message):
                raise MeasurementError(f"回答の途中で失敗しました: {message}")
    if answer is None:
        raise MeasurementError("回答が最後まで届きませんでした。")
    total = (time.perf_counter() - started) * 1_000
    seen = total if evidence_ms is None else evidence_ms
    return Walked(answer, tuple(sentences), tuple(dropped), seen, first_ms, total)


def _pair(
    question: GoldenQuestion, plain: Walked, written: Walked, sources: Mapping[str, str]
) -> Pair:
    def arm(walked: Walked) -> Arm:
        judged = judge(question, walked.answer, sources, walked.total_ms)
        return Arm(judged, walked.evidence_ms, walked.total_ms, walked.first_ms)

    citations = written.answer.citations
    kept = [
        Kept(
            each.text,
            tuple(unsupported(each.text, [citations[i].quote for i in each.citations])),
            each.mended,
        )
        for each in written.sentences
    ]
    return Pair(arm(plain), arm(written), tuple(kept), written.dropped)
