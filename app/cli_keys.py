"""`yorisoi keys`: changing the key that what is kept is encrypted with."""

import typer

from app.cli_console import say
from app.cli_state import CommandLine
from app.key_rotation import rotate_keys


def keys_app(line: CommandLine) -> typer.Typer:
    keys = typer.Typer(name="keys", help="保存データの暗号鍵", no_args_is_help=True)

    @keys.callback()
    def several() -> None:
        """Keeps `rotate` a command of its own, though it is the only one."""

    @keys.command("rotate")
    def rotate() -> None:
        """前の鍵で暗号化した保存データを、先頭の鍵（YORISOI_SECRET_KEY）で暗号化し直します。"""
        with line.records("keys rotate") as application:
            done = rotate_keys(application.session_factory, application.cipher)
        say(f"{done.renewed:,} 件を暗号化し直しました（先頭の鍵のものは {done.current:,} 件）。")
        if done.unreadable:
            say(
                f"{done.unreadable:,} 件は、どの鍵でも復号できないので、そのままです。"
                "前の鍵を YORISOI_SECRET_KEY の後ろに加えて、もう一度実行してください。"
            )
            raise typer.Exit(1)
        say("前の鍵は、YORISOI_SECRET_KEY から外せます。")

    return keys
