"""Texts as a language model may read them: folded, unhidden, decoded.

An attack need not stand there in plain letters. What is hidden or encoded is brought to light,
so that the same rules and the same classifier judge it.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from rag.normalization import unspace

_TAGS = re.compile("[\U000e0020-\U000e007e]+")
_LOOKALIKES = str.maketrans(
    "аеорсхуіјѕһԁԛԝɡαεικνορτυχАВЕКМНОРСТХІЅЈΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcxyijshdqwgaeiknoptuxABEKMHOPCTXISJABEZHIKMNOPTYX",
)
_FOREIGN_LATIN = re.compile(r"[A-Za-z\u0370-\u03ff\u0400-\u052f\u0261]{2,}")
_SPACED_LATIN = re.compile(r"(?<!\S)(?:[a-z0-9][ .*_-]){4,}[a-z0-9](?!\S)")
_FILLED = re.compile(
    r"(?<=[\u3040-\u30ff\u4e00-\u9fff])[ー*_.・/|\-~ ]+(?=[\u3040-\u30ff\u4e00-\u9fff])"
)
_COMMENT = re.compile(r"<!--(.*?)-->|^\[//\]: # \((.*?)\)|/\*(.*?)\*/", re.DOTALL | re.MULTILINE)
_HIDDEN_ELEMENT = re.compile(
    r"<(\w+)[^>]*(?:display:\s*none|visibility:\s*hidden|font-size:\s*[01](?:px|pt|em)?\b"
    r"|opacity:\s*0(?![.\d])|color:\s*(?:#fff(?:fff)?|white)|\shidden\b|aria-hidden=.?true)[^>]*>"
    r"(.*?)</\1>",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"""\b(?:alt|title|content|aria-label|data-\w+)\s*=\s*["']([^"']{8,})["']"""
)
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{16,}={0,2}(?![A-Za-z0-9+/=])")
_HEX = re.compile(r"(?<![0-9a-fA-F])(?:(?:0x|\\x)?[0-9a-fA-F]{2}[ ,:]?){8,}(?![0-9a-fA-F])")
_PERCENT = re.compile(r"(?:[\w.~+-]*%[0-9a-fA-F]{2}[\w.~+-]*){3,}")
_ESCAPED = re.compile(r"(?:\\u[0-9a-fA-F]{4}){3,}|(?:&#x?[0-9a-fA-F]+;\s?){3,}")
_CODE_POINTS = re.compile(r"(?<!\d)(?:\d{2,6}[ ,、]+){4,}\d{2,6}(?!\d)")
_BINARY = re.compile(r"(?<![01])(?:[01]{8}[ ,]?){4,}(?![01])")
_MORSE = re.compile(r"(?<![.\-])(?:[.\-]{1,6}[ /]+){5,}[.\-]{1,6}")
_LEET = str.maketrans("013457@$!", "oieastasi")
_LEET_WORD = re.compile(r"\b(?=\w*[a-z])(?=[\w@$!]*[013457@$!])[\w@$!]{3,}")
_MORSE_CODE = (
    "a.-b-...c-.-.d-..e.f..-.g--.h....i..j.---k-.-l.-..m--n-.o---p.--.q--.-r.-.s...t-u..-v...-w.--"
    "x-..-y-.--z--.."
)
_MORSE_LETTERS = {code: letter for letter, code in re.findall(r"([a-z])([.-]+)", _MORSE_CODE)}
_MIN_READABLE = 0.85
_MIN_CHARS = 4
_DEPTH = 2


@dataclass(frozen=True)
class Reading:
    """`how` it was brought to light: `plain`, `hidden`, or the name of an encoding.

    `is_certain`: a decoder gave it and chance does not make readable text; else it is a guess.
    """

    text: str
    how: str
    is_certain: bool = True


def fold(text: str) -> str:
    """As it looks to a reader: width, case, look-alikes; without what nobody sees."""
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = unicodedata.normalize("NFKC", text)
    text = "".join(char for char in text if not _is_invisible(char))
    text = _FOREIGN_LATIN.sub(_latinised, text).lower()
    text = _SPACED_LATIN.sub(lambda match: re.sub(r"[ .*_-]", "", match[0]), text)
    return "\n".join(unspace(line) for line in text.split("\n"))


def readings(text: str) -> list[Reading]:
    """The folded text itself first, then whatever else may be read out of it."""
    plain = fold(text)
    found = [Reading(plain, "plain")]
    found += _hidden(text)
    found += _decoded(text, _DEPTH)
    found += _guessed(plain)
    return list({each.text: each for each in reversed(found) if each.text.strip()}.values())[::-1]


def _is_invisible(char: str) -> bool:
    category = unicodedata.category(char)
    return (
        category == "Cf"
        or "\ufe00" <= char <= "\ufe0f"
        or (category == "Cc" and char not in "\n\t")
    )


def _latinised(match: re.Match[str]) -> str:
    word = match[0]
    return word.translate(_LOOKALIKES) if re.search(r"[A-Za-z]", word) else word


def _hidden(text: str) -> Iterator[Reading]:
    tagged = "".join(chr(ord(char) - 0xE0000) for run in _TAGS.findall(text) for char in run)
    if tagged:
        yield Reading(fold(tagged), "tags")
    for match in _COMMENT.finditer(text):
        yield Reading(fold(" ".join(filter(None, match.groups()))), "comment")
    for match in _HIDDEN_ELEMENT.finditer(text):
        yield Reading(fold(match[2]), "hidden")
    for match in _ATTRIBUTE.finditer(text):
        yield Reading(fold(match[1]), "attribute")


def _decoded(text: str, depth: int) -> Iterator[Reading]:
    """What an encoding holds, and what that holds in turn."""
    for how, decoded in _decodings(text):
        if _is_readable(decoded):
            yield Reading(fold(decoded), how)
            if depth > 1:
                yield from _decoded(decoded, depth - 1)


def _decodings(text: str) -> Iterator[tuple[str, str]]:
    for match in _BASE64.finditer(text):
        yield "base64", _from_base64(match[0])
    for match in _HEX.finditer(text):
        digits = re.sub(r"0x|\\x|[ ,:]", "", match[0])
        yield "hex", _as_text(bytes.fromhex(digits[: len(digits) // 2 * 2]))
    for match in _PERCENT.finditer(text):
        yield "url", unquote(match[0].replace("+", " "), errors="replace")
    for match in _ESCAPED.finditer(text):
        yield "escape", _unescaped(match[0])
    for match in _CODE_POINTS.finditer(text):
        points = [int(number) for number in re.findall(r"\d+", match[0])]
        yield (
            "code points",
            "".join(chr(p) for p in points if p < 0x110000 and not 0xD800 <= p < 0xE000),
        )
    for match in _BINARY.finditer(text):
        yield "binary", _as_text(bytes(int(each, 2) for each in re.findall("[01]{8}", match[0])))
    for match in _MORSE.finditer(text):
        letters = [_MORSE_LETTERS.get(sign, " ") for sign in re.split(r"[ ]+", match[0])]
        yield "morse", "".join(letters)


def _guessed(plain: str) -> Iterator[Reading]:
    """Readings that any text has; only what is unmistakable in them counts."""
    yield Reading(plain[::-1], "reversed", is_certain=False)
    if re.search("[a-z]{4}", plain):
        yield Reading(codecs.encode(plain, "rot13"), "rot13", is_certain=False)
        leet = _LEET_WORD.sub(lambda match: match[0].translate(_LEET), plain)
        if leet != plain:
            yield Reading(leet, "leet", is_certain=False)
    filled = _FILLED.sub("", plain)
    if filled != plain:
        yield Reading(filled, "spaced", is_certain=False)
    lines = [line.strip() for line in plain.split("\n") if line.strip()]
    if len(lines) >= _MIN_CHARS:
        yield Reading("".join(line[0] for line in lines), "acrostic", is_certain=False)


def _from_base64(text: str) -> str:
    text = text.replace("-", "+").replace("_", "/").rstrip("=")
    text = text[: len(text) - (len(text) % 4 == 1)]
    try:
        return _as_text(base64.b64decode(text + "=" * (-len(text) % 4), validate=True))
    except (binascii.Error, ValueError):
        return ""


def _unescaped(text: str) -> str:
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)
    return html.unescape(text)


def _as_text(data: bytes) -> str:
    for encoding in ("utf-8", "cp932", "utf-16-le"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_readable(text):
            return text
    return ""


def _is_readable(text: str) -> bool:
    """Letters of scripts that people here write, and few other signs: chance does not make that."""
    if len(text.strip()) < _MIN_CHARS:
        return False
    usual = sum(char.isascii() and (char.isprintable() or char.isspace()) for char in text)
    usual += sum("\u3000" <= char <= "\u30ff" or "\u4e00" <= char <= "\u9fff" for char in text)
    usual += sum("\uac00" <= char <= "\ud7a3" or "\uff00" <= char <= "\uff9f" for char in text)
    letters = sum(char.isalpha() or char.isspace() for char in text)
    return usual >= _MIN_READABLE * len(text) and letters >= 0.4 * len(text)
