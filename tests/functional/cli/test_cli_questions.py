"""`yorisoi search` and `yorisoi ask`: the contract of a line in, a line out, and for people."""

from __future__ import annotations

import json

import pytest

from app.answering.answer import Answer, Citation, Completed, Evidence, Failed, Retrieved
from app.bootstrap import Overrides

CHILD = (
    "---\nid: child\ntitle: 児童手当\naudience: public\n---\n"
    "# 児童手当\n\n## 支給額\n3歳未満は月15,000円です。\n\n## 支給日\n偶数月の10日に振り込みます。\n"
)
MANUAL = "窓口対応の手引き\n\n本人確認は運転免許証で行います。\n"
ANSWER = Answer(
    status="answered",
    text="3歳未満は月15,000円です。",
    premise="none",
    citations=(Citation("child", "児童手当", "支給額", 3, "3歳未満は月15,000円です。", "…"),),
    nearest=(),
    notices=("この資料の期限は過ぎています。",),
    provider="extractive",
    generated=0,
    ms=5.0,
)


class EnqueuedAnswering:
    def __init__(self, *events):
        self.events = events
        self.asked = []

    def ask(self, question, *, audience, writes=True, level="L1"):
        self.asked.append((question, audience))
        self.level = level
        self.writes = writes
        yield Retrieved((), 1.0)
        for event in self.events:
            if isinstance(event, Exception):
                raise event
            yield event


@pytest.fixture
def filled(yorisoi, tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "child.md").write_text(CHILD, encoding="utf-8")
    (folder / "manual.txt").write_text(MANUAL, encoding="utf-8")
    assert yorisoi("ingest", str(folder)).status == 0
    return yorisoi


def answer_with(yorisoi, *events) -> EnqueuedAnswering:
    answering = EnqueuedAnswering(*events)
    given = yorisoi.overrides
    yorisoi.overrides = Overrides(
        clock=given.clock, embedder=given.embedder, vectors=given.vectors, answering=answering
    )
    return answering


def test_passages_have_the_public_fields(filled):
    [line] = filled("search", "--jsonl", stdin='{"id": "q1", "question": "支給額"}').lines

    assert set(line) == {"id", "passages", "ms"}
    assert line["id"] == "q1"
    passage = next(each for each in line["passages"] if each["document_id"] == "child")
    assert set(passage) == {"document_id", "title", "section", "page", "text", "score"}
    assert (passage["title"], passage["page"]) == ("児童手当", None)
    assert "月15,000円" in passage["text"]
    assert len(passage["text"]) <= 500


def test_answer_has_the_public_fields(filled):
    answering = answer_with(filled, Evidence(ANSWER), Completed(ANSWER))

    ran = filled("ask", "--jsonl", "--audience", "public", stdin='{"id": 7, "question": "額は？"}')

    [line] = ran.lines
    ms = line.pop("ms")
    assert ms >= 0
    assert line == {
        "id": 7,
        "status": "answered",
        "answer": "3歳未満は月15,000円です。\n\n※この資料の期限は過ぎています。",
        "premise": "none",
        "citations": [
            {
                "document_id": "child",
                "title": "児童手当",
                "page": 3,
                "quote": "3歳未満は月15,000円です。",
            }
        ],
        "provider": "extractive",
        "generated": 0,
    }
    assert answering.asked[0][1] == "public"


def test_the_real_walk_answers_or_abstains(filled):
    [line] = filled(
        "ask", "--jsonl", stdin='{"id": 1, "question": "3歳未満の支給額はいくらですか"}'
    ).lines

    assert line["status"] in {"answered", "abstained"}
    assert line["provider"] == "extractive"


BAD_LINES = [
    pytest.param(b"{", None, "JSON として読めません", id="no JSON"),
    pytest.param(b"[1]", None, "オブジェクトではありません", id="no object"),
    pytest.param(b"\xff\xfe", None, "UTF-8", id="no UTF-8"),
    pytest.param(b"", None, "行が空です", id="blank line"),
    pytest.param(b'{"id": 1}', 1, "question がありません", id="no question"),
    pytest.param(b'{"id": 1, "question": 5}', 1, "文字列ではありません", id="number"),
    pytest.param(b'{"id": 1, "question": null}', 1, "文字列ではありません", id="null"),
    pytest.param(b'{"id": 1, "question": ""}', 1, "空", id="empty"),
    pytest.param('{"id": 1, "question": "　"}'.encode(), 1, "空", id="white space"),
    pytest.param(b'{"id": 1, "question": "\\ud800"}', 1, "サロゲート", id="lone surrogate"),
    pytest.param(
        json.dumps({"id": 1, "question": "あ" * 8_001}).encode(), 1, "8,000文字", id="too long"
    ),
    pytest.param(b'{"id": NaN, "question": "a"}', None, "JSON として読めません", id="NaN"),
    pytest.param(b"[" * 100_000, None, "JSON として読めません", id="nested too deep"),
    pytest.param(b'{"id": ' + b"9" * 5_000 + b"}", None, "JSON として読めません", id="huge number"),
]


@pytest.mark.parametrize("command", ["search", "ask"])
@pytest.mark.parametrize(("bad", "identifier", "said"), BAD_LINES)
def test_bad_line_costs_only_itself(filled, command, bad, identifier, said):
    good = b'{"id": "%d", "question": "\xe6\x94\xaf\xe7\xb5\xa6\xe9\xa1\x8d"}'
    ran = filled(command, "--jsonl", stdin=b"\n".join([good % 1, bad, good % 2, b""]))

    first, middle, last = ran.lines
    assert (ran.status, ran.err) == (0, "")
    assert (first["id"], last["id"]) == ("1", "2")
    assert "error" not in first
    assert "error" not in last
    assert set(middle) == {"id", "error"}
    assert middle["id"] == identifier
    assert said in middle["error"]


@pytest.mark.parametrize("identifier", ["あ", 0, None, 1.5, True, ["a"], {"b": 1}])
def test_id_is_echoed_as_it_is(filled, identifier):
    line = json.dumps({"id": identifier, "question": "支給額"})

    assert filled("search", "--jsonl", stdin=line).lines[0]["id"] == identifier


def test_question_without_id_is_answered(filled):
    [line] = filled("search", "--jsonl", stdin='{"question": "支給額"}').lines

    assert line["id"] is None
    assert line["passages"]


def test_lone_surrogate_in_an_id_is_replaced_in_the_output(filled):
    [line] = filled("search", "--jsonl", stdin=b'{"id": "a\\ud800", "question": "a"}').lines

    assert line["id"] == "a\ufffd"


def test_byte_order_mark_and_windows_lines_do_not_matter(filled):
    data = b'\xef\xbb\xbf{"id": 1, "question": "a"}\r\n{"id": 2, "question": "b"}\r\n'

    lines = filled("search", "--jsonl", stdin=data).lines

    assert [(each["id"], "error" in each) for each in lines] == [(1, False), (2, False)]


def test_no_input_is_no_output(filled):
    ran = filled("search", "--jsonl")

    assert (ran.status, ran.out, ran.err) == (0, "", "")


def test_failed_walk_is_that_lines_error(filled):
    answer_with(filled, Failed("モデルがありません。"))

    [line] = filled("ask", "--jsonl", stdin='{"id": 1, "question": "額は？"}').lines

    assert line == {"id": 1, "error": "モデルがありません。"}


def test_evidence_stands_whatever_fails_after_it(filled):
    answer_with(filled, Evidence(ANSWER), Failed("途中で止まりました。"))

    [line] = filled("ask", "--jsonl", stdin='{"id": 1, "question": "額は？"}').lines

    assert line["answer"] == ANSWER.shown


def test_bug_in_one_line_is_told_without_its_text(filled):
    answer_with(filled, ValueError("住所は霧島市"))

    [line] = filled("ask", "--jsonl", stdin='{"id": 1, "question": "額は？"}').lines

    assert "ValueError" in line["error"]
    assert "霧島" not in line["error"]


def test_residents_do_not_search_staff_documents(filled):
    question = '{"id": 1, "question": "本人確認は何で行いますか"}'

    public = filled("search", "--jsonl", "--audience", "public", stdin=question).lines[0]
    staff = filled("search", "--jsonl", stdin=question).lines[0]

    assert {each["document_id"] for each in public["passages"]} == {"child"}
    assert "manual.txt" in {each["document_id"] for each in staff["passages"]}


def test_top_k_bounds_the_passages(filled):
    [line] = filled("search", "--jsonl", "--top-k", "1", stdin='{"id": 1, "question": "a"}').lines

    assert len(line["passages"]) <= 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["search"], "質問を指定してください"),
        (["search", "額", "--jsonl"], "どちらか一方"),
        (["search", "額", "--top-k", "0"], "--top-k は 1〜100"),
        (["search", "額", "--top-k", "101"], "--top-k は 1〜100"),
        (["search", "額", "--top-k", "多く"], "--top-k の値が正しくありません"),
        (["search", "額", "余分"], "余分な引数 余分"),
        (["ask", "額", "--provider", "gpt"], "プロバイダー「gpt」は登録されていません"),
        (["ask", "額", "--audience", "all"], "public か staff"),
        (["ask", "　"], "空"),
    ],
)
def test_bad_input_is_one_japanese_line_and_status_2(filled, arguments, said):
    ran = filled(*arguments)

    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_named_provider_is_used(filled):
    answer_with(filled, Completed(ANSWER))

    assert filled("ask", "額は？", "--provider", "extractive").status == 0


def test_answer_for_people_shows_sources_and_label(filled):
    answer_with(filled, Completed(ANSWER))

    ran = filled("ask", "額は？")

    for part in (
        ANSWER.text,
        "児童手当",
        "p.3",
        "期限は過ぎています",
        "AIが作った文ではありません",
    ):
        assert part in ran.out


def test_passages_for_people_show_the_whole_text(filled):
    ran = filled("search", "支給額")

    assert "児童手当" in ran.out
    assert "3歳未満は月15,000円です。" in ran.out


def test_search_in_an_empty_index_says_so(yorisoi):
    ran = yorisoi("search", "支給額")

    assert ran.status == 0
    assert "見つかりませんでした" in ran.out
    assert yorisoi("search", "--jsonl", stdin='{"id":1,"question":"額"}').lines[0]["passages"] == []
