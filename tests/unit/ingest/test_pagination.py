from itertools import pairwise

from ingest.pagination import find_pages


def _deck(*pages):
    return "\n\n\n".join(pages).split("\n")


def _numbers(lines):
    return [(span.number, span.is_printed) for span in find_pages(lines)]


def test_numbers_glued_to_heads_and_tails_are_found():
    lines = _deck(
        "地域の課題 4\n\n人口が減る。\n道路が古い。",
        "5計画策定支援\n\n対象は市町村。\n期間は３か月。",
        "6推進体制構築支援\n\n対象は都道府県。\n上限は１億円。",
        "説明の文。\nもう一つの文。\n続きの文。\nエ. 外部人材の任用 7",
        "8補助事業\n\n補助率は 1/2\n対象は団体。",
    )
    assert _numbers(lines) == [(4, True), (5, True), (6, True), (7, True), (8, True)]


def test_a_page_without_a_number_takes_the_missing_one():
    lines = _deck(
        "3概要\n一つ目。\n二つ目。",
        "4目的\n一つ目。\n二つ目。",
        "番号のないページ\n一つ目。\n二つ目。",
        "6効果\n一つ目。\n二つ目。",
        "7予算\n一つ目。\n二つ目。",
    )
    assert _numbers(lines) == [(3, True), (4, True), (5, False), (6, True), (7, True)]


def test_a_break_that_is_left_as_a_leading_space_parts_pages():
    lines = _deck(
        "33重点取組\n①推進する。\n②標準化する。\n③活用する。\n 〇 令和７年度中に体制を構築できるよう取組を推進\n〇 人材を確保\n〇 総合的に支援",
        "35イ. 交付税措置\n一つ目。\n二つ目。",
        "36ウ. 特別交付税\n一つ目。\n二つ目。",
        "37エ. 任用\n一つ目。\n二つ目。",
    )
    assert _numbers(lines) == [(33, True), (34, False), (35, True), (36, True), (37, True)]


def test_counts_at_the_head_of_a_line_are_no_page_numbers():
    lines = ["実績", "185団体", "36団体", "15団体", "100万円", "12月まで", "5年間", "7 0 ％"]
    assert _numbers(lines) == [(None, False)]


def test_numbered_headings_are_no_page_numbers():
    text = "1. 目的\n説明。\n\n2. 対象\n説明。\n\n3. 申請\n説明。\n\n4. 期限\n説明。\n\n5. 窓口\n説明。"
    assert _numbers(text.split("\n")) == [(None, False)]


def test_an_empty_text_is_one_page():
    assert _numbers([""]) == [(None, False)]


def test_the_pages_cover_every_line_once():
    lines = _deck(*(f"{n}題名その{n}\n一つ目。\n二つ目。" for n in range(10, 20)))
    spans = find_pages(lines)
    assert [spans[0].start, spans[-1].end] == [0, len(lines)]
    assert all(a.end == b.start for a, b in pairwise(spans))
