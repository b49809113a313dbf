"""車両番号: place, class (letters since 2018), kana, serial number. 道路運送車両法施行規則 別表

https://www.mlit.go.jp/jidosha/jidosha_fr1_000034.html
"""

from __future__ import annotations

import re

from guardrails.pii.identifier import TAIL, Form, IdentifierRecognizer
from guardrails.verdict import FindingType

_PLACES = (
    "札幌|函館|旭川|室蘭|苫小牧|釧路|知床|帯広|十勝|北見|青森|弘前|八戸|岩手|盛岡|平泉|宮城|"
    "仙台|秋田|山形|庄内|福島|会津|郡山|白河|いわき|水戸|土浦|つくば|宇都宮|那須|とちぎ|日光|"
    "群馬|前橋|高崎|大宮|川口|所沢|川越|熊谷|春日部|越谷|千葉|成田|習志野|市川|船橋|袖ヶ浦|"
    "袖ケ浦|市原|野田|柏|松戸|品川|世田谷|練馬|杉並|板橋|足立|江東|葛飾|江戸川|八王子|多摩|"
    "横浜|川崎|湘南|相模|山梨|富士山|新潟|長岡|上越|長野|松本|諏訪|南信州|安曇野|富山|石川|"
    "金沢|福井|岐阜|飛騨|静岡|浜松|沼津|伊豆|名古屋|豊橋|三河|岡崎|豊田|尾張小牧|一宮|春日井|"
    "三重|鈴鹿|四日市|伊勢志摩|滋賀|京都|大阪|なにわ|和泉|堺|奈良|飛鳥|和歌山|神戸|姫路|鳥取|"
    "島根|出雲|岡山|倉敷|広島|福山|山口|下関|徳島|香川|高松|愛媛|高知|福岡|北九州|久留米|"
    "筑豊|佐賀|長崎|佐世保|熊本|大分|宮崎|鹿児島|奄美|沖縄"
)

_SPACED_PLACES = "|".join(" ?".join(place) for place in _PLACES.split("|"))
_KANA = "[あ-えか-さすせそ-ふほ-をれ]"  # never お し へ ん
_SERIAL = (
    r"(?:[・.·･\-]{0,3} ?[0-9]{1,2} ?- ?[0-9]{1,2}"
    r"|(?=[ -]{0,2}[・.·･])[・.·･ -]{1,5}[0-9]{1,3}|[0-9]{4})"
)
_PLATE = rf"[ \n]?[0-9][0-9A-Z]{{0,2}} ?(?:{_KANA}|[A-Z]) ?{_SERIAL}{TAIL}"
_TOWN = "(?<![一-龥])(?:[一-龥ァ-ヶ]{1,5}?[市区町村]?|いわき市?|つくば市?)"  # mopeds


class VehicleNumberRecognizer(IdentifierRecognizer):
    """A known place needs no label; another place of two to four kanji does."""

    entity = FindingType.VEHICLE_NUMBER
    forms = (
        Form(re.compile(f"(?:{_SPACED_PLACES}){_PLATE}"), 0.9),
        Form(re.compile(f"(?<![一-龥])[一-龥]{{2,4}}{_PLATE}")),
        Form(re.compile(rf"{_TOWN} ?{_KANA} ?(?:[0-9]{{1,3}}-[0-9]{{1,3}}|[0-9]{{2,4}}){TAIL}")),
    )
    labels = frozenset({FindingType.VEHICLE_NUMBER})
