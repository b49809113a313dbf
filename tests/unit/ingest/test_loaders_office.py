"""Word, Excel and PowerPoint: real files made by their libraries, then locked, bombed, broken."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import TYPE_CHECKING, Any

import docx
import openpyxl
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from openpyxl.chart import BarChart
from pptx import Presentation
from pptx.util import Inches

from ingest.document import LoadedDocument, LoadFailure, LoadLimits
from ingest.loaders import load_paths
from ingest.loaders.number_format import display

if TYPE_CHECKING:
    from pathlib import Path

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def load(path: Path, limits: LoadLimits | None = None) -> LoadedDocument | LoadFailure:
    (outcome,) = load_paths([path], limits or LoadLimits())
    return outcome


def loaded(path: Path) -> LoadedDocument:
    outcome = load(path)
    assert isinstance(outcome, LoadedDocument), outcome
    return outcome


def reason(path: Path, limits: LoadLimits | None = None) -> str:
    outcome = load(path, limits)
    assert isinstance(outcome, LoadFailure)
    return outcome.reason


def save(document: Any, path: Path) -> Path:
    document.save(path)
    return path


class TestWord:
    def blocks(self, document: Any, tmp_path: Path) -> list[str]:
        found = loaded(save(document, tmp_path / "a.docx"))
        (page,) = found.pages
        assert (found.kind, page.ordinal) == ("docx", None)
        return page.text.split("\n\n")

    def append(self, document: Any, xml: str) -> None:
        namespaces = nsdecls("w") + (
            ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        )
        body = document.element.body
        body.insert(len(body) - 1, parse_xml(xml.replace(">", f" {namespaces}>", 1)))

    def test_headings_paragraphs_and_tables_in_document_order(self, tmp_path):
        document = docx.Document()
        document.add_heading("計画", 0)
        document.add_heading("第１章", 1)
        document.add_paragraph("本文。\n改行")
        table = document.add_table(2, 2)
        for cell, text in zip(table._cells, ["区分", "金額", "一般\n枠", "1,000円"], strict=True):
            cell.text = text
        document.add_heading("第１節", 2)
        document.add_paragraph("項目", style="List Bullet")
        assert self.blocks(document, tmp_path) == [
            "# 計画",
            "# 第１章",
            "本文。\n改行",
            "区分\t金額\n一般 枠\t1,000円",
            "## 第１節",
            "項目",
        ]

    def test_merged_cells_are_written_once(self, tmp_path):
        document = docx.Document()
        table = document.add_table(3, 3)
        table.cell(0, 0).merge(table.cell(1, 0)).text = "区分"
        table.cell(0, 1).merge(table.cell(0, 2)).text = "金額"
        for row, column, text in [
            (1, 1, "月"),
            (1, 2, "年"),
            (2, 0, "甲"),
            (2, 1, "1"),
            (2, 2, "2"),
        ]:
            table.cell(row, column).text = text
        assert self.blocks(document, tmp_path) == ["区分\t金額\n\t月\t年\n甲\t1\t2"]

    def test_frame_of_one_column_is_text_and_nested_table_is_flattened(self, tmp_path):
        document = docx.Document()
        frame = document.add_table(1, 1).cell(0, 0)
        frame.text = "枠の中"
        outer = document.add_table(1, 2)
        outer.cell(0, 0).text = "左"
        inner = outer.cell(0, 1).add_table(1, 2)
        inner.cell(0, 0).text, inner.cell(0, 1).text = "あ", "い"
        assert self.blocks(document, tmp_path) == ["枠の中", "左\tあ い"]

    def test_heading_by_outline_level_and_by_inherited_style(self, tmp_path):
        document = docx.Document()
        style = document.styles.add_style("条見出し", docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Heading 3"]
        document.add_paragraph("第１条", style="条見出し")
        xml = '<w:p><w:pPr><w:outlineLvl w:val="1"/></w:pPr><w:r><w:t>概要</w:t></w:r></w:p>'
        self.append(document, xml)
        assert self.blocks(document, tmp_path) == ["### 第１条", "## 概要"]

    @pytest.mark.parametrize(
        ("xml", "text"),
        [
            pytest.param(
                "<w:p><w:ins><w:r><w:t>挿入</w:t></w:r></w:ins><w:del><w:r>"
                "<w:delText>削除</w:delText></w:r></w:del></w:p>",
                "挿入",
                id="tracked changes",
            ),
            pytest.param(
                "<w:p><w:r><w:t>見</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>隠</w:t></w:r></w:p>",
                "見",
                id="hidden run",
            ),
            pytest.param(
                "<w:p><w:r><w:ruby><w:rt><w:r><w:t>かん</w:t></w:r></w:rt><w:rubyBase><w:r>"
                "<w:t>漢</w:t></w:r></w:rubyBase></w:ruby></w:r></w:p>",
                "漢",
                id="reading",
            ),
            pytest.param(
                "<w:sdt><w:sdtContent><w:p><w:r><w:t>欄</w:t></w:r></w:p></w:sdtContent></w:sdt>",
                "欄",
                id="content control",
            ),
            pytest.param(
                "<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>箱</w:t>"
                "</w:r></w:p></w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent><w:p><w:r>"
                "<w:t>箱</w:t></w:r></w:p></w:txbxContent></mc:Fallback></mc:AlternateContent>"
                "</w:r></w:p>",
                "箱",
                id="text box once",
            ),
            pytest.param(
                "<w:p><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>前</w:t><w:tab/>"
                "<w:t>後</w:t></w:r></w:p>",
                "前\t後",
                id="field code and tab",
            ),
            pytest.param(
                "<w:p><w:hyperlink><w:r><w:t>市の</w:t></w:r></w:hyperlink><w:r><w:t>頁</w:t></w:r></w:p>",
                "市の頁",
                id="link",
            ),
        ],
    )
    def test_what_a_reader_sees_is_what_is_read(self, xml, text, tmp_path):
        document = docx.Document()
        self.append(document, xml)
        assert self.blocks(document, tmp_path) == [text]

    def test_header_and_footer_are_metadata(self, tmp_path):
        document = docx.Document()
        document.add_paragraph("本文")
        section = document.sections[0]
        section.header.paragraphs[0].text = "取扱注意"
        section.footer.paragraphs[0].text = "霧島市"
        found = loaded(save(document, tmp_path / "a.docx"))
        assert found.metadata == {"header": "取扱注意", "footer": "霧島市"}
        assert found.pages[0].text == "本文"

    @pytest.mark.parametrize(
        ("prepare", "title"),
        [
            pytest.param(lambda d: d.add_heading("題名", 0), "題名", id="style"),
            pytest.param(
                lambda d: setattr(d.core_properties, "title", "属性の題"), "属性の題", id="property"
            ),
            pytest.param(lambda d: d.add_heading("第１章", 1), "第１章", id="heading"),
            pytest.param(
                lambda d: setattr(d.core_properties, "title", "Word Document"),
                "a",
                id="placeholder",
            ),
        ],
    )
    def test_title(self, prepare, title, tmp_path):
        document = docx.Document()
        prepare(document)
        document.add_paragraph("本文")
        assert loaded(save(document, tmp_path / "a.docx")).title == title


class TestExcel:
    def test_sheets_are_pages_of_displayed_values(self, tmp_path):
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = "予算"
        sheet["B2"], sheet["C2"], sheet["E2"] = "項目", "令和７年度", "開始"
        sheet.merge_cells("C2:D2")
        for cell, value, code in [
            ("B3", "補助\n金", "General"),
            ("C3", 1234567, "#,##0"),
            ("D3", 0.153, "0.0%"),
            ("E3", dt.date(2026, 4, 1), 'm"月"d"日"'),
            ("B5", -500, '#,##0;"△ "#,##0'),
            ("C5", True, "General"),
        ]:
            sheet[cell], sheet[cell].number_format = value, code
        book.create_sheet("空")
        hidden = book.create_sheet("作業用")
        hidden["A1"], hidden.sheet_state = "秘密", "hidden"
        book.create_sheet("注記")["A1"] = "注"
        found = loaded(save(book, tmp_path / "a.xlsx"))
        assert (found.kind, found.title) == ("xlsx", "a")
        assert [(page.ordinal, page.title) for page in found.pages] == [(1, "予算"), (4, "注記")]
        assert found.pages[0].text == (
            "項目\t令和７年度\t\t開始\n補助 金\t1,234,567\t15.3%\t2026/04/01\n\n△ 500\tTRUE"
        )

    def test_formula_gives_the_saved_value_and_is_never_calculated(self, tmp_path):
        book = openpyxl.Workbook()
        book.active["A1"], book.active["A2"] = "合計", "=1+1"
        path = save(book, tmp_path / "a.xlsx")
        rewrite(path, "xl/worksheets/sheet1.xml", b"<f>1+1</f><v></v>", b"<f>1+1</f><v>42</v>")
        assert loaded(path).pages[0].text == "合計\n42"

    def test_library_warnings_stay_quiet(self, tmp_path):
        book = openpyxl.Workbook()
        book.active["A1"] = "本文"
        path = save(book, tmp_path / "a.xlsx")
        extension = (
            b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"/></extLst></worksheet>'
        )
        rewrite(path, "xl/worksheets/sheet1.xml", b"</worksheet>", extension)
        assert loaded(path).pages[0].text == "本文"

    def test_chart_sheet_is_passed_over(self, tmp_path):
        book = openpyxl.Workbook()
        book.active["A1"] = "本文"
        book.create_chartsheet("図", 0).add_chart(BarChart())
        assert [page.ordinal for page in loaded(save(book, tmp_path / "a.xlsx")).pages] == [2]

    @pytest.mark.parametrize("row", ["99999999", "1048576"])
    def test_sheet_that_claims_endless_rows_ends(self, row, tmp_path):
        book = openpyxl.Workbook()
        book.active["A1"], book.active["XFD3"] = "本文", "端"
        path = save(book, tmp_path / "a.xlsx")
        rewrite(path, "xl/worksheets/sheet1.xml", b'"XFD3"', f'"XFD{row}"'.encode())
        rewrite(path, "xl/worksheets/sheet1.xml", b'r="3"', f'r="{row}"'.encode())
        outcome = load(path)
        assert isinstance(outcome, LoadedDocument) or "範囲" in outcome.reason

    def test_workbook_without_values_is_a_failure(self, tmp_path):
        assert "文字がありません" in reason(save(openpyxl.Workbook(), tmp_path / "a.xlsx"))

    @pytest.mark.parametrize(
        ("value", "code", "shown"),
        [
            (None, "General", ""),
            (12.5, "General", "12.5"),
            (0.1 + 0.2, "General", "0.3"),
            (3, "", "3"),
            (1e21, "General", "1000000000000000000000"),
            (1234567, "#,##0", "1,234,567"),
            (1e30, "#,##0", "1" + ",000" * 10),
            (0, "#,###", ""),
            (1234567, '#,##0,"千円"', "1,235千円"),
            (1_000_000, '#,##0,,"百万円"', "1百万円"),
            (-1234, '#,##0;"△ "#,##0', "△ 1,234"),
            (-1234, r"#,##0_);[Red]\(#,##0\)", "(1,234)"),
            (0, '#,##0;△#,##0;"－"', "－"),
            (-5, "0", "-5"),
            (-0.2, "0", "0"),
            (2.675, "0.00", "2.68"),
            (2.5, "0.##", "2.5"),
            (2, "0.0#", "2.0"),
            (0.25, ".00", ".25"),
            (0.5, "0%", "50%"),
            (0.12345, "0.0%", "12.3%"),
            (7, "000", "007"),
            (12, '"第"0"号"', "第12号"),
            (1000, "¥#,##0", "¥1,000"),
            (1000, "[$¥-411]#,##0", "¥1,000"),
            (3, '0"人"', "3人"),
            (3.5, 'General"倍"', "3.5倍"),
            (8991234, "[<=999]000;[<=9999]000-00;000-0000", "899-1234"),
            (995123456, "0000-00-0000", "0995-12-3456"),
            (1.5, "# ?/?", "1.5"),
            (12345, "0.00E+00", "12345"),
            (5, "@", "5"),
            (3, ";;;", ""),
            (9, "0" * 300, "9"),
            (True, "General", "TRUE"),
            ("文字", "0.00", "文字"),
            ("#N/A", "General", "#N/A"),
            (dt.datetime.fromisoformat("2026-04-01"), "m/d", "2026/04/01"),
            (dt.datetime.fromisoformat("2026-04-01 09:30"), "yyyy/m/d h:mm", "2026/04/01 09:30"),
            (dt.datetime.fromisoformat("2026-04-01 09:30"), 'yyyy"年"m"月"', "2026/04/01"),
            (dt.date(2026, 4, 1), "General", "2026/04/01"),
            (45748, '[$-411]ggge"年"', "2025/04/01"),
            (dt.time(9, 5), "h:mm", "09:05"),
            (dt.time(9, 5, 7), "h:mm:ss", "09:05:07"),
            (dt.timedelta(hours=30, minutes=5), "[h]:mm", "30:05"),
        ],
    )
    def test_value_is_shown_as_the_sheet_shows_it(self, value, code, shown):
        assert display(value, code) == shown


class TestPowerPoint:
    @staticmethod
    def box(shapes: Any, *edges: float, text: str) -> Any:
        """A text box; `edges`: left, top, width, height in inches."""
        shape = shapes.add_textbox(*map(Inches, edges))
        shape.text_frame.text = text
        return shape

    def texts(self, deck: Any, tmp_path: Path) -> list[list[str]]:
        found = loaded(save(deck, tmp_path / "a.pptx"))
        assert (found.kind, found.title) == ("pptx", "a")
        return [page.text.split("\n\n") for page in found.pages]

    def test_slides_are_pages_with_their_titles(self, tmp_path):
        deck = Presentation()
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text, slide.placeholders[1].text = "題名", "一つ目\n二つ目\vつづき"
        slide.notes_slide.notes_text_frame.text = "ノート"
        deck.slides.add_slide(deck.slide_layouts[1]).shapes.title.text = "非表示"
        deck.slides[1]._element.set("show", "0")
        deck.slides.add_slide(deck.slide_layouts[6])
        found = loaded(save(deck, tmp_path / "a.pptx"))
        assert [(page.ordinal, page.title, page.text) for page in found.pages] == [
            (1, "題名", "題名\n\n一つ目\n\n二つ目\nつづき"),
            (3, "", ""),
        ]

    def test_title_comes_first_wherever_it_stands(self, tmp_path):
        deck = Presentation()
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text, slide.shapes.title.top = "下の題名", Inches(6)
        self.box(slide.shapes, 1, 1, 3, 1, text="本文")
        assert self.texts(deck, tmp_path) == [["下の題名", "本文"]]

    def test_two_columns_are_read_one_after_the_other(self, tmp_path):
        deck = Presentation()
        shapes = deck.slides.add_slide(deck.slide_layouts[6]).shapes
        self.box(shapes, 0.5, 0.2, 9, 0.5, text="上の帯")
        for left, side in [(5, "右"), (0.5, "左")]:
            self.box(shapes, left, 1.5, 4, 3, text=f"{side}の本文")
            self.box(shapes, left, 1, 4, 0.5, text=f"{side}の見出し")
        self.box(shapes, 0.5, 5, 9, 0.5, text="下の帯")
        assert self.texts(deck, tmp_path) == [
            ["上の帯", "左の見出し", "左の本文", "右の見出し", "右の本文", "下の帯"]
        ]

    def test_cards_are_read_row_by_row(self, tmp_path):
        deck = Presentation()
        shapes = deck.slides.add_slide(deck.slide_layouts[6]).shapes
        for number, (left, top) in enumerate([(0.5, 1), (5.5, 1.1), (0.5, 4), (5.5, 4)], start=1):
            self.box(shapes, left, top, 4.5, 2, text=f"カード{number}")
        assert self.texts(deck, tmp_path) == [[f"カード{number}" for number in range(1, 5)]]

    def test_group_is_read_as_one_block_and_table_as_rows(self, tmp_path):
        deck = Presentation()
        shapes = deck.slides.add_slide(deck.slide_layouts[6]).shapes
        group = shapes.add_group_shape()
        self.box(group.shapes, 1, 3, 2, 1, text="組の下")
        self.box(group.shapes, 1, 1, 2, 1, text="組の上")
        table = shapes.add_table(2, 3, Inches(4), Inches(1), Inches(5), Inches(2)).table
        table.cell(0, 0).merge(table.cell(0, 1))
        for row, column, text in [
            (0, 0, "結合"),
            (0, 2, "額"),
            (1, 0, "a"),
            (1, 1, "b"),
            (1, 2, "1\v円"),
        ]:
            table.cell(row, column).text = text
        assert self.texts(deck, tmp_path) == [["組の上", "組の下", "結合\t\t額\na\tb\t1 円"]]

    def test_hidden_shape_is_left_out(self, tmp_path):
        deck = Presentation()
        shapes = deck.slides.add_slide(deck.slide_layouts[6]).shapes
        self.box(shapes, 1, 1, 2, 1, text="見える")
        self.box(shapes, 1, 2, 2, 1, text="見えない")._element.nvSpPr.cNvPr.set("hidden", "1")
        assert self.texts(deck, tmp_path) == [["見える"]]

    def test_too_many_slides_are_refused(self, tmp_path):
        deck = Presentation()
        for _ in range(3):
            deck.slides.add_slide(deck.slide_layouts[6])
        path = save(deck, tmp_path / "a.pptx")
        assert "2ページ" in reason(path, LoadLimits(max_pages=2))


def rewrite(path: Path, name: str, old: bytes, new: bytes) -> None:
    """Replace bytes in one member of an Office file."""
    with zipfile.ZipFile(path) as package:
        members = {each: package.read(each) for each in package.namelist()}
    assert old in members[name]
    members[name] = members[name].replace(old, new)
    pack(path, members)


def pack(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            package.writestr(name, data)


@pytest.fixture(params=["docx", "xlsx", "pptx"])
def office_file(request, tmp_path):
    """(a good file, its main part) of each Office format."""
    path = tmp_path / f"a.{request.param}"
    if request.param == "docx":
        document = docx.Document()
        document.add_paragraph("本文")
        document.save(path)
        return path, "word/document.xml"
    if request.param == "xlsx":
        book = openpyxl.Workbook()
        book.active["A1"] = "本文"
        book.save(path)
        return path, "xl/workbook.xml"
    deck = Presentation()
    deck.slides.add_slide(deck.slide_layouts[5]).shapes.title.text = "本文"
    deck.save(path)
    return path, "ppt/presentation.xml"


class TestHostilePackages:
    def test_good_file_is_read(self, office_file):
        assert loaded(office_file[0]).pages[0].text == "本文"

    def test_password_is_named(self, office_file):
        path, _ = office_file
        path.write_bytes(OLE + "EncryptedPackage".encode("utf-16-le"))
        assert "パスワード" in reason(path)

    def test_old_format_under_a_new_name_is_named(self, office_file):
        path, _ = office_file
        path.write_bytes(OLE)
        assert "古い形式" in reason(path)

    def test_macros_are_refused(self, office_file):
        path, main = office_file
        with zipfile.ZipFile(path, "a") as package:
            package.writestr(f"{main.split('/')[0]}/vbaProject.bin", b"x")
        assert "マクロ" in reason(path)

    def test_document_type_declaration_is_refused_in_any_encoding(self, office_file):
        path, main = office_file
        xml = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
        for encoding in ["utf-8", "utf-16"]:
            with zipfile.ZipFile(path) as package:
                members = {name: package.read(name) for name in package.namelist()}
            members[main] = xml.encode(encoding)
            pack(path, members)
            assert "DTD" in reason(path)

    def test_bomb_is_refused_by_size_ratio_and_count(self, office_file):
        path, _ = office_file
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
            package.writestr("media/zeros.bin", bytes(30 * 1024 * 1024))
        assert "圧縮爆弾" in reason(path)
        assert "圧縮爆弾" in reason(
            path, LoadLimits(max_zip_ratio=10_000, max_unzipped_bytes=1_000)
        )
        assert "圧縮爆弾" in reason(path, LoadLimits(max_zip_ratio=10_000, max_zip_entries=3))
        assert isinstance(load(path, LoadLimits(max_zip_ratio=10_000)), LoadedDocument)

    def test_size_that_the_zip_lies_about_is_no_way_in(self, office_file):
        path, main = office_file
        data = path.read_bytes()
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            size = package.getinfo(main).file_size.to_bytes(4, "little")
        path.write_bytes(data.replace(size, (10).to_bytes(4, "little")))
        assert isinstance(load(path), LoadFailure)

    def test_other_format_under_this_suffix_is_broken(self, office_file):
        path, _ = office_file
        pack(path, {"[Content_Types].xml": b"<a/>", "other/x.xml": b"<a/>"})
        assert "壊れています" in reason(path)

    def test_cut_file_is_broken(self, office_file):
        path, _ = office_file
        path.write_bytes(path.read_bytes()[:-200])
        assert "壊れ" in reason(path)

    def test_part_that_is_no_xml_is_broken(self, office_file):
        path, main = office_file
        rewrite(path, main, b"<", b"<<")
        assert "壊れ" in reason(path)
