"""Random conversations that are masked, streamed in random pieces, and must come back exactly.

Their values are made up here; so are texts that look masked already, spellings that differ in
width, and findings that miss, halve or join values.
"""

from __future__ import annotations

import json
import random
import unicodedata
from collections.abc import Iterator

from guardrails.pii.outbound import OutboundGuard
from guardrails.pii.restorer import StreamRestorer, restore
from guardrails.pii.vault import PlaceholderVault, VaultRules
from guardrails.verdict import Finding

_SURNAMES = ("霧野", "星川", "月岡", "風間", "雪村", "東海林", "長谷部", "林")
_GIVEN = ("一", "花子", "太郎", "さくら", "マリア", "健 二", "")
_CITIES = ("霧島市", "山形市", "東京都千代田区", "")
_LABELS = ("氏名", "住所", "電話番号", "記号", "マイナンバー", "LINE", "職員番号", "注")
_PROSE = (
    "の件です。", "さんから相談がありました。", "\n", "　", "、", "（", "）", "〔", "〕", "[", "]",
    "補助率は1/2です。", "令和8年4月1日", "〔氏名", "1〕", "氏名1", "👩‍👧", "\u200b",
    "\x00", "ﾊﾞ", "が",
)  # fmt: skip
_MOST_PIECES = 14


def count_failures(conversations: int, seed: int = 0) -> int:
    """In how many of the conversations a text came back changed, or what is masked is refused."""
    source = random.Random(seed)  # noqa: S311 - repeatable on purpose
    return sum(not _comes_back(source) for _ in range(conversations))


def _comes_back(source: random.Random) -> bool:
    vault = PlaceholderVault(VaultRules(municipality_end=_city_end))
    for _turn in range(source.randint(1, 5)):
        text, findings = _message(source)
        masked = vault.mask(text, findings)
        vault = PlaceholderVault.loads(vault.dumps(), VaultRules(municipality_end=_city_end))
        if "".join(_streamed(masked, vault, source)) != text or restore(masked, vault).text != text:
            return False
        request = json.dumps({"content": masked}, ensure_ascii=source.random() < 0.5)
        if not OutboundGuard(vault)(request.encode()):
            return False
    return True


def _message(source: random.Random) -> tuple[str, list[Finding]]:
    text = ""
    findings: list[Finding] = []
    for _ in range(source.randint(1, _MOST_PIECES)):
        kind, piece = _piece(source)
        if kind and source.random() < 0.8:
            start = len(text) + (source.randint(0, 1) if len(piece) > 1 else 0)
            findings.append(Finding(kind, start, len(text) + len(piece), 0.9))
        text += piece
    return text, findings


def _piece(source: random.Random) -> tuple[str, str]:
    pick = source.random()
    if pick < 0.4:
        return "", source.choice(_PROSE)
    if pick < 0.5:
        opener, closer = source.choice(("〔〕", "[]", "【】", "（）"))
        label, number = source.choice(_LABELS), source.randint(1, 12)
        return "", _respelled(f"{opener}{label}{number}{closer}", source)
    kind = source.choice(("PERSON", "PHONE", "ADDRESS", "MY_NUMBER", "EMAIL", "UNKNOWN"))
    return kind, _respelled(_value(kind, source), source)


def _value(kind: str, source: random.Random) -> str:
    digits = "".join(source.choices("0123456789", k=12))
    match kind:
        case "PERSON":
            return source.choice(_SURNAMES) + source.choice(_GIVEN)
        case "PHONE":
            return f"0{source.choice('789')}0-{digits[:4]}-{digits[4:8]}"
        case "ADDRESS":
            return f"{source.choice(_CITIES)}本町{digits[0]}-{digits[1]}-{digits[2]}"
        case "MY_NUMBER":
            return f"{digits[:4]} {digits[4:8]} {digits[8:]}"
        case "EMAIL":
            return f"{source.choice(('taro', 'hana'))}{digits[0]}@example.jp"
    return digits[: source.randint(1, 4)]


def _respelled(text: str, source: random.Random) -> str:
    """As it is, in full width, or spaced out."""
    match source.randint(0, 3):
        case 0:
            return "".join(
                chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each
                for each in unicodedata.normalize("NFKC", text)
            )
        case 1:
            return " ".join(text)
    return text


def _city_end(address: str) -> int:
    return max((len(city) for city in _CITIES if address.startswith(city)), default=0)


def _streamed(text: str, vault: PlaceholderVault, source: random.Random) -> Iterator[str]:
    restorer = StreamRestorer(vault)
    start = 0
    while start < len(text):
        end = start + source.randint(1, 6)
        yield restorer.feed(text[start:end])
        start = end
    yield restorer.finish()
