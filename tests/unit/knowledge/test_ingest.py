"""Ingesting: what becomes of each document, and what a search sees afterwards."""

from __future__ import annotations

import pytest

from app.knowledge.report import Stage
from ingest.errors import BadPathError

from .conftest import CHILD, STAFF_MANUAL, WASTE


def test_new_documents_are_added_and_found(house):
    house.write("child.md", CHILD)
    house.write("guides/waste.txt", WASTE)
    house.service.publish()

    report = house.ingest()

    outcomes = {each.document_id: each for each in report.documents}
    assert {name: each.status.value for name, each in outcomes.items()} == {
        "child": "added",
        "guides/waste.txt": "added",
    }
    assert outcomes["child"].pages == 1
    assert outcomes["child"].chunks == outcomes["child"].embedded > 0
    assert house.found("粗大ごみの手数料") >= {"guides/waste.txt"}


def test_what_a_document_says_of_itself_reaches_the_passage(house):
    house.write("child.md", CHILD)
    house.service.publish()
    house.ingest()

    info = house.search("児童手当の申請の期限")[0].document

    assert (info.title, info.issuer, info.department) == ("児童手当", "よりそい市", "こども家庭課")
    assert (info.audience, info.level, info.is_demo) == ("public", "L1", False)
    assert str(info.published) == "2026-04-01"
    assert str(info.valid_until) == "2027-03-31"


def test_same_documents_again_change_and_embed_nothing(house):
    house.write("child.md", CHILD)
    house.write("waste.txt", WASTE)
    house.ingest()
    before = len(house.embedder.embedded)
    state = house.execute("SELECT generation FROM index_state")

    report = house.ingest()

    assert {each.status.value for each in report.documents} == {"unchanged"}
    assert report.totals["reused"] == report.totals["chunks"] > 0
    assert len(house.embedder.embedded) == before
    assert house.execute("SELECT generation FROM index_state") == state


def test_changed_section_is_embedded_and_the_rest_reused(house):
    house.write("child.md", CHILD)
    house.service.publish()
    house.ingest()
    house.embedder.embedded.clear()
    house.write("child.md", CHILD.replace("15日以内", "30日以内"))

    [outcome] = house.ingest().documents

    assert outcome.status.value == "updated"
    assert outcome.embedded == len(house.embedder.embedded) == 1
    assert outcome.reused == outcome.chunks - 1
    texts = " ".join(passage.text for passage in house.search("申請の期限"))
    assert "30日以内" in texts
    assert "15日以内" not in texts


def test_vectors_of_the_old_version_are_removed_afterwards(house):
    house.write("child.md", CHILD)
    house.ingest()
    house.write("child.md", CHILD.replace("15日以内", "30日以内"))
    house.ingest()

    collections = house.execute("SELECT collections FROM index_state")
    used = {row[0] for row in house.execute("SELECT DISTINCT vector_id FROM chunks")}
    words = {row[0] for row in house.execute("SELECT vector_id FROM words")}

    assert collections
    stored = set().union(*map(house.vectors.ids, house.vectors._vectors))
    assert stored == used == words


def test_moved_page_keeps_its_vectors(house):
    house.write("deck.txt", f"町の手引き\f{WASTE}\f{STAFF_MANUAL}")
    house.ingest()
    house.embedder.embedded.clear()
    house.write("deck.txt", f"町の手引き\f{STAFF_MANUAL}\f{WASTE}")

    [outcome] = house.ingest().documents

    assert outcome.status.value == "updated"
    assert (outcome.embedded, outcome.reused) == (0, outcome.chunks)
    assert house.embedder.embedded == []


def test_renamed_file_with_an_id_is_the_same_document(house):
    path = house.write("child.md", CHILD)
    house.ingest()
    house.embedder.embedded.clear()
    path.rename(house.folder / "renamed.md")

    assert house.statuses() == {"renamed.md": "unchanged"}
    assert house.embedder.embedded == []
    assert house.execute("SELECT path FROM documents") == [("renamed.md",)]


def test_staff_documents_are_beyond_a_resident(house):
    house.write("child.md", CHILD)
    house.write("manual.txt", STAFF_MANUAL)
    house.service.publish()
    house.ingest()

    assert "manual.txt" not in house.found("本人確認は何で行いますか", "public")
    assert house.found("本人確認は何で行いますか", "staff") >= {"manual.txt", "child"}


def test_document_that_becomes_public_is_copied_not_embedded_again(house):
    house.write("waste.txt", WASTE)
    house.service.publish()
    house.ingest()
    house.embedder.embedded.clear()

    [outcome] = house.ingest(audience="public").documents

    assert (outcome.status.value, outcome.embedded) == ("updated", 0)
    assert house.embedder.embedded == []
    assert house.found("粗大ごみの手数料", "public") == {"waste.txt"}
    staff, public = (
        house.execute(
            f"SELECT count(*) FROM versions WHERE audience = '{each}' AND status = 'live'"
        )
        for each in ("staff", "public")
    )
    assert (staff, public) == ([(0,)], [(1,)])


def test_lines_of_a_jsonl_are_documents(house):
    house.write(
        "faq.jsonl",
        '{"id": "a", "title": "水道", "text": "水道の開始は電話で申し込みます。"}\n'
        "{bad\n"
        '{"id": "b", "title": "税金", "text": "納税の相談は納税課へ。"}\n',
    )

    report = house.ingest()

    assert [(each.document_id, each.status.value) for each in report.documents] == [
        ("a", "added"),
        ("faq.jsonl#2", "failed"),
        ("b", "added"),
    ]


def test_file_reached_by_two_paths_is_ingested_once(house):
    path = house.write("waste.txt", WASTE)

    report = house.ingest(house.folder, path)

    assert [each.status.value for each in report.documents] == ["added"]


def test_second_document_with_an_id_of_another_root_fails(house):
    house.write("one/child.md", CHILD)
    house.write("two/child.md", CHILD.replace("月15,000円", "月16,000円"))

    report = house.ingest(house.folder / "one", house.folder / "two")

    assert [each.status.value for each in report.documents] == ["added", "failed"]
    assert "同じID" in report.documents[1].reason


def test_missing_path_stops_before_anything_is_read(house):
    house.write("waste.txt", WASTE)

    with pytest.raises(BadPathError):
        house.ingest(house.folder, house.folder / "nowhere")

    assert house.execute("SELECT count(*) FROM documents") == [(0,)]


def test_progress_tells_stage_document_and_totals(house):
    house.write("child.md", CHILD)
    said = []

    house.ingest(on_progress=said.append)

    assert said[0].stage is Stage.READ
    assert said[0].document == "child.md"
    embedding = [each for each in said if each.stage is Stage.EMBED]
    assert embedding[-1].done == embedding[-1].total > 0
    assert said[-1].stage is Stage.STORE


def test_report_as_json_has_the_public_fields(house):
    house.write("child.md", CHILD)

    reported = house.ingest().as_json()

    assert set(reported) == {"documents", "totals", "dry_run", "seconds"}
    assert reported["documents"][0] | {"chunks": 0, "embedded": 0} == {
        "path": "child.md",
        "document_id": "child",
        "status": "added",
        "title": "児童手当",
        "reason": "",
        "pages": 1,
        "chunks": 0,
        "embedded": 0,
        "reused": 0,
    }


def test_bug_that_one_document_brings_out_costs_only_that_document(house):
    house.write("a.txt", WASTE)
    house.write("b.txt", STAFF_MANUAL)

    def judge(document):
        if document.document_id == "a.txt":
            raise IndexError("text of a document")
        return ""

    house.judge = judge
    house.restart()

    report = house.ingest()

    assert [each.status.value for each in report.documents] == ["failed", "added"]
    assert "IndexError" in report.documents[0].reason
    assert "text of a document" not in report.documents[0].reason
