from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.round_trips import count_failures
from guardrails.pii.placeholders import MAX_INNER_CHARS
from guardrails.pii.restorer import StreamRestorer, restore
from guardrails.pii.vault import PlaceholderVault
from guardrails.verdict import Finding


@pytest.fixture
def vault() -> PlaceholderVault:
    vault = PlaceholderVault()
    names = [f"山田{number}郎" for number in "一二三四五六七八九"]
    for name in [*names, "佐藤太郎", "佐藤花子", "鈴木一", "鈴木二", "鈴木　一"]:
        vault.add(name, [Finding("PERSON", 0, len(name), 1.0)])
    vault.add("U123", [Finding("LINE_ID", 0, 4, 1.0)])
    vault.add("123456789018", [Finding("MY_NUMBER", 0, 12, 1.0)])
    return vault


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("〔氏名1〕さん", "山田一郎さん"),
        ("〔 氏名 1 〕さん", "山田一郎さん"),
        ("〔氏 名　１〕", "山田一郎"),
        ("[氏名1]", "山田一郎"),
        ("［氏名１］", "山田一郎"),
        ("【氏名１】", "山田一郎"),
        ("〈氏名1〉と《氏名2》", "山田一郎と山田二郎"),
        ("〔氏名1】", "山田一郎"),
        ("(氏名:1)", "山田一郎"),
        ("〔氏名_1〕", "山田一郎"),
        ("〔氏名①〕", "山田一郎"),
        ("〔氏名1〕〔氏名11〕〔氏名12〕", "山田一郎佐藤花子鈴木一"),
        ("〔氏名12b〕〔氏名12Ｂ〕", "鈴木　一鈴木　一"),
        ("〔line1〕〔ＬＩＮＥ1〕", "U123U123"),
        ("〔ﾏｲﾅﾝﾊﾞｰ1〕", "123456789018"),
        ("〔〔氏名1〕〕", "〔山田一郎〕"),
        ("[氏名1][1]", "山田一郎[1]"),
    ],
)
def test_placeholder_is_understood_however_a_model_writes_it(vault, written, shown):
    restored = restore(written, vault)
    assert restored.text == shown
    assert restored.is_whole


@pytest.mark.parametrize(
    "written",
    [
        "氏名1さん",
        "〔氏名1さん",
        "氏名1〕",
        "〔氏名99〕",
        "〔氏名1、2〕",
        "〔氏\n名1〕",
        "〔住所1〕",
    ],
)
def test_what_cannot_be_told_is_left_and_said(vault, written):
    restored = restore(written, vault)
    assert restored.text == written
    assert not restored.is_whole or written == "〔氏名1、2〕"


@pytest.mark.parametrize("written", ["補助率は1/2です。", "（注1）第2条", "氏名を書いてください。"])
def test_text_without_placeholders_is_whole(vault, written):
    restored = restore(written, vault)
    assert restored.text == written
    assert restored.is_whole


def test_restored_text_is_not_restored_again():
    vault = PlaceholderVault()
    masked = vault.mask("〔氏名1〕と山田太郎", [Finding("PERSON", 6, 10, 1.0)])
    assert masked == "〔記号1〕と〔氏名1〕"
    restored = restore(masked, vault)
    assert restored.text == "〔氏名1〕と山田太郎"
    assert restored.is_whole


def in_pieces(text: str, cuts: list[int], vault: PlaceholderVault) -> list[str]:
    ends = sorted({min(cut, len(text)) for cut in cuts} | {len(text)})
    restorer = StreamRestorer(vault)
    shown = [restorer.feed(text[start:end]) for start, end in zip([0, *ends], ends, strict=False)]
    return [*shown, restorer.finish()]


_PIECES = st.lists(
    st.sampled_from(
        [
            "〔氏名1〕",
            "〔 氏名 １２ b 〕",
            "〔マイナンバー1〕",
            "[LINE1]",
            "【ﾏｲﾅﾝﾊﾞｰ１】",
            "〔氏名99〕",
            "〔",
            "〕",
            "氏名1",
            "[",
            "氏",
            "ﾊ",
            "ﾞ",
            "1",
            " ",
            "\n",
            "。",
            "補助率は1/2です。",
            "〔氏名1、",
            "2〕",
        ]
    ),
    max_size=12,
).map("".join)


@given(_PIECES, st.lists(st.integers(0, 120), max_size=30))
def test_stream_shows_what_the_whole_text_would(text, cuts):
    vault = PlaceholderVault()
    for name in ["山田太郎", *(f"佐藤{number}郎" for number in range(12)), "佐藤 10郎"]:
        vault.add(name, [Finding("PERSON", 0, len(name), 1.0)])
    vault.add("U123", [Finding("LINE_ID", 0, 4, 1.0)])
    vault.add("123456789018", [Finding("MY_NUMBER", 0, 12, 1.0)])
    assert "".join(in_pieces(text, cuts, vault)) == restore(text, vault).text


@given(_PIECES)
def test_no_more_than_one_possible_placeholder_is_held_back(text):
    vault = PlaceholderVault()
    vault.add("山田太郎", [Finding("PERSON", 0, 4, 1.0)])
    restorer = StreamRestorer(vault)
    read = ""
    shown = ""
    for character in text:
        read += character
        shown += restorer.feed(character)
        held = len(restore(read, vault).text) - len(shown)
        assert held <= MAX_INNER_CHARS + 1


def test_ordinary_text_is_shown_at_once(vault):
    restorer = StreamRestorer(vault)
    assert [restorer.feed(each) for each in ("補助率", "は（", "第", "2条）です。〔", "氏")] == [
        "補助率",
        "は",
        "（第",
        "2条）です。",
        "",
    ]
    assert restorer.feed("名1〕さ") == "山田一郎さ"
    assert restorer.finish() == ""


def test_brackets_without_end_are_not_held_back_for_ever(vault):
    restorer = StreamRestorer(vault)
    shown = restorer.feed("〔" + " " * 200)
    assert shown == "〔" + " " * 200


def test_random_conversations_come_back_exactly():
    assert count_failures(conversations=200, seed=4) == 0
