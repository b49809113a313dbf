"""A page's raw text as blocks to show: headings, paragraphs, lists and tables."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from app.container import Block
from rag.normalization import normalise_line, starts_item
from rag.units import Unit, split_units

_MARKED_KINDS = frozenset({"markdown", "html", "docx"})
_SHEETS = frozenset({"csv", "xlsx"})  # every line of them is a row
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.*?)[ \t#]*$")
_PIPE_ROW = re.compile(r"^\s*\|.*\|\s*$")
_PIPE_RULE = re.compile(r"^\s*\|[\s:|-]+\|\s*$")
_UNESCAPED_PIPE = re.compile(r"(?<!\\)\|")
_CellsOf = Callable[[str], tuple[str, ...]]
_BULLET = re.compile(r"^(?:[・•●○〇◯▪◦➣✓]|[-*+] )\s*")


def to_blocks(raw: str, kind: str) -> tuple[Block, ...]:
    """`kind` is the document's: only formats with marked headings have them read as such."""
    lines = raw.splitlines(keepends=True)
    blocks: list[Block] = []
    for line_kind, group in groupby(lines, lambda line: _line_kind(line, kind)):
        if line_kind == "heading":
            blocks += [Block("heading", _heading(line)) for line in group]
        elif line_kind in {"pipes", "tabs"}:
            blocks += _table(list(group), _pipe_cells if line_kind == "pipes" else _tab_cells)
        else:
            blocks += _running_text("".join(group))
    return tuple(blocks)


def _line_kind(line: str, kind: str) -> str:
    if kind in _SHEETS and line.strip():
        return "tabs"
    if kind in _MARKED_KINDS and _HEADING.match(line.rstrip()):
        return "heading"
    if "\t" in line.strip():
        return "tabs"
    return "pipes" if _PIPE_ROW.match(line) else "text"


def _heading(line: str) -> str:
    match = _HEADING.match(line.rstrip())
    return normalise_line(match[1]) if match else ""


def _table(lines: Sequence[str], cells_of: _CellsOf) -> Iterator[Block]:
    rows = [cells_of(line) for line in lines if not _PIPE_RULE.match(line)]
    width = max((len(row) for row in rows), default=0)
    if width:
        yield Block("table", rows=tuple(row + ("",) * (width - len(row)) for row in rows))


def _pipe_cells(line: str) -> tuple[str, ...]:
    cells = _UNESCAPED_PIPE.split(line.strip()[1:-1])
    return tuple(normalise_line(cell.replace("\\|", "|")) for cell in cells)


def _tab_cells(line: str) -> tuple[str, ...]:
    return tuple(normalise_line(cell) for cell in line.rstrip("\r\n").split("\t"))


def _running_text(raw: str) -> Iterator[Block]:
    """Units that no blank line parts belong together; a bullet begins an item of its own."""
    for is_list, group in groupby(
        _paragraphs(split_units(raw)), lambda text: bool(_BULLET.match(text))
    ):
        if is_list:
            yield Block("list", items=tuple(_BULLET.sub("", text, count=1) for text in group))
        else:
            yield from (Block("paragraph", text) for text in group)


def _paragraphs(units: Sequence[Unit]) -> list[str]:
    paragraphs: list[str] = []
    for unit in units:
        starts_new = unit.after_blank or not paragraphs or starts_item(unit.text)
        if starts_new:
            paragraphs.append(unit.text)
        else:
            paragraphs[-1] += ("" if paragraphs[-1].endswith("。") else "\n") + unit.text
    return paragraphs
