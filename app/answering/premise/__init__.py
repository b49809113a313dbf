"""What a question takes for granted, held against the evidence."""

from app.answering.premise.contradiction import Correction, find_contradiction

__all__ = ["Correction", "find_contradiction"]
