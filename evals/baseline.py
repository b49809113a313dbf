"""Saved figures of a run that later runs are compared with: by model, figures only."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.errors import BaselineError
from evals.report import Report

EVAL_BASELINE = Path(__file__).with_name("baseline.json")
BENCH_BASELINE = Path(__file__).parent / "bench" / "baseline.json"


@dataclass(frozen=True)
class Baseline:
    """`saved` is the date, empty if there is no baseline of this model."""

    figures: Mapping[str, float]
    saved: str = ""


def load(path: Path, model: str) -> Baseline:
    """The figures of that model; none if nothing was saved. Raises BaselineError."""
    entry = _read(path).get(model)
    if entry is None:
        return Baseline({})
    try:
        figures = {str(key): float(value) for key, value in entry["figures"].items()}
        return Baseline(figures, str(entry["saved"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _broken(path) from error


def save(path: Path, report: Report) -> int:
    """Replace the figures that this run measured, keep the others; returns how many are new."""
    everything = _read(path)
    before = load(path, report.model).figures
    measured = {figure.key: round(figure.value, 4) for figure in report.figures()}
    everything[report.model] = {
        "saved": report.created.date().isoformat(),
        "figures": dict(sorted({**before, **measured}.items())),
    }
    text = json.dumps(dict(sorted(everything.items())), ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
    return len(measured)


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        parsed = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise _broken(path) from error
    if not isinstance(parsed, dict):
        raise _broken(path)
    return parsed


def _broken(path: Path) -> BaselineError:
    return BaselineError(
        f"基準 {path.name} を読めません。直すか消して、--save-baseline で保存し直してください。"
    )
