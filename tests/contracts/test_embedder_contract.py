"""What any `Embedder` must do. The real one runs when its model is on this machine."""

import os
import re
import threading
from pathlib import Path

import numpy as np
import pytest

from rag.embedder import Embedder, FakeEmbedder, SentenceTransformerEmbedder
from rag.models import default_models_dir, is_ready, load_catalogue

MODELS_DIR = Path(os.environ.get("YORISOI_MODELS_DIR") or default_models_dir())

QUESTION = "児童手当の申請に必要な書類は何ですか"
RELATED = "児童手当の申請には、申請書と本人確認書類、振込先の口座がわかる書類が必要です。"
UNRELATED = "粗大ごみは、収集日の朝8時までに決められた場所へ出してください。"


@pytest.fixture(
    scope="module",
    params=["fake", pytest.param("e5-small", marks=pytest.mark.integration)],
)
def embedder(request) -> Embedder:
    if request.param == "fake":
        return FakeEmbedder()
    if not is_ready(load_catalogue()[request.param], MODELS_DIR):
        pytest.skip(
            f"{MODELS_DIR} に {request.param} がありません: yorisoi models pull {request.param}"
        )
    return SentenceTransformerEmbedder(request.param, models_dir=MODELS_DIR)


def test_vectors_are_unit_float32_rows(embedder):
    for vectors in (
        embedder.embed_queries([QUESTION, "税"]),
        embedder.embed_passages([RELATED, ""]),
    ):
        assert vectors.shape == (2, embedder.dimension)
        assert vectors.dtype == np.float32
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_no_texts_give_no_rows(embedder):
    assert embedder.embed_queries([]).shape == (0, embedder.dimension)
    assert embedder.embed_passages([]).shape == (0, embedder.dimension)


def test_identity_names_model_and_weights(embedder):
    assert re.fullmatch(r"[^@]+@[0-9a-f]{8,}", embedder.identity)


def test_related_passage_is_nearer_than_unrelated(embedder):
    scores = embedder.embed_passages([UNRELATED, RELATED]) @ embedder.embed_queries([QUESTION])[0]
    assert scores[1] > scores[0] + 0.02


def test_same_text_gives_the_same_vector(embedder):
    assert np.array_equal(embedder.embed_queries([QUESTION]), embedder.embed_queries([QUESTION]))


def test_rows_stand_in_the_order_of_the_texts_whatever_the_company(embedder):
    texts = [RELATED, "税", UNRELATED * 3, "", QUESTION, *(f"第{n}条" for n in range(20))]
    together = embedder.embed_passages(texts)
    for text, row in zip(texts, together, strict=True):
        assert float(embedder.embed_passages([text])[0] @ row) > 0.999


def test_progress_counts_up_to_all_texts(embedder):
    seen: list[int] = []
    embedder.embed_passages([RELATED] * 30, seen.append)
    assert seen == sorted(set(seen))
    assert seen[-1] == 30


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(" \n\t", id="blank"),
        pytest.param("壊れた\ud83d文字", id="lone-surrogate"),
        pytest.param("nul\0文字", id="nul"),
        pytest.param("長い文。" * 2_000, id="longer-than-the-model-reads"),
        pytest.param("</s><mask>", id="special-tokens"),
        pytest.param("👨‍👩‍👧‍👦🇯🇵", id="emoji"),
    ],
)
def test_strange_text_is_embedded_like_any_other(embedder, text):
    for vectors in (embedder.embed_queries([text]), embedder.embed_passages([text])):
        assert np.isfinite(vectors).all()
        assert np.linalg.norm(vectors[0]) == pytest.approx(1.0, abs=1e-5)


def test_threads_do_not_disturb_each_other(embedder):
    texts = [QUESTION, RELATED, UNRELATED, "税"]
    alone = [embedder.embed_queries([text])[0] for text in texts]
    results: dict[int, list[np.ndarray]] = {}

    def work(index):
        results[index] = [embedder.embed_queries([texts[index]])[0] for _ in range(5)]

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for index, expected in enumerate(alone):
        assert all(float(vector @ expected) > 0.9999 for vector in results[index])
