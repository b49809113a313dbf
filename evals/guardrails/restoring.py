"""Conversations that are masked, sent through a model that only repeats, and put back in pieces."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from evals.guardrails.cases import MaskCase
from evals.guardrails.messages import generate
from evals.place import Place
from evals.report import Section, Unit
from guardrails.pii.restorer import StreamRestorer, restore
from guardrails.pii.vault import PlaceholderVault
from guardrails.verdict import Finding

CONVERSATIONS = 10_000
_SEED = 10_000
_LONGEST_PIECE = 7
_MOST_TURNS = 4
_PER_TYPE, _CLEAN = 40, 200


@dataclass
class RoundTrips:
    """How many conversations there were, and in how many of them something went wrong."""

    conversations: int = 0
    changed: int = 0
    left_in_clear: int = 0
    held_too_long: int = 0


def run_round_trips(
    conversations: int = CONVERSATIONS, on_progress: Callable[[int], None] = lambda _: None
) -> RoundTrips:
    """Every message comes back as it was, letter for letter, however its pieces are cut."""
    random = Random(_SEED)  # noqa: S311 - repeatable on purpose
    cases = generate(_PER_TYPE, _CLEAN)
    trips = RoundTrips()
    for number in range(1, conversations + 1):
        _converse(random, random.choices(cases, k=random.randint(1, _MOST_TURNS)), trips)
        if number % 100 == 0:
            on_progress(number)
    return trips


def _converse(random: Random, cases: Sequence[MaskCase], trips: RoundTrips) -> None:
    """One vault for all turns; each turn adds to it, and all said so far must come back."""
    vault = PlaceholderVault()
    trips.conversations += 1
    said, masked = "", ""
    is_changed = is_left = is_late = False
    for case in cases:
        findings = [Finding(each.type, each.start, each.end, 1.0) for each in case.findings]
        turn = vault.mask(case.text, findings)
        is_left |= any(case.text[each.start : each.end] in turn for each in _telling(case))
        said, masked = said + case.text, masked + turn
        is_changed |= restore(masked, vault).text != said
        shown, latest = _streamed(random, masked, vault)
        is_changed |= shown != said
        is_late |= latest > _longest_placeholder(vault)
    trips.changed += is_changed
    trips.left_in_clear += is_left
    trips.held_too_long += is_late


def _telling(case: MaskCase) -> Iterator[Finding]:
    """Values that cannot stand in a text by chance, as 「原」 or 「02」 may."""
    for each in case.findings:
        if each.end - each.start >= 6 and each.type != "ADDRESS":
            yield Finding(each.type, each.start, each.end, 1.0)


def _streamed(random: Random, text: str, vault: PlaceholderVault) -> tuple[str, int]:
    """What was shown in the end, and how many characters of a text were held back at most."""
    restorer = StreamRestorer(vault)
    shown, start, latest = "", 0, 0
    while start < len(text):
        end = start + random.randint(1, _LONGEST_PIECE)
        shown += restorer.feed(text[start:end])
        latest = max(latest, len(restore(text[:end], vault).text) - len(shown))
        start = end
    return shown + restorer.finish(), latest


def _longest_placeholder(vault: PlaceholderVault) -> int:
    """With its brackets. What is held back is never longer than one of them."""
    return max((len(key) + 2 for key in vault), default=0)


def round_trips_section(trips: RoundTrips) -> Section:
    place = Place("guardrails", "generated")
    figures = [
        place.figure(f"restore/{name}", label, value, Unit.COUNT, is_better_high=False)
        for name, label, value in (
            ("changed", "元の文に戻らなかった会話", trips.changed),
            ("left_in_clear", "伏せた文に、元の値が残った会話", trips.left_in_clear),
            ("held_too_long", "伏せ字1つ分より長く、表示を待たせた会話", trips.held_too_long),
        )
    ]
    return Section(
        title="伏せて、戻す",
        note=f"作った文の会話 {trips.conversations:,} 件。伏せた文を、でたらめな長さに切って戻す。",
        figures=figures,
    )
