"""Which ideas of an attack stand in a text, and which of them in the same sentence."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from itertools import combinations
from pathlib import Path

DOCUMENT = "document"
_CONCEPTS = Path(__file__).with_name("concepts.toml")
_SENTENCE = re.compile(r"(?<=[。!?！？\n])|(?<=[a-z]\.)(?=\s)")
_QUOTED = re.compile(
    r"「[^「」]*」|『[^『』]*』|“[^”]*”|\"[^\"\n]*\"|(?<![a-z])'[^'\n]{4,}'(?![a-z])"
)
TEMPLATE_TOKEN = re.compile(
    r"<\|[a-z_]{2,20}\|?>|\[/?inst\]|<</?sys>>|</?(?:system|assistant|developer)>"
    r"|(?:^|\n)\s*(?:#{2,}|\[|【|<{2,}|={3,}|-{3,})\s*(?:system|システム|instruction|assistant|admin)"
    r"|\"role\"\s*:\s*\"(?:system|assistant)\"",
)
_TURN = re.compile(
    r"(?:^|\n|[\[(（「])\s*(?:user|human|assistant|system|ai|q|a|質問|答え|回答|利用者|人|システム|問|答)"
    r"\s*[:：.]"
)
_REMOTE = re.compile(
    r"!\[[^\]]*\]\(\s*https?://|\[[^\]]*\]\(\s*https?://[^)]*[?{=]|<img[^>]+https?://"
)
_FILLED_IN = re.compile(r"https?://\S*(?:\{[^}\s]*\}?|[?&/][\w.-]+=(?=[)\s\"'」、。に]|$))")
_MARKUP = re.compile(r"<!--|<\w+[^>]*>|\[//\]: #")
_QUESTION = re.compile(r"(?:か|の|かな|かね|でしょう)?[?？][」』)）\s]*$|か[。]?\s*$")


@cache
def _concepts() -> tuple[tuple[str, re.Pattern[str]], ...]:
    table = tomllib.loads(_CONCEPTS.read_text(encoding="utf-8"))["concepts"]
    return tuple((name, re.compile(pattern, re.MULTILINE)) for name, pattern in table.items())


def signals_version() -> str:
    """Changes with the concepts; what else `cues` does is versioned here."""
    return f"1:{_CONCEPTS.read_text(encoding='utf-8')}"


def sentences(folded: str) -> list[str]:
    """Of a folded text, in order, without white space around them."""
    return [part.strip() for part in _SENTENCE.split(folded) if part.strip()]


def concepts_of(folded: str) -> frozenset[str]:
    return frozenset(name for name, pattern in _concepts() if pattern.search(folded))


def without_quotes(folded: str) -> str:
    """What the writer says, not what the writer quotes."""
    return _QUOTED.sub("「」", folded)


def cues(folded: str, source: str) -> list[float]:
    """Ideas in the text, pairs of them in one sentence (and outside quotes), and its form."""
    names = [name for name, _ in _concepts()]
    whole = concepts_of(folded)
    together = _pairs(concepts_of(sentence) for sentence in sentences(folded))
    said = without_quotes(folded)
    spoken = together if said == folded else _pairs(map(concepts_of, sentences(said)))
    form = (
        TEMPLATE_TOKEN.search(folded),
        len(_TURN.findall(folded)) > 1,
        _REMOTE.search(folded),
        _FILLED_IN.search(folded),
        _MARKUP.search(folded),
        _QUESTION.search(folded),
        said != folded,
        len(folded) > 120,
        source == DOCUMENT,
    )
    return [
        *(0.5 * (name in whole) for name in names),
        *(0.35 * (pair in together) for pair in combinations(names, 2)),
        *(0.35 * (pair in spoken) for pair in combinations(names, 2)),
        *(0.5 * bool(found) for found in form),
    ]


def _pairs(groups: Iterable[frozenset[str]]) -> set[tuple[str, str]]:
    order = {name: place for place, (name, _) in enumerate(_concepts())}
    found: set[tuple[str, str]] = set()
    for group in groups:
        found.update(combinations(sorted(group, key=order.__getitem__), 2))
    return found


def is_unmistakable(folded: str) -> bool:
    """Whether one sentence orders to drop the rules, or to show what is hidden.

    For texts that should mean nothing, like one read backwards: no prose is judged by this.
    """
    for sentence in sentences(folded):
        found = concepts_of(sentence)
        if {"ignore", "rule"} <= found or {"reveal", "prompt"} <= found:
            return True
        if {"reveal", "secret"} <= found or {"reveal", "others"} <= found:
            return True
    return False
