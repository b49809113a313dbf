"""The weights of `app/answering/premise/confidence.toml`.

They learn from all that speaks against the claims of golden questions open to tuning, of those on
invented documents, and of true sentences asked back (「…ですよね」). A finding is right where the
premise is wrong and the unit is one that the author named; a wrong いいえ costs twice as much.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.answering.premise.confidence import CLASSES, SIGNALS, class_of, load_confidence, signals_of
from evals.calibrate.corpora import TrainingSet, answering_on, training_sets
from evals.calibrate.logistic import (
    EITHER,
    NEVER_NEGATIVE,
    NEVER_POSITIVE,
    Floats,
    probabilities,
    solve,
)
from evals.golden import GoldenQuestion, load_premises
from evals.grounding import load_grounding
from evals.metrics import says
from rag.normalization import comparable

TOML = Path(__file__).parents[2] / "app" / "answering" / "premise" / "confidence.toml"
_HEAD = """# Fitted by `python -m evals.calibrate premises --write`.
# What was tried and measured: docs/decisions/0004-retrieval-and-evidence.md.
"""
_THRESHOLD = 0.4
_AGAINST = {"apart"}
_FALSE_ALARM = 2.0
_RIGHT_BY_CHANCE = 0.3  # the premise is wrong, but the unit is none that the author named
_RIDGE = 0.09
_SAME_IN_EACH_CLASS = 0.3
_RIDGE_OF_INTERCEPTS = 0.015
_SHORTEST_QUOTE = 8
_SEED_PAGE = "seed-"
_ASKED_BACK = ("る", "い", "た")


@dataclass(frozen=True)
class Against:
    """What speaks against a claim. `is_named`: in a unit that the author named for that."""

    group: str
    signals: tuple[float, ...]
    is_named: bool


@dataclass(frozen=True)
class Sample:
    """A question with all that speaks against its claims. `author`: whose it is."""

    source: str
    author: str
    is_wrong: bool
    against: tuple[Against, ...]


@dataclass(frozen=True)
class Fitted:
    """`weights`: shape (classes, signals), in the orders of `CLASSES` and `SIGNALS`."""

    weights: Floats
    intercepts: Mapping[str, float]

    def is_contradicted(self, sample: Sample, threshold: float) -> bool:
        """Whether anything that speaks against the claims is sure enough."""
        totals = [
            self.weights[CLASSES.index(class_of(each.group))] @ each.signals
            + self.intercepts.get(each.group, -np.inf)
            for each in sample.against
        ]
        return bool((probabilities(np.array(totals)) >= threshold).any())


def fit(samples: Sequence[Sample]) -> Fitted:
    """All groups of findings that are in the samples get an intercept of their own."""
    rows = [(sample, each) for sample in samples for each in sample.against]
    groups = sorted({each.group for _, each in rows})
    width = len(SIGNALS)
    columns = np.zeros((len(rows), len(CLASSES) * width + len(groups)))
    for row, (_, each) in enumerate(rows):
        first = CLASSES.index(class_of(each.group)) * width
        columns[row, first : first + width] = each.signals
        columns[row, len(CLASSES) * width + groups.index(each.group)] = 1.0
    found = solve(
        columns,
        np.array([each.is_named for _, each in rows]),
        np.array([_importance(sample, each) for sample, each in rows]),
        _penalty(len(groups)),
        [
            *[NEVER_POSITIVE if name in _AGAINST else NEVER_NEGATIVE for name in SIGNALS]
            * len(CLASSES),
            *[EITHER] * len(groups),
        ],
    )
    weights, intercepts = np.split(found, [len(CLASSES) * width])
    return Fitted(
        weights.reshape(len(CLASSES), width), dict(zip(groups, intercepts.tolist(), strict=True))
    )


def committed() -> Fitted:
    """What stands in the file."""
    known = load_confidence()
    rows = [[known.weights[name][of] for of in SIGNALS] for name in CLASSES]
    return Fitted(np.array(rows), known.intercepts)


def _importance(sample: Sample, against: Against) -> float:
    if against.is_named:
        return 1.0
    return _RIGHT_BY_CHANCE if sample.is_wrong else _FALSE_ALARM


def _penalty(groups: int) -> Floats:
    """Of large weights, and of weights that differ from class to class: few findings are words."""
    apart = np.eye(len(CLASSES)) - 1 / len(CLASSES)
    signals = np.eye(len(SIGNALS))
    of_weights = _RIDGE * np.kron(np.eye(len(CLASSES)), signals)
    of_weights += _SAME_IN_EACH_CLASS * np.kron(apart, signals)
    size = len(of_weights)
    penalty = _RIDGE_OF_INTERCEPTS * np.eye(size + groups)
    penalty[:size, :size] = of_weights
    return penalty


def report(samples: Sequence[Sample], threshold: float = _THRESHOLD) -> Iterator[str]:
    """A line for each set, by weights that never saw its author; then all, also as committed."""
    held_out: dict[str, Fitted] = {}
    for author in dict.fromkeys(each.author for each in samples):
        held_out[author] = fit([each for each in samples if each.author != author])
    told = [held_out[each.author].is_contradicted(each, threshold) for each in samples]
    for source in dict.fromkeys(each.source for each in samples):
        is_own = [each.source == source for each in samples]
        yield f"{source:24} {_rates(samples, told, is_own)}"
    every = [True] * len(samples)
    yield f"{'all':24} {_rates(samples, told, every)}"
    for name, known in (("all, as fitted", fit(samples)), ("all, as committed", committed())):
        told = [known.is_contradicted(each, threshold) for each in samples]
        yield f"{name:24} {_rates(samples, told, every)}"


def _rates(samples: Sequence[Sample], told: Sequence[bool], is_own: Sequence[bool]) -> str:
    own = [
        pair for pair, counts in zip(zip(samples, told, strict=True), is_own, strict=True) if counts
    ]
    wrong = [is_told for sample, is_told in own if sample.is_wrong]
    others = [is_told for sample, is_told in own if not sample.is_wrong]
    return f"corrected {sum(wrong):3} of {len(wrong):3}  falsely {sum(others):3} of {len(others):4}"


@dataclass(frozen=True)
class Asked:
    """A question, and what its author knows of it; a sentence asked back has no `golden`."""

    source: str
    author: str
    question: str
    golden: GoldenQuestion | None = None


def measure(training: TrainingSet) -> Iterator[Sample]:
    """What the real application finds against the claims of all that is asked of a corpus."""
    audience = training.corpus.audience
    with answering_on(training.corpus) as (_, answering):
        for each in asked_of(training):
            found = answering.measure_premises(each.question, audience=audience)
            is_wrong = each.golden is not None and each.golden.premise == "contradicted"
            against = tuple(
                Against(
                    one.group,
                    tuple(signals_of(one).values()),
                    is_wrong and each.golden is not None and is_named(one.unit.text, each.golden),
                )
                for one in found
            )
            yield Sample(each.source, each.author, is_wrong, against)


def is_named(unit: str, question: GoldenQuestion) -> bool:
    """Whether the unit is part of the golden evidence, holds it, or says the first fact."""
    text = comparable(unit)
    places = [comparable(each) for each in question.evidence]
    if any(each in text or (len(text) > _SHORTEST_QUOTE and text in each) for each in places):
        return True
    return bool(question.facts) and says(unit, question.facts[0])


def asked_of(training: TrainingSet) -> list[Asked]:
    """The questions of the set, those about premises, and sentences asked back."""
    return [*_questions(training), *_true_sentences(training)]


def _questions(training: TrainingSet) -> Iterator[Asked]:
    for each in training.questions:
        yield Asked(training.name, training.author, each.question, each)
    if training.author != "golden":
        return
    name = training.corpus.name
    for one in load_premises(name, "dev"):
        yield Asked(f"premises {name}", "premises", one.question, one)
    if name == "seed":
        for one in load_premises(name, "fit"):
            yield Asked("premises seed, true", "premises, true", one.question, one)


def _true_sentences(training: TrainingSet) -> Iterator[Asked]:
    """Sentences that the evidence bears, asked back."""
    documents = training.corpus.texts()
    for case in load_grounding("dev"):
        is_here = case.document in documents or (
            training.name == "seed" and case.document.startswith(_SEED_PAGE)
        )
        for each in case.sentences if is_here else ():
            if each.is_supported:
                text = _asked_back(each.text)
                yield Asked(f"{training.name}, asked back", training.author, text)


def _asked_back(sentence: str) -> str:
    said = sentence.rstrip("。")
    return said + ("んですよね。" if said.endswith(_ASKED_BACK) else "よね。")


def toml(fitted: Fitted) -> str:
    """What `confidence.toml` holds."""
    lines = [f"threshold = {_THRESHOLD}"]
    for name, weights in zip(CLASSES, fitted.weights.tolist(), strict=True):
        lines += ["", f"[weights.{name}]"]
        lines += [f"{of} = {one + 0.0:.4f}" for of, one in zip(SIGNALS, weights, strict=True)]
    lines += ["", "[intercepts]"]
    lines += [f"{group} = {intercept:.4f}" for group, intercept in fitted.intercepts.items()]
    return _HEAD + "\n".join(lines) + "\n"


def calibrate(seed: Path | None) -> tuple[list[str], str]:
    """The lines of the report, and what the file would hold."""
    samples = [sample for each in training_sets(seed) for sample in measure(each)]
    return list(report(samples)), toml(fit(samples))
