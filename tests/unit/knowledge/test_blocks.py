"""Raw text as people read it: nothing is lost, and what is a table looks like one."""

from __future__ import annotations

import pytest

from app.container import Block
from app.knowledge.blocks import to_blocks
from rag.normalization import comparable


def kinds(raw: str, kind: str = "markdown") -> list[str]:
    return [block.kind for block in to_blocks(raw, kind)]


def words(blocks: tuple[Block, ...]) -> str:
    parts = [
        part
        for block in blocks
        for part in (block.text, *block.items, *(cell for row in block.rows for cell in row))
    ]
    return comparable("".join(parts))


def test_markdown_gives_headings_paragraphs_lists_and_tables():
    raw = (
        "## 支給額\nこの手当は毎月です。申請が要ります。\n\n- 通帳\n- 印鑑\n\n"
        "| 年齢 | 額 |\n| --- | ---: |\n| 3歳未満 | 月15,000円。ただし第3子は別 |\n\n次の段落です。\n"
    )

    assert to_blocks(raw, "markdown") == (
        Block("heading", "支給額"),
        Block("paragraph", "この手当は毎月です。申請が要ります。"),
        Block("list", items=("通帳", "印鑑")),
        Block("table", rows=(("年齢", "額"), ("3歳未満", "月15,000円。ただし第3子は別"))),
        Block("paragraph", "次の段落です。"),
    )


def test_rows_parted_by_tabs_are_a_table_with_equal_rows():
    [table] = to_blocks("区分\t率\n補助\t1/2\t備考\n\t3/4\n", "csv")

    assert table.rows == (("区分", "率", ""), ("補助", "1/2", "備考"), ("", "3/4", ""))


def test_hash_is_a_heading_only_where_the_format_marks_headings():
    assert kinds("# 見出し\n") == ["heading"]
    assert kinds("# 9110 に電話\n", "text") == ["paragraph"]


def test_lines_that_a_layout_broke_are_joined():
    raw = "デジタル技術を活用して地域課題の解決を図るために必要な通信インフラなど\nの整備費用を補助します。\n"

    [paragraph] = to_blocks(raw, "pdf")

    assert paragraph.text.endswith("通信インフラなどの整備費用を補助します。")


def test_escaped_pipe_stays_in_its_cell():
    [table] = to_blocks("| a\\|b | c |\n", "markdown")

    assert table.rows == (("a|b", "c"),)


@pytest.mark.parametrize("kind", ["markdown", "text", "pdf"])
@pytest.mark.parametrize(
    "raw",
    [
        "",
        "  \n\n",
        "・一つ目\n・二つ目\n続きの文。\n\n※ 注記です。\n",
        "①2つの要件\n②その他\n（1）第一\n",
        "本文。次の文。\n表\t1\n本文\n",
    ],
)
def test_no_word_is_lost(raw, kind):
    shown = words(to_blocks(raw, kind))

    for char in comparable(raw):
        if char.isalnum():
            assert char in shown


def test_hostile_text_stays_text():
    [block] = to_blocks("<script>alert(1)</script>\n", "text")

    assert block == Block("paragraph", "<script>alert(1)</script>")
