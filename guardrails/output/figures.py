"""Figures that the cited text does not hold."""

from __future__ import annotations

import re

from guardrails.output.contacts import ContactList, find_contacts
from guardrails.output.outcome import OutputContext, Removed
from guardrails.output.predicates import Sentence
from guardrails.output.reasons import GuardReason
from rag.figures import Figure, FigureKind, find_figures
from rag.normalization import comparable

# 「一つだけ」「お一人で」「一度」: a manner of speaking in a reply that listens.
# 「1丁目2番3号」 of 「1-2-3」.
_ADDRESS = re.compile(r"\d+(?:丁目|番地?)(?:の)?\d+(?:番地?|号)?(?:の?\d+号?)?")
_DIGITS = re.compile(r"\d+")
_ONE = frozenset({"つ", "人", "回"})


class FigureGuard:
    """The cited text itself, not a title above it; a title is not what a reader is shown."""

    name = "figures"

    def __init__(self, allowed: ContactList) -> None:
        self._allowed = allowed

    def check(self, sentence: Sentence, context: OutputContext) -> Removed | None:
        figures = _figures(sentence.text, context)
        if context.is_listening:
            figures = [each for each in figures if not _is_idiom(each)]
        if not figures:
            return None
        texts = [*context.cited, *self._hours(sentence.text)]
        if context.is_listening:
            texts += context.conversation
        held = [each for text in texts for each in find_figures(text)]
        if all(any(said.equals(each) for each in held) for said in figures):
            return None
        return Removed(GuardReason.FIGURE)

    def _hours(self, text: str) -> list[str]:
        """Of the lines that the sentence names, with their names: 「24時間子供SOSダイヤル」."""
        plain = comparable(text)
        named = [each for each in self._allowed.valid() if each.is_named(plain)]
        return [text for each in named for text in (each.hours, *each.names)]


def _figures(text: str, context: OutputContext) -> list[Figure]:
    """Without those of contacts, which have a guard, and of addresses that are cited."""
    taken = [(each.start, each.end) for each in find_contacts(text)]
    taken += [
        match.span()
        for match in _ADDRESS.finditer(text)
        if "-".join(_DIGITS.findall(match[0])) in context.read
    ]
    return [
        figure
        for figure in find_figures(text)
        if not any(start < figure.end and figure.start < end for start, end in taken)
    ]


def _is_idiom(figure: Figure) -> bool:
    return figure.kind is FigureKind.COUNT and figure.value == 1 and figure.unit in _ONE
