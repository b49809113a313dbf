"""Versioned prompts: files in `rag/prompts/`, named `<name>.v<version>.toml`."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rag.chat_model import Message

_FOLDER = Path(__file__).with_name("prompts")
# What a text could use to end the fence it stands in, or to begin a number of its own.
_FENCE = str.maketrans("<>[]", "＜＞［］")
_HEADING = re.compile(r"#{2,}|={3,}|-{3,}|\*{3,}")  # "### System:" parts prompts of many models
MAX_EVIDENCE_CHARS = 480
MAX_QUESTION_CHARS = 240
_FRACTION = re.compile(r"(?<=[0-9]) ?/ ?(?=[0-9])")  # a layout may pull 1/2 apart
_NEWLINES = re.compile(r"\s*\n\s*")


@dataclass(frozen=True)
class Example:
    """An answer as it should be. `evidence` is numbered from 1."""

    evidence: tuple[str, ...]
    question: str
    answer: str


@dataclass(frozen=True)
class Prompt:
    """A version of a prompt. `user` holds `{evidence}` and `{question}`."""

    name: str
    version: int
    system: str
    user: str
    examples: tuple[Example, ...] = ()

    @property
    def id(self) -> str:
        """As records name it: `answer.v2`."""
        return f"{self.name}.v{self.version}"

    @property
    def fixed_text(self) -> str:
        """All that is the same in every request."""
        shown = (part for each in self.examples for part in (each.question, *each.evidence))
        answers = (each.answer for each in self.examples)
        return "\n".join((self.system, self.user, *shown, *answers))

    def messages(self, question: str, evidence: Sequence[str]) -> list[Message]:
        """The prompt for a question; `evidence` (from `fitting`) is numbered from 1.

        All but the last message is the same for every question, so a server may keep its state.
        """
        messages = [Message("system", self.system)]
        for each in self.examples:
            messages.append(self._asked(each.question, each.evidence))
            messages.append(Message("assistant", each.answer))
        return [*messages, self._asked(fenced(shortened(question)), evidence)]

    def _asked(self, question: str, evidence: Sequence[str]) -> Message:
        numbered = "\n".join(f"[{n}] {text}" for n, text in enumerate(evidence, start=1))
        return Message("user", self.user.format(evidence=numbered, question=question))


@cache
def load_prompt(name: str, version: int) -> Prompt:
    """The prompt of that name and version. Raises FileNotFoundError: it is part of the program."""
    text = (_FOLDER / f"{name}.v{version}.toml").read_text(encoding="utf-8")
    parts = tomllib.loads(text)
    examples = tuple(
        Example(tuple(each["evidence"]), each["question"], each["answer"])
        for each in parts.get("examples", ())
    )
    return Prompt(name, version, parts["system"].strip(), parts["user"].strip(), examples)


def fitting(evidence: Sequence[str]) -> list[str]:
    """The first units that together stay within MAX_EVIDENCE_CHARS, fenced; the very first cut."""
    chosen: list[str] = []
    left = MAX_EVIDENCE_CHARS
    for text in evidence:
        if len(text) > left and chosen:
            break
        chosen.append(fenced(text[:left]))
        left -= len(text)
    return chosen


def fenced(text: str) -> str:
    """`text` on one line: no sign of the prompt's own or of a chat template, nothing unseen."""
    seen = "".join(char for char in text.strip() if unicodedata.category(char) != "Cf")
    line = _HEADING.sub(" ", _NEWLINES.sub(" ", seen))
    return _FRACTION.sub("/", line).translate(_FENCE)


def shortened(question: str) -> str:
    """A long question's beginning and end: what is asked stands in one of them."""
    if len(question) <= MAX_QUESTION_CHARS:
        return question
    half = MAX_QUESTION_CHARS // 2
    return f"{question[:half]}…{question[-half:]}"
