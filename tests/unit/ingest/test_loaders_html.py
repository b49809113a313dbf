"""HTML: main content, headings, tables, encodings, and nothing fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ingest.document import LoadedDocument, LoadFailure, LoadLimits
from ingest.loaders import load_paths

if TYPE_CHECKING:
    from pathlib import Path


def load(folder: Path, html: str | bytes, name: str = "a.html") -> LoadedDocument | LoadFailure:
    (folder / name).write_bytes(html.encode() if isinstance(html, str) else html)
    (outcome,) = load_paths([folder / name], LoadLimits())
    return outcome


@pytest.fixture
def text_of(tmp_path):
    def read(html: str | bytes) -> str:
        outcome = load(tmp_path, html)
        assert isinstance(outcome, LoadedDocument), outcome
        (page,) = outcome.pages
        assert page.ordinal is None
        return page.text

    return read


PAGE = """<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8">
<title>子育て支援
 | 霧島市</title><style>p{color:red}</style></head><body>
<header>サイトの見出し</header><nav><a href="/">メニュー</a></nav>
<main><nav>パンくず</nav><h1>子育て支援</h1><p>対象は<b>市民</b>の
方です。<br>期限は５月末。</p><h2>必要な<br>もの</h2><ul><li>申請書<li>印鑑<ul><li>実印</ul></ul>
<script>alert("x")</script><!-- メモ --><noscript>JS</noscript><p hidden>隠し</p>
<p style="display: none">見えない</p><h3></h3></main>
<aside>関連</aside><footer>フッター</footer></body></html>"""


def test_main_part_becomes_marked_headings_and_plain_lines(tmp_path):
    found = load(tmp_path, PAGE)
    assert isinstance(found, LoadedDocument)
    assert (found.kind, found.title) == ("html", "子育て支援 | 霧島市")
    assert found.pages[0].text.split("\n\n") == [
        "# 子育て支援",
        "対象は市民の方です。\n期限は５月末。",
        "## 必要な もの",
        "申請書",
        "印鑑",
        "実印",
    ]


class TestMainPart:
    def test_article_is_the_main_part_and_keeps_its_own_header(self, text_of):
        html = "<header>外</header><article><header><h1>題</h1></header>本文</article><footer>外</footer>"
        assert text_of(html) == "# 題\n\n本文"

    def test_several_articles_all_count_and_nested_ones_once(self, text_of):
        assert text_of("<article>一<article>二</article></article><article>三</article>外") == (
            "一\n\n二\n\n三"
        )

    def test_role_main_counts(self, text_of):
        assert text_of('<div>外</div><div role="main">中</div>') == "中"

    def test_page_without_main_part_keeps_everything_visible(self, text_of):
        assert text_of("<header>見出し</header><div>本文</div><footer>連絡先</footer>") == (
            "見出し\n\n本文\n\n連絡先"
        )

    def test_empty_main_part_falls_back_to_the_body(self, text_of):
        assert text_of("<main> </main><div>本文</div>") == "本文"

    def test_fragment_is_enough(self, text_of):
        assert text_of("ただの文") == "ただの文"


class TestTitle:
    @pytest.mark.parametrize(
        ("html", "title"),
        [
            ("<title>題</title><h1>見出し</h1>", "題"),
            ("<title> </title><h1>見出し</h1>", "見出し"),
            ("<h1>見出し</h1>", "見出し"),
            ("<p>本文</p>", "a"),
        ],
    )
    def test_title_then_heading_then_name(self, html, title, tmp_path):
        found = load(tmp_path, f"{html}<p>本文</p>")
        assert isinstance(found, LoadedDocument)
        assert found.title == title


class TestTables:
    def test_rows_are_lines_with_tabs_and_merged_cells_once(self, text_of):
        html = """<p>前</p><table><caption>表１</caption>
        <tr><th rowspan=2>区分</th><th colspan=2>金額</th><th rowspan="2">備考</th></tr>
        <tr><th>月額</th><th>年額</th></tr>
        <tr><td>一般<td>1,000円<td>12,000<br>円<td><ul><li>注１<li>注２</ul></table><p>後</p>"""
        assert text_of(html) == (
            "前\n\n表１\n区分\t金額\t\t備考\n\t月額\t年額\n一般\t1,000円\t12,000 円\t注１ 注２\n\n後"
        )

    def test_table_that_lays_out_the_page_is_read_as_text(self, text_of):
        html = (
            "<table><tr><td>左<table><tr><td>a<td>b</table></td><td><h2>右</h2>文</td></tr></table>"
        )
        assert text_of(html) == "左\n\na\tb\n\n## 右\n\n文"

    def test_frame_of_one_cell_and_very_long_cell_are_read_as_text(self, text_of):
        assert text_of("<table><tr><td><p>一<p>二</table>") == "一\n\n二"
        long = "長い文。" * 300
        assert text_of(f"<table><tr><td>左<td><p>{long}<p>次</table>") == f"左\n\n{long}\n\n次"

    @pytest.mark.parametrize("span", ["0", "-1", "x", "99999999", "1.5"])
    def test_senseless_span_counts_as_one_or_little(self, span, text_of):
        assert text_of(f"<table><tr><td colspan={span}>a<td>b</table>") == "a\tb"


class TestInline:
    def test_line_breaks_in_the_source_do_not_cut_japanese_words(self, text_of):
        assert text_of("<p>補\n  助金 the\n end</p>") == "補助金 the end"

    def test_readings_are_left_out(self, text_of):
        assert (
            text_of("<p><ruby>申請<rp>(</rp><rt>しんせい</rt><rp>)</rp></ruby>する</p>")
            == "申請する"
        )

    def test_preformatted_lines_stay(self, text_of):
        assert text_of("<pre>\n一\n  二\n</pre>") == "一\n  二"

    def test_entities_are_characters(self, text_of):
        assert text_of("<p>A&amp;B &lt;1&gt; &#x3042;</p>") == "A&B <1> あ"

    def test_definition_list_and_details(self, text_of):
        html = "<dl><dt>対象<dd>市民</dl><details><summary>質問</summary>回答</details>"
        assert text_of(html) == "対象\n\n市民\n\n質問\n\n回答"


class TestEncodings:
    @pytest.mark.parametrize(
        ("charset", "encoding"),
        [
            ("utf-8", "utf-8"),
            ("Shift_JIS", "cp932"),
            ("x-sjis", "cp932"),
            ("Windows-31J", "cp932"),
            ("EUC-JP", "euc_jp"),
            ("ISO-2022-JP", "iso2022_jp"),
        ],
    )
    @pytest.mark.parametrize(
        "meta",
        [
            '<meta charset="{}">',
            "<META http-equiv=Content-Type content='text/html; charset={}'>",
            '<?xml version="1.0" encoding="{}"?>',
        ],
    )
    def test_charset_named_in_the_page_is_honoured(self, charset, encoding, meta, text_of):
        assert text_of(f"{meta.format(charset)}<p>補助金①".replace("①", "").encode(encoding)) == (
            "補助金"
        )

    @pytest.mark.parametrize(("charset", "other"), [("utf-8", "cp932"), ("Shift_JIS", "utf-8")])
    def test_wrong_charset_is_seen_through(self, charset, other, text_of):
        html = f'<meta charset="{charset}"><p>補助金の申請について</p>'
        assert text_of(html.encode(other)) == "補助金の申請について"

    @pytest.mark.parametrize("charset", ["rot13", "hex", "no-such", "unicode_escape", ""])
    def test_charset_that_is_none_is_ignored(self, charset, text_of):
        assert text_of(f'<meta charset="{charset}"><p>補助金'.encode("cp932")) == "補助金"

    def test_declared_half_width_kana_are_believed(self, text_of):
        html = '<meta charset="Shift_JIS"><p>ｺｽ ｵｰ</p>'
        assert text_of(html.encode("cp932")) == "ｺｽ ｵｰ"

    def test_western_page_names_its_charset(self, text_of):
        html = '<meta charset="iso-8859-1"><p>caf\u00e9 \u201cx\u201d</p>'
        assert text_of(html.encode("cp1252")) == "caf\u00e9 \u201cx\u201d"


class TestHostile:
    def test_nothing_is_fetched_or_included(self, text_of, tmp_path):
        (tmp_path / "secret.txt").write_text("秘密")
        html = f"""<!DOCTYPE html [<!ENTITY x SYSTEM "file://{tmp_path}/secret.txt">]>
        <link rel=stylesheet href="http://127.0.0.1:9/a.css"><img src="http://127.0.0.1:9/a.png">
        <iframe src="file://{tmp_path}/secret.txt"></iframe><p>本文&x;</p>"""
        assert "秘密" not in text_of(html)

    def test_deep_nesting_is_no_problem(self, text_of):
        assert text_of("<div>" * 3_000 + "本文" + "</div>" * 3_000) == "本文"
        assert text_of("<table><tr><td>" * 300 + "本文") == "本文"

    def test_page_without_visible_text_is_a_failure(self, tmp_path):
        outcome = load(tmp_path, "<script>document.write('x')</script><p hidden>a</p>", "b.htm")
        assert isinstance(outcome, LoadFailure)
        assert "文字がありません" in outcome.reason
