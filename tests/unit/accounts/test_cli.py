from __future__ import annotations

from contextlib import contextmanager

import pytest
from typer.testing import CliRunner

from app.accounts.cli import users_app
from app.accounts.models import User
from app.accounts.roles import Role
from app.errors import StoreUnavailableError


@pytest.fixture
def run(accounts, session):
    @contextmanager
    def open_accounts():
        yield accounts
        session.commit()

    def invoke(*arguments: str):
        return CliRunner().invoke(users_app(open_accounts), list(arguments))

    return invoke


def test_added_user_gets_a_one_time_password(run, accounts, session):
    result = run("add", "hanako", "--name", "鹿児島 花子", "--role", "knowledge_admin")

    assert result.exit_code == 0
    user = session.query(User).one()
    assert (user.role, user.must_change_password) == (Role.KNOWLEDGE_ADMIN, True)
    password = result.stdout.split("): ")[-1].split("）: ")[-1].split("\n")[0]
    assert accounts.sign_in("hanako", password) is not None


def test_role_may_be_said_in_japanese(run, session):
    assert run("add", "hanako", "--name", "花子", "--role", "CAIO監査").exit_code == 0
    assert session.query(User).one().role is Role.AUDITOR


def test_list_shows_users(run):
    run("add", "hanako", "--name", "鹿児島 花子")
    result = run("list")

    assert result.exit_code == 0
    for text in ("hanako", "鹿児島", "職員", "利用中"):
        assert text in result.stdout


def test_reset_gives_a_new_password(run):
    first = run("add", "hanako", "--name", "花子").stdout
    second = run("reset", "hanako").stdout

    assert "hanako の仮パスワード" in second
    assert first != second


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("add", "山田", "--name", "山田"), "ユーザー名は"),
        (("add", "hanako", "--name", ""), "表示名は"),
        (("add", "hanako", "--name", "花子", "--role", "king"), "役割「king」はありません"),
        (("reset", "nobody"), "利用者はいません"),
    ],
)
def test_bad_input_is_one_japanese_line_and_status_2(run, arguments, message):
    result = run(*arguments)

    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert message in result.stderr
    assert result.stdout == ""


def test_unavailable_store_is_one_line_and_status_1():
    @contextmanager
    def broken():
        raise StoreUnavailableError("データフォルダーに書き込めません")
        yield

    result = CliRunner().invoke(users_app(broken), ["list"])

    assert result.exit_code == 1
    assert result.stderr == "データフォルダーに書き込めません\n"
