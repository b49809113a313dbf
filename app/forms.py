"""What people type, made safe to store and to show before any service sees it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from starlette.datastructures import UploadFile
from starlette.requests import Request

from app.errors import YorisoiError

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_MAX_FIELDS = 50

# Lone surrogates cannot be encoded, NUL is refused by PostgreSQL, and directional overrides let a
# text look like another. Joiners stay: emoji and some scripts need them.
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
_NEWLINE = re.compile("\r\n?|\u2028|\u2029")


class UnsupportedFormError(YorisoiError):
    status_code = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    exit_code = 2


@dataclass(frozen=True)
class UploadedFile:
    name: str
    content: bytes


@dataclass(frozen=True)
class FormFields:
    """`file`: what was sent in the field of that name, None where nothing was chosen."""

    values: Mapping[str, str]
    file: UploadedFile | None = None

    def text(self, name: str) -> str:
        """One field as typed, cleaned; empty when it is missing."""
        return clean(self.values.get(name, ""))

    def line(self, name: str) -> str:
        """The same on one line, without spaces around it."""
        return " ".join(self.text(name).split())


def clean(text: str) -> str:
    unified = _NEWLINE.sub("\n", text)
    return _CONTROL.sub("", _SURROGATE.sub("\ufffd", unified))


async def read_form(request: Request) -> FormFields:
    """The text fields of a form request; nothing for a safe method."""
    if request.method in SAFE_METHODS:
        return FormFields({})
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type not in _FORM_TYPES:
        raise UnsupportedFormError(
            "この形式では受け付けられません。画面のフォームから送ってください"
        )
    async with request.form(max_fields=_MAX_FIELDS, max_files=1) as form:
        chosen = form.get("file")
        file = None
        if isinstance(chosen, UploadFile) and chosen.filename:
            file = UploadedFile(clean(chosen.filename), await chosen.read())
        texts = {name: value for name, value in form.items() if isinstance(value, str)}
    return FormFields(texts, file)
