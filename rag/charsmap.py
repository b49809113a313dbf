"""Build a SentencePiece "precompiled charsmap" from a table of replacements.

Format (SentencePiece `normalizer.cc`, read by `tokenizers` as `normalizers.Precompiled`):
u32 trie_bytes | trie: u32 units of a Darts-clone double array | replacements, each NUL-ended.
A unit holds its own label (bits 0-7, bit 31 clear), "ends a key" (bit 8) and the XOR distance to
its children (bits 10-30). The child for byte b stands at `children ^ b`; a key's value, the byte
offset of its replacement, at `children ^ 0` with bit 31 set.
"""

import struct
from collections.abc import Mapping

_ENDS_KEY = 1 << 8
_IS_VALUE = 1 << 31
_ROW = 256
_MAX_UNITS = 1 << 21  # what the distance field can reach without its scaled form


def build_charsmap(table: Mapping[str, str]) -> bytes:
    """Serialise `table`, which maps single characters to a replacement (it may be empty).

    Raises ValueError if a key is not one character or the table is far too large.
    """
    if any(len(key) != 1 for key in table):
        raise ValueError("keys must be single characters")
    replacements, offsets = _join_replacements(table)
    units = _build_trie({key.encode(): offsets[value] for key, value in table.items()})
    if len(units) >= _MAX_UNITS:
        raise ValueError(f"{len(table)} replacements are too many for this encoding")
    trie = struct.pack(f"<{len(units)}I", *units)
    return struct.pack("<I", len(trie)) + trie + replacements


def _join_replacements(table: Mapping[str, str]) -> tuple[bytes, dict[str, int]]:
    joined = bytearray()
    offsets: dict[str, int] = {}
    for replacement in sorted(set(table.values())):
        offsets[replacement] = len(joined)
        joined += replacement.encode() + b"\0"
    return bytes(joined), offsets


def _build_trie(values: Mapping[bytes, int]) -> list[int]:
    """Units of a trie whose keys are UTF-8 characters, so that no key is a prefix of another.

    Every inner node has a row of 256 cells to itself and the values share rows at the end, where
    no labels are. So no two nodes' children can meet, and a reader stays inside the array; the
    usual tight packing would save some 100 kB and need a search.
    """
    prefixes = sorted({key[:length] for key in values for length in range(len(key))} | {b""})
    rows = {prefix: index * _ROW for index, prefix in enumerate(prefixes)}
    distinct = sorted(set(values.values()))
    first_value = len(prefixes) * _ROW
    cells = {value: first_value + index for index, value in enumerate(distinct)}
    units = [0] * (first_value + -(-len(distinct) // _ROW) * _ROW)

    # The root unit is cell 0, and its children's row is row 0: distance 0, no label.
    for prefix in prefixes[1:]:
        at = rows[prefix[:-1]] ^ prefix[-1]
        units[at] = (at ^ rows[prefix]) << 10 | prefix[-1]
    for key, value in values.items():
        at = rows[key[:-1]] ^ key[-1]
        units[at] = (at ^ cells[value]) << 10 | _ENDS_KEY | key[-1]
        units[cells[value]] = _IS_VALUE | value
    return units
