"""What a question takes for granted, held against the evidence."""

from app.answering.premise.contradiction import Correction, find_contradiction
from app.answering.premise.unconfirmed import has_unconfirmed_figure

__all__ = ["Correction", "find_contradiction", "has_unconfirmed_figure"]
