"""Every failure as one Japanese line on stderr and an exit status; never a traceback."""

import os
import re
import sys
import traceback
from typing import Any

import typer
from sqlalchemy.exc import DBAPIError

from app.cli_console import say_error
from app.db import unavailable
from app.errors import YorisoiError
from ingest.errors import BadPathError, IngestError
from rag.errors import LicenceNotAcceptedError, RagError, UnknownModelError

BAD_INPUT = 2
FAILURE = 1
INTERRUPTED = 130


def report(error: BaseException, *, is_debug: bool) -> int:
    """Say what went wrong; returns the exit status."""
    if is_debug:
        traceback.print_exception(error, file=sys.stderr)
    message, status = explain(error)
    if message:
        say_error(message)
    return status


def explain(error: BaseException) -> tuple[str, int]:
    """The Japanese sentence of an error, and the exit status it means."""
    match error:
        case YorisoiError():
            return error.message, error.exit_code
        case IngestError():
            return error.message, BAD_INPUT if isinstance(error, BadPathError) else FAILURE
        case RagError():
            is_input = isinstance(error, UnknownModelError | LicenceNotAcceptedError)
            return str(error), BAD_INPUT if is_input else FAILURE
        case typer.TyperException():
            return _explain_usage(error), BAD_INPUT
        case typer.Abort() | KeyboardInterrupt():
            return "中断しました。", INTERRUPTED
    return _explain_unexpected(error), FAILURE


def _explain_unexpected(error: BaseException) -> str:
    translated = unavailable(error) if isinstance(error, DBAPIError) else None
    if translated is not None:
        return f"{translated.message}。"
    return f"予期しないエラーが起きました（{type(error).__name__}）。--debug で詳細を表示します。"


def drop_stdout() -> None:
    """Whoever read our output has gone: let the interpreter's last flush go nowhere, quietly."""
    descriptor = os.open(os.devnull, os.O_WRONLY)
    os.dup2(descriptor, sys.stdout.fileno())


def _explain_usage(error: Any) -> str:
    """Typer's own messages are English; the exception's class and fields say the same."""
    name = type(error).__name__
    parameter = _parameter_name(error)
    option = getattr(error, "option_name", "")
    messages = {
        "NoSuchOption": f"オプション {option} はありません。",
        "MissingParameter": f"{parameter} を指定してください。",
        "BadOptionUsage": f"オプション {option} の使い方が正しくありません。",
        "BadArgumentUsage": "引数の数が正しくありません。",
        "BadParameter": f"{parameter} の値が正しくありません。",
        "NoArgsIsHelpError": "",
    }
    if name in messages:
        message = messages[name]
    elif "No such command" in error.message:
        message = f"コマンド {_quoted(error.message)} はありません。"
    elif "Missing command" in error.message:
        message = "コマンドを指定してください。"
    elif "extra argument" in error.message:
        message = f"余分な引数 {_quoted(error.message)} があります。"
    else:
        message = "コマンドの使い方が正しくありません。"
    return (
        f"{message}`{_command_path(error)} --help` で使い方を確かめてください。" if message else ""
    )


def _parameter_name(error: Any) -> str:
    parameter = getattr(error, "param", None)
    if parameter is None:
        return "引数"
    long_names = [name for name in getattr(parameter, "opts", []) if name.startswith("--")]
    return long_names[0] if long_names else str(parameter.metavar or parameter.name).upper()


def _quoted(message: str) -> str:
    """What Typer put in quotes, or in brackets at the end."""
    match = re.search(r"'(.+)'", message) or re.search(r"\(([^()]*)\)$", message)
    return match[1] if match else ""


def _command_path(error: Any) -> str:
    context = getattr(error, "ctx", None)
    return context.command_path if context is not None else "yorisoi"
