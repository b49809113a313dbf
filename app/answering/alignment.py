"""How near the words of a question lie to those of the units that might answer it.

A near miss shares the programme's name with the question, so the whole looks near; the one word
that was asked about is near nothing. That is seen where the words are compared one by one, by
their vectors in context (late interaction, Khattab and Zaharia 2020, without its training).
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.word_vectors import WordReader, WordVectors

_UNITS = 8
_BEST = 3
_REMEMBERED = 500
_TELLING = re.compile(r"[一-龥ァ-ヶa-zA-Z0-9]")


@dataclass(frozen=True)
class Alignment:
    """Inner products of unit vectors, with the bundled embedder about 0.7..1.

    `sentence`: question and nearest unit as wholes; `sentences`: mean of the nearest three;
    `least_word`: of the question's telling words the one farthest from everything in the units;
    `least_together`: the same within one unit, the best; `words`: mean over all its pieces, which
    is how near anything lies here.
    """

    sentence: float = 0.0
    sentences: float = 0.0
    least_word: float = 0.0
    words: float = 0.0


class Aligner:
    """Compares questions with units. Units of documents are remembered, questions are not."""

    def __init__(self, reader: WordReader) -> None:
        self._reader = reader
        self._remembered: OrderedDict[str, WordVectors] = OrderedDict()
        self._lock = threading.Lock()

    def align(self, question: str, units: Sequence[str]) -> Alignment:
        """`units`: texts of the likeliest units, best first; only the first few are read.

        Without units or without a piece in the question everything is 0.
        """
        asked = self._reader.read_queries([question])[0]
        read = [unit for unit in self._read(units[:_UNITS]) if unit.pieces]
        if not read or not asked.pieces:
            return Alignment()
        nearest = np.stack([_nearest(asked, unit) for unit in read])
        telling = [i for i, piece in enumerate(asked.pieces) if _TELLING.search(piece)]
        told = nearest[:, telling] if telling else nearest
        whole = sorted((float(unit.sentence @ asked.sentence) for unit in read), reverse=True)
        return Alignment(
            sentence=whole[0],
            sentences=float(np.mean(whole[:_BEST])),
            least_word=float(told.max(axis=0).min()),
            words=float(nearest.max(axis=0).mean()),
        )

    def _read(self, units: Sequence[str]) -> list[WordVectors]:
        with self._lock:
            known = {text: self._remembered[text] for text in units if text in self._remembered}
        new = [text for text in dict.fromkeys(units) if text not in known]
        known.update(zip(new, self._reader.read_passages(new), strict=True))
        with self._lock:
            for text in units:
                self._remembered[text] = known[text]
                self._remembered.move_to_end(text)
            while len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        return [known[text] for text in units]


def _nearest(asked: WordVectors, unit: WordVectors) -> NDArray[np.float32]:
    """For each piece of the question its nearest piece in the unit, shape (pieces,)."""
    best: NDArray[np.float32] = (asked.vectors @ unit.vectors.T).max(axis=1)
    return best
