"""The one way this installation looks for personal data: its policy, and one reader of words."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import BadInputError
from guardrails.policy import PolicyError, load_policy
from guardrails.verdict import Finding

if TYPE_CHECKING:
    from guardrails.pii.analyzer import PiiAnalyzer

POLICY_NAME = "guardrails.yaml"


class InstallationAnalyzer:
    """Finds personal data by the municipality's policy, if the data folder has one.

    Loads at first use (seconds: dictionaries and the reader of names). Safe between threads.
    """

    def __init__(self, data_dir: Path) -> None:
        self._policy_path = data_dir / POLICY_NAME
        self._lock = threading.Lock()
        self._analyzer: PiiAnalyzer | None = None

    def analyze(self, text: str) -> list[Finding]:
        """Sorted, disjoint findings. Raises BadInputError for a policy that cannot be used."""
        return self._loaded().analyze(text)

    def _loaded(self) -> PiiAnalyzer:
        with self._lock:
            if self._analyzer is None:
                self._analyzer = self._load()
            return self._analyzer

    def _load(self) -> PiiAnalyzer:
        # What imports spaCy takes seconds: signing in and the inbox do not wait for it.
        from guardrails.pii.analyzer import PiiAnalyzer  # noqa: PLC0415
        from guardrails.pii.nlp import GinzaNlpEngine  # noqa: PLC0415

        try:
            policy = load_policy(self._policy_path)
        except PolicyError as error:
            raise BadInputError(str(error)) from error
        return PiiAnalyzer(policy, GinzaNlpEngine())
