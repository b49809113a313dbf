"""The weights of `guardrails/output/grounding/judgement.toml`.

They learn from the sentences of `evals/golden/grounding` that are open to tuning, so far as the
weights decide: what is kept word for word or dropped whatever the weights are teaches nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np

from evals.calibrate.logistic import NEVER_POSITIVE, Bools, Fitted, Floats
from evals.calibrate.logistic import fit as fit_logistic
from evals.golden import FOLDER
from evals.grounding import GroundingCase, read_cases
from guardrails.output.grounding import EvidenceUnit, Verdict, Verifier
from guardrails.output.grounding.judgement import load_judgement
from guardrails.output.grounding.signals import Signals

TOML = Path(__file__).parents[2] / "guardrails" / "output" / "grounding" / "judgement.toml"
_HEAD = """# Fitted by `python -m evals.calibrate grounding --write`.
# What was tried and measured: docs/decisions/0008-grounding.md.
"""
_SIGNALS = tuple(each.name for each in fields(Signals))
_RIDGE = 1.0
_THRESHOLD = 0.78


@dataclass(frozen=True)
class Sample:
    """A sentence. `signals`: what is weighed of it, or whether it is kept whatever that is."""

    author: str
    is_supported: bool
    signals: tuple[float, ...] | bool


def fit(samples: Sequence[Sample]) -> Fitted:
    """By the samples that the weights decide. Both kinds of sentence must be there."""
    weighed = [each for each in samples if not isinstance(each.signals, bool)]
    signals = np.array([each.signals for each in weighed])
    is_supported = np.array([each.is_supported for each in weighed])
    return fit_logistic(signals, is_supported, [NEVER_POSITIVE] * len(_SIGNALS), _RIDGE)


def committed() -> Fitted:
    """What stands in the file."""
    known = load_judgement()
    return Fitted(np.array([known.weights[name] for name in _SIGNALS]), known.intercept)


def report(samples: Sequence[Sample], threshold: float = _THRESHOLD) -> Iterator[str]:
    """A line for each author, by weights that never saw their sentences; then all."""
    for author in dict.fromkeys(each.author for each in samples):
        own = [each for each in samples if each.author == author]
        fitted = fit([each for each in samples if each.author != author])
        yield f"{author:24} {_rates(own, fitted, threshold)}"
    for name, known in (("all, as fitted", fit(samples)), ("all, as committed", committed())):
        yield f"{name:24} {_rates(samples, known, threshold)}"


def _rates(samples: Sequence[Sample], fitted: Fitted, threshold: float) -> str:
    is_kept = np.array([_is_kept(each, fitted, threshold) for each in samples])
    is_supported = np.array([each.is_supported for each in samples])
    dropped, kept = (~is_kept)[~is_supported], is_kept[is_supported]
    return f"dropped {_share(dropped)}  kept {_share(kept)}"


def _share(right: Bools) -> str:
    return f"{right.mean():.3f} ({right.sum()} of {len(right)})"


def _is_kept(sample: Sample, fitted: Fitted, threshold: float) -> bool:
    if isinstance(sample.signals, bool):
        return sample.signals
    signals: Floats = np.array([sample.signals])
    return bool(fitted.probabilities(signals)[0] >= threshold)


def measure(author: str, cases: Sequence[GroundingCase], verifier: Verifier) -> Iterator[Sample]:
    """The signals of all sentences of an author."""
    for case in cases:
        evidence = [EvidenceUnit(unit.text, unit.titles) for unit in case.evidence]
        sources = verifier.read(evidence, case.question)
        for each in case.sentences:
            contradicted = each.premise == "contradicted"
            found = verifier.measure(each.text, sources, premise_contradicted=contradicted)
            if isinstance(found, Verdict):
                yield Sample(author, each.is_supported, found.is_kept)
            else:
                yield Sample(author, each.is_supported, astuple(found.signals))


def toml(fitted: Fitted) -> str:
    """What `judgement.toml` holds."""
    lines = [
        f"threshold = {_THRESHOLD}",
        f"intercept = {fitted.intercept:.3f}",
        "",
        "[weights]",
        *(f"{name} = {weight:.3f}" for name, weight in zip(_SIGNALS, fitted.weights, strict=True)),
    ]
    return _HEAD + "\n".join(lines) + "\n"


def calibrate() -> tuple[list[str], str]:
    """The lines of the report, and what the file would hold."""
    verifier = Verifier()
    samples = [
        sample
        for file in sorted((FOLDER / "grounding").glob("*.dev.jsonl"))
        for sample in measure(file.name.removesuffix(".dev.jsonl"), read_cases(file), verifier)
    ]
    return list(report(samples)), toml(fit(samples))
