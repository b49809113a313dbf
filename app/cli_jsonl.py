"""`--jsonl`: a JSON object a line in, one a line out, in order. A bad line costs only itself."""

import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, BinaryIO

from app.cli_errors import explain
from app.errors import BadInputError
from app.knowledge.metadata import is_unicode

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_BOM = b"\xef\xbb\xbf"


class ReaderGoneError(Exception):
    """Whoever read our output has closed the pipe. No `OSError`: Typer would exit with 1."""


Respond = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Fields of the answer to one record. What it raises becomes that line's `error`."""


def respond_to_lines(lines: Iterable[bytes], out: BinaryIO, respond: Respond) -> None:
    """Every line is answered and flushed before the next one is read."""
    for number, line in enumerate(lines):
        text = line.removeprefix(_BOM) if number == 0 else line
        try:
            out.write(to_line(_respond_to_line(text, respond)))
            out.flush()
        except BrokenPipeError as error:
            raise ReaderGoneError from error


def text_field(record: Mapping[str, Any], name: str) -> str:
    """A field that must be text. Raises BadInputError."""
    if name not in record:
        raise BadInputError(f"{name} がありません。")
    value = record[name]
    if not isinstance(value, str):
        raise BadInputError(f"{name} が文字列ではありません。")
    if not is_unicode(value):
        raise BadInputError(f"{name} に文字ではないデータ（片割れのサロゲート）があります。")
    return value


def to_line(record: Mapping[str, Any]) -> bytes:
    """Always valid JSON in valid UTF-8, whatever was echoed into it."""
    text = json.dumps(record, ensure_ascii=False, allow_nan=False)
    return _LONE_SURROGATE.sub("\ufffd", text).encode() + b"\n"


def _respond_to_line(line: bytes, respond: Respond) -> dict[str, Any]:
    started = time.perf_counter()
    identifier: Any = None
    try:
        record = _parse(line)
        identifier = record.get("id")
        fields = respond(record)
    except Exception as error:  # noqa: BLE001 - the other lines must be answered
        return {"id": identifier, "error": explain(error)[0]}
    elapsed = round((time.perf_counter() - started) * 1000, 1)
    return {"id": identifier, **fields, "ms": elapsed}


def _parse(line: bytes) -> Mapping[str, Any]:
    if not line.strip():
        raise BadInputError("行が空です。")
    try:
        record = json.loads(line.decode(), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise BadInputError("UTF-8 として読めません。") from error
    except (ValueError, RecursionError) as error:
        raise BadInputError("JSON として読めません。") from error
    if not isinstance(record, dict):
        raise BadInputError("JSON のオブジェクトではありません。")
    return record


def _refuse_constant(name: str) -> None:
    """NaN and Infinity are no JSON, though Python would read and write them."""
    raise ValueError(name)
