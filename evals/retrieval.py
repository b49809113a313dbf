"""Searchers on the golden questions, question by question in turns, so that noise hits all."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from evals.golden import GoldenQuestion
from evals.metrics import Found, first_rank, is_right_document, page_of_hits
from rag.fusion import FusionWeights
from rag.passage import Passage, SearchScope
from rag.retriever import Retriever

TOP_K = 10
RRF_K = 60

Search = Callable[[str], Sequence[Found]]
OnProgress = Callable[[int], None]
"""Called with the number of questions done."""

_DENSE_ONLY = FusionWeights(dense=1.0, neighbour=0.0, document=0.0, answer_form=0.0)
_LEXICAL_ONLY = FusionWeights(dense=0.0, neighbour=0.0, document=0.0, answer_form=0.0)


@dataclass
class ArmResult:
    """What one searcher did. `ranks` of hits, `document_ranks` of the right document."""

    ranks: list[int | None] = field(default_factory=list)
    document_ranks: list[int | None] = field(default_factory=list)
    pages: list[bool] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)
    longest: int = 0


class ArmRetriever(Retriever):
    """A retriever on the store of another one, with other weights."""

    @classmethod
    def of(cls, retriever: Retriever, weights: FusionWeights) -> Self:
        twin = cls.__new__(cls)
        twin.__dict__.update(vars(retriever))
        twin._weights = weights  # noqa: SLF001 - its own
        return twin


class RankFusionRetriever(ArmRetriever):
    """Plain reciprocal rank fusion: its scores take the place of the vector arm's."""

    def _dense(self, live: Any, query: str, scope: SearchScope) -> dict[int, float]:
        arms = [super()._dense(live, query, scope), super()._lexical(live, query, scope)]
        return reciprocal_ranks(arms, RRF_K)

    def _lexical(self, live: Any, query: str, scope: SearchScope) -> dict[int, float]:  # noqa: ARG002
        return {}


def reciprocal_ranks(arms: Sequence[Mapping[int, float]], k: int) -> dict[int, float]:
    """Sum over the arms of 1 / (k + rank), rank 1 for the best."""
    scores: dict[int, float] = {}
    for arm in arms:
        best_first = sorted(arm, key=lambda key: (-arm[key], key))
        for rank, key in enumerate(best_first, start=1):
            scores[key] = scores.get(key, 0.0) + 1 / (k + rank)
    return scores


def arms_of(retriever: Retriever, scope: SearchScope) -> dict[str, Search]:
    """Our searchers by name: the fusion as it is used, what it is made of, and plain RRF."""
    retrievers = {
        "fusion": retriever,
        "dense": ArmRetriever.of(retriever, _DENSE_ONLY),
        "lexical": ArmRetriever.of(retriever, _LEXICAL_ONLY),
        "rrf": RankFusionRetriever.of(retriever, _DENSE_ONLY),
    }
    return {name: searcher(each, scope) for name, each in retrievers.items()}


def searcher(retriever: Retriever, scope: SearchScope) -> Search:
    return lambda question: [as_found(each) for each in retriever.search(question, scope, TOP_K)]


def as_found(passage: Passage) -> Found:
    return Found(passage.document.document_id, passage.page, passage.text)


def run_arms(
    arms: Mapping[str, Search],
    questions: Sequence[GoldenQuestion],
    on_progress: OnProgress = lambda _: None,
) -> dict[str, ArmResult]:
    """All arms on the answerable questions."""
    results = {name: ArmResult() for name in arms}
    answerable = [each for each in questions if each.answerable]

    def judge(name: str, number: int, found: Sequence[Found]) -> None:
        _judge(found, answerable[number], results[name])

    ms = time_searches(arms, [each.question for each in answerable], on_progress, judge)
    for name, result in results.items():
        result.ms = ms[name]
    return results


def time_searches(
    arms: Mapping[str, Search],
    questions: Sequence[str],
    on_progress: OnProgress = lambda _: None,
    judge: Callable[[str, int, Sequence[Found]], None] = lambda *_: None,
) -> dict[str, list[float]]:
    """Milliseconds of each search of each arm. Who goes first changes with every question."""
    ms: dict[str, list[float]] = {name: [] for name in arms}
    names = list(arms)
    for search in arms.values():
        search("準備")  # what is loaded on first use is not part of a search
    for number, question in enumerate(questions):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            started = time.perf_counter()
            found = arms[name](question)
            ms[name].append((time.perf_counter() - started) * 1_000)
            judge(name, number, found)
        on_progress(number + 1)
    return ms


def _judge(found: Sequence[Found], question: GoldenQuestion, result: ArmResult) -> None:
    result.ranks.append(first_rank(found, question))
    result.document_ranks.append(first_rank(found, question, is_right_document))
    result.pages += page_of_hits(found[:5], question) if question.pages else []
    result.longest = max([result.longest, *(len(each.text) for each in found)])
