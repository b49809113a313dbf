from ingest.document import LoadedDocument, Page
from ingest.segmenter import segment
from rag.normalization import comparable


def _document(kind, *pages, title="題名"):
    return LoadedDocument("d", title, "d", kind, tuple(pages))


def test_markdown_headings_become_title_paths():
    text = "# 題名\n\n前文。\n\n## 対象\n市民。\n\n### 例外\n転入者。\n\n## 期限\n3月末。\n"
    sections = segment(_document("markdown", Page(None, text)))
    assert [section.path for section in sections] == [(), ("対象",), ("対象", "例外"), ("期限",)]


def test_plain_headings_of_a_web_page_become_title_paths():
    text = "■対象\n市内に住む方。\n\n【申請方法】\n窓口で申請します。\n\n1. 持ち物\n印鑑。\n"
    paths = [section.path for section in segment(_document("text", Page(None, text)))]
    assert [path[-1] for path in paths] == ["対象", "申請方法", "持ち物"]


def test_a_dumped_deck_has_pages_titles_and_chapters():
    slides = (
        "2. 活力ある地域社会\n\n① 地域DXの推進",
        "11計画策定支援\n\n対象は市町村。\n３か月。",
        "12推進体制構築支援\n\n対象は都道府県。\n上限１億円。",
        "13補助事業\n\n補助率 1/2\n対象は団体。",
        "14地方債の活用\n\n充当率90％。\n償還５年。",
    )
    text = "\n\n\n".join(slides)
    sections = segment(_document("text", Page(None, text)))
    by_page = {section.page: section.path for section in sections}
    assert by_page[13] == ("2. 活力ある地域社会", "① 地域DXの推進", "補助事業")


def test_printed_numbers_of_pdf_pages_win_over_ordinals():
    pages = [Page(n, f"本文その{n}\n\n- {n + 8} -") for n in range(1, 6)]
    assert [section.page for section in segment(_document("pdf", *pages))] == [9, 10, 11, 12, 13]


def test_pages_without_printed_numbers_keep_their_ordinals():
    pages = [Page(n, f"本文その{n}") for n in range(1, 4)]
    assert [section.page for section in segment(_document("pptx", *pages))] == [1, 2, 3]


def test_a_sheet_is_named_by_its_title():
    sections = segment(_document("xlsx", Page(1, "区分\t金額\n一般\t100円", "手数料")))
    assert [(section.page, section.path) for section in sections] == [(1, ("手数料",))]


def test_the_sections_of_the_slide_deck_hold_its_text_and_its_printed_pages(seed_path):
    text = next(seed_path.glob("*.txt")).read_text(encoding="utf-8")
    sections = segment(_document("text", Page(None, text)))
    assert comparable("".join(section.text for section in sections)) == comparable(text)
    starts = {section.page: section.text for section in sections}
    for page, phrase in {
        4: "オー", 17: "1 億円", 19: "補助対象経費の 1/2", 35: "アクセラレータ数  53名", 36: "単価780万円",
        37: "300万円/団体", 38: "３名分", 39: "DX推進リーダーの育成に係る研修", 40: "185団体", 47: "10分/件",
        52: "定型約款", 53: "LINE相談対応", 54: "1,000億円", 58: "ふるさと住民アプリ", 59: "21,807人", 62: "広域リージョン連携宣言",
    }.items():  # fmt: skip
        assert comparable(phrase) in comparable(starts[page]), page
