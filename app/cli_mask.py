"""`yorisoi mask`: personal data and marks in a text. No store, no secret, no language model."""

import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated, Any

import typer
from rich.table import Table

from app.cli_console import out
from app.cli_jsonl import respond_to_lines, text_field
from app.cli_state import CommandLine
from app.errors import BadInputError
from guardrails.pii.analyzer import PiiAnalyzer
from guardrails.pii.conflicts import resolve
from guardrails.pii.masking import LABELS, mask
from guardrails.policy import PolicyError, load_policy
from guardrails.verdict import Finding, FindingType

POLICY_NAME = "guardrails.yaml"
MAX_CHARACTERS = 20_000  # some 15 seconds of reading words

_MARK = "機密の標記"
_PERSONAL, _PUBLIC = "L3", "L1"


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
        analyzer = _analyzer(line)
        if jsonl:
            analyzer.analyze("準備")  # reading the model must not count as time of the first line
            respond_to_lines(
                sys.stdin.buffer, sys.stdout.buffer, lambda record: _respond(analyzer, record)
            )
        else:
            _show(analyzer, sys.stdin.read() if text is None else text)


def _analyzer(line: CommandLine) -> PiiAnalyzer:
    try:
        policy = load_policy(line.settings().data_dir / POLICY_NAME)
    except PolicyError as error:
        raise BadInputError(str(error)) from error
    return PiiAnalyzer(policy, _words())


def _words() -> Any:
    # SEAM: `from guardrails.pii.nlp import GinzaNlpEngine` at the top as soon as it is merged.
    if find_spec("guardrails.pii.nlp") is None:
        return None
    return import_module("guardrails.pii.nlp").GinzaNlpEngine()


def _marks(text: str) -> tuple[str, tuple[Finding, ...]]:
    """The level that marks give the text, and the marks."""
    # SEAM: `from guardrails.classification import classify` at the top as soon as it is merged.
    if find_spec("guardrails.classification") is None:
        return _PUBLIC, ()
    found = import_module("guardrails.classification").classify(text, "document")
    return str(found.level), found.marks


def _respond(analyzer: PiiAnalyzer, record: Mapping[str, Any]) -> dict[str, Any]:
    text = text_field(record, "text")
    findings, level = _read(analyzer, text)
    return {
        "masked": mask(text, findings).text,
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


def _read(analyzer: PiiAnalyzer, text: str) -> tuple[list[Finding], str]:
    """All findings, and the level of the text before it is masked. Raises BadInputError."""
    if len(text) > MAX_CHARACTERS:
        raise BadInputError(
            f"文章が長すぎます（{len(text):,}文字）。"
            f"{MAX_CHARACTERS:,}文字以内に分けて入力してください。"
        )
    personal = analyzer.analyze(text)
    level, marks = _marks(text)
    return resolve([*personal, *marks]), max(level, _PERSONAL) if personal else level


def _show(analyzer: PiiAnalyzer, text: str) -> None:
    findings, level = _read(analyzer, text)
    console = out()
    console.print(mask(text, findings).text)
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
