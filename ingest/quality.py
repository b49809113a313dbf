"""The quality gate: is what a loader extracted text that people could have written?

Mis-decoded or torn-out text poisons every answer that cites it, so such a document is held back
with the reasons. A few odd characters (private-use bullets, gaiji) in a document are normal.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.document import LoadedDocument

_CID = re.compile(r"\(cid:\d+\)")
# The bytes 80-BF as CP1252 shows them: what follows the first byte of a UTF-8 character.
_TRAIL = (
    "\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc"
    "\u2013-\u203a\u20ac\u2122\ufffd"
)
_MOJIBAKE = re.compile(
    "[縺繧繝]"  # UTF-8 read as CP932: kana begin with E3 81-83
    f"|\u00c3[{_TRAIL}]|[\u00e2-\u00e9][{_TRAIL}]{{2}}"  # UTF-8 read as Latin: Ã©, â€™, ã‚¢, æ—¥
    "|(?:\uff64[\uff61-\uff9f]){2}"  # EUC-JP read as CP932: hiragana begin with A4 (､)
    "|(?:\u00a4[\u00a1-\u00f3]){2}"  # EUC-JP read as Latin
    "|(?:[\u0082\u201a][\u0080-\u00ff\u0152-\u0178\u2013-\u2122]){2}"  # CP932 read as Latin
)
_BULLETS = ("\uf020", "\uf0ff")  # Wingdings and Symbol, as Office writes them


@dataclass(frozen=True)
class QualityThresholds:
    """Shares are of the visible characters. `min_*` counts keep short texts from tripping."""

    max_unreadable_share: float = 0.01
    min_unreadable: int = 3
    max_mojibake_share: float = 0.05
    min_mojibake: int = 3
    max_cid_share: float = 0.02
    min_cid: int = 3
    max_private_use_share: float = 0.2
    max_bullet_share: float = 0.4
    min_private_use: int = 5
    max_empty_page_share: float = 0.5
    min_pages: int = 3
    min_letters_of_page: int = 5
    min_letters_of_document: int = 4


DEFAULT_THRESHOLDS = QualityThresholds()


@dataclass(frozen=True)
class QualityReport:
    """`findings`: Japanese sentences, what is wrong and what to do; empty if acceptable."""

    findings: tuple[str, ...]
    is_acceptable: bool


def judge(document: LoadedDocument) -> str:
    """Why a document waits for a person before it goes live; empty for a good one."""
    return " ".join(assess(document).findings)


def assess(
    document: LoadedDocument, thresholds: QualityThresholds = DEFAULT_THRESHOLDS
) -> QualityReport:
    """Every reason to hold a document back. Raises nothing; linear in the text."""
    text = "\n".join(page.text for page in document.pages)
    findings = (
        *_characters(text, thresholds),
        *_patterns(text, thresholds),
        *_empty_pages(document, thresholds),
    )
    return QualityReport(findings, is_acceptable=not findings)


def _characters(text: str, thresholds: QualityThresholds) -> Iterator[str]:
    counts = Counter(text)
    visible = max(1, sum(n for char, n in counts.items() if not char.isspace()))
    unreadable = sum(n for char, n in counts.items() if _is_unreadable(char))
    share = unreadable / visible
    if unreadable >= thresholds.min_unreadable and share > thresholds.max_unreadable_share:
        yield (
            f"読めない文字（�など）が{share:.1%}あります。"
            "文字コードやフォントの埋め込みを確かめ、元の文書から作り直してください。"
        )
    bullets = sum(n for char, n in counts.items() if _BULLETS[0] <= char <= _BULLETS[1])
    private = sum(n for char, n in counts.items() if unicodedata.category(char) == "Co") - bullets
    is_private = private / visible > thresholds.max_private_use_share
    is_symbols = bullets / visible > thresholds.max_bullet_share
    if private + bullets >= thresholds.min_private_use and (is_private or is_symbols):
        yield (
            f"外字・私用領域の文字が{(private + bullets) / visible:.0%}を占めています。"
            "文字として読めるフォントで作り直してください。"
        )
    if _letters(text) < thresholds.min_letters_of_document:
        yield (
            "読み取れる文字がほとんどありません。"
            "中身を確かめ、画像だけの場合はOCR（文字認識）をかけてください。"
        )


def _is_unreadable(char: str) -> bool:
    category = unicodedata.category(char)
    return char == "\ufffd" or (category in {"Cc", "Cn", "Cs"} and not char.isspace())


def _patterns(text: str, thresholds: QualityThresholds) -> Iterator[str]:
    visible = max(1, len("".join(text.split())))
    count, share = _matches(_MOJIBAKE, text, visible)
    if count >= thresholds.min_mojibake and share > thresholds.max_mojibake_share:
        yield (
            f"文字化けしています（文字化けに特有の並びが{share:.0%}）。"
            "元の文書の文字コードを確かめ、UTF-8で保存し直してください。"
        )
    count, share = _matches(_CID, text, visible)
    if count >= thresholds.min_cid and share > thresholds.max_cid_share:
        yield (
            f"PDFのフォントから文字を復元できません（(cid:…) が{count:,}か所）。"
            "元の文書からPDFを作り直してください。"
        )


def _matches(pattern: re.Pattern[str], text: str, visible: int) -> tuple[int, float]:
    lengths = [len(match[0]) for match in pattern.finditer(text)]
    return len(lengths), sum(lengths) / visible


def _empty_pages(document: LoadedDocument, thresholds: QualityThresholds) -> Iterator[str]:
    pages = [page for page in document.pages if page.ordinal is not None]
    empty = sum(_letters(page.text) < thresholds.min_letters_of_page for page in pages)
    if len(pages) >= thresholds.min_pages and empty > thresholds.max_empty_page_share * len(pages):
        yield (
            f"{len(pages):,}ページのうち{empty:,}ページで文字が取り出せません。"
            "画像だけのページにOCR（文字認識）をかけてください。"
        )


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))
