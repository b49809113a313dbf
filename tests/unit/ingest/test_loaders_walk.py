"""Paths in, documents and failures out: the walk, ids, limits and the one place that catches."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.document import LoadedDocument, LoadFailure, LoadLimits
from ingest.errors import BadPathError, IngestError
from ingest.loaders import SUPPORTED_SUFFIXES, load_paths
from ingest.loaders.registry import loader_for

Outcome = LoadedDocument | LoadFailure


def load(*paths: Path, limits: LoadLimits | None = None) -> list[Outcome]:
    return list(load_paths(paths, limits or LoadLimits()))


def only_failure(path: Path, limits: LoadLimits | None = None) -> LoadFailure:
    (outcome,) = load(path, limits=limits)
    assert isinstance(outcome, LoadFailure)
    assert "\n" not in outcome.reason
    return outcome


def write(path: Path, text: str = "本文です。") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


class TestFolders:
    def test_files_come_in_sorted_order_with_paths_under_the_root(self, tmp_path):
        for name in ["b.txt", "a/z.txt", "a/b/c.md", "c.csv"]:
            write(tmp_path / name)
        assert [each.document_id for each in load(tmp_path)] == [
            "a/b/c.md",
            "a/z.txt",
            "b.txt",
            "c.csv",
        ]

    def test_named_file_has_its_name_as_id_and_path(self, tmp_path):
        (document,) = load(write(tmp_path / "sub" / "制度.txt"))
        assert isinstance(document, LoadedDocument)
        assert (document.document_id, document.path, document.title) == (
            "制度.txt",
            "制度.txt",
            "制度",
        )
        assert document.sha256 == hashlib.sha256("本文です。".encode()).hexdigest()

    def test_hidden_and_temporary_files_are_skipped(self, tmp_path):
        for name in [".hidden.txt", ".git/a.txt", "~$doc.docx", "Thumbs.db", "__MACOSX/._a.txt"]:
            write(tmp_path / name)
        write(tmp_path / "README.md", "# 説明\n")
        assert [each.path for each in load(tmp_path)] == ["README.md"]

    def test_link_out_of_the_folder_is_skipped_and_inner_link_is_read(self, tmp_path):
        outside = write(tmp_path / "outside" / "secret.txt", "外の文書")
        inside = write(tmp_path / "root" / "a.txt")
        (tmp_path / "root" / "out.txt").symlink_to(outside)
        (tmp_path / "root" / "folder").symlink_to(outside.parent)
        (tmp_path / "root" / "link.txt").symlink_to(inside)
        (tmp_path / "root" / "loop").symlink_to(tmp_path / "root")
        assert [each.path for each in load(tmp_path / "root")] == ["a.txt", "link.txt"]

    def test_broken_link_is_a_failure(self, tmp_path):
        (tmp_path / "gone.txt").symlink_to(tmp_path / "nothing.txt")
        assert "ファイルとして読めません" in only_failure(tmp_path).reason

    def test_links_in_a_circle_are_skipped(self, tmp_path):
        (tmp_path / "a.txt").symlink_to(tmp_path / "b.txt")
        (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")
        assert all(isinstance(each, LoadFailure) for each in load(tmp_path))

    def test_pipe_is_not_opened(self, tmp_path):
        os.mkfifo(tmp_path / "pipe.txt")
        assert "ファイルとして読めません" in only_failure(tmp_path).reason

    def test_unknown_formats_in_a_folder_are_reported(self, tmp_path):
        write(tmp_path / "logo.png")
        write(tmp_path / "LICENSE")
        assert [each.reason for each in load(tmp_path)] == ["対応していない形式です"] * 2

    def test_decomposed_name_of_macos_becomes_composed(self, tmp_path):
        write(tmp_path / "か\u3099いと\u3099.txt")
        assert load(tmp_path)[0].document_id == "がいど.txt"

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux allows such names")
    def test_name_that_is_no_utf8_can_be_shown(self, tmp_path):
        (tmp_path / os.fsdecode("資料.txt".encode("cp932"))).write_text("本文です。")
        (document,) = load(tmp_path)
        document.document_id.encode()

    def test_empty_folder_gives_nothing(self, tmp_path):
        assert load(tmp_path) == []

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_unreadable_file_and_folder_are_failures(self, tmp_path):
        write(tmp_path / "a.txt").chmod(0)
        write(tmp_path / "sub" / "b.txt").parent.chmod(0)
        try:
            assert ["権限" in each.reason for each in load(tmp_path)] == [True, True]
        finally:
            (tmp_path / "sub").chmod(0o700)


class TestPaths:
    def test_missing_path_raises_before_anything_is_loaded(self, tmp_path):
        with pytest.raises(BadPathError, match="見つかりません"):
            load_paths([write(tmp_path / "a.txt"), tmp_path / "none"], LoadLimits())

    @pytest.mark.parametrize("name", ["a\0b", "x" * 300], ids=["nul", "too long"])
    def test_impossible_name_is_a_bad_path(self, name, tmp_path):
        with pytest.raises(IngestError):
            load(tmp_path / name)

    def test_pipe_is_a_bad_path(self, tmp_path):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(BadPathError, match="ファイルでもフォルダー"):
            load(tmp_path / "pipe")

    def test_file_reached_twice_is_loaded_once(self, tmp_path):
        file = write(tmp_path / "a.txt")
        assert len(load(tmp_path, file, tmp_path)) == 1


class TestIds:
    def test_later_document_with_the_same_id_fails(self, tmp_path):
        first, second = write(tmp_path / "x" / "a.txt"), write(tmp_path / "y" / "a.txt")
        document, failure = load(first.parent, second.parent)
        assert isinstance(document, LoadedDocument)
        assert isinstance(failure, LoadFailure)
        assert failure.document_id == "a.txt"
        assert failure.reason.startswith("同じIDの文書が")

    def test_failed_file_does_not_take_an_id(self, tmp_path):
        write(tmp_path / "x" / "a.txt", " ")
        write(tmp_path / "y" / "a.txt")
        failure, document = load(tmp_path / "x", tmp_path / "y")
        assert isinstance(failure, LoadFailure)
        assert isinstance(document, LoadedDocument)


class TestFailures:
    @pytest.mark.parametrize(
        ("name", "hint"),
        [
            ("a.doc", ".docx"),
            ("a.xls", ".xlsx"),
            ("a.docm", "マクロなし"),
            ("a.zip", "対応する形式"),
            ("noext", "対応する形式"),
        ],
    )
    def test_named_file_of_another_format_lists_the_supported_ones(self, name, hint, tmp_path):
        reason = only_failure(write(tmp_path / name)).reason
        assert reason.startswith("対応していない形式です")
        assert hint in reason
        assert all(suffix in reason for suffix in SUPPORTED_SUFFIXES)

    @pytest.mark.parametrize("suffix", SUPPORTED_SUFFIXES)
    def test_empty_file_is_a_failure_in_every_format(self, suffix, tmp_path):
        path = tmp_path / f"a{suffix}"
        path.write_bytes(b"")
        assert "空です" in only_failure(path).reason

    @pytest.mark.parametrize("suffix", [".pdf", ".docx", ".xlsx", ".pptx"])
    def test_garbage_is_broken_and_quotes_nothing(self, suffix, tmp_path):
        path = tmp_path / f"a{suffix}"
        path.write_bytes(b"PK\x03\x04 secret contents")
        reason = only_failure(path).reason
        assert "壊れています" in reason
        assert "secret" not in reason

    @pytest.mark.parametrize("text", ["", " \n\u3000\t", "\u200b\ufeff", "\uf0d8 \ue000"])
    def test_text_without_anything_visible_is_a_failure(self, text, tmp_path):
        assert only_failure(write(tmp_path / "a.txt", text)).reason

    def test_one_bad_file_does_not_stop_the_others(self, tmp_path):
        write(tmp_path / "a.pdf", "no pdf")
        write(tmp_path / "b.txt")
        assert [type(each) for each in load(tmp_path)] == [LoadFailure, LoadedDocument]

    def test_unexpected_error_gives_its_class_and_no_content(self, tmp_path):
        # PyYAML recurses; nobody wraps that.
        reason = only_failure(write(tmp_path / "a.md", f"---\na: {'[' * 5000}\n---\n秘密")).reason
        assert "RecursionError" in reason
        assert "[" not in reason

    def test_suffix_in_capitals_is_known(self, tmp_path):
        assert isinstance(load(write(tmp_path / "A.TXT"))[0], LoadedDocument)


class TestLimits:
    def test_file_above_the_size_is_refused(self, tmp_path):
        path = write(tmp_path / "a.txt", "あ" * 10)
        assert "大きすぎます" in only_failure(path, LoadLimits(max_file_bytes=29)).reason
        assert isinstance(load(path, limits=LoadLimits(max_file_bytes=30))[0], LoadedDocument)

    def test_text_above_the_characters_is_refused(self, tmp_path):
        path = write(tmp_path / "a.txt", "あ" * 10)
        assert "9文字" in only_failure(path, LoadLimits(max_chars=9)).reason
        assert isinstance(load(path, limits=LoadLimits(max_chars=10))[0], LoadedDocument)

    def test_too_many_pages_are_refused(self, tmp_path):
        path = write(tmp_path / "a.txt", "一\f二\f三")
        assert "2ページ" in only_failure(path, LoadLimits(max_pages=2)).reason


def test_every_suffix_has_a_loader():
    assert all(loader_for(suffix.upper()) for suffix in SUPPORTED_SUFFIXES)
    assert loader_for(".exe") is None


def test_importing_the_package_loads_no_format_library():
    heavy = [
        "pdfplumber",
        "pypdfium2",
        "pdfminer",
        "pptx",
        "docx",
        "openpyxl",
        "lxml",
        "bs4",
        "yaml",
    ]
    code = (
        "import sys, ingest.loaders, ingest.quality\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
