"""Printed page numbers of a text dump, and where its pages begin.

A dumped slide deck has no page breaks: a page number stands alone, glued to the head of a title
(「14計画策定支援」) or behind it (「…の課題 4」). One number proves nothing, but true page numbers
form a chain that rises by about one; the heaviest such chain is taken, and the page boundaries
are then placed so that each page holds its own number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEAD = re.compile(r"^ ?(?P<n>[1-9]\d{0,2})(?P<title>[^\s\d].*)$")
_TAIL = re.compile(r"^(?P<title>.*\S)[ \u3000](?P<n>[1-9]\d{0,2})\s*$")
_ALONE = re.compile(r"^\s*(?P<n>[1-9]\d{0,2})\s*$")
# What follows a figure that counts something, or numbers a heading, is no page's title.
_NOT_A_TITLE = re.compile(
    r"^(?:[.．,，、。:：/／%％)）~～\-‐−ー×°+＋]"
    r"|(?:年度?間?|[かヶカ箇]?月間?|週間?|日間?|時間?|分間?|[倍割点回件人名円億万千台社号歳才条項]|団体|億円|万円|千円"
    r"|[かヶカ箇]所|pt|PT|GB|Gbps|[kcm]?m|kg)(?![一-龥]))"
)
_LED = re.compile(r"^ \S")
_INDENTED = re.compile(r"^ {1,3}\S")
_LED_LIKE_A_PAGE = re.compile(r"^ (?:[○〇●\uf0d8]|[^・※(（【 ]\S{9,})")
_MIN_CHAIN = 4
_MAX_CHAIN_GAP = 8
_SKIPPED_PAGE_COST = 0.1
_MAX_SEGMENT_BREAKS = 60


@dataclass(frozen=True)
class Anchor:
    """A line that seems to carry a page number."""

    line: int
    number: int
    kind: str  # head | tail | alone
    weight: float


@dataclass(frozen=True)
class PageSpan:
    """Lines `start`..`end` (exclusive) of one page; `number` is None where no chain was found."""

    start: int
    end: int
    number: int | None
    is_printed: bool


def find_pages(lines: list[str]) -> list[PageSpan]:
    """Cut a dump into its pages. Without a chain of page numbers: one span, number None."""
    chain = _best_chain(_anchors(lines))
    if len(chain) < _MIN_CHAIN:
        return [PageSpan(0, len(lines), None, is_printed=False)]
    return _place_boundaries(lines, chain)


def _blank_before(lines: list[str], index: int) -> int:
    count = 0
    while index - count - 1 >= 0 and not lines[index - count - 1].strip():
        count += 1
    return count if index - count > 0 else 3


def _anchors(lines: list[str]) -> list[Anchor]:
    anchors: list[Anchor] = []
    for index, line in enumerate(lines):
        blank = _blank_before(lines, index)
        if match := _ALONE.match(line):
            edge = blank >= 2 or _blank_after(lines, index) >= 2
            anchors.append(Anchor(index, int(match["n"]), "alone", 1.5 if edge else 0.6))
        elif (match := _HEAD.match(line)) and not _NOT_A_TITLE.match(match["title"]):
            weight = 2.0 if blank >= 2 else 1.2 if blank or line[0] == " " else 0.4
            anchors.append(Anchor(index, int(match["n"]), "head", weight))
        elif (match := _TAIL.match(line)) and not match["title"][-1].isdigit():
            edge = blank >= 2 or _blank_after(lines, index) >= 2
            anchors.append(Anchor(index, int(match["n"]), "tail", 1.2 if edge else 0.8))
    return anchors


def _blank_after(lines: list[str], index: int) -> int:
    count = 0
    while index + count + 1 < len(lines) and not lines[index + count + 1].strip():
        count += 1
    return count if index + count + 1 < len(lines) else 3


def _best_chain(anchors: list[Anchor]) -> list[Anchor]:
    """The heaviest chain of rising numbers; each page that a step skips costs a little."""
    scores: list[float] = []
    previous: list[int | None] = []
    ends: dict[int, int] = {}  # for each number the anchor that ends its heaviest chain so far
    for index, anchor in enumerate(anchors):
        score, back = anchor.weight, None
        for step in range(1, _MAX_CHAIN_GAP + 1):
            end = ends.get(anchor.number - step)
            if end is None:
                continue
            candidate = scores[end] + anchor.weight - _SKIPPED_PAGE_COST * (step - 1)
            if candidate > score:
                score, back = candidate, end
        scores.append(score)
        previous.append(back)
        if anchor.number not in ends or score > scores[ends[anchor.number]]:
            ends[anchor.number] = index
    chain: list[Anchor] = []
    at: int | None = max(range(len(anchors)), key=lambda i: scores[i]) if anchors else None
    while at is not None:
        chain.append(anchors[at])
        at = previous[at]
    return chain[::-1]


@dataclass(frozen=True)
class _Break:
    line: int
    gain: float
    is_strong: bool


def _breaks(lines: list[str], chain: list[Anchor]) -> list[_Break]:
    """Lines at which a page may begin, with how much each looks like it."""
    heads = {anchor.line for anchor in chain if anchor.kind == "head"}
    tails = {anchor.line for anchor in chain if anchor.kind != "head"}
    breaks: list[_Break] = []
    for index, line in enumerate(lines):
        if not line.strip() or index == 0:
            continue
        blank = _blank_before(lines, index)
        is_strong = blank >= 2
        # A single leading space is what is left of a page break in such dumps.
        # Neighbours that are indented too make it a list.
        is_led = (
            blank == 0
            and bool(_LED.match(line))
            and not any(
                _INDENTED.match(near) for near in (lines[index - 1], *lines[index + 1 : index + 2])
            )
        )
        if not (is_strong or is_led or index in heads):
            continue
        gain = 2.0 if is_strong else 0.6 if index in heads else -0.4
        gain += (1.5 if is_led else 0.7) if index in heads else 0.0
        gain += 0.3 if is_led and _LED_LIKE_A_PAGE.match(line) else 0.0
        gain += 0.8 if index - blank - 1 in tails else 0.0
        breaks.append(_Break(index, gain, is_strong))
    return breaks


def _place_boundaries(lines: list[str], chain: list[Anchor]) -> list[PageSpan]:
    """Choose the breaks so that pages hold one number each and no number is skipped needlessly."""
    filled = [index for index, line in enumerate(lines) if line.strip()]
    top = filled[0]
    breaks = [each for each in _breaks(lines, chain) if each.line > top]
    starts = [_Break(0, 0.0, is_strong=True), *breaks]
    ends = [*starts[1:], _Break(len(lines), 0.0, is_strong=True)]
    # best[i][page]: (score, segments) of the lines before starts[i], the last page being `page`
    best: list[dict[int, tuple[float, tuple[PageSpan, ...]]]] = [{} for _ in range(len(starts) + 1)]
    best[0] = {0: (0.0, ())}
    anchors_by_line = {anchor.line: anchor for anchor in chain}
    for i, begin in enumerate(starts):
        if not best[i]:
            continue
        for j in range(i, min(len(ends), i + _MAX_SEGMENT_BREAKS)):
            end = ends[j]
            numbers = {
                anchors_by_line[line].number
                for line in anchors_by_line
                if begin.line <= line < end.line
            }
            if len(numbers) > 1:
                break
            size = sum(begin.line <= line < end.line for line in filled)
            cost = _segment_cost(size, begin, end)
            for page, (score, spans) in best[i].items():
                number = next(iter(numbers), page + 1)
                if number <= page:
                    continue
                skipped = number - page - 1
                value = score + begin.gain - cost - _skip_cost(skipped, page)
                known = best[j + 1].get(number)
                if known is None or value > known[0]:
                    span = PageSpan(begin.line, end.line, number, is_printed=bool(numbers))
                    best[j + 1][number] = (value, (*spans, span))
    if not best[-1]:
        return [PageSpan(0, len(lines), None, is_printed=False)]
    return list(max(best[-1].values(), key=lambda item: item[0])[1])


def _skip_cost(skipped: int, page: int) -> float:
    """Pages without any text are skipped in a dump; the pages before the first number may be."""
    return float(min(skipped, 2)) if page else 0.0


def _segment_cost(size: int, begin: _Break, end: _Break) -> float:
    """A page of one or two lines is likely a torn piece, unless white space sets it apart."""
    if size >= 3 or (begin.is_strong and end.is_strong):
        return 0.0
    return 0.8 if begin.is_strong else 2.5
