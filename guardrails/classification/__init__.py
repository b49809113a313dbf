"""Marks of confidentiality, categories without marks, and the level L1-L4 that they make."""

from guardrails.classification.classifier import Classification, Classifier, classify
from guardrails.classification.level import Level, highest
from guardrails.classification.placing import Source
from guardrails.classification.policy import ClassificationPolicy, load_policy

__all__ = [
    "Classification",
    "ClassificationPolicy",
    "Classifier",
    "Level",
    "Source",
    "classify",
    "highest",
    "load_policy",
]
