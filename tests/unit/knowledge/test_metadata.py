"""Front matter and options: what is taken, what is meant by nothing, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from app.knowledge.errors import DocumentRefusedError
from app.knowledge.metadata import ProgrammeFacts, read_metadata
from ingest.document import LoadedDocument, Page


def document(text="本文です。", *, kind="markdown", title="題名", path="a.md", **metadata):
    return LoadedDocument("a", title, path, kind, (Page(None, text),), metadata)


def test_nothing_said_means_staff_at_l2():
    metadata = read_metadata(document())

    assert (metadata.audience, metadata.level, metadata.is_demo) == ("staff", "L2", False)
    assert (metadata.issuer, metadata.published, metadata.programme) == ("", None, None)


@pytest.mark.parametrize(
    ("said", "options", "expected"),
    [
        pytest.param({"audience": "public"}, {}, ("public", "L1"), id="public means L1"),
        pytest.param({"audience": "public", "level": "L2"}, {}, ("public", "L2"), id="said itself"),
        pytest.param(
            {"audience": "public"}, {"audience": "staff"}, ("staff", "L2"), id="option wins"
        ),
        pytest.param({"level": "L1"}, {"level": "L2"}, ("staff", "L2"), id="level option wins"),
        pytest.param({"level": "L1"}, {"audience": "public"}, ("public", "L1"), id="both"),
    ],
)
def test_audience_and_level(said, options, expected):
    metadata = read_metadata(document(**said), **options)

    assert (metadata.audience, metadata.level) == expected


def test_values_are_taken_as_people_write_them():
    metadata = read_metadata(
        document(
            issuer="  総務省　情報流通行政局 ",
            document_number=12,
            published=date(2025, 11, 26),
            valid_from="2026-04-01",
            valid_until=datetime(2027, 3, 31, 12, 0),  # noqa: DTZ001 - as YAML gives it
            demo=True,
            programme={
                "target": None,
                "rate": "1/2",
                "limit": 300_000,
                "deadline": date(2026, 9, 30),
            },
        )
    )

    assert metadata.issuer == "総務省 情報流通行政局"
    assert metadata.document_number == "12"
    assert metadata.valid_from == date(2026, 4, 1)
    assert metadata.valid_until == date(2027, 3, 31)
    assert metadata.is_demo
    assert metadata.programme == ProgrammeFacts("", "1/2", "300000", "2026-09-30")


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"published": "昨日"}, "published"),
        ({"published": 20260401}, "published"),
        ({"valid_until": ["2026-04-01"]}, "valid_until"),
        ({"valid_from": date(2026, 4, 1), "valid_until": date(2026, 3, 31)}, "valid_until"),
        ({"audience": "everyone"}, "audience"),
        ({"audience": ["public"]}, "audience"),
        ({"level": "L3"}, "L3 以上は登録できません"),
        ({"level": 1}, "level"),
        ({"demo": "yes"}, "demo"),
        ({"issuer": ["総務省"]}, "issuer"),
        ({"issuer": True}, "issuer"),
        ({"issuer": "\ud800"}, "issuer"),
        ({"source": "長" * 2_001}, "source"),
        ({"programme": "補助"}, "programme"),
        ({"programme": {"rate": ["1/2"]}}, "programme の rate"),
    ],
)
def test_values_that_cannot_be_meant_are_refused_by_name(said, named):
    with pytest.raises(DocumentRefusedError) as caught:
        read_metadata(document(**said))

    assert named in caught.value.reason


@pytest.mark.parametrize("document_id", ["a" * 501, "a\nb", " a", "a\ud800"])
def test_ids_that_cannot_be_kept_are_refused(document_id):
    with pytest.raises(DocumentRefusedError):
        read_metadata(replace(document(), document_id=document_id))


@pytest.mark.parametrize(
    ("text", "path", "title", "expected"),
    [
        pytest.param(
            "\n\n 地域の動向\n\n本文です。", "000.txt", "000", "地域の動向", id="first line"
        ),
        pytest.param("本文です。続きです。", "000.txt", "000", "000", id="a sentence is no title"),
        pytest.param("長" * 61, "000.txt", "000", "000", id="too long for a title"),
        pytest.param("第１章　概要\n本文", "000.txt", "000", "第1章 概要", id="normalised"),
        pytest.param("水道の開始\n本文", "faq.jsonl#3", "faq", "水道の開始", id="line of a jsonl"),
        pytest.param("別の行\n本文", "faq.jsonl#3", "水道", "水道", id="a title of its own"),
        pytest.param("別の行\n本文", "dir/v1.2.txt", "v1.2", "別の行", id="dots in the name"),
    ],
)
def test_plain_text_is_titled_by_its_first_line(text, path, title, expected):
    loaded = document(text, kind="text", title=title, path=path)

    assert read_metadata(loaded).title == expected


def test_other_formats_keep_their_title():
    loaded = document("地域の動向\n本文", kind="pdf", title="000", path="000.pdf")

    assert read_metadata(loaded).title == "000"
