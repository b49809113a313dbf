"""The quality gate: what is held back, and (more of it) what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.document import LoadedDocument, Page
from ingest.quality import QualityThresholds, assess

SENTENCE = "令和８年度の補助金は、市民の方が対象です。相談窓口はこちらです。"


def text(content: str) -> LoadedDocument:
    return LoadedDocument("a.txt", "a", "a.txt", "text", (Page(None, content),))


def pages(*contents: str) -> LoadedDocument:
    numbered = tuple(Page(number, content) for number, content in enumerate(contents, start=1))
    return LoadedDocument("a.pdf", "a", "a.pdf", "pdf", numbered)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(SENTENCE, id="sentence"),
        pytest.param(
            "申請はいつまでですか。５月29日（金）までに窓口へ出してください。", id="short FAQ"
        ),
        pytest.param("はい、できます", id="very short"),
        pytest.param("See the guide at the city office, room 12.", id="English"),
        pytest.param("L'été à Montréal — « né » Größe “naïve” café… é” Ãü ÇÕES", id="western"),
        pytest.param("Привет, мир. Ελλάδα. 한국어. 中文简体", id="other scripts"),
        pytest.param("\uf0d8 対象者\n\uf06c 補助率\n\uf0fc 期限", id="office bullets"),
        pytest.param("\uf0d8項目\n" * 50, id="many bullets"),
        pytest.param("氏名の外字は\ue000と\ue001です。" + SENTENCE, id="gaiji"),
        pytest.param(SENTENCE * 20 + "\ufffd\ufffd\ufffd", id="few odd characters in long text"),
        pytest.param("髙\ufffd田さんの申請書です。", id="one odd character in short text"),
        pytest.param("糸が縺れる。話が縺れた。" + SENTENCE, id="rare kanji of mojibake"),
        pytest.param(
            "文字化けの例は「縺ゅ＞縺�」や「ã‚¢」です。" * 1 + SENTENCE * 5, id="about mojibake"
        ),
        pytest.param("PDFの「(cid:123)」とは何か。" + SENTENCE * 3, id="about cid"),
        pytest.param("ﾃﾚﾋﾞ､ﾗｼﾞｵ､ｼﾝﾌﾞﾝ､ｶｰﾄﾞ｡｢ｻｰﾋﾞｽ｣" * 3, id="half-width kana"),
        pytest.param("1,234\t5,678\n9,012\t3,456", id="numbers only"),
        pytest.param("項目\t金額\x0b\x08内訳", id="stray controls"),
    ],
)
def test_what_people_write_is_acceptable(content):
    assert assess(text(content)) == assess(text(SENTENCE))


@pytest.mark.integration
def test_seed_is_acceptable(seed_path):
    for seed in seed_path.glob("*.txt"):
        assert assess(text(seed.read_text(encoding="utf-8"))).is_acceptable


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (SENTENCE.encode().decode("cp932", "ignore"), "文字化け"),
        (SENTENCE.encode().decode("cp932", "replace"), "文字化け"),
        (SENTENCE.encode().decode("latin-1"), "文字化け"),
        (SENTENCE.encode().decode("cp1252", "ignore"), "文字化け"),
        (SENTENCE.encode("cp932").decode("latin-1"), "文字化け"),
        (SENTENCE.encode("cp932").decode("cp1252", "ignore"), "文字化け"),
        (SENTENCE.encode("euc_jp").decode("latin-1"), "文字化け"),
        ("あいうえおかきくけこ".encode("euc_jp").decode("cp932", "ignore"), "文字化け"),
        ("Ã©tÃ© Ã  la plage, cafÃ©", "文字化け"),
        (SENTENCE.encode("cp932").decode("euc_jp", "replace"), "読めない文字"),
        ("補助\ufffd\ufffd\ufffdの申請について", "読めない文字"),
        ("補助\x01\x02\x03の申請について", "読めない文字"),
        ("(cid:12)(cid:345)(cid:6) 補助金", "(cid:…)"),
        ("\ue000\ue001\ue002\ue003\ue004\ue005 補助金の申請", "外字"),
        ("\uf041\uf042\uf043\uf044\uf045\uf046 補助", "外字"),
        ("", "ほとんどありません"),
        ("※ ・ 。 ！", "ほとんどありません"),
        ("12", "ほとんどありません"),
    ],
)
def test_what_loaders_break_is_held_back_with_the_reason(content, hint):
    report = assess(text(content))
    assert not report.is_acceptable
    assert any(hint in finding for finding in report.findings)
    assert all("\n" not in finding and finding.endswith("。") for finding in report.findings)


class TestEmptyPages:
    @pytest.mark.parametrize(
        "contents",
        [
            pytest.param([SENTENCE, "", SENTENCE], id="one picture"),
            pytest.param([SENTENCE, ""], id="half of two"),
            pytest.param([SENTENCE, "", "", SENTENCE], id="half of four"),
            pytest.param(["第１章 総則", "第２章 計画の策定", "第３章 雑則"], id="short slides"),
        ],
    )
    def test_some_empty_pages_are_normal(self, contents):
        assert assess(pages(*contents)).is_acceptable

    def test_mostly_empty_pages_are_counted(self):
        (finding,) = assess(pages(SENTENCE, "- 2 -", " ", "4")).findings
        assert finding.startswith("4ページのうち3ページ")

    def test_formats_without_pages_are_not_judged_by_them(self):
        parts = tuple(Page(None, part) for part in ["", "", SENTENCE])
        assert assess(LoadedDocument("a", "a", "a", "docx", parts)).is_acceptable


def test_thresholds_are_data():
    strict = QualityThresholds(min_unreadable=1, max_unreadable_share=0.0)
    assert not assess(text(SENTENCE + "\ufffd"), strict).is_acceptable
    assert assess(text(SENTENCE + "\ufffd")).is_acceptable


@given(st.text(max_size=300))
def test_any_text_gets_a_verdict(content):
    report = assess(text(content))
    assert report.is_acceptable == (not report.findings)
