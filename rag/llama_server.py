"""llama.cpp's server as a process of its own: `python rag/llama_server.py`, started by
`rag.local_model` and by nobody else.

One line of JSON comes in on stdin (`Order`), one goes out on stdout: {"address"} when it answers,
or {"error"} when it never will. It ends when stdin does, so it cannot outlive whoever started it.
Nothing is written of what people ask.
"""

import contextlib
import ctypes
import json
import os
import signal
import sys
from typing import Any, TypedDict

_LOWEST_NICENESS = 19
_PR_SET_PDEATHSIG = 1
# A batch cannot be broken off: a smaller one is slower, a larger one goes on for longer after a
# reader has left.
_BATCH_TOKENS = 128


class Order(TypedDict):
    """What to serve. `threads` 0: one for each CPU; `context`: tokens of prompt and answer."""

    model: str
    threads: int
    context: int
    api_key: str


def main() -> None:
    end_with_the_starter()
    give_way()
    order: Order = json.loads(sys.stdin.readline())
    try:
        server = serve(order)
    except Exception as error:  # noqa: BLE001 - told to the starter, whatever it is
        tell({"error": f"{type(error).__name__}: {error}"[:200]})
        sys.exit(1)
    tell({"address": server.listening_address})
    sys.stdin.read()
    os._exit(0)  # taking the model apart properly would take seconds


def end_with_the_starter() -> None:
    """Loading a model holds the interpreter's lock for seconds, in which stdin is not watched."""
    if sys.platform == "linux":
        starter = os.getppid()
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != starter:
            sys.exit(1)


def give_way() -> None:
    """The lowest priority there is, before any thread starts: threads inherit it.

    At a normal one a generation took the embedding of a query from 13 to 944 ms.
    """
    with contextlib.suppress(OSError):
        os.nice(_LOWEST_NICENESS)
    if hasattr(os, "SCHED_IDLE"):
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def serve(order: Order) -> Any:
    """Load the model and listen on a free port of 127.0.0.1; returns the running server."""
    import xllamacpp  # noqa: PLC0415 - its threads must come after `give_way`

    params = xllamacpp.CommonParams()
    params.model.path = order["model"]
    params.n_ctx = order["context"]
    params.n_batch = params.n_ubatch = _BATCH_TOKENS
    params.n_gpu_layers = 0
    # Two cores write one answer as fast as two, each at half the speed: the second waits.
    params.n_parallel = 1
    params.cache_prompt = True
    # The prompt before stays in the slot; a store of older ones would grow to gigabytes.
    params.cache_ram_mib = 0
    params.n_ctx_checkpoints = 0
    for cpu in (params.cpuparams, params.cpuparams_batch):
        cpu.n_threads = order["threads"] or os.cpu_count() or 1
        cpu.poll = 0  # threads that wait sleep
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [order["api_key"]]
    params.ui = False
    params.offline = True
    params.verbosity = 0
    return xllamacpp.Server(params)


def tell(message: dict[str, str]) -> None:
    print(json.dumps(message), flush=True)  # noqa: T201 - the protocol


if __name__ == "__main__":
    main()
