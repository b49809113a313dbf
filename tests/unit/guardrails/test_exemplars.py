"""A classifier taught by exemplars: what it learns, and how its head is kept."""

from __future__ import annotations

import numpy as np
import pytest

from guardrails.exemplars import Exemplar, ExemplarClassifier, read_exemplars
from rag.embedder import FakeEmbedder

ANIMALS = [
    "犬が吠える",
    "犬と歩く",
    "犬の登録",
    "子犬をもらう",
    "犬の注射",
    "大きな犬",
    "犬小屋",
    "迷い犬",
]
TAXES = ["税金を払う", "市民税の額", "税の申告", "固定資産税", "税務課", "納税証明", "税率", "減税"]
FOOD = [
    "給食の献立",
    "給食費",
    "給食の量",
    "給食室",
    "学校給食",
    "給食の時間",
    "給食当番",
    "給食だより",
]
EXEMPLARS = [
    Exemplar(text, label, "any", "user")
    for label, texts in (("animal", ANIMALS), ("tax", TAXES), ("food", FOOD))
    for text in texts
]


class CountingEmbedder(FakeEmbedder):
    def __init__(self):
        self.calls = 0

    def embed_queries(self, texts):
        self.calls += 1
        return super().embed_queries(texts)


def taught(embedder=None, exemplars=EXEMPLARS, **more) -> ExemplarClassifier:
    return ExemplarClassifier("test", exemplars, embedder, **more)


@pytest.mark.parametrize("embedder", [None, FakeEmbedder()])
def test_unseen_texts_get_the_label_of_the_exemplars_they_are_like(embedder):
    classifier = taught(embedder)
    odds = classifier.log_odds(["犬が逃げた", "税の相談", "給食の値段"], "user")
    labels = classifier.head().labels
    assert [labels[row.argmax()] for row in odds] == ["animal", "tax", "food"]


def test_no_texts_give_no_rows():
    assert taught().log_odds([], "user").shape == (0, 3)


def test_every_exemplar_was_also_judged_by_a_head_that_had_not_seen_it():
    held_out = taught().head().held_out
    assert held_out.shape == (len(EXEMPLARS), 3)
    assert np.isfinite(held_out).all()


def test_cues_decide_where_words_do_not():
    texts = [
        Exemplar(f"同じ文{n % 4}", "even" if n % 2 else "odd", "any", str(n % 2)) for n in range(20)
    ]
    classifier = taught(exemplars=texts, cues=lambda _text, context: [float(context == "1")])
    labels = classifier.head().labels
    odds = {context: classifier.log_odds(["同じ文"], context)[0] for context in ("0", "1")}
    assert labels[odds["1"].argmax()] == "even"
    assert labels[odds["0"].argmax()] == "odd"


class TestCache:
    def test_a_second_process_reads_the_head_instead_of_fitting_it(self, tmp_path):
        first = taught(CountingEmbedder(), cache_dir=tmp_path).log_odds(["犬"], "user")
        embedder = CountingEmbedder()
        again = taught(embedder, cache_dir=tmp_path)
        again.head()
        assert embedder.calls == 0
        assert np.array_equal(again.log_odds(["犬"], "user"), first)

    def test_another_exemplar_or_embedder_or_cue_gets_a_head_of_its_own(self, tmp_path):
        other = FakeEmbedder()
        other.identity = "another@1"
        taught(FakeEmbedder(), cache_dir=tmp_path).head()
        taught(other, cache_dir=tmp_path).head()
        taught(FakeEmbedder(), EXEMPLARS[:-1], cache_dir=tmp_path).head()
        taught(FakeEmbedder(), cues_version="2", cache_dir=tmp_path).head()
        assert len(list(tmp_path.iterdir())) == 4

    @pytest.mark.parametrize("damage", [b"", b"no archive at all", b"PK\x03\x04 cut short"])
    def test_a_damaged_file_is_replaced(self, tmp_path, damage):
        taught(cache_dir=tmp_path).head()
        (path,) = tmp_path.iterdir()
        path.write_bytes(damage)
        taught(cache_dir=tmp_path).head()
        assert taught(cache_dir=tmp_path).head().labels == ("animal", "food", "tax")
        assert path.stat().st_size > 1000

    def test_a_pickle_in_its_place_is_not_run(self, tmp_path):
        taught(cache_dir=tmp_path).head()
        (path,) = tmp_path.iterdir()
        with path.open("wb") as file:
            np.savez(file, labels=np.array([{"a": object}], dtype=object))
        assert taught(cache_dir=tmp_path).head().labels == ("animal", "food", "tax")

    def test_a_folder_that_cannot_be_written_costs_only_the_time(self, tmp_path):
        (tmp_path / "file").write_text("not a folder")
        assert taught(cache_dir=tmp_path / "file").head().labels == ("animal", "food", "tax")


def test_exemplars_are_read_with_their_group_and_context(tmp_path):
    path = tmp_path / "some.txt"
    path.write_text("## one user\nあ\\nい\n\n## two document\nう\n", encoding="utf-8")
    assert read_exemplars(path, "x") == [
        Exemplar("あ\nい", "x", "one", "user"),
        Exemplar("う", "x", "two", "document"),
    ]
