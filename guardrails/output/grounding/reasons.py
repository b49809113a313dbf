"""Why a generated sentence was kept or dropped: stable codes, and what people read of them."""

from collections.abc import Mapping
from enum import StrEnum


class Reason(StrEnum):
    """Codes are stored and counted: add new ones, never rename."""

    SUPPORTED = "supported"
    NO_EVIDENCE = "no_evidence"
    FORM = "form"
    EMPTY = "empty"
    INDIRECT = "indirect"
    BARE_REPLY = "bare_reply"
    PREMISE = "premise"
    PROMISE = "promise"
    FIGURE = "figure"
    SUBJECT = "subject"
    NAME = "name"
    POLARITY = "polarity"
    ALTERNATIVE = "alternative"
    MODALITY = "modality"
    CONDITION = "condition"
    UNSEEN = "unseen"


REASON_SENTENCES: Mapping[Reason, str] = {
    Reason.SUPPORTED: "根拠の文に裏づけがあります。",
    Reason.NO_EVIDENCE: "照らし合わせる根拠がありません。",
    Reason.FORM: "文になっていません（表の切れはし、言葉のくり返し）。",
    Reason.EMPTY: "根拠にもとづく内容がありません（あいさつ、質問の言い直し、資料への案内だけ）。",
    Reason.INDIRECT: "聞かれたこと（金額、期日、数など）に答えていません。",
    Reason.BARE_REPLY: "「はい」「いいえ」だけで、何のことかを述べていません。",
    Reason.PREMISE: "根拠が否定している前提に「はい」と答えています。",
    Reason.PROMISE: "その人が対象になる、受け取れると約束しています。",
    Reason.FIGURE: "数字・日付・連絡先が根拠にないか、範囲（以上・未満、前・後）が違います。",
    Reason.SUBJECT: "数字や内容が、根拠では別の項目・制度・年度・主体のものです。",
    Reason.NAME: "根拠にない名前が出てきます。",
    Reason.POLARITY: "できる・できない、必要・不要などが根拠と逆です。",
    Reason.ALTERNATIVE: "方法・順序・主体など、根拠とは両立しないことを述べています。",
    Reason.MODALITY: "「場合がある」「原則」などの留保を落とすか、「必ず」「だけ」を足しています。",
    Reason.CONDITION: "根拠にある条件を落としています。",
    Reason.UNSEEN: "根拠にない内容が含まれています。",
}
