"""What kind of answer a question asks for, and whether a text holds one of that kind.

Rules over the forms of Japanese questions (「いくら」「何割」「いつまで」…), not over topics.
"""

from __future__ import annotations

import re
from enum import StrEnum

from rag.normalization import fold


class AnswerType(StrEnum):
    AMOUNT = "amount"
    RATIO = "ratio"
    DATE = "date"
    DURATION = "duration"
    COUNT = "count"
    CONTACT = "contact"
    WHO = "who"
    WHERE = "where"
    LIST = "list"
    YES_NO = "yesno"
    HOW = "how"
    OTHER = "other"


FORMAL = frozenset(
    {
        AnswerType.AMOUNT,
        AnswerType.RATIO,
        AnswerType.DATE,
        AnswerType.DURATION,
        AnswerType.COUNT,
        AnswerType.CONTACT,
    }
)
"""Kinds of answer that have a form which a text can be seen to hold."""

_ASKS: tuple[tuple[AnswerType, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (AnswerType.CONTACT, r"電話番号|何番|連絡先|問い?合わ?せ先|メールアドレス|どこに(?:電話|連絡)|URL|ホームページの(?:アドレス|場所)"),
        (AnswerType.RATIO, r"何割|何[%％]|何パーセント|何分の|補助率|負担割合|措置率|充当率|割合|達成率|パーセンテージ|何倍"),
        (
            AnswerType.AMOUNT,
            r"いくら|幾ら|何円|何億|何千?万|金額|予算額|上限額|限度額|支給額|単価|費用は|料金|家賃は|補助額|手数料|総額|事業費は|お金(?:は|が)?(?:どれ|どの)"
            r"|(?:どの|どれ)(?:くらい|ぐらい|ほど)(?:の(?:お金|額|金額|費用|予算)|もらえ|出る|補助)",
        ),
        (
            AnswerType.DURATION,
            r"何(?:日|か月|ヶ月|カ月|ヵ月|箇月|週間|年|時間|分)(?:間|以内|前|後|くらい|ぐらい|分)|どの?くらいの(?:期間|時間)|期間は(?:どの|どれ)|何日(?:かか|で)"
            r"|(?:どの|どれ)(?:くらい|ぐらい)(?:で(?:決ま|結果|届|来)|の間|かか)",
        ),
        (
            AnswerType.DATE,
            r"いつ|何年|何月|何日|何曜|期限|締切|締め切り|〆切|何時|時期|年度は|曜日|開始日|施行日|有効期限|日程|スケジュール",
        ),
        (
            AnswerType.COUNT,
            r"何(?:団体|件|人|名|回|か所|箇所|ヶ所|カ所|つ|個|種類|業務|社|台|枚|本|市町村|自治体|都道府県|歳|才|条|ヶ条|か条|世帯|校|GB|人分|点|項目|コース|段階|事例)"
            r"|いくつ|人数|件数|団体数|会員数|回数|(?:どの|どれ)(?:くらい|ぐらい)の(?:人|団体|数|件|自治体)",
        ),
        (AnswerType.WHERE, r"どこ|何処|どちら|窓口|場所|何階|会場|どの(?:市|県|町|村|地域|自治体)"),
        (AnswerType.WHO, r"誰|だれ|どなた|どの(?:機関|組織|団体|会社|省庁|部署|課)|何省|主体|対象者|どういう人|どんな人|対象(?:は|と)"),
        (AnswerType.LIST, r"何がある|何と何|どのような(?:もの|項目|内容|種類)|どんな(?:もの|項目|種類|メニュー|事業|取組|サービス)|一覧|全て|すべて|列挙|具体例|種類|要件は|条件は|例を|例は|内訳|項目"),
        (
            AnswerType.YES_NO,
            r"(?:ます|です|でしょう|せん|した|ない|る|い|だっけ|ですよね|よね|の|たん|だろう|なの|大丈夫|可能|必要|対象)(?:か|よね|の)?(?:[?？。!！]|$)",
        ),
        (AnswerType.HOW, r"どう(?:やって|すれば|したら|いう|いった)|方法|手順|手続|流れ|やり方|進め方|どのように|仕組み"),
    )
)

_INTERROGATIVE = re.compile(r"何|なに|なん(?:です|でしょう|の)|誰|だれ|どなた|どこ|どの|どれ|どう|どん|いつ|いくつ|いくら|なぜ|教えて|知りたい")

_HOLDS: dict[AnswerType, re.Pattern[str]] = {
    AnswerType.AMOUNT: re.compile(r"\d[\d,.]*\s*(?:兆|億|万|千|百)*\s*円|無料|無償|定額|上限(?:は|なし)|負担(?:は)?(?:なし|ありません)|全額"),
    AnswerType.RATIO: re.compile(r"\d+\s*/\s*\d+|\d[\d.]*\s*%|\d\s*割|\d+分の\d+|率\s*0?\.\d|0\.\d+|半額|全額|\d+(?:\.\d+)?倍"),
    AnswerType.DATE: re.compile(
        r"(?:令和|平成|昭和|[RH])\s*(?:\d+|元)\s*(?:年|[./])|\d{4}\s*年|\d{1,2}月|\d{1,2}日|\d{1,2}時|[月火水木金土日]曜|年度|平日|毎[月週日年]"
    ),
    AnswerType.DURATION: re.compile(r"\d+\s*(?:日|[かヶカヵ箇]?月|週間?|年|時間|分|営業日)(?:間|以内|前|後|程度|くらい|まで)?"),
    AnswerType.COUNT: re.compile(
        r"\d[\d,]*\s*(?:団体|件|人|名|回|[かヶカヵ箇]所|つ|個|種類|業務|社|台|枚|本|市町村|自治体|都道府県|歳|才|条|[かヶカヵ]条|世帯|校|店|時間|日|月|年|点|%|割|つの)|[一二三四五六七八九十]つ|全て|すべて"
    ),
    AnswerType.CONTACT: re.compile(r"\d{2,4}-\d{2,4}-\d{3,4}|#\d{4}|https?://|@|(?<!\d)1(?:10|18|19|89)(?!\d)"),
    AnswerType.WHERE: re.compile(r"窓口|課|係|センター|[都道府県市区町村](?!民)|階|室|局|所|館|サイト"),
}


def answer_type(question: str) -> AnswerType:
    """The most specific kind of answer the question asks for."""
    folded = fold(question)
    for kind, pattern in _ASKS:
        if kind is AnswerType.YES_NO and _INTERROGATIVE.search(folded):
            continue
        if pattern.search(folded):
            return kind
    return AnswerType.OTHER


def holds(kind: AnswerType, text: str) -> bool:
    """Whether a text contains something of that kind; True where the kind has no form."""
    pattern = _HOLDS.get(kind)
    return True if pattern is None else bool(pattern.search(fold(text)))
