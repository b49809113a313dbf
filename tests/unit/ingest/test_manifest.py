"""The bundled corpus: list, files and front matter agree, and a wrong list is refused."""

from __future__ import annotations

from collections import Counter

import pytest

from app.settings import Settings
from ingest.document import LoadedDocument, LoadLimits
from ingest.loaders import load_paths
from ingest.manifest import (
    DOCUMENTS_FOLDER,
    Manifest,
    ManifestError,
    corpus_sha256,
    load_manifest,
)

CORPUS = Settings().corpus_dir
ENTRY = "{id: a, path: documents/a.md, title: 題, audience: public, demo: true}"


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return load_manifest(CORPUS)


@pytest.fixture(scope="module")
def documents() -> dict[str, LoadedDocument]:
    loaded = load_paths([CORPUS / DOCUMENTS_FOLDER], LoadLimits())
    return {f"{DOCUMENTS_FOLDER}/{each.path}": each for each in loaded}


def test_every_listed_file_exists_and_every_file_is_listed(manifest, documents):
    assert {entry.path for entry in manifest.documents} == set(documents)


def test_front_matter_says_what_the_list_says(manifest, documents):
    for entry in manifest.documents:
        document = documents[entry.path]
        assert isinstance(document, LoadedDocument), document
        said = document.metadata
        assert (document.document_id, document.title) == (entry.id, entry.title)
        assert (said["audience"], bool(said.get("demo"))) == (entry.audience, entry.demo), entry


def test_there_are_enough_real_and_fictional_documents(manifest):
    count = Counter(entry.demo for entry in manifest.documents)

    assert min(count[True], count[False]) >= 30
    assert len(manifest.demo_ids) == count[True]


def test_fictional_documents_are_those_of_the_fictional_city(manifest):
    for entry in manifest.documents:
        assert entry.demo == entry.path.startswith("documents/yorisoi-city/")


def corpus(folder, text):
    (folder / "manifest.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("documents: [", "YAML", id="no YAML"),
        pytest.param(f"documents: [{ENTRY}]\nmore: 1", "more", id="unknown field"),
        pytest.param("documents: [{id: a}]", "documents.0", id="missing fields"),
        pytest.param(f"documents: [{ENTRY.replace('public', 'all')}]", "audience", id="audience"),
        pytest.param(f"documents: [{ENTRY}, {ENTRY}]", "重なって", id="twice"),
        pytest.param("[]", "正しくありません", id="no mapping"),
    ],
)
def test_wrong_list_is_refused(tmp_path, text, said):
    with pytest.raises(ManifestError, match=said):
        load_manifest(corpus(tmp_path, text))


def test_missing_list_is_told(tmp_path):
    with pytest.raises(ManifestError, match="YORISOI_CORPUS_DIR"):
        load_manifest(tmp_path)


def test_fingerprint_changes_with_list_and_files(tmp_path):
    corpus(tmp_path, f"documents: [{ENTRY}]")
    (tmp_path / "documents").mkdir()
    file = tmp_path / "documents" / "a.md"
    file.write_text("一", encoding="utf-8")
    first = corpus_sha256(tmp_path, load_manifest(tmp_path))
    assert corpus_sha256(tmp_path, load_manifest(tmp_path)) == first

    file.write_text("二", encoding="utf-8")
    second = corpus_sha256(tmp_path, load_manifest(tmp_path))
    corpus(tmp_path, f"documents: [{ENTRY.replace('題', '別の題')}]")
    third = corpus_sha256(tmp_path, load_manifest(tmp_path))

    assert len({first, second, third}) == 3
    file.unlink()
    with pytest.raises(ManifestError):
        corpus_sha256(tmp_path, load_manifest(tmp_path))
