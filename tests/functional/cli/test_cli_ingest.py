"""`yorisoi ingest` and `yorisoi reindex`: report, JSON and exit status."""

from __future__ import annotations

import json

import pytest
from filelock import FileLock

DEMO = "---\nid: demo\naudience: public\ndemo: true\n---\n# 児童手当\n3歳未満は月15,000円です。\n"
WASTE = "粗大ごみの出し方\n\n手数料は500円です。\n"
UNREADABLE = b"\x00\x01\x02\x03"


@pytest.fixture
def documents(tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "waste.txt").write_text(WASTE, encoding="utf-8")
    return folder


def test_report_for_people_says_what_became_of_each_document(yorisoi, documents):
    (documents / "broken.txt").write_bytes(UNREADABLE)

    ran = yorisoi("ingest", str(documents))

    assert ran.status == 0
    for part in ("追加", "失敗", "waste.txt", "broken.txt", "粗大ごみの出し方", "追加 1、失敗 1"):
        assert part in ran.out
    assert ran.err == ""


def test_json_is_exactly_one_object(yorisoi, documents):
    ran = yorisoi("ingest", str(documents), "--json")

    assert ran.status == 0
    [report] = ran.lines
    assert set(report) == {"documents", "totals", "dry_run", "seconds"}
    [document] = report["documents"]
    assert {"path", "document_id", "status", "reason", "pages", "chunks"} <= set(document)
    assert document["status"] == "added"
    assert "粗大ごみの出し方" in ran.out


def test_a_marked_document_waits_until_a_person_says_otherwise(yorisoi, documents):
    (documents / "marked.txt").write_text(f"取扱注意\n{WASTE}", encoding="utf-8")

    [report] = yorisoi("ingest", str(documents), "--json").lines
    by_path = {each["path"].rsplit("/", 1)[-1]: each for each in report["documents"]}
    assert by_path["waste.txt"]["status"] == "added"
    assert by_path["marked.txt"]["status"] == "held"
    assert "取扱注意" in by_path["marked.txt"]["reason"]

    [report] = yorisoi("ingest", str(documents), "--activate", "--json").lines
    assert {each["status"] for each in report["documents"]} == {"added", "unchanged"}


def test_a_secret_document_never_comes_in(yorisoi, documents):
    (documents / "secret.txt").write_text(f"【極秘】\n{WASTE}", encoding="utf-8")

    [report] = yorisoi("ingest", str(documents / "secret.txt"), "--activate", "--json").lines
    assert report["documents"][0]["status"] == "failed"
    assert "L4" in report["documents"][0]["reason"]


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_unchanged_documents_are_a_success(yorisoi, documents, options):
    yorisoi("ingest", str(documents))

    ran = yorisoi("ingest", str(documents), *options)

    assert ran.status == 0
    assert "変更なし 1" in ran.out or ran.lines[0]["totals"]["unchanged"] == 1


def test_only_failures_are_a_failure(yorisoi, tmp_path):
    (tmp_path / "broken.txt").write_bytes(UNREADABLE)

    ran = yorisoi("ingest", str(tmp_path / "broken.txt"), "--json")

    assert ran.status == 1
    assert ran.lines[0]["documents"][0]["status"] == "failed"


def test_empty_folder_is_a_failure_that_says_so(yorisoi, tmp_path):
    (tmp_path / "empty").mkdir()

    ran = yorisoi("ingest", str(tmp_path / "empty"))

    assert ran.status == 1
    assert "取り込める文書がありませんでした" in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "nowhere"),
        ([], "パス"),
        (["{folder}", "--audience", "all"], "public か staff"),
        (["{folder}", "--level", "L3"], "L1 か L2"),
        (["{folder}", "--fast"], "--fast"),
    ],
)
def test_bad_input_is_one_japanese_line_and_status_2(yorisoi, documents, arguments, said):
    ran = yorisoi("ingest", *(each.format(folder=documents) for each in arguments))

    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_options_reach_the_documents(yorisoi, documents):
    yorisoi("ingest", str(documents), "--audience", "public", "--level", "L2")

    found = yorisoi(
        "search", "--jsonl", "--audience", "public", stdin='{"id":1,"question":"手数料"}'
    )

    assert found.lines[0]["passages"][0]["document_id"] == "waste.txt"


def test_vanished_documents_are_retired_only_with_sync(yorisoi, documents):
    (documents / "other.txt").write_text("水道の開始\n\n電話で申し込みます。\n", encoding="utf-8")
    yorisoi("ingest", str(documents))
    (documents / "other.txt").unlink()

    kept = yorisoi("ingest", str(documents), "--json")
    retired = yorisoi("ingest", str(documents), "--sync", "--json")

    assert kept.lines[0]["totals"]["retired"] == 0
    assert retired.lines[0]["totals"]["retired"] == 1


def test_dry_run_works_beside_a_process_that_holds_the_store(yorisoi, documents):
    yorisoi.data_dir.mkdir()
    lock = FileLock(yorisoi.data_dir / "store.lock", thread_local=False)
    lock.acquire()

    dry = yorisoi("ingest", str(documents), "--dry-run", "--json")
    real = yorisoi("ingest", str(documents))
    lock.release()

    assert (dry.status, dry.lines[0]["dry_run"]) == (0, True)
    assert dry.lines[0]["documents"][0]["status"] == "added"
    assert (real.status, real.out) == (1, "")
    assert "別のプロセスが使用中です" in real.err
    assert yorisoi("ingest", str(documents), "--json").lines[0]["totals"]["added"] == 1


def test_demo_is_refused_once_the_installation_is_real(yorisoi, documents):
    (documents / "demo.md").write_text(DEMO, encoding="utf-8")
    yorisoi("init", "--name", "霧島市")

    ran = yorisoi("ingest", str(documents), "--json")

    by_id = {each["document_id"]: each for each in ran.lines[0]["documents"]}
    assert by_id["waste.txt"]["status"] == "added"
    assert by_id["demo"]["status"] == "failed"
    assert "デモ" in by_id["demo"]["reason"]


def test_poor_quality_is_held_and_activated_on_demand(yorisoi, documents):
    (documents / "bad.txt").write_text("縺薙ｌ縺ｯ譁�蟄怜喧縺代〒縺吶�" * 20, encoding="utf-8")

    held = yorisoi("ingest", str(documents), "--json").lines[0]
    taken = yorisoi("ingest", str(documents), "--activate", "--json").lines[0]

    assert [each["status"] for each in held["documents"]] == ["held", "added"]
    assert held["documents"][0]["reason"]
    assert [each["status"] for each in taken["documents"]] == ["added", "unchanged"]


def test_reindex_tells_what_it_did(yorisoi, documents):
    yorisoi("ingest", str(documents))

    ran = yorisoi("reindex")

    assert (ran.status, ran.out) == (0, "")
    assert "1文書" in ran.err


def test_hostile_file_names_and_titles_stay_text(yorisoi, documents):
    (documents / "[red]a[.txt").write_text("[bold]題[/bold]\n\n本文です。\n", encoding="utf-8")

    ran = yorisoi("ingest", str(documents))

    assert ran.status == 0
    assert "[red]a[.txt" in ran.out
    assert "[bold]題[/bold]" in ran.out
    assert json.loads(yorisoi("ingest", str(documents), "--json").out)
