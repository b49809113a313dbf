from __future__ import annotations

import json
import re
from urllib.parse import quote, quote_plus

import pytest

from guardrails.pii.outbound import OutboundGuard
from guardrails.pii.vault import PlaceholderVault, VaultRules
from guardrails.verdict import Finding

NAME = "霧野 花子"
PHONE = "090-1234-5678"


@pytest.fixture
def guard() -> OutboundGuard:
    vault = PlaceholderVault(VaultRules(own_text="相談窓口: 福祉課"))
    for kind, text, value in (
        ("PERSON", f"{NAME}です", NAME),
        ("PHONE", f"電話は{PHONE}", PHONE),
        ("EMAIL", "hanako@example.jp", "hanako@example.jp"),
        ("PERSON", "本人の匠さん", "匠"),
        ("PERSON", "担当の福祉課です", "福祉課"),
        ("PERSON", "𠮷野家𠮷", "𠮷野家𠮷"),
    ):
        start = text.index(value)
        vault.add(text, [Finding(kind, start, start + len(value), 1.0)])
    return OutboundGuard(vault)


def as_json(text: str, **options: bool) -> bytes:
    return json.dumps({"messages": [{"role": "user", "content": text}]}, **options).encode()


@pytest.mark.parametrize(
    "value",
    [
        NAME, "霧野花子", "霧野　花子", "霧 野 花 子", "霧野\n花子", "霧野\u200b花子",
        PHONE, "09012345678", "０９０－１２３４－５６７８", "090 1234 5678", "090ー1234ー5678",
        "hanako@example.jp", "HANAKO@EXAMPLE.JP", "ｈａｎａｋｏ＠ｅｘａｍｐｌｅ．ｊｐ",
        "本人の匠さん", "担当の福祉課です", "𠮷野家𠮷",
    ],
)  # fmt: skip
def test_value_is_found_however_it_is_written(guard, value):
    text = f"まえ{value}あと"
    for request in (
        as_json(text),
        as_json(text, ensure_ascii=False),
        as_json(json.dumps(text)),
        re.sub(r"\\u(.{4})", lambda code: rf"\u{code[1].upper()}", json.dumps(text)).encode(),
        text.encode(),
        b"q=" + quote(text).encode(),
        b"q=" + quote_plus(text).encode(),
        as_json(quote(text)),
        f"GET /?{quote(json.dumps(text))}".encode(),
    ):
        assert not guard(request), request
        assert guard.found


@pytest.mark.parametrize(
    "text",
    [
        "霧野さん",
        "花子さん",
        "巨匠",
        "匠",
        "相談窓口: 福祉課",
        "〔氏名1〕さんと〔電話番号1〕",
        "090-1234-5679",
        "",
        "1234",
    ],
)
def test_what_says_nothing_of_them_passes(guard, text):
    assert guard(as_json(text))
    assert guard(as_json(text, ensure_ascii=False))
    assert guard.found == ()


def test_labels_are_told_and_no_value(guard):
    assert not guard(as_json(f"{NAME} {PHONE}"))
    assert guard.found == ("氏名", "電話番号")


@pytest.mark.parametrize(
    "request_bytes", [b"\xff\xfe\x00", b"%ff%fe", b"\\u", b"\\ud800", b"%", b"\\"]
)
def test_bytes_that_are_no_text_are_read_as_far_as_they_go(guard, request_bytes):
    assert guard(request_bytes)
    assert not guard(request_bytes + b"\n" + NAME.encode())
