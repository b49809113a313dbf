"""The list of programmes and the pages of documents, as the web asks for them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app.clock import fixed_clock
from app.knowledge.programmes import LiveProgrammes

from .conftest import CHILD, NOW, STAFF_MANUAL, WASTE

OVER = CHILD.replace("id: child", "id: over").replace("2027-03-31", "2026-11-22")
ENDS_TODAY = CHILD.replace("id: child", "id: today").replace("2027-03-31", "2026-11-23")
DEADLINE = CHILD.replace("id: child", "id: deadline").replace(
    "limit: 月30,000円", "deadline: 2026-11-22"
)
SOMETIME = CHILD.replace("id: child", "id: sometime").replace("limit: 月30,000円", "deadline: 随時")
INTERNAL = CHILD.replace("id: child", "id: internal").replace("audience: public", "audience: staff")
DEMO = CHILD.replace("id: child", "id: demo").replace(
    "audience: public", "audience: public\ndemo: true"
)
NO_PROGRAMME = "---\nid: plain\n---\n# 水道\n水道の開始は電話で申し込みます。\n"


def programmes(house, *, shows_demo=True, now=NOW) -> LiveProgrammes:
    return LiveProgrammes(house.session_factory, fixed_clock(now), shows_demo=shows_demo)


@pytest.fixture
def filled(house):
    for text in (CHILD, OVER, ENDS_TODAY, DEADLINE, SOMETIME, INTERNAL, DEMO, NO_PROGRAMME):
        name = text.split("id: ")[1].split("\n")[0]
        house.write(f"{name}.md", text)
    house.write("waste.txt", WASTE)
    house.ingest()
    return house


def test_programmes_come_from_front_matter_with_the_expired_last(filled):
    rows = programmes(filled).list_programmes("staff")

    assert [row.document_id for row in rows] == [
        "child", "demo", "internal", "sometime", "today", "deadline", "over",
    ]  # fmt: skip
    assert [row.document_id for row in rows if row.is_expired] == ["deadline", "over"]
    child = rows[0]
    assert (child.name, child.target, child.limit) == (
        "児童手当",
        "18歳までの子を育てる人",
        "月30,000円",
    )
    assert (child.subsidy_rate, child.deadline, child.page) == ("", "", None)


def test_a_day_ends_at_midnight_in_tokyo(filled):
    last_minute = datetime(2026, 11, 23, 14, 59, tzinfo=UTC)
    next_day = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)

    def is_over(now):
        rows = programmes(filled, now=now).list_programmes("staff")
        return next(row.is_expired for row in rows if row.document_id == "today")

    assert (is_over(last_minute), is_over(next_day)) == (False, True)


def test_residents_see_no_programme_of_staff(filled):
    rows = programmes(filled).list_programmes("public")

    assert "internal" not in {row.document_id for row in rows}


def test_real_installation_shows_no_demo(filled):
    real = programmes(filled, shows_demo=False)

    assert "demo" not in {row.document_id for row in real.list_programmes("staff")}
    assert real.page("demo", None, "staff") is None
    assert programmes(filled).page("demo", None, "staff").is_demo


def test_document_without_pages_is_shown_whole(filled):
    view = programmes(filled).page("child", None, "staff")

    assert (view.title, view.page_count, view.published) == ("児童手当", 1, date(2026, 4, 1))
    [page] = view.pages
    assert (page.number, page.title) == (None, "")
    assert [block.kind for block in page.blocks] == ["heading", "paragraph"] * 2
    assert programmes(filled).page("child", 1, "staff") is None


def test_expired_document_says_so(filled):
    assert programmes(filled).page("over", None, "staff").is_expired
    assert not programmes(filled).page("today", None, "staff").is_expired


def test_pages_have_numbers_and_titles(house):
    house.write("deck.txt", f"町の手引き\f{WASTE}\f{STAFF_MANUAL}")
    house.ingest()
    shown = programmes(house)

    whole = shown.page("deck.txt", None, "staff")
    second = shown.page("deck.txt", 2, "staff")

    assert [page.number for page in whole.pages] == [1, 2, 3]
    assert second.page_count == 3
    assert [page.number for page in second.pages] == [2]
    assert second.pages[0].title == "粗大ごみの出し方"
    assert [block.text for block in second.pages[0].blocks] == [
        "粗大ごみは、収集日の朝8時までに玄関の前へ出してください。手数料は500円です。"
    ]
    assert shown.page("deck.txt", 4, "staff") is None


@pytest.mark.parametrize("document_id", ["nothing", "", "waste.txt/", "a" * 1_000])
def test_unknown_document_is_none(filled, document_id):
    assert programmes(filled).page(document_id, None, "staff") is None


def test_retired_document_is_gone(filled):
    (filled.folder / "child.md").unlink()
    filled.ingest(sync=True)

    assert programmes(filled).page("child", None, "staff") is None
    assert "child" not in {row.document_id for row in programmes(filled).list_programmes("staff")}
