"""`yorisoi ingest` and `yorisoi reindex`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from app.cli_console import ingest_progress, out, say
from app.cli_jsonl import to_line
from app.cli_options import chosen_audience, chosen_level
from app.cli_state import CommandLine
from app.knowledge.report import IngestOptions, IngestReport, Outcome

_MAX_UNCHANGED_ROWS = 20


def add_commands(cli: typer.Typer, line: CommandLine) -> None:
    @cli.command("ingest")
    def ingest(
        paths: Annotated[
            list[Path], typer.Argument(metavar="パス...", help="文書のファイルかフォルダー")
        ],
        audience: Annotated[
            str | None,
            typer.Option(
                "--audience",
                metavar="public|staff",
                help="だれが見てよい文書か（文書の指定より優先）",
            ),
        ] = None,
        level: Annotated[
            str | None,
            typer.Option("--level", metavar="L1|L2", help="機密性（文書の指定より優先）"),
        ] = None,
        activate: Annotated[
            bool, typer.Option("--activate", help="品質や不正な命令の指摘があっても公開する")
        ] = False,
        sync: Annotated[
            bool, typer.Option("--sync", help="フォルダーからなくなった文書を取り下げる")
        ] = False,
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="何も変えず、どうなるかだけを示す")
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help="結果を JSON で標準出力へ")] = False,
    ) -> None:
        """文書を取り込みます（同じものは作り直しません）。"""
        options = IngestOptions(
            audience=chosen_audience(audience),
            level=chosen_level(level),
            activate=activate,
            sync=sync,
            dry_run=dry_run,
        )
        report = _ingest(line, paths, options)
        if as_json:
            typer.echo(to_line(report.as_json()), nl=False)
        else:
            show_report(report)
        if not report.has_success:
            raise typer.Exit(1)

    @cli.command("reindex")
    def reindex() -> None:
        """保存してある文書から索引を作り直します（埋め込みモデルを替えたとき）。"""
        with line.store("reindex") as application, ingest_progress() as on_progress:
            report = application.knowledge.reindex(on_progress)
        say(
            f"索引を作り直しました: {report.documents:,}文書、{report.chunks:,}断片"
            f"（新しく埋め込んだもの {report.embedded:,}）"
        )


def _ingest(line: CommandLine, paths: list[Path], options: IngestOptions) -> IngestReport:
    # A dry run reads the database alone, so it may be made while the server holds the store.
    opened = line.records("ingest") if options.dry_run else line.store("ingest")
    with opened as application, ingest_progress() as on_progress:
        return application.knowledge.ingest(paths, options, on_progress)


def show_report(report: IngestReport) -> None:
    """A table for people: everything that changed or needs them; unchanged ones if few."""
    console = out()
    shows_all = report.totals[Outcome.UNCHANGED] <= _MAX_UNCHANGED_ROWS
    rows = [each for each in report.documents if shows_all or each.status != Outcome.UNCHANGED]
    if rows:
        table = Table("状態", "ファイル", "題名", "ページ", "断片", "新規埋め込み", "理由")
        for each in rows:
            figures = (str(n) if n else "" for n in (each.pages, each.chunks, each.embedded))
            table.add_row(each.status.label, each.path, each.title, *figures, each.reason)
        console.print(table)
    counts = "、".join(
        f"{status.label} {report.totals[status]:,}" for status in Outcome if report.totals[status]
    )
    if not report.documents:
        console.print("取り込める文書がありませんでした。パスと形式を確かめてください。")
        return
    prefix = "（試行。何も変えていません）" if report.is_dry_run else ""
    console.print(
        f"{prefix}{counts}　断片 {report.totals['chunks']:,}"
        f"（新規埋め込み {report.totals['embedded']:,}、再利用 {report.totals['reused']:,}）"
        f"　{report.seconds:.1f}秒"
    )
