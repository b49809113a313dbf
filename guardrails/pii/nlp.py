"""GiNZA as Presidio's NLP engine: one pass a message, for words with their tags and for names.

The parser is off: it takes most of GiNZA's time, and no recognizer asks for it. What is left is
Sudachi's words (`token.tag_`: 「名詞-固有名詞-人名-姓」) and the named entities.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator
from typing import Any

from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine
from spacy.language import Language
from spacy.tokens import Doc

LANGUAGE = "ja"
_MODEL = "ja_ginza"
_UNUSED = ("parser", "attribute_ruler", "morphologizer", "compound_splitter", "bunsetu_recognizer")
_PERSON_LABELS = frozenset({"Person", "Character"})
_SCORE = 0.85

_SEGMENT_CHARACTERS = 1_000
"""Sudachi refuses more than 49,149 bytes, and GiNZA's memory grows with the segment."""
_SENTENCE = re.compile(r"[^。!?！？\n]*[。!?！？\n]+|[^。!?！？\n]+")
# Sudachi refuses lone surrogates and reads U+0000 as the end of the text.
_UNREADABLE = re.compile(r"[\x00\ud800-\udfff]")


def segments(text: str, limit: int = _SEGMENT_CHARACTERS) -> list[str]:
    """The text in pieces of at most `limit` characters, cut after sentences where there are any.

    Joined they are the text.
    """
    pieces: list[str] = []
    current = ""
    for match in _SENTENCE.finditer(text):
        sentence = match.group()
        if len(current) + len(sentence) > limit:
            if current:
                pieces.append(current)
            while len(sentence) > limit:
                pieces.append(sentence[:limit])
                sentence = sentence[limit:]
            current = sentence
        else:
            current += sentence
    if current:
        pieces.append(current)
    return pieces


class GinzaNlpEngine(NlpEngine):
    """Loads on first use; safe between threads. Entities are of one kind: PERSON."""

    def __init__(self) -> None:
        self._language: Language | None = None
        self._lock = threading.Lock()

    def load(self) -> None:
        """Load the model (about a second); a second call does nothing."""
        with self._lock:
            self._load()

    def is_loaded(self) -> bool:
        """Whether the model is in memory."""
        return self._language is not None

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """Words and persons of the text. Offsets are those of `text`."""
        readable = _UNREADABLE.sub("\N{REPLACEMENT CHARACTER}", text)
        with self._lock:  # the words share one vocabulary and one Sudachi, which know no threads
            return self._artifacts(self._document(readable), language)

    def process_batch(
        self,
        texts: Iterable[str],
        language: str,
        batch_size: int = 1,  # noqa: ARG002 - every text is a batch of segments by itself
        n_process: int = 1,  # noqa: ARG002 - one process
        **kwargs: Any,  # noqa: ARG002 - Presidio's signature
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        """`process_text` of every text, in order."""
        for text in texts:
            yield text, self.process_text(text, language)

    def is_stopword(self, word: str, language: str) -> bool:  # noqa: ARG002 - Presidio's signature
        """Whether GiNZA counts the word as a stop word."""
        return bool(self._load().vocab[word].is_stop)

    def is_punct(self, word: str, language: str) -> bool:  # noqa: ARG002 - Presidio's signature
        """Whether the word is punctuation."""
        return bool(self._load().vocab[word].is_punct)

    def get_supported_entities(self) -> list[str]:
        """PERSON."""
        return ["PERSON"]

    def get_supported_languages(self) -> list[str]:
        """Japanese."""
        return [LANGUAGE]

    def _load(self) -> Language:
        if self._language is None:
            import spacy  # noqa: PLC0415 - seconds that sign-in and fixed texts need not wait for

            self._language = spacy.load(_MODEL, exclude=_UNUSED)
        return self._language

    def _document(self, text: str) -> Doc:
        """Of the whole text; its words' offsets are the text's."""
        nlp = self._load()
        documents = list(nlp.pipe(segments(text)))
        if not documents:
            return Doc(nlp.vocab)
        if len(documents) == 1:
            return documents[0]
        for document in documents:
            document.user_data.clear()  # shorter words, which nobody asks for and no merge keeps
        merged = Doc.from_docs(documents, ensure_whitespace=False)
        if merged is None:  # only of no documents
            return Doc(nlp.vocab)
        return merged

    def _artifacts(self, document: Doc, language: str) -> NlpArtifacts:
        persons = [entity for entity in document.ents if entity.label_ in _PERSON_LABELS]
        for entity in persons:
            entity.label_ = "PERSON"
        return NlpArtifacts(
            entities=persons,
            tokens=document,
            tokens_indices=[token.idx for token in document],
            lemmas=[token.lemma_ for token in document],
            nlp_engine=self,
            language=language,
            scores=[_SCORE] * len(persons),
        )
