"""`yorisoi models`: which models there are, and pulling them."""

from typing import Annotated

import typer
from rich.table import Table

from app.cli_console import out, pull_progress, say
from app.cli_state import CommandLine
from rag.models import list_models, pull


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
    ) -> None:
        """モデルを取得します（途中からの再開と、ハッシュの確認つき）。"""
        settings = line.settings()
        with pull_progress() as on_progress:
            place = pull(
                name or settings.embedding_model,
                settings.models_dir,
                on_progress=on_progress,
                hub_url=settings.model_hub_url,
            )
        say(f"取得済みです: {place}")

    return models
