"""Answers to the golden questions, judged: what is shown, right, refused, quoted and sourced."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.answering.answer import Answer
from evals.golden import GoldenQuestion
from evals.metrics import is_quoted_from, is_read_from, says, says_all, unsourced_figures
from evals.retrieval import OnProgress
from rag.normalization import comparable

Ask = Callable[[str], Answer]


@dataclass(frozen=True)
class Judged:
    """One answer. `shown` is what a reader sees of it: its text, and quotes beyond that.

    The text is that of the evidence and, above it, what a language model wrote. Golden facts, all
    of them: `is_shown` in what is shown; `is_told` in text and citations, without the nearest
    places of an abstention; `is_right` in the text of an answer.
    """

    question: GoldenQuestion
    status: str
    shown: str
    is_shown: bool
    is_told: bool
    is_right: bool
    contradicts: bool
    quotes_in_source: tuple[bool, ...]
    nearest_in_source: tuple[bool, ...]
    unsourced: frozenset[str]
    ms: float
    provider: str = ""

    @property
    def is_answered(self) -> bool:
        return self.status == "answered"

    @property
    def chars(self) -> int:
        """Characters shown; a run of white space is one."""
        return len(" ".join(self.shown.split()))


def run_answers(
    ask: Ask,
    questions: Sequence[GoldenQuestion],
    sources: Mapping[str, str],
    on_progress: OnProgress = lambda _: None,
) -> list[Judged]:
    """Ask everything. `sources`: the text of each document as its file has it, by id."""
    judged = []
    for number, question in enumerate(questions, start=1):
        started = time.perf_counter()
        answer = ask(question.question)
        ms = (time.perf_counter() - started) * 1_000
        judged.append(judge(question, answer, sources, ms))
        on_progress(number)
    return judged


def judge(
    question: GoldenQuestion, answer: Answer, sources: Mapping[str, str], ms: float
) -> Judged:
    text, shown = said_text(answer), shown_text(answer)
    answered = answer.status == "answered"
    quotes = [each.quote for each in answer.citations]
    told = [text, *quotes]
    return Judged(
        question=question,
        status=answer.status,
        shown=shown,
        is_shown=question.answerable and says_all(shown, question),
        is_told=question.answerable and says_all("\n".join(told), question),
        is_right=question.answerable and answered and says_all(text, question),
        contradicts=answer.premise == "contradicted",
        quotes_in_source=tuple(
            is_quoted_from(sources.get(each.document_id, ""), each.quote)
            for each in answer.citations
        ),
        nearest_in_source=tuple(
            is_read_from(sources.get(each.document_id, ""), each.quote) for each in answer.nearest
        ),
        unsourced=frozenset(
            unsourced_figures(text, [*quotes, question.question]) if answered else ()
        ),
        ms=ms,
        provider=answer.provider,
    )


def said_text(answer: Answer) -> str:
    """What is said in the answer's own name: generated sentences, and the evidence below them."""
    return "\n".join((*answer.sentences, answer.text))


def shown_text(answer: Answer) -> str:
    """The answer's text, and below it each quote that the text does not hold already."""
    beside = answer.citations if answer.status == "answered" else answer.nearest
    parts = [said_text(answer)]
    for citation in beside:
        if comparable(citation.quote) not in comparable("\n".join(parts)):
            parts.append(citation.quote)
    return "\n".join(parts)


def missing_facts(judged: Judged) -> list[str]:
    """The first way of saying each fact that is not shown."""
    return [fact[0] for fact in judged.question.facts if not says(judged.shown, fact)]
