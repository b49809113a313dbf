from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.pii.comparison import fold, identity
from guardrails.pii.placeholders import LABELS, Placeholder, comparable_key, placeholders_in
from guardrails.pii.restorer import restore
from guardrails.pii.vault import PlaceholderVault, VaultRules
from guardrails.verdict import Finding, FindingType


def found(text: str, *values: tuple[str, str]) -> list[Finding]:
    """Every occurrence of the values, each with its type."""
    findings = []
    for kind, value in values:
        at = text.find(value)
        while at >= 0:
            findings.append(Finding(kind, at, at + len(value), 1.0))
            at = text.find(value, at + len(value))
    return sorted(findings, key=lambda each: each.start)


def masked(vault: PlaceholderVault, text: str, *values: tuple[str, str]) -> str:
    result = vault.mask(text, found(text, *values))
    assert restore(result, vault).text == text
    return result


def test_each_value_gets_a_placeholder_of_its_type():
    vault = PlaceholderVault()
    text = "山田太郎（090-1234-5678）と佐藤花子です。"
    assert (
        masked(
            vault, text, ("PERSON", "山田太郎"), ("PERSON", "佐藤花子"), ("PHONE", "090-1234-5678")
        )
        == "〔氏名1〕（〔電話番号1〕）と〔氏名2〕です。"
    )


def test_placeholders_are_stable_over_the_turns_of_a_conversation():
    vault = PlaceholderVault()
    masked(vault, "山田太郎です。", ("PERSON", "山田太郎"))
    masked(vault, "佐藤花子です。", ("PERSON", "佐藤花子"))
    assert masked(vault, "また山田太郎です。", ("PERSON", "山田太郎")) == "また〔氏名1〕です。"


def test_surname_alone_is_not_the_full_name():
    vault = PlaceholderVault()
    text = "山田太郎さんの母の山田さん"
    findings = [Finding("PERSON", 0, 4, 1.0), Finding("PERSON", 9, 11, 1.0)]
    assert vault.mask(text, findings) == "〔氏名1〕さんの母の〔氏名2〕さん"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("山田太郎", "山田　太郎"),
        ("090-1234-5678", "０９０（１２３４）５６７８"),
        ("090-1234-5678", "090ー1234ー5678"),
        ("taro@example.jp", "ＴＡＲＯ＠example.jp"),
        ("ヤマダ", "ﾔﾏﾀﾞ"),
    ],
)
def test_another_spelling_is_the_same_value_and_comes_back_as_it_was_written(first, second):
    vault = PlaceholderVault()
    text = f"「{first}」と「{second}」"
    assert (
        masked(vault, text, ("PERSON", first), ("PERSON", second))
        == "「〔氏名1〕」と「〔氏名1b〕」"
    )


@pytest.mark.parametrize(("one", "other"), [("国分1-2-3", "国分12-3"), ("山田", "山田太郎")])
def test_what_is_not_the_same_is_kept_apart(one, other):
    assert identity(one) != identity(other)


def test_address_keeps_its_municipality_outside():
    vault = PlaceholderVault(VaultRules(municipality_end=lambda text: text.index("市") + 1))
    text = "住所は霧島市国分中央1-2-3です。"
    assert masked(vault, text, ("ADDRESS", "霧島市国分中央1-2-3")) == "住所は霧島市〔住所1〕です。"
    # Met again without its city, it is the same.
    assert masked(vault, "国分中央1-2-3から転居") == "〔住所1〕から転居"


def test_municipality_alone_is_not_masked():
    vault = PlaceholderVault(VaultRules(municipality_end=len))
    assert masked(vault, "霧島市に住む", ("ADDRESS", "霧島市")) == "霧島市に住む"


def test_type_of_a_municipality_s_own_has_the_label_that_it_gave():
    rules = VaultRules(labels={**LABELS, "STAFF_NUMBER": "職員番号（4桁）"})
    vault = PlaceholderVault(rules)
    assert masked(vault, "A-1234です", ("STAFF_NUMBER", "A-1234")) == "〔職員番号桁1〕です"
    assert masked(vault, "B-5678です", ("OTHER", "B-5678")) == "〔個人情報1〕です"


def test_mark_of_classification_is_no_personal_data():
    vault = PlaceholderVault()
    assert masked(vault, "取扱注意", (FindingType.CLASSIFICATION_MARK, "取扱注意")) == "取扱注意"


@pytest.mark.parametrize(
    "text",
    [
        "〔氏名1〕さんと山田太郎さん",
        "[氏名1]と山田太郎と【 氏名 １ 】と（電話番号2b）",
        "〔記号1〕山田太郎〔記号2〕",
        "〔山田太郎〕と〔〔氏名1〕〕",
        "〔氏名山田太郎1〕",
        "〔氏名1山田太郎〕",
        "山田太郎1〕〔氏名1",
        "〔個人情報1〕山田太郎",
    ],
)
def test_text_that_looks_masked_comes_back_as_it_was(text):
    vault = PlaceholderVault()
    result = masked(vault, text, ("PERSON", "山田太郎"))
    assert "山田" not in result


def test_finding_inside_of_what_looks_like_a_placeholder_is_masked_with_it():
    vault = PlaceholderVault()
    text = "〔氏名1〕です"
    masked_text = vault.mask(text, [Finding("PERSON", 1, 4, 1.0)])
    assert placeholders_in(masked_text)[0] + "です" == masked_text
    assert restore(masked_text, vault).text == text


def test_brackets_that_are_no_placeholders_stay():
    vault = PlaceholderVault()
    text = "(注1)と[図2]と（第3条）と〔別表4〕"
    assert masked(vault, text) == text


def test_value_that_was_met_before_is_masked_though_it_is_not_found_again():
    vault = PlaceholderVault()
    masked(vault, "山田太郎です。", ("PERSON", "山田太郎"))
    assert masked(vault, "申請者は山 田 太郎") == "申請者は〔氏名1b〕"


def test_short_value_is_looked_for_with_its_neighbours_only():
    vault = PlaceholderVault()
    masked(vault, "本人の匠さん", ("PERSON", "匠"))
    assert masked(vault, "本人の匠さんと巨匠") == "本人の〔氏名1〕さんと巨匠"


def test_value_of_our_own_prompts_is_looked_for_with_its_neighbours_only():
    vault = PlaceholderVault(VaultRules(own_text="相談窓口: 福祉課まで"))
    masked(vault, "担当の福祉課です", ("PERSON", "福祉課"))
    assert masked(vault, "福祉課と、担当の福祉課です") == "福祉課と、担当の〔氏名1〕です"


def test_label_that_was_taken_for_a_name_does_not_mask_placeholders():
    vault = PlaceholderVault()
    masked(vault, "運転免許証", ("PERSON", "運転免許証"))
    assert not vault.labels_in("〔運転免許証1〕の更新")


def test_findings_that_overlap_leave_nothing_over():
    vault = PlaceholderVault()
    masked(vault, "山田太郎です。", ("PERSON", "山田太郎"))
    text = "会社山田太郎さん"
    assert vault.mask(text, [Finding("PERSON", 0, 4, 1.0)]) == "〔氏名3〕さん"
    assert restore("〔氏名3〕", vault).text == "会社山田太郎"


def test_number_behind_the_word_of_a_label_is_not_met_in_placeholders():
    vault = PlaceholderVault()
    masked(vault, "様式の氏名1欄", ("OTHER", "1"))
    assert not vault.labels_in(masked(vault, "山田太郎", ("PERSON", "山田太郎")))
    assert vault.labels_in("〔様式の氏名1欄〕") == ("個人情報",)


def test_vault_comes_back_from_its_text():
    rules = VaultRules(municipality_end=lambda _text: 3)
    vault = PlaceholderVault(rules)
    values = (("PERSON", "山田太郎"), ("PERSON", "匠"), ("ADDRESS", "霧島市国分1-2-3"))
    text = "山田太郎と匠さん、霧島市国分1-2-3。〔氏名1〕 山田　太郎"
    before = masked(vault, text, *values)
    again = PlaceholderVault.loads(vault.dumps(), rules)
    assert again.dumps() == vault.dumps()
    assert again.mask(text, found(text, *values)) == before
    assert again.labels_in("太郎と匠さん") == ("氏名",)


@pytest.mark.parametrize("text", ["", "[]", "{}", "[2,[]]", '[1,[["氏名"]]]', "[1,[[1,2,3,4]]]"])
def test_text_of_no_vault_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        PlaceholderVault.loads(text)


def test_serialised_form_is_ascii():
    vault = PlaceholderVault()
    masked(vault, "山田太郎です。", ("PERSON", "山田太郎"))
    assert vault.dumps().isascii()
    assert json.loads(vault.dumps())[0] == 1


def test_many_spellings_have_marks_of_their_own():
    keys = [Placeholder("氏名", 1, spelling).key for spelling in range(1_000)]
    assert keys[:3] == ["氏名1", "氏名1b", "氏名1c"]
    assert len(set(keys)) == 1_000
    assert all(placeholders_in(f"〔{key}〕") == [f"〔{key}〕"] for key in keys)


_SPANS = st.lists(
    st.tuples(
        st.sampled_from(["PERSON", "ADDRESS", "PHONE", "OTHER"]),
        st.integers(0, 60),
        st.integers(0, 20),
    ),
    max_size=6,
)
_TEXTS = st.text(max_size=60) | st.text(
    alphabet="〔〕[]【氏名記号住所1１2b 　山田-ー\n", max_size=60
)


@given(st.lists(st.tuples(_TEXTS, _SPANS), max_size=4))
def test_any_texts_with_any_findings_come_back_and_may_be_sent(turns):
    vault = PlaceholderVault(VaultRules(municipality_end=lambda value: len(value) // 2))
    for text, spans in turns:
        findings = [
            Finding(kind, start, min(start + length, len(text)), 1.0)
            for kind, start, length in spans
        ]
        result = vault.mask(text, findings)
        vault = PlaceholderVault.loads(
            vault.dumps(), VaultRules(municipality_end=lambda value: len(value) // 2)
        )
        assert restore(result, vault).text == text
        assert not vault.labels_in(result)


@given(st.text(alphabet="氏名 １1２-_、ハﾞﾊバA①", max_size=12), st.integers(0, 12))
def test_beginning_of_a_text_has_a_beginning_of_its_key(text, length):
    assert comparable_key(text).startswith(comparable_key(text[:length]))


@given(st.text(max_size=60))
def test_folded_text_points_into_the_original(text):
    folded = fold(text)
    assert len(folded.text) == len(folded.places)
    for i in range(len(folded.text)):
        start, end = folded.original_span(i, i + 1)
        assert folded.text[i] in fold(f"0{text[start:end]}").text or text[start:end] == "ー"
