"""Text with placeholders in the place of findings: 〔氏名1〕, 霧島市〔住所1〕."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from guardrails.normalization import comparable, normalize
from guardrails.verdict import Finding, FindingType

LABELS: Mapping[str, str] = {
    FindingType.PERSON: "氏名",
    FindingType.ADDRESS: "住所",
    FindingType.PHONE: "電話番号",
    FindingType.EMAIL: "メール",
    FindingType.DATE_OF_BIRTH: "生年月日",
    FindingType.POSTAL_CODE: "郵便番号",
    FindingType.MY_NUMBER: "個人番号",
    FindingType.RESIDENT_CODE: "住民票コード",
    FindingType.PENSION_NUMBER: "基礎年金番号",
    FindingType.HEALTH_INSURANCE: "健康保険",
    FindingType.LTC_INSURANCE: "介護保険番号",
    FindingType.LATE_ELDERLY_INSURANCE: "後期高齢者医療番号",
    FindingType.DRIVERS_LICENSE: "免許証番号",
    FindingType.PASSPORT: "旅券番号",
    FindingType.RESIDENCE_CARD: "在留カード番号",
    FindingType.BANK_ACCOUNT: "口座番号",
    FindingType.CREDIT_CARD: "カード番号",
    FindingType.VEHICLE_NUMBER: "車両番号",
    FindingType.LINE_ID: "LINE",
    FindingType.IP_ADDRESS: "IPアドレス",
    FindingType.URL: "URL",
}
"""What a placeholder calls each type. A CLASSIFICATION_MARK is reported, never masked."""

_ADDRESS = "guardrails.pii.recognizers.address"
_SEPARATORS = re.compile(r"[-.·・()/]")
_LOOKS_LIKE = re.compile(
    rf"[〔\[［(（【]\s*({'|'.join(LABELS.values())})\s*([0-9０-９]+)\s*[〕\]］)）】]"
)


def placeholder(kind: str, number: int) -> str:
    return f"〔{LABELS[kind]}{number}〕"


def value_key(kind: str, value: str) -> str:
    """Equal for the same value in another width, spacing or punctuation."""
    written = comparable(value)
    if kind in {FindingType.PERSON, FindingType.ADDRESS, FindingType.EMAIL, FindingType.URL}:
        return written
    return _SEPARATORS.sub("", written) or written


def numbers_in_use(text: str) -> dict[str, set[int]]:
    """Numbers of each label that `text` shows already, as a placeholder or much like one."""
    used: dict[str, set[int]] = {}
    for label, number in _LOOKS_LIKE.findall(text):
        used.setdefault(label, set()).add(int(number[:9]))
    return used


def masked_span(text: str, finding: Finding) -> tuple[int, int]:
    """What of a finding the placeholder replaces: of an address only what lies behind 市区町村."""
    if finding.type != FindingType.ADDRESS:
        return finding.start, finding.end
    kept = _municipality_end(text[finding.start : finding.end])
    return min(finding.start + kept, finding.end), finding.end


def _municipality_end(address: str) -> int:
    """How much of an address as written is its 都道府県 and 市区町村."""
    # SEAM: a plain import at the top as soon as the recognizer of addresses is merged.
    if find_spec(_ADDRESS) is None:
        return 0
    normalized = normalize(address)
    end = int(import_module(_ADDRESS).municipality_end(normalized.text))
    return normalized.original_span(0, end)[1] if end else 0


@dataclass(frozen=True)
class Masked:
    """`values`: placeholder -> what stood there."""

    text: str
    values: Mapping[str, str]


class Numbering:
    """Gives the same value the same placeholder, and never one that a text shows already."""

    def __init__(self) -> None:
        self._placeholders: dict[tuple[str, str], str] = {}
        self._used: dict[str, set[int]] = {}

    def reserve(self, text: str) -> None:
        """Placeholders that `text` shows are not ours."""
        for label, numbers in numbers_in_use(text).items():
            self._used.setdefault(label, set()).update(numbers)

    def of(self, kind: str, value: str) -> str:
        key = (LABELS[kind], value_key(kind, value))
        if key not in self._placeholders:
            used = self._used.setdefault(LABELS[kind], set())
            number = next(n for n in range(1, len(used) + 2) if n not in used)
            used.add(number)
            self._placeholders[key] = placeholder(kind, number)
        return self._placeholders[key]


def mask(text: str, findings: Iterable[Finding], numbering: Numbering | None = None) -> Masked:
    """`findings` sorted and disjoint; marks and addresses that end at 市区町村 stay as they are."""
    numbering = numbering or Numbering()
    numbering.reserve(text)
    pieces: list[str] = []
    values: dict[str, str] = {}
    place = 0
    for finding in findings:
        if finding.type not in LABELS:
            continue
        start, end = masked_span(text, finding)
        if start == end:
            continue
        name = numbering.of(finding.type, text[start:end])
        values.setdefault(name, text[start:end])
        pieces += [text[place:start], name]
        place = end
    return Masked("".join([*pieces, text[place:]]), values)
