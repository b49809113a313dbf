"""`yorisoi users`: accounts from the command line, for the first administrator and emergencies."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.accounts.errors import InvalidFieldError
from app.accounts.roles import Role
from app.accounts.service import AccountService, OneTimePassword
from app.errors import YorisoiError

OpenAccounts = Callable[[], AbstractContextManager[AccountService]]
"""Opens the service in one transaction, committed when the block ends well."""

_ROLES = "、".join(f"{role.value}（{role.label}）" for role in Role)


def users_app(open_accounts: OpenAccounts) -> typer.Typer:
    """The sub-application; `open_accounts` comes from `app.bootstrap`."""
    users = typer.Typer(
        name="users", help="利用者を加える・一覧する・仮パスワードを出す", no_args_is_help=True
    )

    @users.command("add")
    def add(
        username: Annotated[str, typer.Argument(help="サインインに使う名前（半角英数字）")],
        name: Annotated[str, typer.Option("--name", help="表示名")],
        role: Annotated[str, typer.Option("--role", help=_ROLES)] = Role.STAFF.value,
    ) -> None:
        """利用者を加え、仮のパスワードを一度だけ表示します。"""
        with _japanese_errors(), open_accounts() as accounts:
            issued = accounts.add_user(username, name, _role(role))
        _show(issued)

    @users.command("list")
    def show_list() -> None:
        """利用者の一覧を表示します。"""
        table = Table("ユーザー名", "表示名", "役割", "状態")
        with _japanese_errors(), open_accounts() as accounts:
            for user in accounts.users():
                state = "利用中" if user.is_active else "停止中"
                table.add_row(user.username, user.display_name, user.role.label, state)
        Console().print(table)

    @users.command("reset")
    def reset(
        username: Annotated[str, typer.Argument(help="仮パスワードを出す利用者")],
    ) -> None:
        """仮のパスワードを出し直し、ロックとサインインを解きます。"""
        with _japanese_errors(), open_accounts() as accounts:
            issued = accounts.reset_password_of(username)
        _show(issued)

    return users


@contextmanager
def _japanese_errors() -> Iterator[None]:
    try:
        yield
    except YorisoiError as error:
        typer.echo(error.message, err=True)
        raise typer.Exit(error.exit_code) from error


def _role(text: str) -> Role:
    by_name = {role.value: role for role in Role} | {role.label: role for role in Role}
    try:
        return by_name[text]
    except KeyError:
        raise InvalidFieldError(
            "role", f"役割「{text}」はありません。次から選んでください: {_ROLES}"
        ) from None


def _show(issued: OneTimePassword) -> None:
    typer.echo(f"{issued.username} の仮パスワード（一度だけ表示します）: {issued.password}")
    typer.echo("最初のサインインで、本人が自分のパスワードに変えます。")
