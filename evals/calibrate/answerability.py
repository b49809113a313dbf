"""The weights of `app/answering/answerability.toml`.

They learn from invented documents by several authors and the golden questions open to tuning.
"""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np

from app.answering.answerability import AnswerSignals
from evals.calibrate.corpora import TrainingSet, answering_on, training_sets
from evals.calibrate.logistic import (
    EITHER,
    NEVER_NEGATIVE,
    NEVER_POSITIVE,
    Bools,
    Bound,
    Fitted,
    Floats,
)
from evals.calibrate.logistic import fit as fit_logistic
from evals.metrics import says_all

TOML = Path(__file__).parents[2] / "app" / "answering" / "answerability.toml"
_HEAD = """# Fitted by `python -m evals.calibrate answerability --write`.
# What was tried and measured: docs/decisions/0004-retrieval-and-evidence.md.
"""
_SIGNALS = tuple(each.name for each in fields(AnswerSignals))
_AGAINST = {"names_missing", "years_missing", "has_attribute", "words"}
_OPEN = {"asserts", "length"}
_RIDGE = 2.0
_THRESHOLD = 0.47


@dataclass(frozen=True)
class Sample:
    """A question with its signals. `is_right`: whether what would be shown holds the facts."""

    source: str
    is_answerable: bool
    is_right: bool
    signals: tuple[float, ...]


def fit(signals: Floats, is_answerable: Bools) -> Fitted:
    """`signals`: shape (questions, signals). Both kinds of question must be there."""
    return fit_logistic(signals, is_answerable, [_bound(name) for name in _SIGNALS], _RIDGE)


def _bound(name: str) -> Bound:
    if name in _OPEN:
        return EITHER
    return NEVER_POSITIVE if name in _AGAINST else NEVER_NEGATIVE


def report(samples: Sequence[Sample], threshold: float = _THRESHOLD) -> Iterator[str]:
    """A line for each set, by weights that never saw it."""
    signals = np.array([each.signals for each in samples])
    answerable = np.array([each.is_answerable for each in samples])
    right = np.array([each.is_right for each in samples])
    source = np.array([each.source for each in samples])
    for name in dict.fromkeys(each.source for each in samples):
        own = source == name
        answers = fit(signals[~own], answerable[~own]).probabilities(signals) >= threshold
        told = (answers & right)[own & answerable].mean()
        refused = (~answers)[own & ~answerable].mean()
        yield f"{name:24} right {told:.3f}  refused {refused:.3f}  of {own.sum()}"


def measure(training: TrainingSet) -> Iterator[Sample]:
    """The signals of all questions, by the real application."""
    with answering_on(training.corpus) as (opened, answering):
        for each in training.questions:
            measured = answering.measure(each.question, audience=training.corpus.audience)
            if measured is not None:
                is_right = says_all(opened.ask(each.question).shown, each)
                yield Sample(training.name, each.answerable, is_right, astuple(measured))


def toml(fitted: Fitted) -> str:
    """What `answerability.toml` holds."""
    lines = [
        f"intercept = {fitted.intercept:.4f}",
        f"threshold = {_THRESHOLD}",
        "",
        "[weights]",
        *(f"{name} = {weight:.4f}" for name, weight in zip(_SIGNALS, fitted.weights, strict=True)),
    ]
    return _HEAD + "\n".join(lines) + "\n"


def calibrate(seed: Path | None) -> tuple[list[str], str]:
    """The lines of the report, and what the file would hold."""
    samples = [sample for each in training_sets(seed) for sample in measure(each)]
    signals = np.array([each.signals for each in samples])
    fitted = fit(signals, np.array([each.is_answerable for each in samples]))
    return list(report(samples)), toml(fitted)
