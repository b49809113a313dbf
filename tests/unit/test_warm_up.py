"""What people are told while the application gets ready, and when it cannot."""

from __future__ import annotations

import threading

import pytest

from app.container import Readiness
from app.deferred_vectors import DeferredVectorStore
from app.errors import StoreUnavailableError
from app.warm_up import Step, WarmUp
from rag.errors import ModelNotPulledError
from rag.vector_store import InMemoryVectorStore


def failing(error: Exception) -> WarmUp:
    def fail(_say):
        raise error

    return WarmUp([Step("開いています。", fail)], str)


def test_each_step_says_what_is_being_waited_for():
    states: list[Readiness] = []
    warm_up = WarmUp(
        [
            Step("一つ目。", lambda _say: states.append(warm_up.state())),
            Step("二つ目。", lambda say: (say("34%"), states.append(warm_up.state()))),
        ],
        lambda: "文書がありません。",
    )
    assert warm_up.state().message == "起動しています。"

    warm_up.run()

    assert states == [
        Readiness(ready=False, message="一つ目。"),
        Readiness(ready=False, message="34%"),
    ]
    assert warm_up.state() == Readiness(ready=True, message="文書がありません。")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (StoreUnavailableError("書き込めません。"), "書き込めません。"),
        (ModelNotPulledError("e5-small"), "yorisoi models pull"),
        (ValueError("住所の入った本文"), "ValueError"),
    ],
)
def test_failure_is_shown_as_the_state_and_later_steps_are_not_run(error, said):
    warm_up = failing(error)

    warm_up.run()

    assert not warm_up.state().ready
    assert said in warm_up.state().message
    assert "住所" not in warm_up.state().message


def test_it_runs_beside_the_server_and_only_once():
    may_end = threading.Event()
    runs = []

    def wait(_say):
        runs.append(1)
        assert may_end.wait(10)

    warm_up = WarmUp([Step("待っています。", wait)], str)
    warm_up.start()
    warm_up.start()

    assert not warm_up.state().ready
    may_end.set()
    warm_up._thread.join(10)
    assert warm_up.state().ready
    assert runs == [1]


def test_what_follows_comes_after_the_last_step_and_not_after_a_failure():
    done = []
    warm_up = WarmUp([Step("読んでいます。", lambda _say: done.append("loaded"))], str)
    warm_up.run(lambda: done.append(f"then, ready: {warm_up.state().ready}"))
    failing(StoreUnavailableError("書き込めません。")).run(lambda: done.append("never"))

    assert done == ["loaded", "then, ready: False"]


def test_deferred_store_is_opened_once_by_whoever_needs_it_first():
    opened = []

    def open_store():
        opened.append(1)
        return InMemoryVectorStore()

    store = DeferredVectorStore(open_store)
    assert opened == []

    threads = [threading.Thread(target=store.ids, args=("public",)) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert opened == [1]
