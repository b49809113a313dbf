"""What a question takes for granted, held against the evidence."""

from app.answering.premise.contradiction import Correction, find_contradiction, findings
from app.answering.premise.finding import Finding
from app.answering.premise.unconfirmed import has_unconfirmed_figure

__all__ = ["Correction", "Finding", "find_contradiction", "findings", "has_unconfirmed_figure"]
