"""`yorisoi`: the command line. Commands live in `app/cli_*.py`, by topic."""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer
from typer import rich_utils

from app import cli_ingest, cli_init, cli_mask, cli_questions, cli_screen, cli_serve
from app.accounts.cli import users_app
from app.bootstrap import Overrides
from app.cli_console import use_utf8
from app.cli_errors import INTERRUPTED, drop_stdout, report
from app.cli_jsonl import ReaderGoneError
from app.cli_keys import keys_app
from app.cli_models import models_app
from app.cli_state import CommandLine
from app.governance.cli import providers_app

_EVALUATION_COMMANDS = frozenset({"eval", "bench"})
_VALUE_OPTIONS = ("--data-dir",)
_FLAG_OPTIONS = ("--debug",)
_CONTEXT: Mapping[str, Any] = {"help_option_names": ["--help", "-h"]}


def main(argv: Sequence[str] | None = None, overrides: Overrides | None = None) -> int:
    """Run a command; returns the exit status."""
    use_utf8()
    arguments = global_options_first(list(sys.argv[1:] if argv is None else argv))
    line = CommandLine(overrides or Overrides())
    try:
        command = typer.main.get_command(make_cli(line, arguments))
        _translate_help(command)
        status = command.main(arguments or ["--help"], prog_name="yorisoi", standalone_mode=False)
        sys.stdout.flush()
    except (BrokenPipeError, ReaderGoneError):
        drop_stdout()
        return 0
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the edge of the process
        return report(error, is_debug=line.is_debug)
    if status == INTERRUPTED:
        return report(KeyboardInterrupt(), is_debug=False)
    return status if isinstance(status, int) else 0


def make_cli(line: CommandLine, arguments: Sequence[str] = ()) -> typer.Typer:
    """The command line, bound to `line`; `arguments` tell whether evaluations are asked for."""
    _speak_japanese()
    cli = typer.Typer(
        name="yorisoi",
        help="自治体のための相談・検索アシスタント「よりそい」",
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings=dict(_CONTEXT),
    )

    @cli.callback()
    def set_up(
        data_dir: Annotated[
            Path | None,
            # Whether it can be read is told with a reason where it is opened.
            typer.Option(
                "--data-dir", metavar="フォルダー", readable=False, help="データフォルダー"
            ),
        ] = None,
        debug: Annotated[
            bool, typer.Option("--debug", help="予期しないエラーの詳細を出す")
        ] = False,
        show_version: Annotated[
            bool, typer.Option("--version", is_eager=True, callback=_print_version, help="版を表示")
        ] = False,
    ) -> None:
        del show_version
        line.data_dir = data_dir
        line.is_debug = debug
        line.quieten()

    for topic in (cli_ingest, cli_questions, cli_mask, cli_screen, cli_serve, cli_init):
        topic.add_commands(cli, line)
    cli.add_typer(models_app(line))
    cli.add_typer(keys_app(line))
    cli.add_typer(users_app(lambda: line.accounts("users")))
    cli.add_typer(providers_app(lambda: line.providers("providers")))
    _mount_evaluations(cli, arguments)
    return cli


def global_options_first(arguments: list[str]) -> list[str]:
    """`--data-dir` and `--debug` may stand anywhere; Typer wants them before the command."""
    front: list[str] = []
    rest: list[str] = []
    remaining = iter(arguments)
    for argument in remaining:
        if argument == "--":
            rest += [argument, *remaining]
        elif argument in _VALUE_OPTIONS:
            front += [argument, *[value for value in [next(remaining, None)] if value is not None]]
        elif argument.startswith(tuple(f"{name}=" for name in _VALUE_OPTIONS)):
            front.append(argument)
        else:
            (front if argument in _FLAG_OPTIONS else rest).append(argument)
    return [*front, *rest]


def installed_version() -> str:
    try:
        return version("yorisoi")
    except PackageNotFoundError:
        return "開発版"


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"yorisoi {installed_version()}")
        raise typer.Exit


def _mount_evaluations(cli: typer.Typer, arguments: Sequence[str]) -> None:
    """`eval` and `bench` come from `evals`, which is not part of every installation."""
    is_asked = not _EVALUATION_COMMANDS.isdisjoint(arguments) or "--help" in arguments
    if is_asked and find_spec("evals") and find_spec("evals.cli"):
        evaluations: typer.Typer = import_module("evals.cli").app
        cli.registered_commands += evaluations.registered_commands
        cli.registered_groups += evaluations.registered_groups


def _speak_japanese() -> None:
    """Typer's own headings on help pages."""
    rich_utils.ARGUMENTS_PANEL_TITLE = "引数"
    rich_utils.OPTIONS_PANEL_TITLE = "オプション"
    rich_utils.COMMANDS_PANEL_TITLE = "コマンド"
    rich_utils.DEFAULT_STRING = "[既定: {}]"
    rich_utils.REQUIRED_LONG_STRING = "[必須]"


def _translate_help(command: Any) -> None:
    """`--help` itself, of every command: Typer makes the option when it is first asked for."""
    command.get_help_option(typer.Context(command, **_CONTEXT)).help = "この使い方を表示"
    for each in getattr(command, "commands", {}).values():
        _translate_help(each)


if __name__ == "__main__":
    sys.exit(main())
