"""Example questions about the programmes that this installation really has."""

import re
from collections.abc import Callable, Sequence

from app.container import ProgrammeRow

_SHARE = re.compile(r"\d/\d|\d割|\d[%％]")
_DAY = re.compile(r"\d")

# What is asked of a programme, and whether its document states it: how much and when, in figures.
_ASKED: tuple[tuple[str, Callable[[ProgrammeRow], object]], ...] = (
    ("{}の補助率はいくらですか", lambda row: _SHARE.search(row.subsidy_rate)),
    ("{}の対象を教えてください", lambda row: row.target),
    ("{}の上限額はいくらですか", lambda row: "円" in row.limit),
    ("{}の期限はいつですか", lambda row: _DAY.search(row.deadline)),
)


def example_questions(programmes: Sequence[ProgrammeRow]) -> tuple[str, ...]:
    """One of each kind, each of another programme; none where there are no programmes.

    Programmes of the place itself come before those of the demo, and none whose time is over. A
    name with a colon is a heading (「事例：…」), which reads badly within a question.
    """
    named = (row for row in programmes if not row.is_expired and "：" not in row.name)
    left = sorted(named, key=lambda row: row.is_demo)
    questions: list[str] = []
    for pattern, stated in _ASKED:
        chosen = next((row for row in left if stated(row)), None)
        if chosen is not None:
            left.remove(chosen)
            questions.append(pattern.format(chosen.name))
    return tuple(questions)
