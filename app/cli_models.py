"""`yorisoi models`: which models there are, and pulling them."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from app.cli_console import out, pull_progress, say
from app.cli_state import CommandLine
from rag.models import ModelSpec, find_spec, is_ready, list_models, pull


def models_app(line: CommandLine) -> typer.Typer:
    models = typer.Typer(name="models", help="モデルの一覧と取得", no_args_is_help=True)

    @models.command("list")
    def show_list() -> None:
        """使えるモデルと、この機械にあるかどうかを表示します。"""
        table = Table("名前", "種類", "説明", "ライセンス", "大きさ", "状態")
        kinds = {"embedder": "検索", "llm": "文章生成"}
        for model in list_models(line.settings().models_dir):
            table.add_row(
                model.name,
                kinds[model.kind],
                model.title,
                model.licence,
                f"{model.size_bytes / 1e6:,.0f} MB",
                model.state.label,
            )
        out().print(table)

    @models.command("pull")
    def pull_model(
        name: Annotated[
            str | None,
            typer.Argument(metavar="名前", help="モデルの名前（省くと検索の標準モデル）"),
        ] = None,
        accept_licence: Annotated[
            bool,
            typer.Option(
                "--accept-licence", help="モデルの利用規約に同意する（同意の要るモデルだけ）"
            ),
        ] = False,
    ) -> None:
        """モデルを取得します（途中からの再開と、ハッシュの確認つき）。"""
        settings = line.settings()
        spec = find_spec(name or settings.embedding_model)
        accepted = accept_licence or _ask_for_acceptance(spec, settings.models_dir)
        with pull_progress() as on_progress:
            place = pull(
                spec.name,
                settings.models_dir,
                on_progress=on_progress,
                accepts_licence=accepted,
                hub_url=settings.model_hub_url,
            )
        say(f"取得済みです: {place}")

    return models


def _ask_for_acceptance(spec: ModelSpec, models_dir: Path) -> bool:
    """Whether a person at a terminal says yes; a script must give the option instead."""
    if not spec.must_accept or is_ready(spec, models_dir) or not sys.stdin.isatty():
        return False
    say(f"{spec.name} のライセンス: {spec.licence}")
    say(f"{spec.notice or ''}")
    return typer.confirm("規約を読み、同意しますか", default=False, err=True)
