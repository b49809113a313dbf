"""JSON Lines of {id, title, text}: every line is a document, a bad line costs only itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.document import LoadedDocument, LoadFailure, LoadLimits, Page
from ingest.errors import LoadError
from ingest.loaders.encoding import decode_text
from ingest.loaders.loader import Extract, Source, finish

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class _Line:
    number: int
    text: str
    path: str


def load(source: Source, limits: LoadLimits) -> Iterator[LoadedDocument | LoadFailure]:
    """One outcome a line that is not blank. Raises LoadError if there is none at all."""
    # Not splitlines(): U+2028 and the like may stand inside a JSON string.
    lines = [
        _Line(number, line, f"{source.path}#{number}")
        for number, line in enumerate(decode_text(source.data).split("\n"), start=1)
        if line.strip()
    ]
    if not lines:
        raise LoadError("JSONL に行がありません。1行に1件の {id, title, text} を書いてください。")
    for line in lines:
        yield _load_line(source, line, limits)


def _load_line(source: Source, line: _Line, limits: LoadLimits) -> LoadedDocument | LoadFailure:
    document_id = line.path
    try:
        record = _record(line.text)
        document_id = _field(record, "id") or line.path
        extract = Extract(
            kind="text",
            pages=[Page(None, _text(record))],
            title=_field(record, "title"),
            document_id=document_id,
        )
        return finish(source, extract, limits, path=line.path, data=line.text.encode())
    except LoadError as error:
        return LoadFailure(line.path, document_id, f"{line.number}行目: {error.message}")


def _record(line: str) -> dict[str, object]:
    try:
        record = json.loads(line)
        json.dumps(record, ensure_ascii=False).encode()  # a lone surrogate is no text
    except (ValueError, RecursionError) as error:
        raise LoadError(
            "JSON として読めません。かっこ・引用符・文字の書き方を確かめてください。"
        ) from error
    if not isinstance(record, dict):
        raise LoadError(
            "JSON のオブジェクト {id, title, text} ではありません。書き直してください。"
        )
    return record


def _field(record: dict[str, object], name: str) -> str:
    value = record.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise LoadError(f"{name} が文字列ではありません。文字列で書いてください。")
    return str(value).strip()


def _text(record: dict[str, object]) -> str:
    if "text" not in record:
        raise LoadError("text がありません。本文を text に書いてください。")
    text = record["text"]
    if not isinstance(text, str):
        raise LoadError("text が文字列ではありません。文字列で書いてください。")
    if "\x00" in text:
        raise LoadError("text に文字ではないデータ（NUL）があります。取り除いてください。")
    return text.replace("\r\n", "\n").replace("\r", "\n")
