"""The sections on the guardrails, with the parts of the application and the peer."""

from collections.abc import Sequence

from app.settings import Settings
from evals.golden import Split
from evals.guardrails.parts import make_guards
from evals.guardrails.presidio_peer import StockPresidio
from evals.guardrails.restoring import CONVERSATIONS, round_trips_section, run_round_trips
from evals.guardrails.run import Part, run_guardrails
from evals.watch import Watcher
from rag.embedder import Embedder

_CONVERSATIONS_FOR_EACH_TEXT = 100  # where texts are limited


def measure_guardrails(
    settings: Settings,
    embedder: Embedder | None,
    splits: Sequence[Split],
    limit: int | None,
    watch: Watcher,
) -> Part:
    """About three minutes without a limit. `embedder`: the bundled one, if it is loaded."""
    watch.stage("守りの部品と、比べる相手（Presidio）を用意しています", None)
    guards, peer = make_guards(settings, embedder), StockPresidio()
    sections, misses = run_guardrails(guards, peer.find, splits, limit, watch)
    most = limit * _CONVERSATIONS_FOR_EACH_TEXT if limit else CONVERSATIONS
    conversations = min(CONVERSATIONS, most)
    watch.stage("伏せて、戻しています", conversations)
    trips = run_round_trips(conversations, watch.advance)
    return [*sections, round_trips_section(trips)], misses
