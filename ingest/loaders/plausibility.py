"""How much a text looks like Japanese, for choosing between two readings of the same bytes."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice

from ingest.loaders.kanji import EVERYDAY

_FOREIGN = re.compile(r"[\x00-\x7f]?[^\x00-\x7f]+[\x00-\x7f]?")
_SAMPLE_RUNS = 2_000
_SAMPLE_CHARS = 8_000
_WESTERN_END = "\u0800"
_PLAIN = re.compile(
    r"[ぁ-んァ-ヶー、。・「」（）　々〇％〜～－＝：！？０-９Ａ-Ｚａ-ｚ①-⑳○●■◆※【】『』]"
)
_HALF_KANA_SCORE = 0.6
_FAULT_COST = 1.5
_VOICED_GAIN = 0.8
_FAULTLESS_GAIN = 0.015  # for each of them, by each of them
_MAX_FAULTLESS_GAIN = 0.4
_MIN_FAULTLESS = 10
_HALF_KANA = re.compile("[\uff66-\uff9f]")
# What half-width kana never does in words, but mis-decoded EUC-JP does all the time.
_FAULTY_KANA = re.compile(
    r"(?<![\uff73\uff76-\uff84\uff8a-\uff8e])\uff9e"  # ﾞ after what cannot be voiced
    r"|(?<![\uff8a-\uff8e])\uff9f"  # ﾟ
    r"|(?<![\uff66-\uff9f])[\uff67-\uff70]"  # a word beginning with a small kana or ｰ
    r"|(?<![\uff71-\uff9f])\uff6f"  # ｯ
    r"|[\uff61\uff64][\uff61\uff63-\uff65]"  # punctuation on punctuation
    r"|\uff66[\uff67-\uff70\uff9e\uff9f]"
    r"|[\uff67-\uff6f][\uff67-\uff6f]"
    r"|\uff9d[\uff67-\uff6f]"
    r"|(?:^|[\s,])[\uff61\uff63\uff64]"  # punctuation at a beginning
)
# ... and what it does in every other word: a voiced sound in two characters.
_VOICED_KANA = re.compile(r"[\uff73\uff76-\uff84\uff8a-\uff8e]\uff9e|[\uff8a-\uff8e]\uff9f")


def plausibility(text: str) -> float:
    """Mean score of the non-ASCII characters: 1 is ordinary Japanese, below 0 is garbage."""
    # Only where something stands that is not ASCII, with its neighbours.
    sample = " ".join(match[0] for match in islice(_FOREIGN.finditer(text), _SAMPLE_RUNS))
    sample = sample[:_SAMPLE_CHARS]
    scores = [
        _score(char, sample[max(0, at - 1) : at + 2])
        for at, char in enumerate(sample)
        if not char.isascii()
    ]
    if not scores:
        return 1.0
    return (sum(scores) + _kana_evidence(sample)) / len(scores)


def _kana_evidence(text: str) -> float:
    """For and against half-width kana being real: they are where CP932 and EUC-JP collide."""
    faults = len(_FAULTY_KANA.findall(text))
    evidence = _VOICED_GAIN * len(_VOICED_KANA.findall(text)) - _FAULT_COST * faults
    kana = len(_HALF_KANA.findall(text))
    if not faults and kana >= _MIN_FAULTLESS:  # mis-decoded kanji seldom get this far
        evidence += min(_MAX_FAULTLESS_GAIN, _FAULTLESS_GAIN * kana) * kana
    return evidence


def _score(char: str, around: str) -> float:
    if _PLAIN.match(char) or char in EVERYDAY:
        return 1.0
    if "\u4e00" <= char <= "\u9fff":
        return _kanji_score(char)
    if "\uff61" <= char <= "\uff9f":
        return _HALF_KANA_SCORE
    if "\u2000" <= char <= "\u33ff":  # symbols, units, circled figures
        return 0.4
    if char < _WESTERN_END:
        return _western_score(char, around)
    return -1.0 if unicodedata.category(char) in {"Co", "Cn", "Cc"} else -0.2


def _kanji_score(char: str) -> float:
    """JIS level 1 (the commoner half) against level 2."""
    try:
        return 0.4 if char.encode("cp932") < b"\x98\x9f" else 0.0
    except UnicodeEncodeError:
        return -0.2


def _western_score(char: str, around: str) -> float:
    """Accented letters stand in Latin words, Greek and Cyrillic beside their own kind."""
    if not char.isalpha():
        return -1.0 if unicodedata.category(char) == "Cc" else 0.8
    others = [each for each in around if each != char and each.isalpha()]
    if char < "\u0250":
        is_among_its_kind = any(each.isascii() for each in others)
    else:
        is_among_its_kind = any(
            each > "\u036f" and abs(ord(each) - ord(char)) < 0x90 for each in others
        )
    return 1.0 if is_among_its_kind else -0.2
