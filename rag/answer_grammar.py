"""A GBNF grammar that leaves a small model little room to leave its evidence.

Each line is a sentence that ends with the number of a piece of evidence. It does not begin
with はい or いいえ, and may use only hiragana, the characters of evidence and question, and figures
and Latin words whole, as they stand in the evidence; and literals (placeholders of what is masked),
whole too. So a figure, a date, an amount or an address
that no evidence holds cannot be written at all. Whether a line is true is another question; others
check that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_RUN = re.compile(
    r"[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]+(?:[-−‐.,，．/／:：~〜～@_][0-9A-Za-z０-９Ａ-Ｚａ-ｚ]+)*"
)
_HAS_DIGIT = re.compile(r"[0-9０-９]")
_SHORTEST = 6  # characters, with or without a run before each
_FREE = "ぁ-んー、・「」（）"
# Plain verbs, too: forced to be polite at any price, a small model writes 「増えるです」.
_ENDS = ("です", "ます", "ません", "ました", "でした", "ください", "る", "ない", "た")
# Between figures these would make new ones: they come inside of runs only.
_JOINERS = "-−‐.,，．/／:：~〜～@_"
_NEVER = frozenset(_JOINERS + '。！？\n\r\t[]［］<>＜＞「」『』\\^-"')


def answer_grammar(
    question: str,
    evidence: Sequence[str],
    *,
    nothing: str,
    max_lines: int,
    literals: Sequence[str] = (),
) -> str:
    """GBNF for `nothing`, or one to `max_lines` lines of the form `文。[2]`."""
    numbers = " | ".join(f'"[{n}]"' for n in range(1, len(evidence) + 1))
    more = ' ("\\n" line' * (max_lines - 1) + ")?" * (max_lines - 1)
    # A figure in a literal is no figure of the evidence, nor are its brackets characters.
    question = _without_literals(question, literals)
    whole = _without_literals("\n".join(evidence), literals)
    literal = "".join(f" | {_literal(each)}" for each in literals)
    own = set(_RUN.findall(whole))
    asked = {run for run in _RUN.findall(question) if not _HAS_DIGIT.search(run)}
    runs = sorted(own | asked)
    after_run = " | run closed" if runs else ""
    free = _FREE + _characters(whole + question)
    rules = [
        f"root ::= {_literal(nothing)} | line{more}",
        # A bare end is no answer, so a sentence has a beginning of some length.
        f'line ::= first head{{{_SHORTEST}}} open end "。" number',
        f"first ::= [{_without('はい', free)}] | [はい] [{_without('い', free)}]"
        + (" | run char" if runs else "")
        + literal,
        "head ::= char" + (" | run char" if runs else ""),
        f"end ::= {' | '.join(map(_literal, _ENDS))}",
        # After a run comes a character: two runs that touched would make a third.
        f'open ::= char open{after_run} | ""',
        f"char ::= [{free}]{literal}",
        f"number ::= {numbers}",
    ]
    if runs:
        rules += ['closed ::= char open | ""', "run ::= " + " | ".join(map(_literal, runs))]
    return "\n".join(rules) + "\n"


def _characters(text: str) -> str:
    """What is left of a text without its runs, each character once, for a class of GBNF."""
    kept: Iterable[str] = set(_RUN.sub("", text)) - _NEVER
    return "".join(sorted(each for each in kept if each.isprintable() and not "ぁ" <= each <= "ん"))


def _without_literals(text: str, literals: Iterable[str]) -> str:
    for each in literals:
        text = text.replace(each, "\n")  # what stood around it does not touch
    return text


def _without(characters: str, free: str) -> str:
    """The class `free`, which begins with all of ぁ-ん, without some of these."""
    ranges = "".join(
        chr(code) for code in range(ord("ぁ"), ord("ん") + 1) if chr(code) not in characters
    )
    return ranges + free.removeprefix("ぁ-ん")


def _literal(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
