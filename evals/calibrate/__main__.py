"""`python -m evals.calibrate answerability|grounding|premises [--write] [--seed-path PATH]`."""

import argparse
import sys
from pathlib import Path

from evals.calibrate import answerability, grounding, premises
from evals.errors import MeasurementError


def main() -> None:
    """Fit, report each set by weights that never saw it, and show or write the file."""
    parser = argparse.ArgumentParser(prog="python -m evals.calibrate", description=main.__doc__)
    parser.add_argument("name", choices=("answerability", "grounding", "premises"))
    parser.add_argument("--write", action="store_true", help="write the file of the weights")
    parser.add_argument("--seed-path", type=Path, help="the seed; grounding needs none")
    given = parser.parse_args()
    try:
        match given.name:
            case "answerability":
                file, (lines, text) = answerability.TOML, answerability.calibrate(given.seed_path)
            case "premises":
                file, (lines, text) = premises.TOML, premises.calibrate(given.seed_path)
            case _:
                file, (lines, text) = grounding.TOML, grounding.calibrate()
    except MeasurementError as error:
        sys.exit(str(error))
    sys.stdout.write("\n".join((*lines, "", text)))
    if given.write:
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
