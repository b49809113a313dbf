"""Lists of words that rules cannot do without, as data with a reason each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


@cache
def load_words(name: str) -> Mapping[str, frozenset[str]]:
    """The lists of `<name>.toml`. Raises KeyError for a list without a reason."""
    data = tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))
    return {key: _words(each["reason"], each["words"]) for key, each in data.items()}


def _words(reason: str, words: str) -> frozenset[str]:
    if not reason.strip():
        raise KeyError("reason")
    return frozenset(words.split())
