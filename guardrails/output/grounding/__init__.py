"""Whether the evidence bears a generated sentence; what it does not bear is never shown."""

from guardrails.output.grounding.reasons import REASON_SENTENCES, Reason
from guardrails.output.grounding.verifier import EvidenceUnit, Sources, Verdict, Verifier

__all__ = ["REASON_SENTENCES", "EvidenceUnit", "Reason", "Sources", "Verdict", "Verifier"]
