"""〔氏名1〕: what stands for a value, how it is written, and what a reader may take for one.

A placeholder is a label, the number of the value among those of its label, and from the second
spelling of the same value on a mark: 〔氏名1〕 for 霧野花子, then 〔氏名1b〕 for 霧野　花子.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from guardrails.verdict import FindingType

LABELS: Mapping[str, str] = {
    FindingType.PERSON: "氏名",
    FindingType.ADDRESS: "住所",
    FindingType.PHONE: "電話番号",
    FindingType.EMAIL: "メール",
    FindingType.DATE_OF_BIRTH: "生年月日",
    FindingType.POSTAL_CODE: "郵便番号",
    FindingType.MY_NUMBER: "マイナンバー",
    FindingType.RESIDENT_CODE: "住民票コード",
    FindingType.PENSION_NUMBER: "基礎年金番号",
    FindingType.HEALTH_INSURANCE: "健康保険",
    FindingType.LTC_INSURANCE: "介護保険",
    FindingType.LATE_ELDERLY_INSURANCE: "後期高齢",
    FindingType.DRIVERS_LICENSE: "運転免許証",
    FindingType.PASSPORT: "旅券",
    FindingType.RESIDENCE_CARD: "在留カード",
    FindingType.BANK_ACCOUNT: "口座",
    FindingType.CREDIT_CARD: "カード番号",
    FindingType.VEHICLE_NUMBER: "車両番号",
    FindingType.LINE_ID: "LINE",
    FindingType.IP_ADDRESS: "IPアドレス",
    FindingType.URL: "URL",
}
LITERAL_LABEL = "記号"
"""Of text that looked like a placeholder before anything was masked: it is put away as it is."""
OTHER_LABEL = "個人情報"
"""Of types that have no label."""

MAX_INNER_CHARS = 40
OPENERS = "〔[［【〘〚❲﹝(（{｛<＜〈《"
CLOSERS = "〕]］】〙〛❳﹞)）}｝>＞〉》"
_BRACKETS = re.escape(OPENERS + CLOSERS)
CANDIDATE = re.compile(
    rf"[{re.escape(OPENERS)}]([^{_BRACKETS}\n]{{1,{MAX_INNER_CHARS}}})[{re.escape(CLOSERS)}]"
)
"""What may be a placeholder: its inside is group 1."""

OWN = re.compile(r"〔([^\W\d_]+\d+[b-z]*)〕")
"""A placeholder as it is given: its key is group 1."""

_SIGNS = re.compile(r"(?:[^\w\u3099\u309a]|_)+")  # the two are voicing marks, split off
_NOT_IN_LABEL = re.compile(r"[\W\d_]")
_MARKS = 25  # b to z; the first spelling has none


@dataclass(frozen=True)
class Placeholder:
    """`number` counts from 1, `spelling` from 0."""

    label: str
    number: int
    spelling: int = 0

    @property
    def key(self) -> str:
        """What stands between the brackets."""
        return f"{self.label}{self.number}{_mark(self.spelling)}"

    @property
    def text(self) -> str:
        return f"〔{self.key}〕"


def _mark(spelling: int) -> str:
    letters = ""
    while spelling:
        spelling, rest = divmod(spelling - 1, _MARKS)
        letters = chr(ord("b") + rest) + letters
    return letters


def label_of(finding_type: str, labels: Mapping[str, str] = LABELS) -> str:
    """The label of a type, without what a number or a bracket could be taken for."""
    given = unicodedata.normalize("NFKC", labels.get(finding_type, ""))
    return _NOT_IN_LABEL.sub("", given) or OTHER_LABEL


def comparable_key(inner: str) -> str:
    """The inside of brackets, whatever a model made of its width, case and spacing.

    Signs fall away unless they part two digits: 「氏名1、2」 is not 「氏名12」. Decomposed, so that
    the beginning of a text that is still coming is a beginning of the whole one's form, too.
    """
    plain = unicodedata.normalize("NFKD", inner).casefold()

    def parting(signs: re.Match[str]) -> str:
        before, behind = plain[: signs.start()][-1:], plain[signs.end() :][:1]
        return "-" if before.isdigit() and behind.isdigit() else ""

    return _SIGNS.sub(parting, plain)


def placeholders_in(masked: str) -> list[str]:
    """The placeholders of a masked text, each once, in order."""
    return list(dict.fromkeys(match[0] for match in OWN.finditer(masked)))


def lookalike(labels: Iterable[str]) -> re.Pattern[str]:
    """Of comparable keys: any number of any of these labels."""
    alternatives = "|".join(
        re.escape(comparable_key(label)) for label in sorted(set(labels), key=len, reverse=True)
    )
    return re.compile(rf"(?:{alternatives})\d+[a-z]*")
