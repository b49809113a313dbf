"""What a chunk is known by: its words and the titles above it, not where it stands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.knowledge.errors import DocumentRefusedError
from app.knowledge.preparation import ChunkWords, prepare
from ingest.document import LoadedDocument, Page

TEXT = "# 制度\n\n## 補助率\n補助率は2分の1です。対象は市町村です。\n"
TABLE = "区分\t率\t上限\n" + "".join(f"区分{n}の事業\t{n}/10\t{n}00万円\n" for n in range(1, 20))


def document(text=TEXT, *, kind="markdown", title="制度", ordinal=None):
    return LoadedDocument("a", title, "a.md", kind, (Page(ordinal, text),))


def ids(loaded, identity="fake@1"):
    return [each.vector_id for each in prepare(loaded, identity)]


def test_same_words_under_same_titles_are_one_vector():
    other = replace(document(TEXT.replace("2分の1", "２分の１")), document_id="b", path="b.md")

    assert ids(document()) == ids(other)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(document(TEXT.replace("2分の1", "3分の1")), id="text"),
        pytest.param(document(TEXT.replace("## 補助率", "## 措置率")), id="section"),
        pytest.param(document(title="別の制度"), id="title"),
    ],
)
def test_other_words_or_titles_are_another_vector(other):
    assert set(ids(document())).isdisjoint(ids(other))


def test_vectors_of_two_embedders_are_never_mixed():
    assert set(ids(document())).isdisjoint(ids(document(), "other@2"))


def test_page_does_not_count():
    assert ids(document("補助率は2分の1です。", kind="pdf", ordinal=3)) == ids(
        document("補助率は2分の1です。", kind="pdf", ordinal=9)
    )


def test_embedded_text_is_header_and_normalised_text():
    [chunk] = prepare(document("## 補助率\n補助率は２分の１です。\n"), "fake@1")

    assert chunk.indexed.header == "制度 > 補助率"
    assert chunk.indexed.embedded.endswith("補助率は2分の1です。")
    assert chunk.chunk.text == "## 補助率\n補助率は２分の１です。"


def test_rows_of_a_table_carry_the_names_of_its_columns():
    first, second, *_ = prepare(document(TABLE, kind="csv"), "fake@1")

    assert first.indexed.header == "制度"
    assert second.indexed.header == "制度\n区分 率 上限"


@pytest.mark.parametrize("text", ["本文\x00です", "本文\ud800です"])
def test_text_that_no_database_stores_is_refused(text):
    with pytest.raises(DocumentRefusedError):
        prepare(document(text), "fake@1")


def test_words_are_those_of_header_and_text(tokenizer):
    [chunk] = prepare(document("## 補助率\n市町村が対象です。\n"), "fake@1")

    words = ChunkWords(tokenizer).of(chunk.indexed)

    assert words == [
        *tokenizer.tokenize(chunk.indexed.header),
        *tokenizer.tokenize(chunk.indexed.text),
    ]
    assert {"制度", "市町村"} <= set(words)
