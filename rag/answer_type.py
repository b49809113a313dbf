"""What kind of answer a question asks for, and whether a text holds one of that kind.

Rules over the forms of Japanese questions (「いくら」「何割」「いつまで」…), not over topics.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

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

# Interrogatives say what is asked wherever they stand; the last one of a question decides.
_INTERROGATIVES: tuple[tuple[AnswerType, str], ...] = (
    (
        AnswerType.CONTACT,
        r"電話番号|連絡先|問い?合わ?せ先|メールアドレス|どこに(?:電話|連絡)|何番に|URL|アドレス",
    ),
    (AnswerType.RATIO, r"何割|何[%％]|何パーセント|何分の|何倍"),
    (
        AnswerType.AMOUNT,
        r"いくら|幾ら|何円|何億円?|何千?万円|何千円|(?:どの|どれ)(?:くらい|ぐらい|ほど)(?:の(?:お金|額|金額|費用|予算)|もらえ|出る|補助)",
    ),
    (
        AnswerType.DURATION,
        (
            r"何(?:日|[かヶカヵ箇]月|週間|年|時間|分)(?:間|以内|前|後|くらい|ぐらい|程度|も(?:待|かか))|何日(?:かか|で)|どの?くらいの(?:期間|時間)|期間は(?:どの|どれ)"
            r"|(?:どの|どれ)(?:くらい|ぐらい)(?:で(?:決ま|結果|届|来)|の間|かか)"
        ),
    ),
    (AnswerType.DATE, r"いつ|何年(?!間)|何月|何日|何曜|何時(?!間)"),
    (
        AnswerType.COUNT,
        (
            r"何(?:団体|件|人|名|回|[かヶカ箇]所|つ|個|種類|業務|社|台|枚|本|市町村|自治体|都道府県|歳|才|条|[かヶ]条|世帯|校|GB|点|項目|コース|段階|事例|泊|部|食|匹|頭|時間|級|号|番目)"
            r"|いくつ|(?:どの|どれ)(?:くらい|ぐらい)の(?:人|団体|数|件|自治体)"
        ),
    ),
    (AnswerType.WHERE, r"どこ|何処|どちら|何階|どの(?:市|県|町|村|地域|自治体)"),
    (
        AnswerType.WHO,
        r"誰|だれ|どなた|どの(?:機関|組織|団体|会社|省庁|部署|課)|何省|どういう人|どんな人",
    ),
    (
        AnswerType.LIST,
        r"何がある|何と何|どのような(?:もの|項目|内容|種類)|どんな(?:もの|項目|種類|メニュー|事業|取組|サービス)",
    ),
    (AnswerType.HOW, r"どう(?:やって|すれば|したら|いう|いった)|どのように"),
)
# Without an interrogative the noun that is asked about decides (「上限額は?」), the last one first.
_NOUNS: tuple[tuple[AnswerType, str], ...] = (
    (AnswerType.RATIO, r"[一-龥]率(?!的)|割合|パーセンテージ|何割"),
    (
        AnswerType.AMOUNT,
        (
            r"(?:金|算|限|度|給|付|置|助|総|税|年|月|定|差)額|単価|日当|謝金|予算(?!化|要求|編成)"
            r"|[経会]費は|費用は|料金|家賃は|手数料|自己負担|事業費は|額(?:は|を|って|が知)|代金"
            r"|利用料|保険料|使用料"
        ),
    ),
    (
        AnswerType.DATE,
        r"期限|締切日?|締め切り日?|〆切|時期|曜日|[始施発決結期払付布]日(?!本)|日程|スケジュール|時刻",
    ),
    (AnswerType.DURATION, r"[年月日]数|年限|有効期間|派遣期間|所要時間|期間の長さ"),
    (
        AnswerType.COUNT,
        r"(?:人|件|員|回|所|枚|台|団体|戸|校|者|個|店|自治体|市町村|施設|世帯)数|総数|定員|人員",
    ),
    (
        AnswerType.CONTACT,
        r"(?:内線|電話|ファックス|FAX)の?番号|連絡先|問い?合わ?せ先|メールアドレス|URL",
    ),
    (AnswerType.WHO, r"主体|対象者|対象(?:は|と)|メンバー|座長|構成員"),
    (AnswerType.WHERE, r"窓口|場所|会場"),
    (AnswerType.LIST, r"一覧|全て|すべて|列挙|具体例|種類|要件|条件|例を|例は|内訳|項目"),
    (AnswerType.HOW, r"方法|手順|手続|流れ|やり方|進め方|仕組み"),
)
_ASKS_YES_OR_NO = re.compile(
    r"(?:ます|です|でしょう|せん|した|ない|る|い|だっけ|よね|の|たん|だろう|なの|大丈夫|可能|必要|対象)(?:か|よね|の)?(?:[?？。!！]|$)"
)
_COUNTED = re.compile(
    r"何(?P<unit>団体|件|人|名|回|[かヶカ箇]所|種類|業務|社|台|枚|本|市町村|都道府県|歳|才|世帯|校|項目|コース|段階|泊|部|食|匹|頭|割|[%％]|時間|週間|[かヶカヵ箇]月|営業日)"
)
_SAME_UNIT = {"人": "人名", "名": "人名", "歳": "歳才", "才": "歳才"}
_INTERROGATIVE = re.compile(
    r"何|なに|なん(?:です|でしょう|の)|誰|だれ|どなた|どこ|どの|どれ|どう|どん|いつ|いくつ|いくら|なぜ|教えて|知りたい"
)

_HOLDS: dict[AnswerType, re.Pattern[str]] = {
    AnswerType.AMOUNT: re.compile(
        r"\d[\d,.]*\s*(?:兆|億|万|千|百)*\s*円|無料|無償|定額|上限(?:は|なし)|負担(?:は)?(?:なし|ありません)|全額"
    ),
    AnswerType.RATIO: re.compile(
        r"\d+\s*/\s*\d+|\d[\d.]*\s*%|\d\s*割|\d+分の\d+|率\s*0?\.\d|0\.\d+|半額|全額|\d+(?:\.\d+)?倍"
    ),
    AnswerType.DATE: re.compile(
        r"(?:令和|平成|昭和|[RH])\s*(?:\d+|元)\s*(?:年|[./])|\d{4}\s*年|\d{1,2}月|\d{1,2}日|\d{1,2}時|[月火水木金土日]曜|年度|平日|毎[月週日年]"
    ),
    AnswerType.DURATION: re.compile(
        r"\d+\s*(?:日|[かヶカヵ箇]?月|週間?|年|時間|分|営業日)(?:間|以内|前|後|程度|くらい|まで)?"
    ),
    AnswerType.COUNT: re.compile(
        r"\d[\d,]*\s*(?:団体|件|人|名|回|[かヶカヵ箇]所|つ|個|種類|業務|社|台|枚|本|市町村|自治体|都道府県|歳|才|条|[かヶカヵ]条|世帯|校|店|時間|日|月|年|点|%|割|つの)|[一二三四五六七八九十]つ|全て|すべて"
    ),
    AnswerType.CONTACT: re.compile(
        r"\d{2,4}-\d{2,4}-\d{3,4}|#\d{4}|https?://|@|(?<!\d)1(?:10|18|19|89)(?!\d)"
    ),
    AnswerType.WHERE: re.compile(
        r"窓口|課|係|センター|[都道府県市区町村](?!民)|階|室|局|所|館|サイト"
    ),
}


@lru_cache(maxsize=30_000)
def _folded(text: str) -> str:
    """Chunks are held against one question after the other: fold each once."""
    return fold(text)


@dataclass(frozen=True)
class Expectation:
    """What an answer must look like. `unit`: of what is counted (「何団体」), else empty."""

    kind: AnswerType
    unit: str = ""

    def is_met_by(self, text: str) -> bool:
        """Whether the text holds something of the kind; True where the kind has no form."""
        if self.unit:
            return bool(
                re.search(
                    rf"\d\s?{_unit_pattern(self.unit)}|[一二三四五六七八九十]{self.unit}",
                    _folded(text),
                )
            )
        pattern = _HOLDS.get(self.kind)
        return True if pattern is None else bool(pattern.search(_folded(text)))

    @property
    def is_formal(self) -> bool:
        return self.kind in FORMAL


def _unit_pattern(unit: str) -> str:
    if unit[0] in "かヶカヵ箇":
        return f"[かヶカヵケ箇]{unit[1:]}"
    if unit == "割":
        return r"(?:割|%|/\s?\d)"
    return f"[{_SAME_UNIT[unit]}]" if unit in _SAME_UNIT else unit


def expectation(question: str) -> Expectation:
    """What the question asks for; an interrogative counts before a noun, the last one first."""
    folded = fold(question)
    asked = [
        (match.start(), -order, kind)
        for order, (kind, pattern) in enumerate(_INTERROGATIVES)
        for match in re.finditer(pattern, folded)
    ]
    if asked:
        position = max(asked)[0]
        # Of those that begin at one place the first in the table is the more special one.
        kind = max(each for each in asked if each[0] == position)[2]
        if folded.startswith("いくつ", position):
            return Expectation(_measured(folded))
        counted = _COUNTED.match(folded, position)
        return Expectation(kind, counted["unit"] if counted and kind in FORMAL else "")
    return Expectation(_without_interrogative(folded))


def _measured(folded: str) -> AnswerType:
    """「補助率はいくつ」 asks for a ratio, 「要件はいくつ」 for a count."""
    for kind, pattern in _NOUNS[:2]:  # a ratio or an amount
        if re.search(pattern, folded):
            return kind
    return AnswerType.COUNT


def _without_interrogative(folded: str) -> AnswerType:
    named = [
        (match.end(), -order, kind)
        for order, (kind, pattern) in enumerate(_NOUNS)
        for match in re.finditer(pattern, folded)
    ]
    if named:
        return max(named)[2]
    if _ASKS_YES_OR_NO.search(folded) and not _INTERROGATIVE.search(folded):
        return AnswerType.YES_NO
    return AnswerType.OTHER


def answer_type(question: str) -> AnswerType:
    """The kind of answer the question asks for."""
    return expectation(question).kind


def holds(kind: AnswerType, text: str) -> bool:
    """Whether a text contains something of that kind; True where the kind has no form."""
    return Expectation(kind).is_met_by(text)
