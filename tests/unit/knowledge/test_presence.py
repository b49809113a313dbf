"""What was not met in a root has vanished, unless something kept it from being read."""

from __future__ import annotations

import pytest

from app.knowledge.metadata import Metadata
from app.knowledge.models import VersionStatus
from app.knowledge.presence import Presence
from app.knowledge.reading import Read
from app.knowledge.repository import KnownDocument, KnownVersion
from ingest.document import LoadedDocument, LoadFailure, Page

ROOT = "/documents"
LIVE = KnownVersion(1, 1, VersionStatus.LIVE, "", "", "text", Metadata("題", "staff", "L2"), "")


def known(path: str, *, root: str = ROOT, document_id: str = "", live=LIVE) -> KnownDocument:
    return KnownDocument(document_id or path, root, path, live)


def failure(path: str, root: str = ROOT) -> Read:
    return Read(root, LoadFailure(path, path, "読めません。"))


def vanished(document: KnownDocument, *reads: Read, roots=(ROOT,)) -> bool:
    presence = Presence()
    for read in reads:
        presence.note(read)
    return presence.vanished([document], roots) == [document]


def test_document_that_was_not_met_has_vanished():
    assert vanished(known("a.txt"))


def test_document_that_was_met_under_another_path_has_not():
    met = LoadedDocument("a", "題", "moved.txt", "text", (Page(None, "本文"),))

    assert not vanished(known("a.txt", document_id="a"), Read(ROOT, met))


@pytest.mark.parametrize(
    ("path", "unread"),
    [
        pytest.param("a.txt", "a.txt", id="the file"),
        pytest.param("faq.jsonl#3", "faq.jsonl", id="the file of a line"),
        pytest.param("faq.jsonl#3", "faq.jsonl#3", id="the line"),
        pytest.param("sub/deep/a.txt", "sub", id="a folder above it"),
        pytest.param("sub/faq.jsonl#3", "sub", id="a folder above a line"),
    ],
)
def test_what_cannot_be_read_has_not_vanished(path, unread):
    assert not vanished(known(path, document_id="id"), failure(unread))


@pytest.mark.parametrize("unread", ["b.txt", "su", "sub/a"])
def test_failures_elsewhere_keep_nothing(unread):
    assert vanished(known("sub/a.txt", document_id="id"), failure(unread))


def test_failure_in_another_root_keeps_nothing():
    assert vanished(known("a.txt", document_id="id"), failure("a.txt", "/other"))


def test_documents_of_roots_not_walked_stay():
    assert not vanished(known("a.txt", root="/other"))


def test_document_without_a_live_version_cannot_vanish():
    assert not vanished(known("a.txt", live=None))
