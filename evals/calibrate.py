"""Fit the weights of `app/answering/answerability.toml`: `python -m evals.calibrate [--write]`.

Logistic regression, each class of the same weight, signs held where a signal has a meaning, on the
calibration sets (invented documents by several authors) and the golden questions open to tuning;
never on held ones. What it reports of a set comes from weights fitted on the other sets.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from app.answering.answerability import AnswerSignals
from app.answering.service import AnsweringService
from evals.errors import MeasurementError
from evals.golden import FOLDER, GoldenQuestion, load, load_calibration
from evals.harness import (
    Corpus,
    fill,
    open_application,
    residents_corpus,
    seed_corpus,
    settings_for,
)
from evals.metrics import says_all

_TOML = Path(__file__).parents[1] / "app" / "answering" / "answerability.toml"
_HEAD = """# Fitted by `python -m evals.calibrate --write`.
# What was tried and measured: docs/decisions/0004-retrieval-and-evidence.md.
"""
_SIGNALS = tuple(each.name for each in fields(AnswerSignals))
_NEVER_POSITIVE = {"names_missing", "years_missing", "has_attribute", "words"}
_EITHER = {"asserts", "length"}
_RIDGE = 2.0
_THRESHOLD = 0.47

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """A question with its signals. `is_right`: whether what would be shown holds the facts."""

    source: str
    is_answerable: bool
    is_right: bool
    signals: tuple[float, ...]


@dataclass(frozen=True)
class Fitted:
    """Weights for raw signals, in the order of `AnswerSignals`."""

    weights: Floats
    intercept: float

    def probabilities(self, signals: Floats) -> Floats:
        return 1 / (1 + np.exp(-np.clip(signals @ self.weights + self.intercept, -30, 30)))


def fit(signals: Floats, is_answerable: NDArray[np.bool_]) -> Fitted:
    """`signals`: shape (questions, signals). Both kinds of question must be there."""
    mean, deviation = signals.mean(axis=0), signals.std(axis=0) + 1e-9
    standard = (signals - mean) / deviation
    sign = np.where(is_answerable, 1.0, -1.0)
    share = is_answerable.mean()
    weight = np.where(is_answerable, 0.5 / share, 0.5 / (1 - share))

    def loss(parameters: Floats) -> tuple[float, Floats]:
        weights, intercept = parameters[:-1], parameters[-1]
        margin = sign * (standard @ weights + intercept)
        gradient = -sign * weight / (1 + np.exp(np.clip(margin, -30, 30)))
        total = float((weight * np.logaddexp(0, -margin)).sum() + _RIDGE * (weights**2).sum())
        return total, np.append(standard.T @ gradient + 2 * _RIDGE * weights, gradient.sum())

    bounds = [*(_bounds(name) for name in _SIGNALS), (None, None)]
    found = minimize(loss, np.zeros(len(bounds)), jac=True, bounds=bounds, method="L-BFGS-B").x
    weights = found[:-1] / deviation
    return Fitted(weights, float(found[-1] - weights @ mean))


def _bounds(name: str) -> tuple[float | None, float | None]:
    if name in _EITHER:
        return None, None
    return (None, 0.0) if name in _NEVER_POSITIVE else (0.0, None)


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


def measure(corpus: Corpus, name: str, questions: Sequence[GoldenQuestion]) -> Iterator[Sample]:
    """The signals of all questions, by the real application on a folder of its own."""
    with (
        TemporaryDirectory() as folder,
        open_application(settings_for(Path(folder), None)) as application,
    ):
        opened = fill(application, corpus)
        answering = application.answering
        if not isinstance(answering, AnsweringService):
            raise MeasurementError("この構成では、回答の判断に使う値を測れません。")
        for each in questions:
            measured = answering.measure(each.question, audience=corpus.audience)
            if measured is not None:
                is_right = says_all(opened.ask(each.question).shown, each)
                yield Sample(name, each.answerable, is_right, astuple(measured))


def _sets() -> Iterator[tuple[Corpus, str, Sequence[GoldenQuestion]]]:
    for corpus in (seed_corpus(None), residents_corpus()):
        if corpus is not None:
            yield corpus, corpus.name, load(corpus.name, "dev")
    for path in sorted((FOLDER / "calibration").glob("*.questions.jsonl")):
        name = path.name.removesuffix(".questions.jsonl")
        documents = path.with_name(f"{name}.documents.jsonl")
        residents = name.startswith("residents")
        corpus = (
            Corpus("residents", documents, "public")
            if residents
            else Corpus("seed", documents, "staff")
        )
        yield corpus, f"calibration {name}", load_calibration(path)


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write answerability.toml")
    write = parser.parse_args().write
    samples: list[Sample] = []
    for corpus, name, questions in list(_sets()):
        samples += measure(corpus, name, questions)
    signals = np.array([each.signals for each in samples])
    fitted = fit(signals, np.array([each.is_answerable for each in samples]))
    sys.stdout.write("\n".join((*report(samples), "", toml(fitted))))
    if write:
        _TOML.write_text(toml(fitted), encoding="utf-8")


if __name__ == "__main__":
    main()
