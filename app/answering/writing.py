"""Sentences of a language model above the evidence: written from it, kept where it bears them."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass

from app.answering.answer import Answer, Citation, Dropped, Sentence
from guardrails.output.form import is_well_formed
from guardrails.output.grounding import EvidenceUnit, Reason, Verifier
from rag.chat_model import ChatModel
from rag.errors import ChatModelError
from rag.generator import generate_sentences
from rag.units import split_units

_UNITS = 6
_SHORTEST_UNIT = 6
FAILED = "model_failed"


@dataclass(frozen=True)
class _Unit:
    """A sentence or row of a citation. `citation` indexes the answer's."""

    citation: int
    text: str
    titles: tuple[str, ...]


class AnswerWriter:
    """`model` gives the language model there is now, or None while there is none."""

    def __init__(
        self, model: Callable[[], ChatModel | None], verifier: Verifier, seconds: float
    ) -> None:
        self._model = model
        self._verifier = verifier
        self._seconds = seconds

    @property
    def provider(self) -> str | None:
        """Name of the model that would write now, None without one."""
        model = self._model()
        return model.name if model else None

    def write(self, question: str, answer: Answer) -> Generator[Sentence | Dropped, None, None]:
        """What stands above the evidence, sentence by sentence; nothing for an abstention.

        A model that fails or is slow ends the sentences, never the answer. Closing the iterator
        stops the model.
        """
        model = self._model()
        units = _units(answer.citations)
        if model is None or answer.status != "answered" or not units:
            return
        evidence = [EvidenceUnit(unit.text, unit.titles) for unit in units]
        drafts = generate_sentences(
            model,
            question,
            [_readable(unit) for unit in units],
            deadline=time.monotonic() + self._seconds,
        )
        try:
            with closing(drafts):
                for draft in drafts:
                    if not is_well_formed(draft.text):
                        yield Dropped(Reason.FORM)
                        continue
                    verdict = self._verifier.verify(
                        draft.text,
                        evidence,
                        question,
                        cited=tuple(number - 1 for number in draft.cited),
                        premise_contradicted=answer.premise == "contradicted",
                    )
                    if verdict.is_kept:
                        places = dict.fromkeys(units[i].citation for i in verdict.supporting)
                        yield Sentence(draft.text, tuple(places))
                    else:
                        yield Dropped(verdict.reason)
        except ChatModelError:
            yield Dropped(FAILED)


def _units(citations: Sequence[Citation]) -> list[_Unit]:
    """The first sentences and rows of the quotes; a heading is the title of what follows it."""
    units: list[_Unit] = []
    for number, citation in enumerate(citations):
        titles: tuple[str, ...] = (citation.title, citation.section)
        for unit in split_units(citation.quote):
            text = unit.text.lstrip("# ").strip()
            if unit.text.startswith("#") or len(text) < _SHORTEST_UNIT:
                titles = (citation.title, citation.section, text)
            else:
                units.append(_Unit(number, text, titles))
    return units[:_UNITS]


def _readable(unit: _Unit) -> str:
    """With the nearest heading before it: a row alone does not say of what it is."""
    heading = unit.titles[-1].split(" > ")[-1]
    return f"{heading}: {unit.text}" if heading and heading not in unit.text else unit.text
