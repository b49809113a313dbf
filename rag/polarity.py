"""Whether a text affirms or denies what its words say: 「更新はありません」 denies 更新."""

from __future__ import annotations

import re

# What looks negative and is not, or the other way round, is read first.
_DOUBLE = re.compile(
    r"な(?:ければ|くては|いと)(?:なら|なり|いけ|だめ|ダメ)(?:ない|ません)?|なきゃ(?:いけ|なら)?(?:ない|ません)?"
    r"|(?:わけ|とは限|にほか|かも|かもし)(?:では|ら|なら|れ)(?:ない|ません)"
    r"|だけで(?:は)?なく|のみ(?:で|なら)(?:ず|なく)|ざるを得(?:ない|ません)|しか[^、。]{0,14}(?:ない|ません)|少なくとも|にかかわらず|問わず|必ず|まず(?!い)"
    r"|(?:も)?(?:構|かま)(?:い(?:ません)?|わない)|この限りで(?:は)?ない"
    r"|思わず|みず|いずれ|ならでは|(?:間違い|問題|差し支え|誤り)(?:は)?(?:ない|ありません)|ませんか|ないです?か[?？。]|ないでしょうか"
)
_NEGATIVE = (
    r"(?:ない(?![一-龥ァ-ヶ])|ません|なし|無し|なく(?!す|し|な)|ず(?:に|、|。|$)|不要|不可(?![分欠避能侵])|対象外|非該当|禁止|除外|だめ|ダメ|無理)"
    r"(?!とき|もの|ように|よう、|うち|まま)"
)
_POSITIVE = (
    r"(?:ます(?!か)|です|でき(?:る|ます)|必要|必須|可能|あり(?!ませ)|ある|要する|求め|可(?!否)"
    r"|とする|します|OK|無料|いる$|要る)"
)
# Between a word and its predicate stand particles and at most one more word.
_HANDLING = (
    r"(?:の(?:写し|添付|提出|受付|申請|相談|利用|支給|届出|手続き?|提示|記載|押印|立会い?|制度))*"
)
_GAP = (
    r"^" + _HANDLING + r"(?:[ぁ-ん□]{0,6}|[ぁ-ん□]{0,4}[一-龥]{2}[ぁ-ん□]{0,4}"
    r"|[ぁ-ん]{0,4}(?:[一-龥][ぁ-ん]{1,2}){1,2}[ぁ-ん]{0,4})?"
)
_DENIED = re.compile(rf"{_GAP}?{_NEGATIVE}")
_AFFIRMED = re.compile(rf"{_GAP}?{_POSITIVE}")
# After a denial in a main clause.
_MAIN = re.compile(
    r"(?:です|こと(?:と(?:する|します)|になり|です)?|もの(?:とする|です)?|で(?:す|した)|でした)?"
    r"(?:[。」)）(（|]|$|が|けれど|ので|から|場合は)"
)
_RUN = re.compile(r"(?:[一-龥々]+|[ァ-ヶー]+|[A-Za-z]+)+$")
_STEM = re.compile(r"[一-龥]{2,}|[ァ-ヶー]{3,}|[A-Za-z]{3,}")
_STEM_CHARS = 2
_ASIDE = re.compile(r"[(（][^)）]*[)）]")
_END_CHARS = 10
_END_DENIED = re.compile(
    rf"{_NEGATIVE}[^、]{{0,5}}$|なく(?:て|とも)?も?(?:よい|いい|大丈夫|OK|□)?$|いら$|不要[^、]{{0,4}}$|(?:諦め|あきらめ)[^、]{{0,6}}$"
)
_END_AFFIRMED = re.compile(r"(?:ます|です|する|できる|れる|ある|可|必要|ください|こと|なる|□)$")
# They say nothing of their own.
_EMPTY = frozenset(
    [
        "場合",
        "年度",
        "以上",
        "以下",
        "以内",
        "対象",
        "可能",
        "必要",
        "年間",
        "問題",
        "予定",
        "今年",
        "去年",
        "来年",
        "今回",
        "必須",
        "不要",
        "自分",
        "同じ",
        "一緒",
        "任意",
        "原則",
        "以外",
        "通常",
    ]
)


def neutralised(text: str) -> str:
    """The text with double and idiomatic negations blanked out, same length."""
    return _DOUBLE.sub(lambda match: "□" * len(match.group()), text)


def stems(text: str) -> dict[str, int]:
    """What may be affirmed or denied, with the end of each: the last two characters of long kanji
    compounds, other words whole.
    """
    found: dict[str, int] = {}
    for match in _STEM.finditer(text):
        word = match.group()
        words = [word]
        if len(word) > _STEM_CHARS and "一" <= word[-1] <= "龥":
            words.append(word[-_STEM_CHARS:])
        found.update({each: match.end() for each in words if each not in _EMPTY})
    return found


def is_denied(stem: str, text: str) -> bool | None:
    """Whether the (neutralised) text denies the stem (True) or affirms it (False).

    None where it does neither; said several times, the first that does decides.
    """
    found = find_predicate(stem, text)
    return found[1] is _DENIED if found else None


def find_predicate(stem: str, text: str) -> tuple[int, re.Pattern[str], int] | None:
    """Where the stem begins that is first denied or affirmed, and the end of its predicate."""
    for match in re.finditer(re.escape(stem), text):
        for pattern in (_DENIED, _AFFIRMED):
            if predicate := pattern.match(text[match.end() :]):
                return match.start(), pattern, match.end() + predicate.end()
    return None


def denial(stem: str, text: str) -> tuple[str, str] | None:
    """What stands right before the stem, and between it and the end of the main clause that denies
    it; None where it is not denied there (「人が足りないことを踏まえ」 denies nothing).
    """
    found = find_predicate(stem, text)
    if found is None or found[1] is not _DENIED or not _MAIN.match(text[found[2] :]):
        return None
    start, _, end = found
    prefix = _RUN.search(text[:start])
    return prefix.group() if prefix else "", text[start + len(stem) : end]


def ends_denied(text: str, *, is_claim: bool = False) -> bool | None:
    """Whether the last predicate of a text is negative; None where it has none (a heading, a row).

    A claim was cut before its copula, so that it has a predicate in any case.
    """
    plain = _ASIDE.sub("", text).replace(" ", "").rstrip("。」、")
    end = neutralised(plain)[-_END_CHARS:]
    if _END_DENIED.search(end):
        return True
    return False if is_claim or _END_AFFIRMED.search(end) else None
