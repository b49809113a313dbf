"""`yorisoi mask`: personal data and marks in a text. No store, no secret, no language model."""

import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.table import Table

from app.cli_console import out
from app.cli_jsonl import respond_to_lines, text_field
from app.cli_state import CommandLine
from app.errors import BadInputError
from app.personal_data import InstallationAnalyzer
from guardrails.classification import Level, classify, highest
from guardrails.pii.conflicts import resolve
from guardrails.pii.placeholders import LABELS
from guardrails.pii.vault import PlaceholderVault
from guardrails.verdict import Finding, FindingType

MAX_CHARACTERS = 20_000  # some 15 seconds of reading words

_MARK = "機密の標記"


def add_commands(cli: typer.Typer, line: CommandLine) -> None:
    @cli.command("mask")
    def mask_text(
        text: Annotated[
            str | None,
            typer.Argument(metavar="文章", help="伏せる文章（なければ標準入力から読む）"),
        ] = None,
        jsonl: Annotated[
            bool,
            typer.Option("--jsonl", help='標準入力の {"id","text"} を1行ずつ読み、1行ずつ返す'),
        ] = False,
    ) -> None:
        """個人情報を〔氏名1〕のような記号に置き換え、機密の標記を知らせます。"""
        if jsonl and text is not None:
            raise BadInputError("文章と --jsonl は、どちらか一方だけにしてください。")
        analyzer = InstallationAnalyzer(line.settings().data_dir)
        if jsonl:
            analyzer.analyze("準備")  # loading must not count as time of the first line
            respond_to_lines(
                sys.stdin.buffer, sys.stdout.buffer, lambda record: _respond(analyzer, record)
            )
        else:
            _show(analyzer, sys.stdin.read() if text is None else text)


def _respond(analyzer: InstallationAnalyzer, record: Mapping[str, Any]) -> dict[str, Any]:
    text = text_field(record, "text")
    findings, level = _read(analyzer, text)
    return {
        "masked": PlaceholderVault().mask(text, findings),
        "findings": [
            {
                "type": str(finding.type),
                "start": finding.start,
                "end": finding.end,
                "score": finding.score,
            }
            for finding in findings
        ],
        "level": level,
    }


def _read(analyzer: InstallationAnalyzer, text: str) -> tuple[list[Finding], str]:
    """All findings, and the level of the text before it is masked. Raises BadInputError."""
    if len(text) > MAX_CHARACTERS:
        raise BadInputError(
            f"文章が長すぎます（{len(text):,}文字）。"
            f"{MAX_CHARACTERS:,}文字以内に分けて入力してください。"
        )
    personal = analyzer.analyze(text)
    found = classify(text, "document")
    level = highest(found.level, Level.L3) if personal else found.level
    return resolve([*personal, *found.marks]), str(level)


def _show(analyzer: InstallationAnalyzer, text: str) -> None:
    findings, level = _read(analyzer, text)
    console = out()
    console.print(PlaceholderVault().mask(text, findings))
    console.print()
    if findings:
        table = Table("種類", "位置", "確からしさ", "理由")
        for finding in findings:
            name = LABELS.get(FindingType(finding.type), _MARK)
            place = f"{finding.start + 1}〜{finding.end}文字目"
            table.add_row(name, place, f"{finding.score:.2f}", finding.reason)
        console.print(table)
    else:
        console.print("個人情報も機密の標記も見つかりませんでした。")
    console.print(f"機密性（伏せる前）: {level}")
