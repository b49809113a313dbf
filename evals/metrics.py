"""What counts as found, right and honest. Pure functions over texts and ranks."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from evals.golden import GoldenQuestion
from rag.normalization import comparable

_COMMA = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
# Two figures of neighbouring cells or lines must not run together when white space goes.
_GAP_OF_FIGURES = re.compile(r"(?<=\d)(?:[ \t\u3000]*[\n\t\u3000]\s*| {2,})(?=\d)")
_BEFORE_FIGURE = r"(?<!\d)(?<!\d[.兆億万千百])"
_AFTER_FIGURE = r"(?!\.?\d)"
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_RESAMPLES = 2_000


@dataclass(frozen=True)
class Found:
    """A passage as a searcher gave it, ours or another's."""

    document_id: str
    page: int | None
    text: str


@dataclass(frozen=True)
class Interval:
    low: float
    high: float


def is_right_document(found: Found, question: GoldenQuestion) -> bool:
    """A document's id holds its golden name; the seed is one document, so it has none."""
    return question.document is None or question.document in found.document_id


def is_hit(found: Found, question: GoldenQuestion) -> bool:
    """Whether the passage holds a golden place of the evidence, whole."""
    if not is_right_document(found, question):
        return False
    text = comparable(found.text)
    return any(comparable(evidence) in text for evidence in question.evidence)


def first_rank(
    passages: Sequence[Found],
    question: GoldenQuestion,
    counts: Callable[[Found, GoldenQuestion], bool] = is_hit,
) -> int | None:
    """Rank of the first passage that counts, 1 for the best, or None."""
    for rank, found in enumerate(passages, start=1):
        if counts(found, question):
            return rank
    return None


def recall_at(k: int, ranks: Sequence[int | None]) -> float:
    """Share of the questions whose first hit stands among the best `k`."""
    return share([rank is not None and rank <= k for rank in ranks])


def mean_reciprocal_rank(ranks: Sequence[int | None]) -> float:
    return mean([1 / rank if rank else 0.0 for rank in ranks])


def page_of_hits(passages: Sequence[Found], question: GoldenQuestion) -> list[bool]:
    """For each hit that names a page, whether it is a golden one."""
    return [
        found.page in question.pages
        for found in passages
        if found.page is not None and is_hit(found, question)
    ]


def page_of_segments(chunks: Sequence[Found], questions: Sequence[GoldenQuestion]) -> list[bool]:
    """For each golden place that stands in exactly one chunk, whether the chunk's page is right."""
    texts = [comparable(chunk.text) for chunk in chunks]
    right = []
    for question in questions:
        for evidence in question.evidence:
            wanted = comparable(evidence)
            holders = [i for i, text in enumerate(texts) if wanted in text]
            if len(holders) == 1:
                right.append(chunks[holders[0]].page in question.pages)
    return right


def says(text: str, fact: Sequence[str]) -> bool:
    """Whether the text says a fact in one of its ways. A figure must stand whole in it.

    「500円」 is not said by 「1,500円」, 「1万500円」 or 「2.500円」.
    """
    return any(
        re.search(_whole(_without_commas(comparable(way))), form)
        for form in _forms(text)
        for way in fact
    )


def says_all(text: str, question: GoldenQuestion) -> bool:
    return all(says(text, fact) for fact in question.facts)


def _forms(text: str) -> set[str]:
    """Without white space; and with a gap left where lines or cells of figures meet."""
    return {_without_commas(comparable(text)), _apart(text)}


def _apart(text: str) -> str:
    # Before widths are folded: a wide space parts cells, a narrow one may stand in a figure.
    return _without_commas(comparable(_GAP_OF_FIGURES.sub("|", text)))


def _without_commas(text: str) -> str:
    return _COMMA.sub("", text)


def _whole(fact: str) -> str:
    before = _BEFORE_FIGURE if fact[:1].isdigit() else ""
    after = _AFTER_FIGURE if fact[-1:].isdigit() else ""
    return before + re.escape(fact) + after


def figures(text: str) -> set[str]:
    """All figures of a text, without thousands' commas: 「1,500円、9時30分」 -> 1500, 9, 30."""
    return {each for form in _forms(text) for each in _FIGURE.findall(form)}


def unsourced_figures(answer: str, sources: Iterable[str]) -> set[str]:
    """Figures of an answer that stand in none of the sources."""
    known: set[str] = set().union(*(figures(source) for source in sources))
    return set(_FIGURE.findall(_apart(answer))) - known


def is_quoted_from(source: str, quote: str) -> bool:
    """Whether a quote stands in its source, letter for letter but for white space."""
    return bool(quote.strip()) and bare(quote) in bare(source)


def is_read_from(source: str, shown: str) -> bool:
    """Whether a text that was made readable (width, bullets) stands in its source."""
    return bool(shown.strip()) and comparable(shown) in comparable(source)


def bare(text: str) -> str:
    return "".join(text.split())


def share(facts: Collection[bool]) -> float:
    return mean([float(fact) for fact in facts])


def mean(values: Sequence[float]) -> float:
    """0 for none: a share of nothing is shown with its count beside it."""
    return float(np.mean(values)) if len(values) else 0.0


def median(values: Sequence[float]) -> float:
    return float(np.median(values)) if len(values) else 0.0


def percentile(values: Sequence[float], percent: float) -> float:
    return float(np.percentile(values, percent)) if len(values) else 0.0


def interval(
    values: Sequence[float], statistic: Callable[[Sequence[float]], float] = mean
) -> Interval:
    """Bootstrap 95 % confidence interval of a statistic (percentiles of 2,000 resamples).

    The same values always give the same interval.
    """
    if not len(values):
        return Interval(0.0, 0.0)
    array = np.asarray(values, np.float64)
    picks = np.random.default_rng(20_260_401).integers(0, len(array), (_RESAMPLES, len(array)))
    resampled = array[picks]
    if statistic is mean:
        results = resampled.mean(axis=1)
    else:
        results = np.array([statistic(row) for row in resampled])
    low, high = np.percentile(results, [2.5, 97.5])
    return Interval(float(low), float(high))
