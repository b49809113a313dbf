"""What every Office file must pass before a library may open it.

Office files are zips of XML. Three things are refused here, once for all formats: files locked
with a password (an OLE container, no zip), zips that unpack to far more than they are, and XML
with a DTD (entity bombs and external entities need one; the standard forbids it in these files).
"""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import IO, TYPE_CHECKING
from xml.parsers import expat

from ingest.errors import LoadError

if TYPE_CHECKING:
    from ingest.document import LoadLimits

_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_XML_SUFFIXES = (".xml", ".rels", ".vml")
_CHUNK_BYTES = 65_536

_LOCKED = "パスワードで保護されています。パスワードを外して登録し直してください。"
_OLD_FORMAT = "古い形式の Office 文書です。新しい形式（.docx .xlsx .pptx）で保存し直してください。"
_BROKEN = "ファイルが壊れています。元のソフトで開いて保存し直してください。"
_BOMB = "展開すると大きすぎるため読み込みません（圧縮爆弾の可能性）。出どころを確かめてください。"
_DTD = "XML の宣言（DTD）が含まれるため読み込みません。元のソフトで開いて保存し直してください。"
_MACRO = "マクロが含まれています。マクロなしの形式で保存し直してください。"


def open_stream(data: bytes, limits: LoadLimits, folder: str) -> io.BytesIO:
    """The checked file, ready for its library. Raises LoadError.

    `folder` ("word/", "xl/", "ppt/") must be inside: another format under this suffix is broken.
    """
    if data.startswith(_OLE_MAGIC):
        raise LoadError(_LOCKED if _ENCRYPTED_STREAM in data else _OLD_FORMAT)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            _check(package, limits, folder)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise LoadError(_BROKEN) from error
    return io.BytesIO(data)


def _check(package: zipfile.ZipFile, limits: LoadLimits, folder: str) -> None:
    entries = package.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    is_dense = unpacked > max(limits.zip_ratio_floor_bytes, packed * limits.max_zip_ratio)
    if unpacked > limits.max_unzipped_bytes or len(entries) > limits.max_zip_entries or is_dense:
        raise LoadError(_BOMB)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise LoadError(_LOCKED)
    names = [entry.filename for entry in entries]
    if "[Content_Types].xml" not in names or not any(name.startswith(folder) for name in names):
        raise LoadError(_BROKEN)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise LoadError(_MACRO)
    for entry in entries:
        if entry.filename.lower().endswith(_XML_SUFFIXES):
            with package.open(entry) as stream:
                _refuse_dtd(stream)


class _RootReachedError(Exception):
    """The prolog is over: no DTD can follow."""


def _refuse_dtd(stream: IO[bytes]) -> None:
    """Read up to the root element. Expat sees through encodings, which a byte search would not."""

    def on_doctype(*_: object) -> None:
        raise LoadError(_DTD)

    def on_element(*_: object) -> None:
        raise _RootReachedError

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = on_doctype
    parser.StartElementHandler = on_element
    try:
        while chunk := stream.read(_CHUNK_BYTES):
            parser.Parse(chunk, False)
    except _RootReachedError:
        return
    except expat.ExpatError as error:
        raise LoadError(_BROKEN) from error
