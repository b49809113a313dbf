"""Another embedder, lost vectors, another tokenizer: the index says so, and can be rebuilt."""

from __future__ import annotations

import pytest

from app.knowledge import batch, service
from app.knowledge.errors import IndexDamagedError, IndexMismatchError
from app.knowledge.service import collections_of
from rag.tokenizer import VERSION

from .conftest import CHILD, STAFF_MANUAL, WASTE, CountingEmbedder

NEW = "other@2"


@pytest.fixture
def running(house):
    house.write("child.md", CHILD)
    house.write("waste.txt", WASTE)
    house.ingest()
    return house


def change_embedder(house) -> None:
    house.embedder = CountingEmbedder(NEW)
    house.restart()


def test_names_of_collections_come_from_the_embedder():
    names = collections_of("e5-small@cda1fc089b4d")

    assert set(names) == {"public", "staff"}
    assert names["public"].startswith("public-")
    assert len(names["public"]) == len("public-") + 12
    assert set(names.values()).isdisjoint(collections_of("e5-small@000000000000").values())


@pytest.mark.parametrize("act", ["publish", "ingest"])
def test_index_of_another_embedder_is_refused_with_both_names(running, act):
    change_embedder(running)

    with pytest.raises(IndexMismatchError) as caught:
        running.service.publish() if act == "publish" else running.ingest()

    for part in ("fake@1", NEW, "yorisoi reindex"):
        assert part in caught.value.message


def test_empty_index_takes_the_configured_embedder(house):
    house.service.publish()
    change_embedder(house)

    house.service.publish()

    assert house.execute("SELECT embedder FROM index_state") == [(NEW,)]


def test_reindex_builds_the_new_index_and_drops_the_old(running):
    running.write("manual.txt", STAFF_MANUAL)
    running.ingest(running.folder / "manual.txt")
    texts = running.live_texts()
    change_embedder(running)

    report = running.service.reindex()

    assert report.documents == 3
    assert report.embedded == len(running.embedder.embedded) > 0
    assert set(running.vectors._vectors) == set(collections_of(NEW).values())
    assert running.live_texts() == texts
    assert running.statuses(running.folder / "waste.txt") == {"waste.txt": "unchanged"}
    assert running.found("粗大ごみの手数料") >= {"waste.txt"}


def test_reindex_while_serving_swaps_what_is_searched(running):
    running.service.publish()
    before = running.retriever.snapshot.generation

    running.service.reindex()

    assert running.retriever.snapshot.generation == before + 1
    assert running.found("粗大ごみの手数料") >= {"waste.txt"}


def test_reindex_that_is_broken_off_leaves_the_old_index(running):
    old = running.embedder
    change_embedder(running)
    running.embedder.fails_on = 1

    with pytest.raises(MemoryError):
        running.service.reindex()

    running.embedder = old
    assert running.live_texts()
    assert running.found("粗大ごみの手数料") >= {"waste.txt"}


def test_reindex_with_the_same_embedder_embeds_nothing(running):
    running.embedder.embedded.clear()

    report = running.service.reindex()

    assert (report.embedded, running.embedder.embedded) == (0, [])


def test_reindex_of_nothing_is_no_failure(house):
    assert house.service.reindex().documents == 0


def test_reindex_tells_its_progress(running):
    said = []

    running.service.reindex(said.append)

    assert [(each.done, each.total) for each in said[:2]] == [(1, 2), (2, 2)]


def test_lost_vectors_are_noticed_and_mended(running):
    for name in list(running.vectors._vectors):
        running.vectors.drop(name)
    running.restart()

    with pytest.raises(IndexDamagedError) as caught:
        running.service.publish()
    assert "yorisoi reindex" in caught.value.message

    running.service.reindex()
    running.service.publish()
    assert running.found("粗大ごみの手数料") >= {"waste.txt"}


def test_words_are_cut_anew_for_a_new_tokenizer(running, monkeypatch):
    for module in (service, batch):
        monkeypatch.setattr(module, "TOKENIZER_VERSION", "next")
    running.embedder.embedded.clear()

    texts = running.live_texts()

    assert texts
    assert running.embedder.embedded == []
    assert {row[0] for row in running.execute("SELECT tokenizer FROM words")} == {VERSION, "next"}
    assert running.execute("SELECT tokenizer FROM index_state") == [("next",)]
    running.write("waste.txt", WASTE + "日曜日は休みです。\n")
    running.ingest()
    assert {row[0] for row in running.execute("SELECT tokenizer FROM words")} == {"next"}


def test_documents_cut_in_an_older_way_are_cut_anew_by_an_ingest(running):
    running.execute("UPDATE versions SET chunking = 'old'")
    running.embedder.embedded.clear()

    assert set(running.statuses().values()) == {"updated"}
    assert running.embedder.embedded == []
