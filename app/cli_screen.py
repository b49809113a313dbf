"""`yorisoi screen`: is a text an attack on the language model?"""

import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.table import Table

from app.cli_console import out, say
from app.cli_jsonl import respond_to_lines, text_field
from app.cli_state import CommandLine
from app.errors import BadInputError
from app.screening import Screening
from guardrails.injection import ScreenVerdict, Source
from rag.errors import RagError

MAX_USER_CHARS = 8_000
_SOURCES: Mapping[str, Source] = {"user": "user", "document": "document"}
_LABELS = {"allow": "通す", "block": "止める"}


def add_commands(cli: typer.Typer, line: CommandLine) -> None:
    @cli.command("screen")
    def screen(
        text: Annotated[
            str | None,
            typer.Argument(metavar="文", help="調べる文（--jsonl のときは要りません）"),
        ] = None,
        source: Annotated[
            str,
            typer.Option("--source", metavar="user|document", help="質問か、文書の中身か"),
        ] = "user",
        jsonl: Annotated[
            bool,
            typer.Option(
                "--jsonl", help='標準入力の {"id","text","source"} を1行ずつ読み、1行ずつ返す'
            ),
        ] = False,
    ) -> None:
        """AIへの不正な命令（プロンプトインジェクション）が文にあるかを調べます。"""
        if jsonl == (text is not None):
            raise BadInputError(
                "調べる文を指定してください。標準入力から読むときは --jsonl だけを付けてください。"
            )
        judge = _prepared(line.screen())
        if jsonl:
            respond_to_lines(
                sys.stdin.buffer,
                sys.stdout.buffer,
                lambda record: _as_json(_screened(judge, record, source)),
            )
        else:
            _show(_judged(judge, text or "", source))


def _prepared(screen: Screening) -> Screening:
    try:
        screen.warm_up()
    except RagError as error:
        say(f"{error} それまでは、字句だけの弱い判定をします。")
    return screen


def _screened(screen: Screening, record: Mapping[str, Any], default: str) -> ScreenVerdict:
    source = text_field(record, "source") if record.get("source") is not None else default
    return _judged(screen, text_field(record, "text"), source)


def _judged(screen: Screening, text: str, source: str) -> ScreenVerdict:
    if source not in _SOURCES:
        raise BadInputError("source は user か document で指定してください。")
    if source == "user" and len(text) > MAX_USER_CHARS:
        raise BadInputError(
            f"文が長すぎます（{len(text):,}文字）。"
            f"質問は{MAX_USER_CHARS:,}文字までです。文書は source を document にしてください。"
        )
    return screen.screen(text, _SOURCES[source])


def _as_json(verdict: ScreenVerdict) -> dict[str, Any]:
    return {"verdict": verdict.verdict, "rule": verdict.rule}


def _show(verdict: ScreenVerdict) -> None:
    table = Table("判定", "規則", "理由")
    table.add_row(_LABELS[verdict.verdict], verdict.rule, verdict.reason)
    out().print(table)
