"""Python's garbage collector, kept from going through all that stays for good, again and again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """No search for garbage within: loading makes a million objects, and throws few away.

    With it, a sixth of the processor time of loading the embedder went into searching in vain.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def spare_what_stays() -> None:
    """Never look again at what is loaded now. For a process that serves until it ends.

    A full search goes through every object of torch and of the index: a quarter of a second in
    which a person waits.
    """
    gc.collect()
    gc.freeze()
