"""Writes what can be told from the code: .env.example, docs/settings.md and docs/cli.md.

`make docs` runs it; tests/unit/test_docs.py fails while a page is not what this would write.
"""

import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import typer
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from app.cli import make_cli
from app.cli_state import CommandLine
from app.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
_MADE = "<!-- `make docs` が作ります。直すのは {} です。 -->"
_DEFAULTS_OF_A_MACHINE = {
    "models_dir": "~/.local/share/yorisoi/models",
    "corpus_dir": "同梱の corpus/",
}


def pages() -> dict[Path, str]:
    """Each page that is made, with what should stand in it."""
    return {
        ROOT / ".env.example": env_example(),
        ROOT / "docs" / "settings.md": settings_page(),
        ROOT / "docs" / "cli.md": cli_page(),
    }


def env_example() -> str:
    lines = [
        "# よりそいの設定。.env という名前で写し、変えるものだけ # を外します（環境変数が優先）。",
        "# このファイルは make docs が作ります。",
    ]
    for name, field in Settings.model_fields.items():
        default = "" if name in _DEFAULTS_OF_A_MACHINE else _default(name, field)
        lines += ["", f"# {field.description}", f"# {_variable(name)}={default}"]
    return "\n".join(lines) + "\n"


def settings_page() -> str:
    rows = [
        f"| `{_variable(name)}` | {_shown(_default(name, field))} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(
        [
            "# 設定",
            "",
            _MADE.format("app/settings.py"),
            "",
            "環境変数か、起動するフォルダーの `.env` に書きます。両方にあれば環境変数が優先です。",
            "`.env.example` を写して始められます。変えたあとは、起動し直してください。",
            "",
            "| 変数 | 既定 | 意味 |",
            "|---|---|---|",
            *rows,
            "",
            "秘密（`YORISOI_SECRET_KEY` と、パスワードを含む `YORISOI_DATABASE_URL`）は、",
            "ほかの利用者が読めない `.env`（`chmod 600 .env`）か、サービスの環境変数に書きます。",
            "",
        ]
    )


def cli_page() -> str:
    cli = typer.main.get_command(make_cli(CommandLine(), ["eval", "bench"]))
    lines = [
        "# コマンド",
        "",
        _MADE.format("app/cli*.py と evals/cli.py"),
        "",
        "`.venv/bin/yorisoi コマンド` で使います。`--help` はどのコマンドにもあります。",
        "終了コードは、成功 0、失敗 1、入力の誤り 2 です。エラーは標準エラー出力に一行で出ます。",
        "",
        "どのコマンドにも付けられるもの:",
        "",
        *_parameters(cli),
    ]
    for path, command in _commands(cli, "yorisoi"):
        lines += ["", f"## {path}", "", _text(command.help), "", f"`{_usage(path, command)}`"]
        if table := _parameters(command):
            lines += ["", *table]
    return "\n".join(lines) + "\n"


def _variable(name: str) -> str:
    return f"YORISOI_{name.upper()}"


def _default(name: str, field: FieldInfo) -> str:
    if name in _DEFAULTS_OF_A_MACHINE:
        return _DEFAULTS_OF_A_MACHINE[name]
    if field.default in {None, PydanticUndefined} or isinstance(field.default, SecretStr):
        return ""
    return str(field.default).lower() if isinstance(field.default, bool) else str(field.default)


def _shown(default: str) -> str:
    return f"`{default}`" if default.isascii() and default else default or "（なし）"


def _commands(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if getattr(command, "commands", None):
            yield from _commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def _usage(path: str, command: Any) -> str:
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    has_options = len(arguments) < len(command.params)
    names = [_argument(each) for each in arguments]
    return " ".join([path, *(["[オプション]"] if has_options else []), *names])


def _argument(argument: Any) -> str:
    name = (argument.metavar or argument.name.upper()).strip("[].")
    many = "…" if argument.nargs == -1 else ""
    return f"{name}{many}" if argument.required else f"[{name}{many}]"


def _parameters(command: Any) -> list[str]:
    rows = [
        f"| {_name(each)} | {_text(each.help)}{_note(each)} |"
        for each in command.params
        if not getattr(each, "hidden", False)
    ]
    return ["| 引数・オプション | 意味 |", "|---|---|", *rows] if rows else []


def _name(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{_argument(parameter)}`"
    names = " / ".join(f"`{name}`" for name in [*parameter.opts, *parameter.secondary_opts])
    if parameter.is_flag:
        return names
    return f"{names} {_escape(parameter.metavar or _choices(parameter) or '値')}"


def _choices(parameter: Any) -> str:
    annotation = parameter.type_descriptor.annotation
    is_choice = isinstance(annotation, type) and issubclass(annotation, Enum)
    return "|".join(str(each.value) for each in annotation) if is_choice else ""


def _note(parameter: Any) -> str:
    default = parameter.default
    if parameter.required and parameter.param_type_name == "option":
        return "（必須）"
    if default is None or callable(default) or default in ([], (), False, True):
        return ""
    shown = default.value if isinstance(default, Enum) else default
    return f"（既定 {_escape(str(shown))}）"


def _text(help_text: str | None) -> str:
    """One paragraph; Japanese lines join without a space."""
    joined = re.sub(r"(?<=[^\x00-\x7f])\s*\n\s*(?=[^\x00-\x7f])", "", (help_text or "").strip())
    return _escape(" ".join(joined.split()))


def _escape(text: str) -> str:
    return text.replace("|", r"\|")


if __name__ == "__main__":
    for page, content in pages().items():
        page.write_text(content, encoding="utf-8")
