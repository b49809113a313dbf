"""Plain text, Markdown, JSON Lines and CSV; encodings of all of them."""

from __future__ import annotations

import codecs
import contextlib
import datetime as dt
import json
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.document import LoadedDocument, LoadFailure, LoadLimits
from ingest.errors import LoadError
from ingest.loaders import load_paths
from ingest.loaders.encoding import decode_text

SENTENCE = "令和８年度の補助金は、市民の方が対象です。\n申請は５月29日まで。"


def load(path: Path, data: bytes | str) -> list[LoadedDocument | LoadFailure]:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return list(load_paths([path], LoadLimits()))


def document(path: Path, data: bytes | str) -> LoadedDocument:
    (outcome,) = load(path, data)
    assert isinstance(outcome, LoadedDocument), outcome
    return outcome


def reason(path: Path, data: bytes | str) -> str:
    (outcome,) = load(path, data)
    assert isinstance(outcome, LoadFailure)
    return outcome.reason


def half_width(text: str) -> str:
    """Katakana in half width, voiced sounds in two characters."""
    halves = {
        unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF61, 0xFF9E)
    } | {"\u3099": "ﾞ", "\u309a": "ﾟ"}
    return "".join(halves.get(char, char) for char in unicodedata.normalize("NFD", text))


class TestEncodings:
    @pytest.mark.parametrize(
        "encoding",
        ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp932", "euc_jp", "iso2022_jp"],
    )
    @pytest.mark.parametrize(
        "text",
        [
            pytest.param(SENTENCE, id="sentence"),
            pytest.param("補助", id="two kanji"),
            pytest.param("はい", id="two kana"),
            pytest.param("カード", id="katakana"),
            pytest.param("表,金額\n市,1,000", id="csv"),
            pytest.param("plain ASCII only", id="ascii"),
            pytest.param("氏名 Tanaka さん", id="mixed"),
            pytest.param("○×△（注）〒", id="symbols"),
        ],
    )
    def test_text_survives_every_encoding(self, text, encoding):
        assert decode_text(text.encode(encoding)) == text

    @pytest.mark.parametrize("encoding", ["utf_16_le", "utf_16_be"])
    def test_utf16_is_known_by_its_mark(self, encoding):
        mark = codecs.BOM_UTF16_LE if encoding.endswith("le") else codecs.BOM_UTF16_BE
        assert decode_text(mark + SENTENCE.encode(encoding)) == SENTENCE

    # CP932 half-width kana are valid EUC-JP kanji, and the other way round.
    @pytest.mark.parametrize("encoding", ["cp932", "euc_jp"])
    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("ﾔﾏﾀﾞ ﾀﾛｳ", id="name"),
            pytest.param("ﾃﾞｰﾀｾﾝﾀｰ", id="word of the seed"),
            pytest.param("ﾏｲﾅﾝﾊﾞｰｶｰﾄﾞ", id="long word"),
            pytest.param("ﾌﾘｶﾞﾅ,ｼﾒｲ,ｼﾞｭｳｼｮ\nｻﾄｳ ﾊﾅｺ,佐藤花子,霧島市", id="csv"),
            pytest.param("｢ｻｰﾋﾞｽ｣､ｼｽﾃﾑ｡", id="punctuation"),
            pytest.param("ｺﾝﾋﾞﾆ交付", id="with kanji"),
            pytest.param("霧島市", id="kanji only"),
            pytest.param("地方公共団体情報システム機構", id="long kanji"),
            pytest.param("補助率", id="short kanji"),
            pytest.param("予算額", id="short kanji 2"),
        ],
    )
    def test_ambiguous_short_text_is_told_apart(self, text, encoding):
        assert decode_text(text.encode(encoding)) == text

    @pytest.mark.parametrize("encoding", ["cp932", "euc_jp"])
    def test_japanese_far_behind_ascii_is_seen(self, encoding):
        text = "log line\n" * 5_000 + "補助金の申請"
        assert decode_text(text.encode(encoding)) == text

    @pytest.mark.parametrize("text", ["①㈱髙﨑", "Ⅳ類"])
    def test_windows_extensions_of_euc_and_jis(self, text):
        shifted = text.encode("cp932")
        pairs = [shifted[at : at + 2] for at in range(0, len(shifted), 2)]
        euc = b"".join(_sjis_to_euc(pair) for pair in pairs)
        assert decode_text("その".encode("euc_jp") + euc) == f"その{text}"
        jis = b"\x1b$B" + bytes(byte & 0x7F for byte in euc) + b"\x1b(B"
        assert decode_text(jis) == text

    def test_half_width_kana_of_mail_jis(self):
        assert decode_text(b"\x1b(I6^2D^\x1b(B") == "ｶﾞｲﾄﾞ"

    @pytest.mark.parametrize(
        "text", ["café", "naïve Größe", "Привет, мир", "3×5 ±2°C", "Ελλάδα", "한국어", "中文简体"]
    )
    def test_foreign_utf8_stays_utf8(self, text):
        assert decode_text(text.encode()) == text

    @pytest.mark.parametrize(
        "data",
        [
            pytest.param(b"\xff\xff\xff\xff\xff", id="no encoding"),
            pytest.param("文字".encode() + b"\xe3\x81", id="cut in the middle"),
            pytest.param(b"\xff\xfea", id="odd UTF-16"),
            pytest.param(b"said \x93Hello\x94 to \xe9", id="CP1252"),
            pytest.param(b"\x1b$B!\x1b(B", id="half a JIS character"),
        ],
    )
    def test_undecodable_is_a_failure(self, data):
        with pytest.raises(LoadError, match="文字コード"):
            decode_text(data)

    @pytest.mark.parametrize(
        "data",
        [
            pytest.param(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", id="png"),
            pytest.param(b"abc\0def", id="nul"),
            pytest.param(SENTENCE.encode("utf_16_le"), id="UTF-16 without mark"),
            pytest.param(b"\x01\x02\x03\x04\x05\x06\x07\x08", id="controls"),
        ],
    )
    def test_binary_is_a_failure(self, data):
        with pytest.raises(LoadError, match="テキストではない"):
            decode_text(data)

    def test_stray_controls_and_end_marks_are_tolerated(self):
        assert decode_text("一行目\x0b二行目\x08".encode() + b"\x1a") == "一行目\x0b二行目\x08"

    def test_line_ends_become_line_feeds(self):
        assert decode_text(b"a\r\nb\rc\n") == "a\nb\nc\n"

    @given(
        st.lists(
            st.sampled_from(
                re.findall(
                    r"[^/]+",
                    "補助金/の/申請/は/市役所/へ、/です。/令和８年度/ひとり親/カード/コンビニ/相談\n/1,000円"
                    "/交付/（注）/支援/を/受け/付け/ます。/さん/霧島市/デジタル/窓口/○/・/ ",
                )
            ),
            min_size=4,
            max_size=40,
        ),
        st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp932", "euc_jp", "iso2022_jp"]),
    )
    def test_round_trip_of_ordinary_text(self, words, encoding):
        text = "".join(words)
        assert decode_text(text.encode(encoding)) == text

    @given(
        st.lists(
            st.sampled_from(["ﾔﾏﾀﾞ", "ﾊﾅｺ", "ｻﾎﾟｰﾄ", "ｼﾞｭｳﾐﾝ", "ｶﾌﾞｼｷｶﾞｲｼｬ", "ｾﾝﾀｰ", "ｺｳﾌ", "ｼﾔｸｼｮ"]),
            min_size=4,
            unique=True,
        ),
        st.sampled_from(["cp932", "euc_jp"]),
    )
    def test_round_trip_of_half_width_lists(self, words, encoding):
        text = "\n".join(words)
        assert decode_text(text.encode(encoding)) == text

    @given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=200))
    def test_any_utf8_with_a_mark_survives(self, text):
        assert decode_text(codecs.BOM_UTF8 + text.encode()) == text

    @given(st.binary(max_size=200))
    def test_any_bytes_give_text_or_a_load_error(self, data):
        with contextlib.suppress(LoadError):
            decode_text(data).encode("utf-8")


def _sjis_to_euc(pair: bytes) -> bytes:
    """One NEC or IBM-extension character, by the arithmetic of both encodings."""
    lead, trail = pair
    row = 2 * (lead - (0x81 if lead < 0xA0 else 0xC1)) + (2 if trail >= 0x9F else 1)
    cell = trail - (0x9E if trail >= 0x9F else 0x40 if trail > 0x7F else 0x3F)
    return bytes([row + 0xA0, cell + 0xA0])


class TestPlainText:
    def test_text_is_one_page_without_a_number(self, tmp_path):
        found = document(tmp_path / "a.txt", SENTENCE)
        assert found.kind == "text"
        assert [(page.ordinal, page.text) for page in found.pages] == [(None, SENTENCE)]
        assert found.metadata == {}

    def test_form_feeds_separate_numbered_pages(self, tmp_path):
        found = document(tmp_path / "a.txt", "一\n\f二\f\f四\n\f")
        assert [(page.ordinal, page.text) for page in found.pages] == [
            (1, "一\n"),
            (2, "二"),
            (3, ""),
            (4, "四"),
        ]

    def test_closing_form_feed_makes_no_page(self, tmp_path):
        found = document(tmp_path / "a.txt", "一枚だけ\n\f")
        assert [(page.ordinal, page.text) for page in found.pages] == [(None, "一枚だけ\n")]

    @pytest.mark.integration
    def test_seed_is_read_unchanged(self, tmp_path, seed_path):
        for seed in seed_path.glob("*.txt"):
            text = seed.read_text(encoding="utf-8")
            assert document(tmp_path / "a.txt", text).pages[0].text == text


class TestMarkdown:
    def test_front_matter_is_parsed_and_body_unchanged(self, tmp_path):
        body = "\n# 見出し\n\n- 一\n- 二\n"
        found = document(
            tmp_path / "a.md",
            f"---\nid: kosodate\ntitle: 子育て支援\npublished: 2026-04-01\ntags: [a, b]\n---\n{body}",
        )
        assert (found.document_id, found.title, found.kind) == (
            "kosodate",
            "子育て支援",
            "markdown",
        )
        assert found.metadata["published"] == dt.date(2026, 4, 1)
        assert found.metadata["tags"] == ["a", "b"]
        assert found.pages[0].text == body
        assert found.pages[0].ordinal is None

    @pytest.mark.parametrize(
        ("body", "title"),
        [
            ("前文\n\n# 題名 #\n本文", "題名"),
            ("題名\n====\n本文", "題名"),
            ("```\n# コメント\n```\n# 題名\n", "題名"),
            ("## 小見出しだけ\n本文", "a"),
            ("#ハッシュ\n本文", "a"),
        ],
    )
    def test_title_is_the_first_heading_else_the_name(self, body, title, tmp_path):
        assert document(tmp_path / "a.md", body).title == title

    @pytest.mark.parametrize(
        "body", ["---\n区切り線のあと\n\n---\n本文", "---\n\n本文", "- 一\n---\n"]
    )
    def test_rule_at_the_top_is_no_front_matter(self, body, tmp_path):
        found = document(tmp_path / "a.md", body)
        assert (found.metadata, found.pages[0].text) == ({}, body)

    def test_empty_front_matter_and_windows_line_ends(self, tmp_path):
        found = document(tmp_path / "a.md", "\ufeff---\r\nid: x\r\n---\r\n本文\r\n")
        assert (found.document_id, found.pages[0].text) == ("x", "本文\n")
        assert document(tmp_path / "b.md", "---\n---\n本文").pages[0].text == "本文"

    @pytest.mark.parametrize(
        ("front", "line"),
        [
            ("id: x\n title: [", "3行目"),
            ("id: x\ntitle: [a\n", "3行目"),
            ("published: 2026-02-30", "2行目"),
            ("id: x\ncall: !!python/object/apply:os.system [x]", "3行目"),
            ("id: x\nid2: 'a", "3行目"),
            ("a: &a [x]\nb: *a", "3行目"),
        ],
    )
    def test_broken_front_matter_names_the_line(self, front, line, tmp_path):
        assert line in reason(tmp_path / "a.md", f"---\n{front}\n---\n本文")

    def test_unclosed_front_matter_is_a_failure(self, tmp_path):
        assert "閉じていません" in reason(tmp_path / "a.md", "---\nid: x\n本文")

    @pytest.mark.parametrize("front", ["id: [1]", "title: {a: b}", "id: true", "title: ''"])
    def test_id_and_title_must_be_text(self, front, tmp_path):
        assert "文字列" in reason(tmp_path / "a.md", f"---\n{front}\n---\n本文")

    def test_half_a_character_in_front_matter_is_a_failure(self, tmp_path):
        front = '---\ntags: ["\\ud800"]\n---\n本文'
        assert "保存できない" in reason(tmp_path / "a.md", front)

    def test_number_as_id_is_accepted(self, tmp_path):
        assert document(tmp_path / "a.md", "---\nid: 42\n---\n本文").document_id == "42"


class TestJsonLines:
    def test_every_line_is_a_document(self, tmp_path):
        line = '{"id": "faq-1", "title": "質問", "text": "回答\\n二行目"}'
        first, second = load(tmp_path / "faq.jsonl", line + '\r\n\n{"text": "題なし\u2028続き"}\n')
        assert isinstance(first, LoadedDocument)
        assert isinstance(second, LoadedDocument)
        assert (first.document_id, first.title, first.path) == ("faq-1", "質問", "faq.jsonl#1")
        assert (first.kind, first.pages[0].text) == ("text", "回答\n二行目")
        assert len(first.sha256) == 64
        assert first.sha256 != second.sha256
        assert (second.document_id, second.title) == ("faq.jsonl#3", "faq")
        assert second.pages[0].text == "題なし\u2028続き"

    @pytest.mark.parametrize(
        ("line", "hint"),
        [
            pytest.param('{"id": "x"', "JSON", id="cut"),
            pytest.param("[" * 100_000, "JSON", id="deep"),
            pytest.param('{"id": ' + "9" * 5000 + "}", "JSON", id="huge number"),
            pytest.param('{"text": "\\ud800"}', "JSON", id="lone surrogate"),
            pytest.param('["text"]', "オブジェクト", id="list"),
            pytest.param('{"id": "x", "title": "t"}', "text がありません", id="no text"),
            pytest.param('{"text": 5}', "text が文字列", id="number as text"),
            pytest.param('{"text": null}', "text が文字列", id="null"),
            pytest.param('{"id": ["a"], "text": "a"}', "id が文字列", id="list as id"),
            pytest.param('{"id": true, "text": "a"}', "id が文字列", id="bool as id"),
            pytest.param('{"title": {}, "text": "a"}', "title が文字列", id="object as title"),
            pytest.param('{"text": "  \\n"}', "文字がありません", id="blank"),
            pytest.param('{"text": "a\\u0000b"}', "NUL", id="nul"),
        ],
    )
    def test_bad_line_fails_alone_with_its_number(self, line, hint, tmp_path):
        good = '{"id": "ok", "text": "本文"}'
        failure, other = load(tmp_path / "a.jsonl", f"{line}\n{good}\n")
        assert isinstance(failure, LoadFailure)
        assert failure.path == "a.jsonl#1"
        assert failure.reason.startswith("1行目: ")
        assert hint in failure.reason
        assert isinstance(other, LoadedDocument)

    def test_second_line_with_the_same_id_fails(self, tmp_path):
        lines = "\n".join(json.dumps({"id": "x", "text": text}) for text in "ab")
        first, second = load(tmp_path / "a.jsonl", lines)
        assert isinstance(first, LoadedDocument)
        assert isinstance(second, LoadFailure)
        assert (second.document_id, second.path) == ("x", "a.jsonl#2")

    def test_file_without_lines_is_a_failure(self, tmp_path):
        assert "行がありません" in reason(tmp_path / "a.jsonl", "\n \n")


class TestCsv:
    @pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
    def test_rows_become_tab_rows_whatever_separates_them(self, delimiter, encoding, tmp_path):
        rows = [["区分", "金額"], ["一般", "1000円"], ["障害者", "500円"]]
        data = "\r\n".join(delimiter.join(row) for row in rows).encode(encoding)
        found = document(tmp_path / "a.csv", data)
        assert found.kind == "csv"
        assert found.pages[0].text == "区分\t金額\n一般\t1000円\n障害者\t500円"
        assert found.pages[0].ordinal is None

    def test_quoted_cells_stay_in_their_row(self, tmp_path):
        found = document(tmp_path / "a.csv", '品名,説明\n"補助,金","一行目\n""二""行目"\n')
        assert found.pages[0].text == '品名\t説明\n補助,金\t一行目 "二"行目'

    def test_empty_columns_and_outer_rows_are_trimmed(self, tmp_path):
        found = document(tmp_path / "a.csv", ",,\n,a,,b\n,,\n,c,,\n,,\n")
        assert found.pages[0].text == "a\tb\n\nc"

    def test_single_column_and_unclosed_quote(self, tmp_path):
        assert document(tmp_path / "a.csv", "一\n二").pages[0].text == "一\n二"
        assert "引用符" in reason(tmp_path / "b.csv", '"' + "a,b\n" * 60_000)
