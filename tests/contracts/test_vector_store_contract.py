"""What any `VectorStore` must do: in memory, and Chroma on a disk."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from rag.vector_store import ChromaVectorStore, InMemoryVectorStore

DIMENSION = 8
COLLECTION = "public-0123456789ab"
OTHER = "staff-0123456789ab"


@pytest.fixture(params=["memory", "chroma"])
def store(request, tmp_path):
    if request.param == "memory":
        return InMemoryVectorStore()
    return ChromaVectorStore.open(tmp_path / "vectors")


def unit(seed: int, count: int = 1) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def names(count: int) -> list[str]:
    return [f"{number:064x}" for number in range(count)]


def test_collection_that_was_never_filled_is_empty(store):
    assert store.ids(COLLECTION) == set()
    assert store.known(COLLECTION, ["a"]) == set()
    assert dict(store.get(COLLECTION, ["a"])) == {}
    assert store.nearest(COLLECTION, unit(1)[0], 5) == []


def test_no_ids_are_no_failure(store):
    store.add(COLLECTION, [], np.zeros((0, DIMENSION), np.float32))
    store.delete(COLLECTION, [])

    assert store.known(COLLECTION, []) == set()
    assert dict(store.get(COLLECTION, [])) == {}


def test_what_was_added_is_known_and_comes_back_in_float32(store):
    vectors = unit(1, 3)
    store.add(COLLECTION, ["a", "b", "c"], vectors)

    assert store.ids(COLLECTION) == {"a", "b", "c"}
    assert store.known(COLLECTION, ["b", "x"]) == {"b"}
    got = store.get(COLLECTION, ["c", "x", "a"])
    assert set(got) == {"a", "c"}
    assert got["c"].dtype == np.float32
    np.testing.assert_allclose(got["c"], vectors[2], atol=1e-6)


def test_nearest_are_the_largest_inner_products_best_first(store):
    vectors = unit(2, 50)
    store.add(COLLECTION, names(50), vectors)
    query = unit(3)[0] * 0.4  # a query need not be of length 1

    found = store.nearest(COLLECTION, query, 5)

    exact = sorted(zip(names(50), vectors @ query, strict=True), key=lambda item: -item[1])[:5]
    assert [each for each, _ in found] == [each for each, _ in exact]
    np.testing.assert_allclose([s for _, s in found], [s for _, s in exact], atol=1e-5)


def test_fewer_vectors_than_asked_for_are_all(store):
    store.add(COLLECTION, ["a", "b"], unit(4, 2))

    assert {each for each, _ in store.nearest(COLLECTION, unit(5)[0], 100)} == {"a", "b"}


def test_known_id_is_overwritten(store):
    first, second = unit(6, 2)
    store.add(COLLECTION, ["a"], first[None])
    store.add(COLLECTION, ["a"], second[None])

    assert store.ids(COLLECTION) == {"a"}
    np.testing.assert_allclose(store.get(COLLECTION, ["a"])["a"], second, atol=1e-6)


def test_deleted_vectors_are_gone_and_unknown_ids_ignored(store):
    store.add(COLLECTION, ["a", "b"], unit(7, 2))
    store.delete(COLLECTION, ["a", "never"])
    store.delete(COLLECTION, ["a"])

    assert store.ids(COLLECTION) == {"b"}
    assert [each for each, _ in store.nearest(COLLECTION, unit(8)[0], 5)] == ["b"]


def test_collections_do_not_see_each_other(store):
    store.add(COLLECTION, ["a"], unit(9))
    store.add(OTHER, ["b"], unit(10))

    assert store.ids(COLLECTION) == {"a"}
    assert [each for each, _ in store.nearest(OTHER, unit(11)[0], 5)] == ["b"]


def test_dropped_collection_is_empty_and_may_be_filled_again(store):
    store.add(COLLECTION, ["a"], unit(12))
    store.add(OTHER, ["b"], unit(13))
    store.drop(COLLECTION)
    store.drop(COLLECTION)

    assert store.ids(COLLECTION) == set()
    assert store.ids(OTHER) == {"b"}
    store.add(COLLECTION, ["c"], unit(14))
    assert store.ids(COLLECTION) == {"c"}


def test_more_vectors_than_one_statement_takes(store):
    ids = names(4_500)
    store.add(COLLECTION, ids, unit(15, 4_500))

    assert len(store.ids(COLLECTION)) == 4_500
    assert store.known(COLLECTION, ids) == set(ids)
    store.delete(COLLECTION, ids[:4_400])
    assert store.ids(COLLECTION) == set(ids[4_400:])


def test_ids_may_come_from_any_iterable(store):
    store.add(COLLECTION, ["a", "b"], unit(16, 2))

    assert store.known(COLLECTION, {"a": 1}.keys()) == {"a"}
    store.delete(COLLECTION, (each for each in ("a",)))
    assert store.ids(COLLECTION) == {"b"}


def test_searching_while_others_write(store):
    store.add(COLLECTION, names(20), unit(17, 20))
    faults: list[Exception] = []

    def search() -> None:
        try:
            for seed in range(20):
                assert store.nearest(COLLECTION, unit(seed)[0], 5)
        except Exception as error:  # noqa: BLE001 - any fault of a thread counts
            faults.append(error)

    searchers = [threading.Thread(target=search) for _ in range(2)]
    for each in searchers:
        each.start()
    for seed in range(10):
        store.add(COLLECTION, [f"new-{seed}"], unit(seed))
        store.delete(COLLECTION, [f"new-{seed}"])
    for each in searchers:
        each.join()

    assert faults == []


def test_chroma_keeps_what_it_was_given(tmp_path):
    vectors = unit(18, 3)
    ChromaVectorStore.open(tmp_path / "vectors").add(COLLECTION, ["a", "b", "c"], vectors)

    again = ChromaVectorStore.open(tmp_path / "vectors")

    assert again.ids(COLLECTION) == {"a", "b", "c"}
    np.testing.assert_allclose(again.get(COLLECTION, ["b"])["b"], vectors[1], atol=1e-6)
