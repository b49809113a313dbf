"""One line a record, for people and log collectors alike, and never a person's words.

    time=2026-11-23T09:05:00.123+09:00 level=INFO logger=app.boundary request=4f1d… message="…"

Values are quoted as in JSON, so that no message can begin a line of its own. Of an exception only
the kind and the places are written: its message may quote what a person typed. Libraries speak
from WARNING upwards whatever the level, since some write whole requests when they are verbose.
"""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import datetime
from types import TracebackType
from typing import TextIO

from app.clock import TOKYO
from app.errors import BadInputError
from app.fault import describe_fault

OUR_PACKAGES = ("app", "evals", "guardrails", "ingest", "migrations", "rag")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The request being served, for every line that is written meanwhile."""

_LINE_ENDS = {ord(each): f"\\u{ord(each):04x}" for each in "\x85\u2028\u2029"}  # JSON lets them be
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class LineFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, TOKYO).isoformat(timespec="milliseconds")
        fields = [f"time={time}", f"level={record.levelname}", f"logger={record.name}"]
        if current := request_id.get():
            fields.append(f"request={current}")
        fields.append(f"message={_quote(record.getMessage())}")
        if record.exc_info and record.exc_info[1]:
            fields.append(f"fault={_quote(self.formatException(record.exc_info))}")
        return " ".join(fields)

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - the name that logging calls
        return describe_fault(ei[1]) if ei[1] else ""


def configure_logging(level: str, stream: TextIO | None = None) -> None:
    """Send all records to `stream` (stderr), ours from `level` upwards. May be called again.

    Raises BadInputError for a level that does not exist.
    """
    chosen = level.strip().upper()
    if chosen not in LEVELS:
        raise BadInputError(
            f"YORISOI_LOG_LEVEL は {'、'.join(LEVELS)} のどれかにしてください（今の値: {level}）。"
        )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(LineFormatter())
    handler.addFilter(_is_ours_or_matters)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for package in OUR_PACKAGES:
        logging.getLogger(package).setLevel(chosen)
    logging.captureWarnings(capture=True)


def _is_ours_or_matters(record: logging.LogRecord) -> bool:
    """Asked by the handler, since a library may set the level of its loggers as it likes."""
    is_ours = record.name.partition(".")[0] in OUR_PACKAGES
    return is_ours or record.levelno >= logging.WARNING


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).translate(_LINE_ENDS)
