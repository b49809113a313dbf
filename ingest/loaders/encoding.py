"""Bytes of a text file to characters: UTF-8, UTF-16 with BOM, CP932, EUC-JP, ISO-2022-JP.

Strict decoding decides first. Only CP932 and EUC-JP can both decode the same bytes; there the
reading that looks more like Japanese wins (half-width kana is where they collide).
"""

from __future__ import annotations

import codecs
import re

from ingest.errors import LoadError
from ingest.loaders.plausibility import plausibility

_BOMS = (
    (codecs.BOM_UTF8, "utf_8"),
    (codecs.BOM_UTF32_LE, "utf_32_le"),  # before UTF-16: it begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf_32_be"),
    (codecs.BOM_UTF16_LE, "utf_16_le"),
    (codecs.BOM_UTF16_BE, "utf_16_be"),
)
_DECLARED = {
    "utf-8": "utf_8",
    "shift_jis": "cp932",
    "cp932": "cp932",
    "euc_jp": "euc_jp",
    "iso2022_jp": "iso2022_jp",
    "cp1252": "cp1252",
    "iso8859-1": "cp1252",  # as browsers read it
}
_ALIASES = {"x-sjis": "shift_jis", "windows-31j": "cp932", "x-euc-jp": "euc_jp"}
_JIS_ESCAPE = re.compile(rb"\x1b(\$B|\$@|\$\(D|\(B|\(J|\(I)")
_NEC_ROWS = frozenset({13, 89, 90, 91, 92})
_EUC = "yorisoi_eucjp_ms"
_UNDECODABLE = (
    "文字コードを判別できません。UTF-8（またはShift_JIS）のテキストとして保存し直してください。"
)
_BINARY = (
    "テキストではないデータが含まれています。"
    "拡張子が正しいか確かめ、テキストで保存し直してください。"
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]")
_MAX_CONTROL_RATIO = 0.002
_MAX_STRAY_CONTROLS = 2
_THREE_BYTES = "\u0800"  # from here on UTF-8 needs three bytes
_TRUST_BONUS = 0.3  # for valid UTF-8, and for what the file says of itself
_MIN_PLAUSIBILITY = 0.15
# Half-width kana in EUC-JP; in CP932 three kanji of one small block would stand side by side.
_EUC_HALF_KANA = re.compile(rb"(?:\x8e[\xa1-\xdf]){3}")


def decode_text(data: bytes, declared: str = "") -> str:
    """The text without BOM; every line ends with one line feed.

    `declared` is the charset that the file names itself; it is believed if it fits.
    Raises LoadError for binary data and for anything not in the list above.
    """
    text = _decode(data, declared).rstrip("\x1a")
    controls = len(_CONTROL.findall(text))
    if "\x00" in text or controls > max(_MAX_STRAY_CONTROLS, len(text) * _MAX_CONTROL_RATIO):
        raise LoadError(_BINARY)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decode(data: bytes, declared: str) -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _required(_strict(data[len(bom) :], encoding))
    if b"\x00" in data:
        raise LoadError(_BINARY)
    if data.isascii():
        return _required(_iso2022_jp(data) if _JIS_ESCAPE.search(data) else data.decode("ascii"))
    utf8 = _strict(data, "utf_8")
    if utf8 is not None and max(utf8) >= _THREE_BYTES:
        return utf8  # other encodings never fall into this pattern by accident
    return _required(_best(data, declared, utf8))


def _best(data: bytes, declared: str, utf8: str | None) -> str | None:
    """The most plausible reading of bytes that several encodings accept."""
    euc = _euc_jp(data)
    if euc is not None and _EUC_HALF_KANA.search(data):
        return euc
    named = _strict(data, _known(declared)) if _known(declared) else None
    readings = [
        (_strict(data, "cp932"), 0.0),
        (euc, 0.0),
        (utf8, _TRUST_BONUS),
        (named, _TRUST_BONUS),
    ]
    scored = [(plausibility(text) + bonus, text) for text, bonus in readings if text is not None]
    score, best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return best if score >= _MIN_PLAUSIBILITY else None


def _required(text: str | None) -> str:
    if text is None:
        raise LoadError(_UNDECODABLE)
    return text


def _known(declared: str) -> str:
    name = declared.strip().lower()
    try:
        return _DECLARED.get(codecs.lookup(_ALIASES.get(name, name)).name, "")
    except (LookupError, ValueError):
        return ""


def _strict(data: bytes, encoding: str) -> str | None:
    if encoding == "euc_jp":
        return _euc_jp(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _euc_jp(data: bytes) -> str | None:
    try:
        return data.decode("euc_jp", _EUC)
    except UnicodeDecodeError:
        return None


def _nec_character(error: UnicodeError) -> tuple[str, int]:
    """EUC-JP as Windows writes it: rows 13 (①㈱) and 89-92 (髙﨑) read through CP932."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    pair = error.object[error.start : error.start + 2]
    row, cell = (byte - 0xA0 for byte in pair) if len(pair) == 2 else (0, 0)
    if row not in _NEC_ROWS or not 1 <= cell <= 94:
        raise error
    lead = (row - 1) // 2 + (0x81 if row <= 62 else 0xC1)
    trail = cell + 0x9E if row % 2 == 0 else cell + (0x3F if cell <= 63 else 0x40)
    return bytes([lead, trail]).decode("cp932"), error.start + 2


codecs.register_error(_EUC, _nec_character)


def _iso2022_jp(data: bytes) -> str | None:
    """ISO-2022-JP with half-width kana and NEC rows, by way of EUC-JP."""
    euc = bytearray()
    charset = b"(B"
    for index, piece in enumerate(_JIS_ESCAPE.split(data)):
        if index % 2:
            charset = piece
        elif charset in {b"$B", b"$@"}:
            euc += bytes(byte | 0x80 if byte > 0x20 else byte for byte in piece)
        elif charset == b"(I":
            euc += b"".join(bytes([0x8E, byte | 0x80]) for byte in piece)
        elif charset == b"$(D":
            euc += b"".join(
                bytes([0x8F, piece[at] | 0x80, piece[at + 1] | 0x80])
                for at in range(0, len(piece) - 1, 2)
            )
        else:
            euc += piece
    return _euc_jp(bytes(euc))
