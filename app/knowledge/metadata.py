"""What a document says of itself: front matter and options, checked, with their defaults."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Any, cast

from app.knowledge.errors import DocumentRefusedError
from app.knowledge.models import MAX_DOCUMENT_ID_CHARS
from ingest.document import LoadedDocument
from rag.normalization import normalise_line
from rag.passage import Audience

AUDIENCES: tuple[Audience, ...] = ("public", "staff")
LEVELS = ("L1", "L2")
_MAX_FIRST_LINE = 60
_MAX_TEXT_CHARS = 2_000
_PROGRAMME_FIELDS = ("target", "rate", "limit", "deadline")


@dataclass(frozen=True)
class ProgrammeFacts:
    """A support programme in the document's own words; empty where it does not say."""

    target: str = ""
    rate: str = ""
    limit: str = ""
    deadline: str = ""


@dataclass(frozen=True)
class Metadata:
    """All that a version says of itself besides its text."""

    title: str
    audience: Audience
    level: str
    issuer: str = ""
    document_number: str = ""
    published: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    source: str = ""
    department: str = ""
    contact: str = ""
    is_demo: bool = False
    programme: ProgrammeFacts | None = None

    def as_columns(self) -> dict[str, Any]:
        """Values of the columns of `Version` of the same names."""
        return {**vars(self), "programme": asdict(self.programme) if self.programme else None}


def read_metadata(
    document: LoadedDocument, *, audience: Audience | None = None, level: str | None = None
) -> Metadata:
    """Raises DocumentRefusedError for values that cannot be meant."""
    _check_id(document.document_id)
    given = document.metadata
    seen = audience or _choice(given, "audience", AUDIENCES) or "staff"
    default_level = "L1" if seen == "public" else "L2"
    metadata = Metadata(
        title=_title(document),
        audience=cast("Audience", seen),
        level=level or _choice(given, "level", LEVELS) or default_level,
        issuer=_text(given, "issuer"),
        document_number=_text(given, "document_number"),
        published=_date(given, "published"),
        valid_from=_date(given, "valid_from"),
        valid_until=_date(given, "valid_until"),
        source=_text(given, "source"),
        department=_text(given, "department"),
        contact=_text(given, "contact"),
        is_demo=_flag(given, "demo"),
        programme=_programme(given),
    )
    if metadata.valid_from and metadata.valid_until and metadata.valid_until < metadata.valid_from:
        raise _refused("valid_until", "valid_from 以後の日付で書いてください")
    return metadata


def _check_id(document_id: str) -> None:
    if len(document_id) > MAX_DOCUMENT_ID_CHARS:
        raise DocumentRefusedError(
            f"文書のIDが長すぎます（{MAX_DOCUMENT_ID_CHARS}文字まで）。短くしてください。"
        )
    if not document_id.isprintable() or document_id != document_id.strip():
        raise DocumentRefusedError(
            "文書のIDに、見えない文字や前後の空白があります。取り除いてください。"
        )


def _title(document: LoadedDocument) -> str:
    """Plain text has no title of its own: its first line serves, if it looks like one."""
    title = _plain(document.title, "title")
    name = document.path.rpartition("#")[0] or document.path
    if document.kind == "text" and title in {PurePosixPath(n).stem for n in (name, document.path)}:
        lines = (normalise_line(line) for page in document.pages for line in _head(page.text))
        first = next((line for line in lines if line), "")
        if 0 < len(first) <= _MAX_FIRST_LINE and "。" not in first:
            return first
    return title


def _head(text: str) -> list[str]:
    return text[:5_000].splitlines()


def _text(given: Mapping[str, object], key: str) -> str:
    value = given.get(key)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _refused(key, "文字列で書いてください")
    return _plain(str(value), key)


def _plain(text: str, key: str) -> str:
    """One line of text that every database can store."""
    line = " ".join(text.split())
    if len(line) > _MAX_TEXT_CHARS:
        raise _refused(key, f"{_MAX_TEXT_CHARS:,}文字までにしてください")
    if "\x00" in line or not is_unicode(line):
        raise _refused(key, "文字ではないデータがあります。書き直してください")
    return line


def is_unicode(text: str) -> bool:
    """Whether the text can be written as UTF-8: lone surrogates cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _date(given: Mapping[str, object], key: str) -> date | None:
    value = given.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else _no_date(key)
    except ValueError:
        return _no_date(key)


def _no_date(key: str) -> date:
    raise _refused(key, "2026-04-01 のような日付で書いてください")


def _flag(given: Mapping[str, object], key: str) -> bool:
    value = given.get(key)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise _refused(key, "true か false で書いてください")
    return value


def _choice(given: Mapping[str, object], key: str, choices: tuple[str, ...]) -> str:
    value = given.get(key)
    if value is None:
        return ""
    if value not in choices:
        raise _refused(
            key,
            f"{' か '.join(choices)} で書いてください（L3 以上は登録できません）"
            if key == "level"
            else f"{' か '.join(choices)} で書いてください",
        )
    return str(value)


def _programme(given: Mapping[str, object]) -> ProgrammeFacts | None:
    value = given.get("programme")
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise _refused("programme", "target・rate・limit・deadline の組で書いてください")
    return ProgrammeFacts(**{name: _fact(value, name) for name in _PROGRAMME_FIELDS})


def _fact(programme: Mapping[str, object], name: str) -> str:
    value = programme.get(name)
    if isinstance(value, date):
        return value.isoformat()
    try:
        return _text(programme, name)
    except DocumentRefusedError:
        raise _refused(f"programme の {name}", "文字列で書いてください") from None


def _refused(key: str, advice: str) -> DocumentRefusedError:
    return DocumentRefusedError(f"front matter の {key} が正しくありません。{advice}。")
