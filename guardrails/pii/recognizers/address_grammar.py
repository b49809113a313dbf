"""The parts of a Japanese address: prefecture, municipality, lot numbers, building and room."""

from __future__ import annotations

import re

from guardrails.pii.recognizers.lexicon import is_place

PREFECTURES = [
    "北海道",
    "青森県",
    "岩手県",
    "宮城県",
    "秋田県",
    "山形県",
    "福島県",
    "茨城県",
    "栃木県",
    "群馬県",
    "埼玉県",
    "千葉県",
    "東京都",
    "神奈川県",
    "新潟県",
    "富山県",
    "石川県",
    "福井県",
    "山梨県",
    "長野県",
    "岐阜県",
    "静岡県",
    "愛知県",
    "三重県",
    "滋賀県",
    "京都府",
    "大阪府",
    "兵庫県",
    "奈良県",
    "和歌山県",
    "鳥取県",
    "島根県",
    "岡山県",
    "広島県",
    "山口県",
    "徳島県",
    "香川県",
    "愛媛県",
    "高知県",
    "福岡県",
    "佐賀県",
    "長崎県",
    "熊本県",
    "大分県",
    "宮崎県",
    "鹿児島県",
    "沖縄県",
]

_DIGITS = r"(?:[1-9][0-9]{0,4}|[〇零一二三四五六七八九十百千]{1,8})"
_HYPHEN = r"(?:[ \t]?[-‐‑‒–—―−ー][ \t]?)"
_NO = r"(?:[ \t]?[のノ之][ \t]?)"
_GAP = r"[ \t]?\n?[ \t]?"
_LAST = (
    r"(?:[1-9][0-9]{0,4}"
    r"|[〇零一二三四五六七八九十百千]{1,8}(?![一-龯々](?<![番丁号室]))(?![ァ-ヴ]))"
)
_MORE = rf"(?:(?:{_HYPHEN}|{_NO}){_LAST}(?![0-9]))"
_ROOM_MARK = r"(?:号室|号|室)?"
_LOT = (  # 番地の2, 3番25号, 99番1号, 1405番3, 番地ノ二, 20-8
    rf"{_DIGITS}\s?(?:番地|番)(?!目|組|号車|線|の方|町|丁|街|窓口|館)"
    rf"(?:{_NO}?{_DIGITS}(?:[ \t]?(?:号室|号(?!車)|室))?{_MORE}*|[ \t]{_DIGITS}[ \t]?号(?!車)"
    rf"|{_MORE}+)?{_ROOM_MARK}"
)
_HYPHENATED = rf"{_DIGITS}{_MORE}{{1,4}}{_ROOM_MARK}"
_BARE = r"(?:[1-9][0-9]{0,4}|[〇零一二三四五六七八九十百千]{1,8}(?![一-龯ぁ-んァ-ヶ]))"
_CHOME = rf"{_DIGITS}\s?丁目"
_REST = rf"(?:{_LOT}|{_HYPHENATED}|{_DIGITS}\s?号?(?![0-9]))"

NUMBERS = re.compile(
    rf"(?P<chome>{_CHOME}{_GAP}(?:{_NO})?{_REST})"
    rf"|(?P<lot>(?:第?{_DIGITS}地割(?:字[^\s0-9、。]{{1,8}})?|{_DIGITS}[字部])?{_LOT})"
    rf"|(?P<outside>番外地|無番地)"
    rf"|(?P<hyphens>(?<![0-9A-Za-z./#-])(?!0){_HYPHENATED}(?![0-9A-Za-z.]))"
    rf"|(?P<only_chome>{_CHOME})"
    rf"|(?P<bare>(?<![0-9A-Za-z./#-])(?!0){_BARE}(?![0-9A-Za-z.,:/%]))"
)
"""The numbered end of an address, before any building. Groups tell how sure it is by itself."""

_NAME = r"[一-龯々〆ヶケヵノァ-ヴーぁ-んA-Za-z0-9'’&.・]"
_BUILDING_WORD = (
    r"(?:ハイツ|コーポ|マンション|アパート|メゾン|メイプル|レジデンス|ハイム|パレス|コート|ヴィラ|ビラ|ヒルズ|タワー|"
    r"グラン|エスポワール|プラザ|フラット|カーサ|ドーム|シャトー|シャルム|ガーデン|テラス|ドミール|ホームズ|ハウス|"
    r"ビル|荘|寮|団地|住宅|宿舎|館|棟|苑|邸|レオパレス|サンライズ|ロイヤル)"
)
_STOREY = r"(?:地下)?(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})(?:階|F)(?![A-Za-z0-9])"
_ROOM = (
    r"(?:[A-Za-z]?[0-9]{1,4}(?:-[0-9A-Za-z]{1,4})?(?![F階0-9])\s?(?:号室|号棟|号館|棟|号|室)?"
    r"|[A-Za-z]-?[0-9]{1,4}\s?(?:号室|号|室)?|[一二三四五六七八九十百〇]{1,4}(?:号室|号|室|階)|[一二三四五六七八九〇]{2,4}(?![一-龯]))"
)
_NOT_BUILDING = (
    r"(?!電話|携帯|TEL|Tel|tel|FAX|氏名|名前|生年|郵便|メール|世帯|本籍|続柄|連絡|様|さん|在住|宛"
    r"|です|の|に|で|を|は|が|へ)"
)
BUILDING = re.compile(
    rf"(?:(?:[ \t]{{0,2}}\n?[ \t]?|[、,][ \t]?(?=[^\s、。]{{0,10}}{_BUILDING_WORD})){_NOT_BUILDING}"
    rf"(?:(?=[^\s]{{0,20}}{_BUILDING_WORD})|(?=[ァ-ヶー・]{{3}}))"
    rf"{_NAME}{{1,20}}?(?:(?<=\D){_ROOM}(?:\s?{_ROOM})?|(?<=\D)(?={_STOREY})|(?:(?<=荘)|(?<=寮)|(?<=館)|(?<=団地)|(?<=住宅)|(?<=宿舎)|(?<=ビル))"
    rf"(?:\s?{_ROOM}(?:-?{_ROOM})?)?))"
    rf"(?:\s?{_STOREY})?(?![0-9])"
)
"""A building with its room: 「コーポさくら1-C」「グリーンハイツA棟305」「メイプル館五号室」."""

LOOSE_BUILDING = re.compile(
    r"[ \t]?(?:ハイツ|コーポ|マンション|アパート|メゾン|レジデンス|ハイム|パレス"
    r"|ヴィラ|ビラ)[一-龯々ァ-ヶーぁ-ん]{1,10}?"
    r"(?=[\s、。,()「」です]|$)"
    r"|[ \t]?[一-龯々ァ-ヶーA-Za-z]{1,10}(?:ハイツ|コーポ|マンション|アパート|レジデンス"
    r"|ハイム|荘|寮)(?![一-龯ァ-ヶー])"
)
"""A building without a room."""

ROOM = re.compile(rf"[ \t](?:[A-Za-z]?[0-9]{{1,4}}(?:号室|号|室)|{_STOREY})|{_STOREY}")
HOUSEHOLD = re.compile(
    r"[ \t]?(?:[一-龯々]{1,5}?|[ァ-ヴー]{2,8}?)(?:様)?方(?![法面向針式々位角言])"
)
"""「佐藤方」: the household that somebody lodges with."""

_MUNICIPALITY_END = "市区町村"
_COUNTY = re.compile(r"[一-龯ぁ-んケヶ]{1,5}?郡[一-龯ぁ-んァ-ヶー]{1,6}?[町村]")
_CITY = re.compile(r"[一-龯ぁ-んァ-ヶー]{1,7}?市(?:(?=[^町村丁番字0-9]{1,4}区)[^市区町村]{1,4}区)?")
_WARD = re.compile(r"[一-龯ァ-ヶー]{1,4}?区")
_SPACE = re.compile(r"[ \t\n]*")


def prefecture_at(text: str, start: int = 0) -> int:
    """Where a prefecture that begins at `start` ends; `start` if there is none."""
    for prefecture in PREFECTURES:
        if text.startswith(prefecture, start):
            return start + len(prefecture)
    return start


def municipality_at(text: str, start: int) -> int:
    """Where the municipality that begins at `start` ends; `start` if there is none.

    A designated city takes its ward along, a county its town or village.
    """
    end = listed_municipality_at(text, start)
    if end == start:
        match = _COUNTY.match(text, start) or _CITY.match(text, start) or _WARD.match(text, start)
        return match.end() if match else start
    if text[end - 1] == "市":
        after = end + len(_space(text, end))
        ward = _WARD.match(text, after)
        if ward and is_place(text[after : ward.end()]):
            return ward.end()
    return end


def listed_municipality_at(text: str, start: int) -> int:
    """`municipality_at`, of those that the dictionary lists, without a city's ward.

    「酒田市若浜町」 is listed too: a city comes before a town, and the shorter one first, unless
    that cuts a name in two (「四日市」 of 「四日市市」).
    """
    for kind in ("市", "郡", "区", "町村"):
        for end in range(start + 2, min(len(text), start + 12) + 1):
            name = text[start:end]
            if kind == "郡":
                is_kind = "郡" in name[1:-1] and name[-1] in "町村"
            else:
                is_kind = name[-1] in kind
            if is_kind and text[end : end + 1] not in ("市", "町", "村") and is_place(name):
                return end
    return start


def _space(text: str, start: int) -> str:
    match = _SPACE.match(text, start)
    return match.group() if match else ""


def municipality_end(address: str) -> int:
    """Length of the leading 都道府県 and 市区町村 of an address; 0 if it begins with a 町名.

    What lies before it stays in the masked text: 「霧島市〔住所1〕」.
    """
    start = prefecture_at(address)
    after = start + len(_space(address, start)) if start else 0
    end = municipality_at(address, after)
    if end == after:
        return start
    is_only_town = start == 0 and address[end - 1] in "町村" and _begins_with_number(address, end)
    return 0 if is_only_town else end


def _begins_with_number(text: str, start: int) -> bool:
    return bool(re.match(rf"\s*(?:第|字)?{_DIGITS}", text[start:]))
