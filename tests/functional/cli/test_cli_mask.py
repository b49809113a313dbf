"""`yorisoi mask`: a line in, a line out; a table for people; no store is made."""

from __future__ import annotations

import json

import pytest

TEXT = "電話は０９０ー１２３４ー５６７８、マイナンバー123456789018です"


def line(**fields) -> str:
    return json.dumps(fields, ensure_ascii=False) + "\n"


def test_a_line_is_answered_with_masked_text_findings_and_level(yorisoi):
    ran = yorisoi("mask", "--jsonl", stdin=line(id="a", text=TEXT))
    assert ran.status == 0
    (answer,) = ran.lines
    assert list(answer) == ["id", "masked", "findings", "level", "ms"]
    assert answer["masked"] == "電話は〔電話番号1〕、マイナンバー〔マイナンバー1〕です"
    assert [(f["type"], TEXT[f["start"] : f["end"]]) for f in answer["findings"]] == [
        ("PHONE", "０９０ー１２３４ー５６７８"),
        ("MY_NUMBER", "123456789018"),
    ]
    assert answer["level"] == "L3"


def test_a_text_without_findings_is_public_and_unchanged(yorisoi):
    (answer,) = yorisoi("mask", "--jsonl", stdin=line(id=1, text="補助率は1/2です")).lines
    assert (answer["masked"], answer["findings"], answer["level"]) == ("補助率は1/2です", [], "L1")


def test_a_bad_line_costs_only_itself(yorisoi):
    stdin = (
        line(id="a")
        + '{"id":"b","text":"\\ud800"}\n'
        + line(id="c", text="あ" * 100_000)
        + line(id="d", text=TEXT)
    )
    answers = yorisoi("mask", "--jsonl", stdin=stdin).lines
    assert ["error" in answer for answer in answers] == [True, True, True, False]
    assert "20,000文字以内" in answers[2]["error"]


@pytest.mark.parametrize("arguments", [("mask", TEXT), ("mask",)])
def test_people_get_the_text_and_a_table(yorisoi, arguments):
    ran = yorisoi(*arguments, stdin=TEXT)
    assert ran.status == 0
    assert "電話は〔電話番号1〕" in ran.out
    assert "マイナンバー" in ran.out
    assert "L3" in ran.out
    assert "1234" not in ran.out


def test_a_text_and_jsonl_together_are_refused(yorisoi):
    ran = yorisoi("mask", TEXT, "--jsonl")
    assert ran.status == 2
    assert "どちらか一方" in ran.err


def test_no_store_is_made_and_the_policy_of_the_folder_is_followed(yorisoi):
    assert yorisoi("mask", TEXT).status == 0
    assert not yorisoi.data_dir.exists()
    yorisoi.data_dir.mkdir()
    (yorisoi.data_dir / "guardrails.yaml").write_text("disabled: [PHONE]\n", encoding="utf-8")
    assert "０９０ー１２３４ー５６７８" in yorisoi("mask", TEXT).out
    (yorisoi.data_dir / "guardrails.yaml").write_text("unknown: [PHONE]\n", encoding="utf-8")
    ran = yorisoi("mask", TEXT)
    assert ran.status == 2
    assert "「unknown」という項目はありません" in ran.err
