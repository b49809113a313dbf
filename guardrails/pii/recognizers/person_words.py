"""The words around a name: what stands before it, what stands after it, what only looks like it.

The lists are in `person_words.yaml`; here they become patterns.
"""

from __future__ import annotations

import re
from pathlib import Path

import yaml

_WORDS: dict[str, list[str]] = {
    name: words.split()
    for name, words in yaml.safe_load(
        Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
    ).items()
}


def _any(name: str) -> str:
    """A pattern of all words of a list, the longest first."""
    return "|".join(re.escape(word) for word in sorted(_WORDS[name], key=len, reverse=True))


NOT_NAMES = frozenset(_WORDS["not_names"])
"""Never a name before さん or 様, nor a field's value; before 「と申します」 some may be."""
CUE_WORDS = frozenset(_WORDS["relations"] + _WORDS["roles"] + _WORDS["titles"])
CUE = re.compile("|".join(sorted((word for word in CUE_WORDS if len(word) > 1), key=len)[::-1]))

HONORIFIC = re.compile(
    r"[ \t]?(?:さん(?!しょう|しょく|かく|ご|ぽ|ざん|そ|ま[のをはが]|ぎょう|せい|ちょう|りん|すう)"
    r"|様|さま(?!ざま)|氏(?!名|神|族)|君(?!主|臨)|くん|ちゃん(?!と)|殿(?!堂|下)|先生|女史"
    r"|さんち|んち|ご?夫妻|ご?夫婦|ご?一家|両氏|坊や)"
)
HOUSEHOLD = re.compile(
    r"[ \t]?(?:家(?!庭|族|賃|屋|計|事|具|財|電|業|畜|系)|宅(?!地|配|建)|世帯"
    r"|方(?![法向針式々位角言]))"
)
INTRODUCED = re.compile(
    r"[ \t]?(?:と申し(?:ます|まして)|といい(?:ます|まして)|と言い(?:ます|まして)|ともうします"
    r"|という(?:者|もの|名前|人)|って言?い?(?:ます|うん|う)|っていう|です(?!か(?!ら|え)|かね)"
    r"|でございます|だけど|っす|やけど|なん?(?:です|だ)けど|なのです|でした(?=。|$)|というんです"
    r"|と呼ばれ|って(?:人|ひと|方|いう|言))"
)
"""How somebody gives a name, or says anything else: it counts only where a sentence begins."""
NAMED = re.compile(
    r"[ \t]?(?:と申し|といい|と言い|ともうし|という(?:者|もの|名前|人|方|家|んです|名字|苗字|姓)"
    r"|っていい|って言|っていう|って(?:人|ひと|方|男|女)|でございます|と呼ばれ"
    r"|です。[ \t]?(?:お世話|よろしく|はじめ))"
)
CLOSING = re.compile(
    r"[ \t]?(?:より|拝|宛て?|あて|㊞|印|\(印\)|の名義|名義)(?=[。、,\s!?)」]|で|$)"
)
AGE = re.compile(
    r"[ \t]?[、,(/・][ \t]?(?:[0-9]{1,3}|[〇一二三四五六七八九十百]{1,4})[ \t]?(?:歳"
    r"|才|代|[かカ]月)"
    r"|[ \t]?[(、][^)\n]{0,18}生(?:まれ|[)、。])"
    r"|[(、][ \t]?(?:男|女|男性|女性|中[1-3]|小[1-6]|高[1-3]|旧姓|通称)"
)
ORGANIZATION_AFTER = re.compile(
    rf"[一-龯ァ-ヴー]{{0,6}}(?:{_any('institutions')})"
    r"|(?:など)?の[0-9一二三四五六七八九十両各]{1,3}(?:県|市|町|村|都市|地区)"
    rf"|(?:{_any('organizations')})"
)
PLACE_AFTER = re.compile(r"[ \t]?[0-9]{1,3}[0-9A-Za-z]?[ \t]?[ぁ-ん][ \t]?[・0-9]")
"""「山形 500 あ 12-34」: the place on a number plate."""

TITLE = re.compile(
    rf"[ \t]?(?:[一-龯]{{1,6}}[部課係室局署所])?(?:{_any('titles')})"
    r"(?![一-龯](?<![様殿氏宅宛方等兼代談曰]))(?!ー|[ァ-ヴ])"
)
PUBLIC_TITLE = re.compile(rf"[ \t]?[一-龯]{{0,8}}(?:{_any('public_titles')})(?!宛|へ)")
PUBLIC_BEFORE = re.compile(rf"(?:{_any('public_titles')})(?:の)?[ \t]?\Z")

_LINK = r"(?:[ \t]{0,2}|[ \t]?(?:の|は|が|も|・|:|、|「|\(|,|\.|->|→|=)[ \t]?)\Z"
RELATION_END = re.compile(rf"(?:{_any('relations')}){_LINK}")
ROLE_END = re.compile(rf"(?:{_any('roles')}){_LINK}")
DELIMITED_END = re.compile(rf"(?:{_any('delimited_roles')})[ \t]?[:→・ \t][ \t]?\Z")
NOT_BEFORE = re.compile(rf"(?:{_any('not_before')})(?:名)?[ \t]?[:はの]?[ \t]?\Z")
