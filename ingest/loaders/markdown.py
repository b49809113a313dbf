"""Markdown with optional YAML front matter. The body stays as it is written."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import yaml

from ingest.document import LoadedDocument, LoadLimits, Page
from ingest.errors import LoadError
from ingest.loaders.encoding import decode_text
from ingest.loaders.loader import Extract, Source, finish

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OPENING = re.compile(r"---[ \t]*\n")
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE)
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_H1 = re.compile(r" {0,3}#[ \t]")
_UNDERLINE = re.compile(r" {0,3}=+\s*$")
_KEY = re.compile(r"\w+:(?:\s|$)")


class _FrontMatterLoader(yaml.SafeLoader):
    """SafeLoader that names the line of impossible dates (2025-02-30) and takes no aliases.

    A few lines of aliases can stand for gigabytes as soon as someone writes the value out.
    """

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(problem="alias", problem_mark=self.get_mark())
        node: yaml.Node | None = super().compose_node(parent, index)
        return node


def _timestamp(loader: _FrontMatterLoader, node: yaml.ScalarNode) -> object:
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError as error:
        raise yaml.constructor.ConstructorError(
            problem="no such date", problem_mark=node.start_mark
        ) from error


_FrontMatterLoader.add_constructor("tag:yaml.org,2002:timestamp", _timestamp)


def load(source: Source, limits: LoadLimits) -> Iterator[LoadedDocument]:
    """One document. Raises LoadError for broken front matter (with its line), binary or empty."""
    metadata, body = split_front_matter(decode_text(source.data))
    extract = Extract(
        kind="markdown",
        pages=[Page(None, body)],
        title=_text(metadata, "title") or _first_heading(body),
        document_id=_text(metadata, "id"),
        metadata=metadata,
    )
    yield finish(source, extract, limits)


def split_front_matter(text: str) -> tuple[dict[str, object], str]:
    """(front matter, body). A rule (---) at the top that opens no mapping belongs to the body."""
    opening = _OPENING.match(text)
    if opening is None:
        return {}, text
    closing = _CLOSING.search(text, opening.end())
    if closing is None:
        if _KEY.match(text, opening.end()):
            raise LoadError(
                "front matter が閉じていません（1行目の --- に対する --- がありません）。"
                "閉じる行を加えてください。"
            )
        return {}, text
    parsed = _parse(text[opening.end() : closing.start()])
    if parsed is None:
        return {}, text[closing.end() :]
    if not isinstance(parsed, dict):
        return {}, text
    if not _is_writable(parsed):
        raise LoadError("front matter に文字として保存できない値があります。書き直してください。")
    return {str(key): value for key, value in parsed.items()}, text[closing.end() :]


def _parse(block: str) -> object:
    try:
        # A SafeLoader: it builds plain values only.
        return yaml.load(block, Loader=_FrontMatterLoader)  # noqa: S506
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        # The block begins on the file's line 2; a fault may only show at its end.
        line = min(mark.line, block.rstrip().count("\n")) + 2 if mark is not None else 2
        raise LoadError(
            f"front matter の{line}行目が正しくありません。"
            "「項目: 値」の形と字下げ、日付を確かめてください。"
        ) from error


def _is_writable(value: object) -> bool:
    """Whether everything inside is text: an escape may give half a character."""
    try:
        json.dumps(value, ensure_ascii=False, default=str, skipkeys=True).encode()
    except UnicodeEncodeError:
        return False
    return True


def _text(metadata: Mapping[str, object], key: str) -> str:
    value = metadata.get(key)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        raise LoadError(f"front matter の {key} は文字列で書いてください。")
    return str(value).strip()


def _first_heading(body: str) -> str:
    """The first level-1 heading outside fenced code: "# Title", or a line underlined by "="."""
    fence = ""
    previous = ""
    for line in body.split("\n"):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence):
            fence = ""
        elif not fence and _H1.match(line):
            return line.strip().strip("#").strip()
        elif not fence and previous and _UNDERLINE.match(line):
            return previous
        previous = "" if fence else line.strip()
    return ""
