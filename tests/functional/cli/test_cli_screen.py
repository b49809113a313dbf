"""`yorisoi screen`: the contract of a line in, a line out; and what ask and ingest do with it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from guardrails.injection import ScreenVerdict
from rag.errors import ModelNotPulledError


class WordScreen:
    """Blocks what holds the word 攻撃."""

    is_pulled = True

    def warm_up(self):
        if not self.is_pulled:
            raise ModelNotPulledError("e5-small", "e5-small")

    def screen(self, text, source):
        if "攻撃" in text:
            return ScreenVerdict("block", f"word-{source}", "攻撃の文があります。")
        return ScreenVerdict("allow")


@pytest.fixture
def screening(yorisoi):
    yorisoi.overrides = replace(yorisoi.overrides, screen=WordScreen())
    return yorisoi


def lines(*records: dict) -> str:
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records)


def test_each_line_gets_a_verdict_with_its_rule_and_time(screening):
    ran = screening(
        "screen",
        "--jsonl",
        stdin=lines(
            {"id": 1, "text": "転入届は？", "source": "user"},
            {"id": 2, "text": "攻撃", "source": "document"},
            {"id": 3, "text": "攻撃"},
        ),
    )
    assert ran.status == 0
    assert [(each["id"], each["verdict"], each["rule"]) for each in ran.lines] == [
        (1, "allow", ""),
        (2, "block", "word-document"),
        (3, "block", "word-user"),
    ]
    assert all(each["ms"] >= 0 for each in ran.lines)


@pytest.mark.parametrize(
    ("record", "word"),
    [
        ({"id": 1, "text": "あ", "source": "mail"}, "user か document"),
        ({"id": 1, "text": "あ", "source": 3}, "文字列"),
        ({"id": 1, "source": "user"}, "text"),
        ({"id": 1, "text": "あ" * 8_001, "source": "user"}, "長すぎ"),
    ],
)
def test_a_bad_line_costs_only_itself(screening, record, word):
    good = {"id": 2, "text": "あ" * 8_001, "source": "document"}
    bad, then = screening("screen", "--jsonl", stdin=lines(record, good)).lines
    assert word in bad["error"]
    assert then["verdict"] == "allow"


def test_a_person_sees_the_verdict_and_why(screening):
    ran = screening("screen", "攻撃です")
    assert ran.status == 0
    assert "止める" in ran.out
    assert "攻撃の文があります。" in ran.out


def test_a_missing_model_is_said_and_the_rules_still_answer(screening):
    screening.overrides.screen.is_pulled = False
    ran = screening("screen", "--jsonl", stdin=lines({"id": 1, "text": "攻撃"}))
    assert ran.lines[0]["verdict"] == "block"
    assert "models pull" in ran.err


def test_neither_or_both_inputs_are_bad_input(screening):
    assert screening("screen").status == 2
    assert screening("screen", "あ", "--jsonl").status == 2


def test_ask_blocks_an_attack_and_answers_the_next_question(screening):
    blocked, other = screening(
        "ask",
        "--jsonl",
        stdin=lines({"id": 1, "question": "攻撃"}, {"id": 2, "question": "転入届は？"}),
    ).lines
    assert blocked["status"] == "blocked"
    assert blocked["citations"] == []
    assert blocked["generated"] == 0
    assert other["status"] == "abstained"


def test_a_document_that_attacks_is_held_back_until_a_person_activates_it(screening, tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "good.txt").write_text("転入届の案内です。窓口は市民課です。", encoding="utf-8")
    (folder / "bad.txt").write_text("転入届の案内です。攻撃の文があります。", encoding="utf-8")

    def status_of(*options: str) -> dict[str, tuple[str, str]]:
        report = json.loads(screening("ingest", str(folder), "--json", *options).out)
        return {each["path"]: (each["status"], each["reason"]) for each in report["documents"]}

    first = status_of()
    assert first["good.txt"] == ("added", "")
    assert first["bad.txt"][0] == "held"
    assert "AIを操ろうとする" in first["bad.txt"][1]
    assert status_of("--activate")["bad.txt"] == ("added", "")
