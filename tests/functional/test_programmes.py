from __future__ import annotations

from dataclasses import replace

import pytest


def test_table_shows_programmes_and_hides_expired_ones(staff):
    page = staff.get("/programmes").text

    assert "地域デジタル基盤活用推進事業（補助）" in page
    assert 'href="/documents/guides/chiiki-digital.md#p19"' in page
    assert "旧・光ファイバ整備事業" not in page
    assert "期限切れも表示（1件）" in page
    assert "1件を表示（全2件）" in page


def test_expired_programmes_are_shown_on_demand_and_marked(staff):
    page = staff.get("/programmes?expired=true").text

    assert "旧・光ファイバ整備事業" in page
    assert "期限切れ</span>" in page
    assert "架空のデモ資料</span>" in page


@pytest.mark.parametrize(
    ("words", "is_found"),
    [("デジタル", True), ("ﾃﾞｼﾞﾀﾙ　１/２", True), ("総務 デジタル", False), ("自治体", False)],
)
def test_filter_reads_every_column_whatever_the_width(staff, words, is_found):
    page = staff.get("/programmes", params={"q": words}).text

    assert ("地域デジタル基盤活用推進事業（補助）</a>" in page) is is_found


def test_missing_values_are_said_to_be_missing(staff, programmes):
    programmes.rows = [replace(programmes.rows[0], limit="", page=None)]
    page = staff.get("/programmes").text

    assert "記載なし" in page
    assert 'href="/documents/guides/chiiki-digital.md"' in page


def test_no_programmes_is_not_a_blank_page(staff, programmes):
    programmes.rows = []
    assert "表示できる制度がありません" in staff.get("/programmes").text


def test_document_is_shown_with_its_data_and_page_anchors(staff):
    page = staff.get("/documents/guides/chiiki-digital.md").text

    assert "<h1>地域社会DX推進パッケージ事業の概要</h1>" in page
    assert "総務省" in page
    assert 'id="p18"' in page
    assert 'id="p19"' in page
    assert "<h3>補助率</h3>" in page
    assert "<li>センサー</li>" in page
    assert '<th scope="col">区分</th>' in page
    assert "<td>1/2</td>" in page


def test_one_page_of_a_document(staff):
    page = staff.get("/documents/guides/chiiki-digital.md?page=19").text

    assert 'id="p19"' in page
    assert 'id="p18"' not in page
    assert "資料の全体を表示" in page


@pytest.mark.parametrize(
    "path", ["/documents/nai.md", "/documents/guides/chiiki-digital.md?page=7"]
)
def test_unknown_document_or_page_is_not_found(staff, path):
    response = staff.get(path)

    assert response.status_code == 404
    assert "この資料は見つかりません" in response.text


def test_expired_and_demo_documents_say_so(staff, programmes):
    document = next(iter(programmes.documents.values()))
    programmes.documents["old"] = replace(
        document, document_id="old", is_expired=True, is_demo=True
    )
    page = staff.get("/documents/old").text

    assert "この資料の期限は過ぎています" in page
    assert "架空のデモ資料です" in page
