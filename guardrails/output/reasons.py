"""Why an output guard mended or removed a sentence: stable codes, and what people read of them."""

from collections.abc import Mapping
from enum import StrEnum


class GuardReason(StrEnum):
    """Codes are stored and counted: add new ones, never rename. FIGURE and PROMISE are codes of
    `grounding.Reason`, too, and mean the same.
    """

    FIGURE = "figure"
    PROMISE = "promise"
    PERSONAL_DATA = "personal_data"
    CONTACT = "contact"
    MEDICAL = "medical"
    LEGAL = "legal"
    PARTIALITY = "partiality"
    CONDUCT = "conduct"
    GUARD_FAILED = "guard_failed"


GUARD_REASON_SENTENCES: Mapping[GuardReason, str] = {
    GuardReason.FIGURE: "数字・日付・金額が、挙げた根拠にありません。",
    GuardReason.PROMISE: "その人が対象になる、受け取れる（または、ならない）と決めつけています。",
    GuardReason.PERSONAL_DATA: "やり取りにも根拠にもない個人情報が含まれています。",
    GuardReason.CONTACT: "電話番号や URL が、窓口の一覧にも根拠にもありません。",
    GuardReason.MEDICAL: "病気の診断や、薬・受診についての判断を述べています。",
    GuardReason.LEGAL: "違法かどうか、勝てるか、請求できるかなど、法律上の判断を述べています。",
    GuardReason.PARTIALITY: "政党・政治家への評価、投票の勧め、意見の分かれる問題への賛否が"
    "あります。",
    GuardReason.CONDUCT: "相談の受け答えとして不適切です（個人情報を尋ねる、秘密や結果を約束する、"
    "人を名のる、励ましや否定の押しつけ）。",
    GuardReason.GUARD_FAILED: "出力の確認ができなかったため、念のため表示していません。",
}
