"""What leaves for a language model is masked, and what it writes gets its names back.

Question and evidence of one answer are masked together, by the map of their conversation.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeVar

from app.fault import describe_fault
from guardrails.pii.outbound import OutboundGuard
from guardrails.pii.placeholders import placeholders_in
from guardrails.pii.restorer import Restored, restore
from guardrails.pii.vault import PlaceholderVault, VaultRules
from guardrails.verdict import Finding, FindingType

logger = logging.getLogger(__name__)

T = TypeVar("T")


class Analyzer(Protocol):
    """Finds personal data; `guardrails.pii.analyzer.PiiAnalyzer`."""

    def analyze(self, text: str) -> list[Finding]:
        """Sorted, disjoint, counting code points of `text`."""


class NoAnalyzer:
    """Finds nothing: for tests and measurements on texts that speak of nobody."""

    def analyze(self, _text: str) -> list[Finding]:
        return []


class Vaults(Protocol):
    """The maps of all conversations."""

    def change(
        self, conversation_id: str | None, change: Callable[[PlaceholderVault], T]
    ) -> tuple[PlaceholderVault, T]:
        """Call `change` with the conversation's map and keep what it made of it.

        It may be called again where somebody else was faster. Without a conversation the map is
        new and kept nowhere.
        """


class PassingVaults:
    """Where there are no conversations: each text has a map of its own, gone with its answer."""

    def __init__(self, rules: VaultRules | None = None) -> None:
        self._rules = rules or VaultRules()

    def change(
        self, _conversation_id: str | None, change: Callable[[PlaceholderVault], T]
    ) -> tuple[PlaceholderVault, T]:
        vault = PlaceholderVault(self._rules)
        return vault, change(vault)


@dataclass(frozen=True)
class Source:
    """A text for the prompt. `is_public`: who is named there is named in public."""

    text: str
    is_public: bool


@dataclass(frozen=True)
class ReadText:
    """A text and what was found in it, so that nobody has to look twice."""

    text: str
    findings: Sequence[Finding]

    @property
    def is_personal(self) -> bool:
        return any(each.type != FindingType.CLASSIFICATION_MARK for each in self.findings)


@dataclass(frozen=True)
class Leak:
    """A request that was stopped. `labels` of what was in it; none if a guard failed instead."""

    conversation_id: str | None
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Masked:
    """What may be sent, the check of it, and the way back."""

    question: str
    evidence: tuple[str, ...]
    vault: PlaceholderVault

    @property
    def placeholders(self) -> tuple[str, ...]:
        return tuple(placeholders_in("\n".join((self.question, *self.evidence))))

    @cached_property
    def guard(self) -> OutboundGuard:
        return OutboundGuard(self.vault)

    def restore(self, text: str) -> Restored:
        return restore(text, self.vault)


class Masking:
    """Masks for one provider or another alike: what is not needed is not sent.

    `on_leak` is told of a request that its check stopped.
    """

    def __init__(self, analyzer: Analyzer, vaults: Vaults, on_leak: Callable[[Leak], None]) -> None:
        self._analyzer = analyzer
        self._vaults = vaults
        self._on_leak = on_leak

    def read(self, text: str) -> ReadText:
        return ReadText(text, self._analyzer.analyze(text))

    def mask(
        self, conversation_id: str | None, question: ReadText, evidence: Sequence[Source]
    ) -> Masked:
        """Of public evidence only what the conversation speaks of is masked, elsewhere all."""
        read = [
            question,
            *(
                ReadText(each.text, ()) if each.is_public else self.read(each.text)
                for each in evidence
            ),
        ]

        def change(vault: PlaceholderVault) -> list[str]:
            for each in read:
                vault.add(each.text, each.findings)
            return [vault.mask(each.text, each.findings) for each in read]

        vault, (masked, *rest) = self._vaults.change(conversation_id, change)
        return Masked(masked, tuple(rest), vault)

    def stopped(self, conversation_id: str | None, labels: tuple[str, ...] = ()) -> None:
        """Tell of a request that was stopped. It stays so, whether or not that can be recorded."""
        try:
            self._on_leak(Leak(conversation_id, labels))
        except Exception as error:  # noqa: BLE001 - the answer goes on without the model
            logger.critical("leak not recorded: %s", describe_fault(error))
