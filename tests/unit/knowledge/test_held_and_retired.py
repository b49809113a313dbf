"""Documents that wait for a person, that vanish, that must not come in, and trial runs."""

from __future__ import annotations

import pytest

from .conftest import CHILD, STAFF_MANUAL, WASTE

GARBLED = "案内\n\n文字化け縺薙ｌ縺ｯ\n"
DEMO = CHILD.replace("audience: public", "audience: public\ndemo: true")


def test_document_of_poor_quality_is_held_and_not_searched(house):
    house.write("bad.txt", GARBLED)
    house.service.publish()

    [outcome] = house.ingest().documents

    assert (outcome.status.value, outcome.reason) == ("held", "文字化けがあります。")
    assert house.search("案内") == []
    assert house.execute(
        "SELECT status, live_version_id, page_count FROM versions "
        "JOIN documents ON documents.id = document_id"
    ) == [("held", None, 1)]
    assert house.embedder.embedded == []


def test_held_document_stays_one_version_however_often_it_is_ingested(house):
    house.write("bad.txt", GARBLED)
    house.ingest()

    assert house.statuses() == {"bad.txt": "held"}
    assert house.execute("SELECT count(*) FROM versions") == [(1,)]


def test_activate_takes_a_held_document(house):
    house.write("bad.txt", GARBLED)
    house.service.publish()
    house.ingest()

    assert house.statuses(activate=True) == {"bad.txt": "added"}
    assert house.found("案内") == {"bad.txt"}
    assert house.statuses() == {"bad.txt": "unchanged"}


def test_live_version_stays_while_its_successor_is_held(house):
    house.write("waste.txt", WASTE)
    house.service.publish()
    house.ingest()
    house.write("waste.txt", WASTE + "文字化け\n")

    assert house.statuses(audience="public") == {"waste.txt": "held"}
    assert house.found("粗大ごみ") == {"waste.txt"}
    assert house.found("粗大ごみ", "public") == set()
    assert house.execute("SELECT number, status FROM versions ORDER BY number") == [
        (1, "live"),
        (2, "held"),
    ]


def test_good_successor_supersedes_live_and_held(house):
    house.write("waste.txt", WASTE)
    house.ingest()
    house.write("waste.txt", WASTE + "文字化け\n")
    house.ingest()
    house.write("waste.txt", WASTE + "日曜日は休みです。\n")

    assert house.statuses() == {"waste.txt": "updated"}
    assert house.execute("SELECT number, status FROM versions ORDER BY number") == [
        (1, "superseded"),
        (2, "superseded"),
        (3, "live"),
    ]


def test_vanished_file_stays_without_sync(house):
    path = house.write("waste.txt", WASTE)
    house.write("child.md", CHILD)
    house.service.publish()
    house.ingest()
    path.unlink()

    assert house.statuses() == {"child.md": "unchanged"}
    assert "waste.txt" in house.found("粗大ごみ")


def test_vanished_file_is_retired_with_sync(house):
    path = house.write("waste.txt", WASTE)
    house.write("child.md", CHILD)
    house.service.publish()
    house.ingest()
    path.unlink()

    report = house.ingest(sync=True)

    assert [(each.path, each.status.value) for each in report.documents] == [
        ("child.md", "unchanged"),
        ("waste.txt", "retired"),
    ]
    assert report.documents[1].title == "粗大ごみの出し方"
    assert "waste.txt" not in house.found("粗大ごみ")
    assert house.execute("SELECT status FROM versions WHERE document_id = 'waste.txt'") == [
        ("retired",)
    ]


def test_retired_document_comes_back_as_a_new_version(house):
    path = house.write("waste.txt", WASTE)
    house.service.publish()
    house.ingest()
    path.unlink()
    house.ingest(sync=True)
    house.write("waste.txt", WASTE)

    assert house.statuses(sync=True) == {"waste.txt": "added"}
    assert house.found("粗大ごみ") == {"waste.txt"}


def test_sync_leaves_documents_of_other_roots_alone(house):
    house.write("one/waste.txt", WASTE)
    house.write("two/manual.txt", STAFF_MANUAL)
    house.ingest(house.folder / "one")
    house.ingest(house.folder / "two")
    (house.folder / "two/manual.txt").unlink()
    house.write("two/other.txt", "その他\n\n水道の開始は電話で申し込みます。\n")

    statuses = house.statuses(house.folder / "two", sync=True)

    assert statuses == {"other.txt": "added", "manual.txt": "retired"}


def test_sync_keeps_a_file_that_cannot_be_read_this_time(house):
    house.write("child.md", CHILD)
    house.ingest()
    house.write("child.md", "---\ntitle: [\n---\n本文\n")

    assert house.statuses(sync=True) == {"child.md": "failed"}
    assert house.execute("SELECT count(*) FROM documents WHERE live_version_id IS NOT NULL") == [
        (1,)
    ]


def test_sync_keeps_lines_of_a_jsonl_that_cannot_be_read(house):
    house.write("faq.jsonl", '{"id": "a", "text": "水道の開始は電話で申し込みます。"}\n')
    house.ingest()
    house.write("faq.jsonl", "")

    assert house.statuses(sync=True) == {"faq.jsonl": "failed"}


def test_vanished_line_of_a_jsonl_is_retired(house):
    line = '{{"id": "{0}", "text": "{0}の開始は電話で申し込みます。"}}\n'
    house.write("faq.jsonl", line.format("水道") + line.format("電気"))
    house.ingest()
    house.write("faq.jsonl", line.format("水道"))

    report = house.ingest(sync=True)

    assert [(each.document_id, each.status.value) for each in report.documents] == [
        ("水道", "unchanged"),
        ("電気", "retired"),
    ]


def test_demo_document_is_refused_in_a_real_installation(house):
    house.takes_demo = False
    house.restart()
    house.write("child.md", DEMO)

    [outcome] = house.ingest(activate=True).documents

    assert outcome.status.value == "failed"
    assert "デモ" in outcome.reason
    assert house.execute("SELECT count(*) FROM documents") == [(0,)]


def test_demo_that_is_there_already_is_not_served_in_a_real_installation(house):
    house.write("child.md", DEMO)
    house.write("waste.txt", WASTE)
    house.ingest()
    house.takes_demo = False
    house.restart()

    house.service.publish()

    assert house.found("児童手当の申請の期限") == {"waste.txt"}


def test_documents_left_out_are_as_if_not_there(house):
    house.write("child.md", CHILD)
    house.write("waste.txt", WASTE)
    house.ingest()

    statuses = house.statuses(sync=True, without=frozenset({"child"}))

    assert statuses == {"waste.txt": "unchanged", "child.md": "retired"}


def test_dry_run_changes_nothing_and_says_what_would_happen(house):
    house.write("waste.txt", WASTE)
    gone = house.write("manual.txt", STAFF_MANUAL)
    house.ingest()
    gone.unlink()
    house.write("waste.txt", WASTE + "日曜日は休みです。\n")
    house.write("bad.txt", GARBLED)
    house.write("child.md", CHILD)
    house.embedder.embedded.clear()
    before = house.execute("SELECT id, status FROM versions ORDER BY id")

    report = house.ingest(dry_run=True, sync=True)

    assert {each.path: each.status.value for each in report.documents} == {
        "bad.txt": "held",
        "child.md": "added",
        "waste.txt": "updated",
        "manual.txt": "retired",
    }
    assert report.is_dry_run
    assert report.totals["embedded"] > 0
    assert house.embedder.embedded == []
    assert house.execute("SELECT id, status FROM versions ORDER BY id") == before


@pytest.mark.parametrize("name", ["waste.txt", "child.md"])
def test_only_failures_and_held_are_no_success(house, name):
    house.write("bad.txt", GARBLED)
    assert not house.ingest().has_success
    house.write(name, WASTE)
    assert house.ingest().has_success
