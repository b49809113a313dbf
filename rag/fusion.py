"""Two arms, one score: dense and lexical scores are scaled to their own candidates and mixed.

Rank fusion (RRF, k = 60) was measured and lost to the better arm; see decision 0004.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.models import BUNDLED_EMBEDDER


@dataclass(frozen=True)
class FusionWeights:
    """`dense`: share of the vector arm, 0..1. `candidates`: how many of each arm are scaled.

    `neighbour`: share of a neighbour's score that a chunk inherits; `document`: share of its
    document's mean of best chunks; `answer_form`: bonus for holding the kind of answer asked for.
    """

    dense: float = 0.6
    candidates: int = 100
    neighbour: float = 0.15
    document: float = 0.2
    answer_form: float = 0.05


_DENSE_SHARE_OF_LARGER = 0.85


def weights_for(embedder: str) -> FusionWeights:
    """Weights for an embedder's name. Measured: a larger one needs the words less (0004)."""
    if embedder.startswith(BUNDLED_EMBEDDER):
        return FusionWeights()
    return FusionWeights(dense=_DENSE_SHARE_OF_LARGER)


def scale(scores: Mapping[int, float], candidates: int) -> dict[int, float]:
    """Map the best score to 1, the `candidates`-th (or the worst) to 0; leave out those below.

    Monotone; equal scores stay equal; empty in, empty out.
    """
    best = sorted(scores.items(), key=lambda item: -item[1])[:candidates]
    if not best:
        return {}
    top, floor = best[0][1], best[-1][1]
    if top == floor:
        return {key: 1.0 for key, _ in best}
    return {key: (score - floor) / (top - floor) for key, score in best}


def fuse(
    dense: Mapping[int, float], lexical: Mapping[int, float], weights: FusionWeights
) -> dict[int, float]:
    """Weighted sum of the scaled arms over all candidates of either, each in 0..1."""
    by_vector = scale(dense, weights.candidates)
    by_word = scale(lexical, weights.candidates)
    return {
        key: weights.dense * by_vector.get(key, 0.0) + (1 - weights.dense) * by_word.get(key, 0.0)
        for key in {*by_vector, *by_word}
    }
