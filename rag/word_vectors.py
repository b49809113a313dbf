"""Vectors of the single words of a text, where one vector of the whole says too little."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

_MIN_NORM = 1e-12


@dataclass(frozen=True)
class WordVectors:
    """A text as the model reads it: `pieces` of words, without prompt and special pieces.

    `vectors`: float32 of shape (len(pieces), dimension), each piece in its context; `sentence`:
    shape (dimension,), the text as a whole. All of Euclidean length 1.
    """

    pieces: tuple[str, ...]
    vectors: Vectors
    sentence: Vectors


@runtime_checkable
class WordReader(Protocol):
    """Vectors of the single words of texts, where one vector of the whole says too little.

    One result for each text, in order. Raises as `Embedder` does.
    """

    def read_queries(self, texts: Sequence[str]) -> list[WordVectors]: ...

    def read_passages(self, texts: Sequence[str]) -> list[WordVectors]: ...


def normalize(vectors: Vectors) -> Vectors:
    """Rows scaled to Euclidean length 1; bfloat16 leaves them up to 0.3% off. Zero rows stay."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = (vectors / np.maximum(norms, _MIN_NORM)).astype(np.float32)
    return scaled


def words_of(
    model: Any, features: Mapping[str, Any], output: Mapping[str, Any], prompt: str
) -> list[WordVectors]:
    """The words of each text of one batch, from what a SentenceTransformer was given and gave."""
    sentences = normalize(output["sentence_embedding"].float().numpy())
    read = []
    for row, sentence in enumerate(sentences):
        ids = features["input_ids"][row][features["attention_mask"][row].bool()]
        pieces = model.tokenizer.convert_ids_to_tokens(ids.tolist())
        own = slice(_pieces_of_prompt(model, prompt, pieces), len(pieces) - 1)
        vectors = output["token_embeddings"][row][: len(pieces)][own].float().numpy()
        read.append(WordVectors(tuple(pieces[own]), normalize(vectors), sentence))
    return read


def _pieces_of_prompt(model: Any, prompt: str, pieces: Sequence[str]) -> int:
    """How many pieces at the beginning are the prompt's and the mark of the beginning."""
    length = 0
    wanted = len(prompt.replace(" ", ""))
    special = set(model.tokenizer.all_special_tokens)
    for number, piece in enumerate(pieces):
        if length >= wanted and piece not in special:
            return number
        length += 0 if piece in special else len(piece.replace("▁", ""))
    return len(pieces) - 1
