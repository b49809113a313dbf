"""A large corpus that nobody has to keep: sentences of the committed one with varied words.

The same number always gives the same chunks, so that two runs measure the same work.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evals.errors import MeasurementError
from ingest.document import LoadedDocument, LoadLimits
from ingest.loaders import load_paths
from rag.passage import Audience, DocumentInfo, IndexedChunk, Snapshot
from rag.tokenizer import Tokenizer
from rag.units import split_units
from rag.word_vectors import Vectors, normalize

_SEED = 20_260_401
_CHUNKS_OF_DOCUMENT = 10
_STAFF_DOCUMENTS_OF_TEN = 7
_MIN_SENTENCE_CHARS, _CHUNK_CHARS = 12, 170
_NOISE = 0.5
_FIGURE = re.compile(r"\d+")
_SYLLABLES = "朝霧若葉白鷺青柳杉谷桐原萩岡椿浜榎島楠田柏崎菊池桂川桃沢梅野桜井藤枝"
_KINDS = ("補助金", "給付金", "相談会", "届出", "講座", "貸付", "減免", "助成")


@dataclass(frozen=True)
class SyntheticCorpus:
    snapshot: Snapshot
    texts: tuple[str, ...]

    def vector_ids(self, audience: Audience) -> list[int]:
        """Indexes of the chunks that belong to that audience."""
        chunks, documents = self.snapshot.chunks, self.snapshot.documents
        return [
            index
            for index, chunk in enumerate(chunks)
            if documents[chunk.document].audience == audience
        ]


def corpus_sentences(folder: Path) -> list[str]:
    """Sentences of all documents under `folder`, in order. Raises MeasurementError if none."""
    sentences = [
        unit.text
        for outcome in load_paths([folder], LoadLimits())
        if isinstance(outcome, LoadedDocument)
        for page in outcome.pages
        for unit in split_units(page.text)
        if len(unit.text) >= _MIN_SENTENCE_CHARS
    ]
    if not sentences:
        raise MeasurementError(f"{folder} に文書がないため、速さを測る文書を作れません。")
    return sentences


def synthesise(sentences: Sequence[str], chunks: int, tokenizer: Tokenizer) -> SyntheticCorpus:
    """`chunks` chunks of about 200 characters, ten to a document, seven of ten for staff."""
    rng = random.Random(_SEED)  # noqa: S311 - no secret
    tokens = [tokenizer.tokenize(sentence) for sentence in sentences]
    made = [_chunk(rng, sentences, tokens) for _ in range(chunks)]
    indexed: list[IndexedChunk] = []
    documents: list[DocumentInfo] = []
    pages: list[tuple[str, ...]] = []
    for first in range(0, chunks, _CHUNKS_OF_DOCUMENT):
        group = made[first : first + _CHUNKS_OF_DOCUMENT]
        number = len(documents)
        offset = 0
        for index, (text, words) in enumerate(group, start=first):
            span = (offset, offset + len(text))
            indexed.append(IndexedChunk(number, f"v{index}", 0, *span, None, (), tuple(words)))
            offset += len(text) + 1
        documents.append(_document(number))
        pages.append(("\n".join(text for text, _ in group),))
    return SyntheticCorpus(Snapshot(1, documents, pages, indexed), tuple(text for text, _ in made))


def _document(number: int) -> DocumentInfo:
    audience: Audience = "staff" if number % 10 < _STAFF_DOCUMENTS_OF_TEN else "public"
    return DocumentInfo(f"bench/{number}", f"文書{number}", audience, "L1")


def _chunk(
    rng: random.Random, sentences: Sequence[str], tokens: Sequence[Sequence[str]]
) -> tuple[str, list[str]]:
    """Neighbouring sentences under a made-up name, with other figures."""
    name = "".join(rng.sample(_SYLLABLES, 2))
    kind = rng.choice(_KINDS)
    text, words = f"{name}{kind}\n", [name, kind]
    start = rng.randrange(len(sentences))
    while len(text) < _CHUNK_CHARS:
        figure = str(rng.randrange(1, 9_999))
        text += _FIGURE.sub(figure, sentences[start % len(sentences)]) + "\n"
        words += [figure if each.isdigit() else each for each in tokens[start % len(sentences)]]
        start += 1
    return text, words


def scattered(centres: Vectors, count: int) -> Vectors:
    """`count` unit vectors around real ones in turn, so that they lie as embeddings do."""
    rng = np.random.default_rng(_SEED)
    dimension = centres.shape[1]
    noise = rng.standard_normal((count, dimension)).astype(np.float32) / np.sqrt(dimension)
    return normalize(centres[np.arange(count) % len(centres)] + np.float32(_NOISE) * noise)
