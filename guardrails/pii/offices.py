"""Numbers and addresses that a text gives as an office's: public, so nothing to mask."""

from __future__ import annotations

import re

_BEFORE, _AFTER, _BLOCK = 48, 28, 240
_OFFICE = (
    "(?:役所|役場|市庁|都庁|道庁|府庁|県庁|本庁|支庁|庁舎|(?:[一-龥ァ-ヶ]庁)|支所|出張所|事務所|事務局"
    "|[部局課係班](?!屋)|(?<!号)室|センター|保健所|相談所|警察署?|本部|消防署|税務署|公民館|図書館"
    "|体育館|児童館|病院|医院|クリニック|診療所|学校|保育園|幼稚園|こども園|協議会|社協|公社|機構"
    "|協会|組合|窓口|ハローワーク[一-龥]{0,4}|ホットライン|ダイヤル|テレホン|テレフォン|いのちの電話"
    "|チャイルドライン|110番|相談室|相談電話|代表(?!者|取締|理事)|お?問い?合わ?せ先?)"
)
_LINK = (
    r"(?:[\s:・、,/|\-→はへにまでの]|\([^()\n]{0,14}\)|〔[^〕\n]{0,14}〕|【[^】\n]{0,14}】"
    r"|電話番号|電話|でんわ|tel|TEL|Tel|☎|📞|fax|FAX|Fax|代表|直通|内線|番号|ファクス|ファックス"
    r"|お?問い?合わ?せ先?|連絡先|受付|専用|又は|または|#[0-9]{4}"
    r"|に(?:お?電話|ご?相談|ご?連絡|お?問い?合わ?せ)(?:して)?(?:ください|下さい)?。?|[0-9\-()]+)*"
)
_NAMED_BEFORE = re.compile(f"{_OFFICE}{_LINK}$")
_SAID_AFTER = re.compile(
    r"\s?\(?\s?(?:代表|直通|代\)|内線|平日|受付|24時間|通話料)"
    rf"|\s?\([^()\s0-9]{{0,14}}{_OFFICE}\)"
)
_PERSONAL = re.compile(
    "さん|様|氏名|自宅|携帯|本人|実家|職場|御中|宛|申請者|相談者|世帯|生年月日|[私僕母父夫妻娘](?!立)|息子|住んで"
)
_HEADING = re.compile(
    r"(?:^|\n)[\s■□●◆○◎▼・*#>【\[(〔]*(お?問い?合わ?せ|お?申し?込み?|担当|提出|送付|所在地|窓口|宛先|連絡先)"
)
_NOT_BEFORE_ITS_OFFICE = frozenset({"担当", "連絡先"})


def is_office_contact(text: str, start: int, end: int) -> bool:
    """Whether an office's name leads to it, or what follows is said of offices only."""
    before = text[max(0, start - _BEFORE) : start]
    sentence = re.split("[。\n!?]", before)[-1] if "\n" not in before[-1:] else before
    after = text[end : end + _AFTER]
    if _PERSONAL.search(sentence) or _PERSONAL.search(after.split(")")[0]):
        return False
    return bool(
        _NAMED_BEFORE.search(before)
        or _SAID_AFTER.match(after)
        or is_in_office_block(text, start, end)
    )


def is_in_office_block(text: str, start: int, end: int) -> bool:
    """Whether its paragraph is like 「お問い合わせ先 … 福祉課 …」 and names nobody."""
    paragraph = text[max(0, start - _BLOCK) : start].rsplit("\n\n", maxsplit=1)[-1]
    heading = _HEADING.search(paragraph)
    line_after = text[end : end + _BEFORE].split("\n", maxsplit=1)[0]
    if heading is None or _PERSONAL.search(paragraph) or _PERSONAL.search(line_after):
        return False
    if re.search(_OFFICE, paragraph[heading.end() :]):
        return True
    return heading[1] not in _NOT_BEFORE_ITS_OFFICE and bool(re.search(_OFFICE, line_after))
