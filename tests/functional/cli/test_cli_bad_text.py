"""`yorisoi mask` and `yorisoi screen` on texts that nobody should write: refused clearly or read."""

from __future__ import annotations

import json
import re
import time
from types import SimpleNamespace

import pytest

JAPANESE = re.compile("[ぁ-んァ-ヶ一-龥]")
MAX_CPU_MS = 2_000
LONG = 2_000
PHONE = "090-0000-1234"

# What makes a careless pattern try again and again.
BOMBS = {
    "digits": "0" * LONG,
    "digits and dashes": "1-" * (LONG // 2),
    "digits and spaces": "1 " * (LONG // 2),
    "kanji digits": "〇一" * (LONG // 2),
    "long-vowel marks": "ー" * LONG,
    "half of an address": "山形県山形市緑町" * (LONG // 8),
    "half of a street": "二丁目の" * (LONG // 4),
    "an address that never ends": "字" * LONG,
    "half of a phone number": "090-0000-" * (LONG // 9),
    "half of an e-mail address": "a." * (LONG // 2) + "@",
    "signs of e-mail addresses": "a@" * (LONG // 2),
    "dots": "." * LONG,
    "half of a web address": "https://" * (LONG // 8),
    "a web address that never ends": "https://example.jp/?" + "a=1&" * (LONG // 4),
    "colons and letters": "a:" * (LONG // 2),
    "open brackets": "（" * LONG,
    "half of a placeholder": "〔氏名" * (LONG // 3),
    "capital letters": "A" * LONG,
    "katakana and dots": "ア・" * (LONG // 2),
    "names without an end": "山田" * (LONG // 2),
    "honorifics": "さん" * (LONG // 2),
    "spaced-out letters": "無 視 " * (LONG // 4),
    "letters of base64": "QUJD" * (LONG // 4),
    "escapes": "%E7" * (LONG // 3),
    "entities": "&#x3042;" * (LONG // 8),
    "combining marks": "か\u3099" * (LONG // 2),
    "letters of no width": "\u200b" * LONG,
    "line ends": "\n" * LONG,
    "tabs": "氏名\t" * (LONG // 3),
    "emoji": "👨‍👩‍👧" * (LONG // 5),
}


def record(text: str, identifier: str) -> str:
    return json.dumps({"id": identifier, "text": text, "source": "user"})


@pytest.fixture(params=["mask", "screen"])
def command(request) -> str:
    return request.param


def test_a_line_that_cannot_be_read_costs_only_itself(yorisoi, command):
    half = '{"id": "half of a character", "text": "電話は\\ud83d です", "source": "user"}'
    lines = [
        record("市役所に相談したいです。" * 3_000, "100 kilobytes"),
        half,
        record("", "empty"),
        record("\n 　", "blank"),
        record("こんにちは", "next"),
    ]

    ran = yorisoi(command, "--jsonl", stdin="\n".join(lines))

    by_id = {str(line["id"]): line for line in ran.lines}
    assert len(by_id) == len(lines)
    assert re.search("文字", str(by_id["100 kilobytes"]["error"]))
    assert JAPANESE.search(str(by_id["half of a character"]["error"]))
    assert all("error" not in by_id[each] for each in ("empty", "blank", "next"))


def test_marks_of_direction_and_of_no_width_hide_no_number(yorisoi):
    marks = ("\u202e", "\u2067", "\u200f", "\u200b", "\u2060", "\u00ad", "\ufeff")
    around = {f"around {mark!a}": f"{mark}携帯は{mark}{PHONE}{mark}です" for mark in marks}
    within = {f"within {mark!a}": f"携帯は090{mark}-0000{mark}-1234です" for mark in marks}
    texts = {**around, **within}

    ran = yorisoi("mask", "--jsonl", stdin="\n".join(record(texts[each], each) for each in texts))

    shown = {str(line["id"]): str(line["masked"]) for line in ran.lines}
    assert shown.keys() == texts.keys()
    assert [each for each in shown if "0000" in shown[each] or "1234" in shown[each]] == []


def test_no_text_of_2000_characters_takes_long(yorisoi, command, monkeypatch):
    # What else the machine does meanwhile is not the text's fault.
    monkeypatch.setattr("app.cli_jsonl.time", SimpleNamespace(perf_counter=time.process_time))
    texts = {"warm up": "準備", **{name: text[:LONG] for name, text in BOMBS.items()}}

    ran = yorisoi(
        command, "--jsonl", stdin="\n".join(record(text, name) for name, text in texts.items())
    )

    assert ran.status == 0
    lines = {str(line["id"]): line for line in ran.lines}
    del lines["warm up"]
    assert lines.keys() == BOMBS.keys()
    assert all(JAPANESE.search(str(line["error"])) for line in lines.values() if "error" in line)
    slow = {name: line["ms"] for name, line in lines.items() if line["ms"] > MAX_CPU_MS}
    assert slow == {}
