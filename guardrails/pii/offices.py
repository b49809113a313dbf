"""Numbers and addresses that a text gives as an office's: public, so nothing to mask."""

from __future__ import annotations

import re

_BEFORE, _AFTER = 48, 12
_OFFICE = (
    "(?:役所|役場|市庁|都庁|道庁|府庁|県庁|本庁|支庁|庁舎|支所|出張所|事務所|事務局|[部局課係班](?!屋)|(?<!号)室"
    "|センター|保健所|相談所|警察署|消防署|税務署|年金事務所|公民館|図書館|体育館|児童館|病院|医院|クリニック|診療所"
    "|いのちの電話|110番|テレホン|テレフォン|チャイルドライン|代表(?!者|取締|理事)|学校|保育園|幼稚園|こども園|協議会|公社|機構|協会|組合|窓口|ホットライン|ダイヤル|相談室|お?問い?合わ?せ先?)"
)
_LINK = (
    r"(?:[\s:・、,/|　\-→はへにまで]|\([^()\n]{0,14}\)|〔[^〕\n]{0,14}〕|【[^】\n]{0,14}】"
    r"|電話番号|電話|でんわ|tel|TEL|Tel|℡|☎|📞|fax|FAX|Fax|代表|直通|内線|番号|ファクス|ファックス|お?問い?合わ?せ先?|連絡先|受付"
    r"|に(?:お?電話|ご?相談|ご?連絡|お?問い?合わ?せ)(?:して)?(?:ください|下さい)?。?|[0-9\-()]+)*"
)
_NAMED_BEFORE = re.compile(f"{_OFFICE}{_LINK}$")
_SAID_AFTER = re.compile(
    r"\s*[\((]?\s*(?:代表|直通|代\)|内線|平日|受付|24時間|通話料|市役所|町役場|村役場|県庁|担当課)"
)
_PERSONAL = re.compile("さん|様|氏|自宅|携帯|本人|実家|職場|御中|宛")


def is_office_contact(text: str, start: int, end: int) -> bool:
    """Whether an office's name leads to it, or what follows is said of offices only."""
    before = text[max(0, start - _BEFORE) : start]
    sentence = re.split("[。\n!?]", before)[-1] if "\n" not in before[-1:] else before
    if _PERSONAL.search(sentence):
        return False
    return bool(_NAMED_BEFORE.search(before) or _SAID_AFTER.match(text[end : end + _AFTER]))
