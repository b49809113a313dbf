"""Logistic regression with signs held: the loss is convex, so there is one fit to find."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Bound = tuple[float | None, float | None]

EITHER: Bound = (None, None)
NEVER_NEGATIVE: Bound = (0.0, None)
NEVER_POSITIVE: Bound = (None, 0.0)

_FARTHEST = 30.0
_NEVER_ZERO = 1e-9


@dataclass(frozen=True)
class Fitted:
    """Weights for raw signals, in their order."""

    weights: Floats
    intercept: float

    def probabilities(self, signals: Floats) -> Floats:
        """`signals`: shape (samples, signals)."""
        return probabilities(signals @ self.weights + self.intercept)


def fit(signals: Floats, is_true: Bools, bounds: Sequence[Bound], ridge: float) -> Fitted:
    """`signals`: shape (samples, signals), of either kind some; both kinds count the same.

    `ridge` holds back the weights of standardised signals, not the intercept.
    """
    mean, deviation = signals.mean(axis=0), signals.std(axis=0) + _NEVER_ZERO
    standard = np.column_stack([(signals - mean) / deviation, np.ones(len(signals))])
    share = is_true.mean()
    importance = np.where(is_true, 0.5 / share, 0.5 / (1 - share))
    penalty = np.diag([*[ridge] * signals.shape[1], 0.0])
    found = solve(standard, is_true, importance, penalty, [*bounds, EITHER])
    weights = found[:-1] / deviation
    return Fitted(weights, float(found[-1] - weights @ mean))


def solve(
    columns: Floats, is_true: Bools, importance: Floats, penalty: Floats, bounds: Sequence[Bound]
) -> Floats:
    """The weights of `columns`, shape (samples, columns), that cost least.

    `penalty`, shape (columns, columns), positive: the cost of weights w beside the samples' is
    w @ penalty @ w.
    """
    sign = np.where(is_true, 1.0, -1.0)

    def loss(weights: Floats) -> tuple[float, Floats]:
        margin = sign * (columns @ weights)
        gradient = -sign * importance / (1 + np.exp(np.clip(margin, -_FARTHEST, _FARTHEST)))
        total = (importance * np.logaddexp(0, -margin)).sum() + weights @ penalty @ weights
        return float(total), columns.T @ gradient + 2 * penalty @ weights

    start = np.zeros(columns.shape[1])
    # To the end: where it stops otherwise depends on the last digits of the samples.
    closely = {"ftol": 0.0, "gtol": 1e-9, "maxiter": 100_000, "maxfun": 100_000}
    found: Floats = minimize(
        loss, start, jac=True, bounds=bounds, method="L-BFGS-B", options=closely
    ).x
    return found


def probabilities(total: Floats) -> Floats:
    """The logistic function, element by element."""
    result: Floats = 1 / (1 + np.exp(-np.clip(total, -_FARTHEST, _FARTHEST)))
    return result
