"""What every command has in common: help, global options, and failures as one Japanese line."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from app.bootstrap import Overrides
from app.cli import global_options_first
from app.cli_errors import explain
from rag.embedder import FakeEmbedder

_JAPANESE = re.compile(r"[ぁ-んァ-ン一-龥]")
COMMANDS = [
    "ingest",
    "reindex",
    "search",
    "ask",
    "serve",
    "run",
    "worker",
    "init",
    "models",
    "users",
]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "コマンドを指定してください"),
        (["fly"], "コマンド fly はありません"),
        (["--fly"], "オプション --fly はありません"),
        (["search", "--fly", "額"], "オプション --fly はありません"),
        (["users", "fly"], "コマンド fly はありません"),
        (["models", "pull", "gpt"], "モデル「gpt」は一覧にありません"),
        (["worker"], "worker はまだ使えません"),
        (["ask", "額", "--provider"], "オプション --provider"),
    ],
)
def test_bad_usage_is_one_japanese_line_and_status_2(yorisoi, arguments, said):
    ran = yorisoi(*arguments)

    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_without_arguments_help_is_shown(yorisoi):
    ran = yorisoi.bare()

    assert ran.status == 0
    for command in COMMANDS:
        assert command in ran.out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_is_explained_in_japanese(yorisoi, command):
    ran = yorisoi(command, "--help")

    assert ran.status == 0
    options = [line for line in ran.out.splitlines() if re.match(r"│ +\*? *(--|-h)", line)]
    assert options
    for line in options:
        assert _JAPANESE.search(line), line


def test_version_is_told(yorisoi):
    ran = yorisoi.bare("--version")

    assert ran.status == 0
    assert ran.out.startswith("yorisoi ")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["search", "--data-dir", "d", "額"], ["--data-dir", "d", "search", "額"]),
        (["search", "額", "--data-dir=d"], ["--data-dir=d", "search", "額"]),
        (["ask", "--debug"], ["--debug", "ask"]),
        (["ask", "--", "--debug"], ["ask", "--", "--debug"]),
        (["ask", "--data-dir"], ["--data-dir", "ask"]),
        ([], []),
    ],
)
def test_global_options_may_stand_anywhere(given, expected):
    assert global_options_first(given) == expected


def test_data_folder_may_be_named_after_the_command(yorisoi, tmp_path):
    ran = yorisoi.bare("users", "list", "--data-dir", str(tmp_path / "other"))

    assert ran.status == 0
    assert (tmp_path / "other" / "yorisoi.db").is_file()


def test_question_that_looks_like_an_option_can_be_asked(yorisoi):
    assert yorisoi("search", "--", "--debug").status == 0


class BrokenEmbedder(FakeEmbedder):
    def embed_queries(self, _texts):
        raise ZeroDivisionError("本文の一部")


def test_unexpected_error_is_one_line_without_what_it_quotes(yorisoi):
    yorisoi.overrides = Overrides(embedder=BrokenEmbedder(), vectors=yorisoi.overrides.vectors)

    ran = yorisoi("search", "額")

    assert (ran.status, ran.out) == (1, "")
    assert "予期しないエラー" in ran.err
    assert "ZeroDivisionError" in ran.err
    assert "本文の一部" not in ran.err
    assert ran.err.count("\n") == 1


def test_debug_shows_where_an_unexpected_error_came_from(yorisoi):
    yorisoi.overrides = Overrides(embedder=BrokenEmbedder(), vectors=yorisoi.overrides.vectors)

    ran = yorisoi("search", "額", "--debug")

    assert ran.status == 1
    assert "Traceback" in ran.err


def test_wrong_setting_is_named(yorisoi, monkeypatch):
    monkeypatch.setenv("YORISOI_PORT", "八千")

    ran = yorisoi("users", "list")

    assert ran.status == 2
    assert "YORISOI_PORT" in ran.err


def test_newer_data_folder_is_refused(yorisoi):
    yorisoi("users", "list")
    engine = create_engine(f"sqlite:///{yorisoi.data_dir / 'yorisoi.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()

    ran = yorisoi("search", "額")

    assert ran.status == 1
    assert "新しい版" in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [["users", "list"], ["serve"], ["init", "--name", "市"]])
def test_data_folder_that_is_a_file_is_told(yorisoi, tmp_path, arguments):
    yorisoi.data_dir = tmp_path / "file"
    yorisoi.data_dir.write_text("", encoding="utf-8")

    ran = yorisoi(*arguments)

    assert ran.status == 1
    assert ran.err.count("\n") == 1
    assert "フォルダーではありません" in ran.err


def test_database_that_cannot_be_written_is_told(tmp_path):
    path = tmp_path / "yorisoi.db"
    path.touch()
    engine = create_engine(f"sqlite:///file:{path}?mode=ro&uri=true")
    with engine.connect() as connection, pytest.raises(OperationalError) as caught:
        connection.execute(text("CREATE TABLE users (id)"))
    engine.dispose()

    message, status = explain(caught.value)

    assert status == 1
    assert message.startswith("データフォルダーに書き込めません")


def test_broken_installation_file_stops_every_command(yorisoi):
    yorisoi.data_dir.mkdir()
    (yorisoi.data_dir / "installation.yaml").write_text("demoo: true", encoding="utf-8")

    ran = yorisoi("search", "額")

    assert ran.status == 2
    assert "installation.yaml" in ran.err


def test_users_can_be_managed_while_the_store_is_held(yorisoi):
    with_lock = yorisoi("users", "add", "hanako", "--name", "花子", "--role", "staff")

    assert with_lock.status == 0
    assert "仮パスワード" in with_lock.out
    assert "hanako" in yorisoi("users", "list").out


def test_models_are_listed(yorisoi, monkeypatch, tmp_path):
    monkeypatch.setenv("YORISOI_MODELS_DIR", str(tmp_path / "models"))

    ran = yorisoi("models", "list")

    assert ran.status == 0
    for part in ("e5-small", "MIT", "未取得"):
        assert part in ran.out


def test_terms_of_a_model_must_be_accepted(yorisoi, monkeypatch, tmp_path):
    monkeypatch.setenv("YORISOI_MODELS_DIR", str(tmp_path / "models"))

    ran = yorisoi("models", "pull", "embeddinggemma-300m")

    assert (ran.status, ran.out) == (2, "")
    assert "Gemma 利用規約" in ran.err
    assert "--accept-licence" in ran.err
    assert ran.err.count("\n") == 1
    assert not (tmp_path / "models").exists()


def test_command_that_needs_a_model_accepts_no_terms_by_itself(tmp_path, monkeypatch, yorisoi):
    monkeypatch.setenv("YORISOI_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("YORISOI_EMBEDDING_MODEL", "embeddinggemma-300m")
    yorisoi.overrides = Overrides()

    ran = yorisoi("search", "額")

    assert ran.status == 2
    assert "--accept-licence" in ran.err
