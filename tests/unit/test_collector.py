"""The garbage collector rests while things load, and works again after."""

import gc

import pytest

from app import collector


@pytest.fixture
def collecting():
    was_on = gc.isenabled()
    gc.enable()
    yield
    gc.unfreeze()
    if not was_on:
        gc.disable()


@pytest.mark.usefixtures("collecting")
def test_collector_works_again_after_a_pause_also_if_loading_fails():
    seen = []

    def fail():
        with collector.paused():
            seen.append(gc.isenabled())
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        fail()
    assert [*seen, gc.isenabled()] == [False, True]


@pytest.mark.usefixtures("collecting")
def test_a_collector_that_was_off_stays_off():
    gc.disable()
    with collector.paused():
        pass

    assert not gc.isenabled()


@pytest.mark.usefixtures("collecting")
def test_what_is_loaded_is_spared_and_later_garbage_is_not():
    collector.spare_what_stays()
    assert gc.get_freeze_count() > 0

    circle = []
    circle.append(circle)
    del circle
    assert gc.collect() > 0
