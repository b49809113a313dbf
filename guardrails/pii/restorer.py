"""Puts the values back where a model wrote their placeholders, also while it still writes.

Brackets of another kind or width, spaces, width and case of label and number are understood. What
stands without brackets is left: 「氏名1」 may be the heading of a form. So is a placeholder that
was never given; whoever shows the text decides what becomes of it (`Restored.is_whole`).
"""

from __future__ import annotations

from dataclasses import dataclass

from guardrails.pii.placeholders import (
    CANDIDATE,
    CLOSERS,
    MAX_INNER_CHARS,
    OPENERS,
    comparable_key,
)
from guardrails.pii.vault import PlaceholderVault

_OPENERS = frozenset(OPENERS)
_ENDS = frozenset(OPENERS + CLOSERS + "\n")


@dataclass(frozen=True)
class Restored:
    """`is_whole`: nothing is left that a reader would take for a placeholder."""

    text: str
    is_whole: bool


def restore(text: str, vault: PlaceholderVault) -> Restored:
    """A whole text with its values. What was restored is not looked at again."""
    pieces: list[str] = []
    left: list[str] = []
    done = 0
    for match in CANDIDATE.finditer(text):
        value = vault.value(comparable_key(match[1]))
        if value is None:
            continue
        left.append(text[done : match.start()])
        pieces += [left[-1], value]
        done = match.end()
    left.append(text[done:])
    pieces.append(left[-1])
    return Restored("".join(pieces), not any(_is_left(each, vault) for each in left))


def _is_left(text: str, vault: PlaceholderVault) -> bool:
    if any(vault.is_lookalike(comparable_key(match[1])) for match in CANDIDATE.finditer(text)):
        return True
    plain = comparable_key(text)
    return any(key in plain for key in vault)


class StreamRestorer:
    """`restore` for a text that comes in pieces: the same result, however it is cut.

    Only what may still become a placeholder is held back, from its bracket on, so never more than
    one.
    """

    def __init__(self, vault: PlaceholderVault) -> None:
        self._vault = vault
        self._held = ""

    def feed(self, piece: str) -> str:
        """What can be shown now."""
        text = self._held + piece
        safe = self._safe_length(text)
        self._held = text[safe:]
        return restore(text[:safe], self._vault).text

    def finish(self) -> str:
        """What was held back when the text ended."""
        text, self._held = self._held, ""
        return restore(text, self._vault).text

    def _safe_length(self, text: str) -> int:
        """Up to the last bracket, if all that stands behind it may begin a placeholder."""
        at = max((text.rfind(each) for each in _OPENERS), default=-1)
        if at < 0:
            return len(text)
        inner = text[at + 1 :]
        if len(inner) > MAX_INNER_CHARS or not _ENDS.isdisjoint(inner):
            return len(text)
        beginning = comparable_key(inner)
        may_grow = any(key.startswith(beginning) for key in self._vault)
        return at if may_grow else len(text)
