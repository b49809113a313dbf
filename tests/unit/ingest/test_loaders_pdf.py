"""PDF: reading order, ruled tables, odd geometry, broken fonts, locks. Files made by reportlab."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas
from reportlab.platypus import Table, TableStyle

from ingest.document import LoadedDocument, LoadFailure, LoadLimits
from ingest.loaders import load_paths
from ingest.quality import assess

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MINCHO = "HeiseiMin-W3"
GOTHIC = "HeiseiKakuGo-W5"
WIDTH, HEIGHT = A4

pdfmetrics.registerFont(UnicodeCIDFont(MINCHO))
pdfmetrics.registerFont(UnicodeCIDFont(GOTHIC, isVertical=True))

LEFT = [f"左の段の{number}行目の文章がここに続きます" for number in "一二三四五六"]
RIGHT = [f"右の段の{number}行目の文章がそこに続きます" for number in "一二三四五六"]


@pytest.fixture
def make(tmp_path):
    """Draws a PDF and gives its path; `draw` gets the canvas with a Japanese font set."""

    def build(draw: Callable[[Any], None], **options: Any) -> Path:
        path = tmp_path / "a.pdf"
        page = canvas.Canvas(str(path), pagesize=A4, **options)
        page.setFont(MINCHO, 11)
        draw(page)
        page.save()
        return path

    return build


def load(path: Path, limits: LoadLimits | None = None) -> LoadedDocument | LoadFailure:
    (outcome,) = load_paths([path], limits or LoadLimits())
    return outcome


def texts(path: Path) -> list[str]:
    outcome = load(path)
    assert isinstance(outcome, LoadedDocument), outcome
    assert outcome.kind == "pdf"
    assert [page.ordinal for page in outcome.pages] == list(range(1, len(outcome.pages) + 1))
    return [page.text for page in outcome.pages]


def reason(path: Path, limits: LoadLimits | None = None) -> str:
    outcome = load(path, limits)
    assert isinstance(outcome, LoadFailure)
    return outcome.reason


def lines_at(page: Any, x: float, y: float, lines: list[str], pitch: float = 16) -> None:
    for number, line in enumerate(lines):
        page.drawString(x, y - number * pitch, line)


def table_at(page: Any, x: float, y: float, rows: list[list[str]], *styles: Any) -> None:
    table = Table(rows, colWidths=90)
    font = ("FONT", (0, 0), (-1, -1), MINCHO, 10)
    table.setStyle(TableStyle([font, *(styles or [("GRID", (0, 0), (-1, -1), 0.5, "black")])]))
    table.wrapOn(page, WIDTH, HEIGHT)
    table.drawOn(page, x, y)


def turn(page: Any, rotation: int) -> None:
    """A page turned by its /Rotate, with the origin in its middle and text upright again."""
    page.setPageRotation(rotation)
    # reportlab swaps width and height of such pages itself.
    width, height = (HEIGHT, WIDTH) if rotation in {90, 270} else (WIDTH, HEIGHT)
    page.translate(width / 2, height / 2)
    page.rotate(rotation)


class TestText:
    def test_pages_are_numbered_and_paragraphs_separated(self, make):
        def draw(page):
            lines_at(page, 72, 780, ["表題"])
            lines_at(page, 72, 740, ["本文の一行目", "本文の二行目 0995-12-3456"])
            page.showPage()
            page.showPage()
            page.setFont(MINCHO, 11)
            lines_at(page, 72, 780, ["三枚目"])

        assert texts(make(draw)) == [
            "表題\n\n本文の一行目\n本文の二行目 0995-12-3456",
            "",
            "三枚目",
        ]

    def test_order_of_the_file_does_not_matter(self, make):
        def draw(page):
            for y, line in [(700, "三"), (780, "一"), (740, "二")]:
                page.drawString(72, y, line * 5)

        assert texts(make(draw))[0].split("\n\n") == ["一" * 5, "二" * 5, "三" * 5]

    def test_text_printed_twice_for_boldness_counts_once(self, make):
        def draw(page):
            page.drawString(72, 780, "重要なお知らせ")
            page.drawString(72.3, 780, "重要なお知らせ")

        assert texts(make(draw)) == ["重要なお知らせ"]

    def test_pieces_of_a_line_are_joined(self, make):
        def draw(page):
            page.drawString(72, 780, "補助金は")
            page.setFont("Helvetica", 11)
            page.drawString(72 + 44, 780, "1,000")
            page.setFont(MINCHO, 11)
            page.drawString(72 + 44 + 28, 780, "円です")

        assert texts(make(draw)) == ["補助金は1,000円です"]

    def test_spaced_out_title_stays_on_its_line(self, make):
        def draw(page):
            for number, char in enumerate("総合計画"):
                page.drawString(100 + 60 * number, 780, char)

        assert texts(make(draw)) == ["総 合 計 画"]

    def test_rare_kanji_in_two_halves_is_one_character(self, make):
        path = make(lambda page: page.drawString(72, 780, "名前は𠮷田です"), pageCompression=0)
        assert texts(path) == ["名前は𠮷田です"]
        whole, half = rb"\330B\337\267", rb"\330B\060n0n"
        assert whole in path.read_bytes()
        path.write_bytes(path.read_bytes().replace(whole, half))
        assert texts(path) == ["名前は\ufffdのの田です"]

    def test_invisible_text_over_a_scan_is_read(self, make):
        def draw(page):
            text = page.beginText(72, 780)
            text.setTextRenderMode(3)
            text.textLine("文字認識の結果")
            page.drawText(text)

        assert texts(make(draw)) == ["文字認識の結果"]


class TestColumns:
    @pytest.mark.parametrize("is_interleaved", [True, False])
    def test_left_column_is_read_before_the_right_one(self, is_interleaved, make):
        def draw(page):
            lines_at(page, 72, 790, ["二段組の上にある、段をまたぐ長い見出しの行がここにあります"])
            if is_interleaved:
                for number, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True)):
                    lines_at(page, 72, 740 - 16 * number, [left])
                    lines_at(page, 320, 740 - 16 * number, [right])
            else:
                lines_at(page, 320, 740, RIGHT)
                lines_at(page, 72, 740, LEFT)
            lines_at(page, 72, 600, ["二段組の下にある、段をまたぐ長い注記の行がここにあります"])
            page.drawCentredString(WIDTH / 2, 40, "- 12 -")

        blocks = texts(make(draw))[0].split("\n\n")
        assert blocks[1:3] == ["\n".join(LEFT), "\n".join(RIGHT)]
        assert blocks[3].startswith("二段組の下")
        assert blocks[-1] == "- 12 -"

    def test_boxes_of_different_heights_beside_each_other_are_columns(self, make):
        boxes = [
            "• 生産年齢人\n口が減少し、\n担い手が不足",
            "• 生産拠点の\n移転が進み、\n雇用が減少\nしている",
        ]

        def draw(page):
            for number, box in enumerate(boxes):
                lines_at(page, 72 + 150 * number, 700 - 7 * number, box.split("\n"))

        assert texts(make(draw))[0].split("\n\n") == boxes

    def test_three_columns(self, make):
        columns = [[f"{name}の段の{n}つ目の行です" for n in "一二三四"] for name in "甲乙丙"]

        def draw(page):
            for number in range(4):
                for column, lines in enumerate(columns):
                    page.drawString(50 + 175 * column, 700 - 16 * number, lines[number])

        assert texts(make(draw))[0].split("\n\n") == ["\n".join(lines) for lines in columns]

    def test_rows_without_rulings_stay_rows(self, make):
        rows = [("令和５年度", "1,200千円"), ("令和６年度", "980千円"), ("令和７年度", "1,050千円")]

        def draw(page):
            for number, (name, amount) in enumerate(rows):
                page.drawString(72, 700 - 16 * number, name)
                page.drawRightString(300, 700 - 16 * number, amount)

        assert texts(make(draw)) == ["\n".join("\t".join(row) for row in rows)]

    def test_labels_stay_beside_their_text(self, make):
        def draw(page):
            for number, name in enumerate(["対象者", "補助率", "締切日"]):
                y = 700 - 64 * number
                page.drawString(72, y, name)
                lines_at(page, 200, y, [f"{name}についての長い説明の{n}行目です" for n in "一二三"])

        text = texts(make(draw))[0]
        assert text.index("対象者についての長い説明の三") < text.index("補助率\t補助率についての")

    def test_table_of_contents_keeps_its_page_numbers(self, make):
        def draw(page):
            for number, name in enumerate(["総則について", "計画の策定と推進体制について", "雑則"]):
                page.drawString(72, 700 - 16 * number, f"第{number + 1}章 {name}")
                page.drawRightString(500, 700 - 16 * number, str(number + 3))

        assert texts(make(draw))[0].split("\n")[1] == "第2章 計画の策定と推進体制について\t4"


class TestTables:
    ROWS = (["区分", "補助率", "上限額"], ["第１号", "1/2", "1,000"], ["第２号", "1/3", "2,000"])

    def test_ruled_table_becomes_tab_rows_in_its_place(self, make):
        def draw(page):
            lines_at(page, 72, 780, ["表の前の文"])
            table_at(page, 72, 680, [list(row) for row in self.ROWS])
            lines_at(page, 72, 640, ["表の後の文"])

        rows = "\n".join("\t".join(row) for row in self.ROWS)
        assert texts(make(draw)) == [f"表の前の文\n\n{rows}\n\n表の後の文"]

    def test_merged_cells_are_written_once(self, make):
        rows = [["区分", "金額", ""], ["", "月額", "年額"], ["一般", "100", "1,200"]]
        styles = [
            ("GRID", (0, 0), (-1, -1), 0.5, "black"),
            ("SPAN", (1, 0), (2, 0)),
            ("SPAN", (0, 0), (0, 1)),
        ]
        text = texts(make(lambda page: table_at(page, 72, 680, rows, *styles)))[0]
        assert text == "区分\t金額\n\t月額\t年額\n一般\t100\t1,200"

    def test_wrapped_cell_is_joined_and_ended_lines_are_kept_apart(self, make):
        rows = [["項目", "説明"], ["対象", "市町村及び特別\n区とする"], ["提出", "郵送\n窓口"]]
        text = texts(make(lambda page: table_at(page, 72, 600, rows)))[0]
        assert text.split("\n")[1:] == ["対象\t市町村及び特別区とする", "提出\t郵送 窓口"]

    def test_frame_around_text_is_no_table(self, make):
        def draw(page):
            page.rect(60, 600, 400, 200)
            page.rect(65, 605, 390, 190)
            lines_at(page, 72, 780, ["枠の中の一行目です", "枠の中の二行目です"])

        assert texts(make(draw)) == ["枠の中の一行目です\n枠の中の二行目です"]

    @pytest.mark.parametrize("rotation", [0, 90, 180, 270])
    def test_table_on_a_turned_page_and_with_an_odd_origin(self, rotation, make, tmp_path):
        def draw(page):
            turn(page, rotation)
            lines_at(page, -200, 200, ["表の前の文"])
            table_at(page, -200, 100, [list(row) for row in self.ROWS])

        path = tmp_path / "b.pdf"
        document = pypdfium2.PdfDocument(make(draw))
        document[0].set_mediabox(-30, -50, HEIGHT + 10, HEIGHT + 20)
        document[0].set_cropbox(-20, -50, HEIGHT, HEIGHT)
        document.save(path)
        document.close()
        assert texts(path) == ["表の前の文\n\n" + "\n".join("\t".join(row) for row in self.ROWS)]

    def test_drawing_of_thousands_of_lines_is_not_searched_for_tables(self, make):
        def draw(page):
            lines_at(page, 72, 780, ["地図の説明"])
            for number in range(4_000):
                page.line(number % 500, 100, number % 500 + 3, 300 + number % 7)

        assert texts(make(draw)) == ["地図の説明"]


class TestGeometry:
    @pytest.mark.parametrize("rotation", [90, 180, 270])
    def test_turned_page_is_read_as_it_is_seen(self, rotation, make):
        def draw(page):
            turn(page, rotation)
            lines_at(page, -200, 100, ["横置きの一行目です", "横置きの二行目です"])

        assert texts(make(draw)) == ["横置きの一行目です\n横置きの二行目です"]

    def test_vertical_lines_are_read_from_the_right(self, make):
        def draw(page):
            page.setFont(GOTHIC, 12)
            page.drawString(460, 780, "二行目はこちらに続く。")
            page.drawString(480, 780, "縦書きの文章がここから")

        assert texts(make(draw)) == ["縦書きの文章がここから\n二行目はこちらに続く。"]

    def test_text_outside_the_visible_page_is_left_out(self, make):
        def draw(page):
            page.setCropBox((0, 0, WIDTH, 700))
            lines_at(page, 72, 650, ["見える文"])
            lines_at(page, 72, 750, ["裁ち落とされる文"])

        assert texts(make(draw)) == ["見える文"]


class TestBroken:
    def test_font_without_meaning_gives_replacement_marks_that_the_gate_sees(self, make):
        path = make(lambda page: lines_at(page, 72, 780, ["デジタル活用支援"]), pageCompression=0)
        data = path.read_bytes()
        for old, new in [(b"(Japan1)", b"(Nobody)"), (b"/UniJIS-UCS2-H", b"/Identity-H   ")]:
            assert old in data
            data = data.replace(old, new)
        path.write_bytes(data)
        outcome = load(path)
        assert isinstance(outcome, LoadedDocument)
        assert outcome.pages[0].text == "\ufffd" * 8
        assert not assess(outcome).is_acceptable

    def test_user_password_is_named(self, make):
        path = make(
            lambda page: page.drawString(72, 780, "秘密"), encrypt=StandardEncryption("user")
        )
        assert "パスワード" in reason(path)

    def test_document_that_opens_without_a_password_is_read(self, make):
        def draw(page):
            page.setFont(MINCHO, 11)
            table_at(page, 72, 680, [["区分", "額"], ["甲", "1"], ["乙", "2"]])

        path = make(draw, encrypt=StandardEncryption("", ownerPassword="owner", canCopy=0))
        assert texts(path) == ["区分\t額\n甲\t1\n乙\t2"]

    def test_pages_without_characters_are_named_as_images(self, make):
        assert "画像だけ" in reason(make(lambda page: page.rect(10, 10, 50, 50, fill=1)))

    def test_cut_file_is_broken_or_read(self, make):
        path = make(lambda page: lines_at(page, 72, 780, LEFT))
        path.write_bytes(path.read_bytes()[:400])
        assert "壊れています" in reason(path)

    def test_too_many_pages_and_characters_are_refused(self, make):
        def draw(page):
            for _ in range(3):
                page.setFont(MINCHO, 11)
                page.drawString(72, 780, "本文です")
                page.showPage()

        path = make(draw)
        assert "2ページ" in reason(path, LoadLimits(max_pages=2))
        assert "5文字" in reason(path, LoadLimits(max_chars=5))

    def test_threads_may_load_at_once(self, make):
        path = make(lambda page: lines_at(page, 72, 780, LEFT))
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _: texts(path), range(8)))
        assert found == [["\n".join(LEFT)]] * 8
