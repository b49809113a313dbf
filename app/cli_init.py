"""`yorisoi init`: from the demo city to a real municipality."""

from typing import Annotated

import typer
from pydantic import ValidationError

from app.cli_console import say
from app.cli_state import CommandLine
from app.errors import BadInputError
from app.installation import FILE_NAME, Desk, Installation, save_installation

_DEFAULT_HOURS = "平日 8:30〜17:15"


def add_commands(cli: typer.Typer, line: CommandLine) -> None:
    @cli.command("init")
    def init(
        name: Annotated[str | None, typer.Option("--name", help="自治体名")] = None,
        phone: Annotated[str | None, typer.Option("--phone", help="代表電話")] = None,
        hours: Annotated[str | None, typer.Option("--hours", help="開庁時間")] = None,
        desk: Annotated[
            list[str] | None,
            typer.Option("--desk", metavar="部署,電話,時間", help="案内する部署（くり返し可）"),
        ] = None,
        force: Annotated[
            bool, typer.Option("--force", help="すでにある設定を、尋ねずに置き換える")
        ] = False,
    ) -> None:
        """実際の自治体の環境にします（架空のデモ文書は使わなくなります）。"""
        data_dir = line.settings().data_dir
        if (data_dir / FILE_NAME).exists() and not force:
            typer.confirm("この環境の設定はすでにあります。置き換えますか", abort=True, err=True)
        is_asked = name is None
        installation = _checked(
            municipality=name or _ask("自治体名"),
            phone=_ask("代表電話") if is_asked and phone is None else phone or "",
            hours=_ask("開庁時間", _DEFAULT_HOURS) if is_asked and hours is None else hours or "",
            desks=_ask_desks() if is_asked and not desk else [_desk(text) for text in desk or []],
        )
        path = save_installation(data_dir, installation)
        say(f"{installation.municipality} の環境にしました: {path}")
        say("次は、文書を `yorisoi ingest フォルダー` で取り込んでください。")


def _ask(label: str, default: str | None = None) -> str:
    answer: str = typer.prompt(label, default=default, err=True)
    return answer


def _ask_desks() -> list[Desk]:
    desks: list[Desk] = []
    while name := _ask("案内する部署（終わるときは何も入れずに Enter）", ""):
        desks.append(
            Desk(name=name, phone=_ask("  電話"), hours=_ask("  受付時間", _DEFAULT_HOURS))
        )
    return desks


def _desk(text: str) -> Desk:
    parts = [part.strip() for part in text.replace("、", ",").split(",", 2)]
    name, phone, hours = (*parts, "", "")[:3]
    try:
        return Desk(name=name, phone=phone, hours=hours)
    except ValidationError as error:
        raise BadInputError(
            f"--desk「{text}」が正しくありません。「部署,電話,時間」の形で指定してください。"
        ) from error


def _checked(*, municipality: str, phone: str, hours: str, desks: list[Desk]) -> Installation:
    try:
        return Installation(
            municipality=municipality, phone=phone, hours=hours, desks=tuple(desks), demo=False
        )
    except ValidationError as error:
        labels = {"municipality": "自治体名", "phone": "代表電話", "hours": "開庁時間"}
        field = labels.get(str(error.errors()[0]["loc"][0]), "部署")
        raise BadInputError(f"{field}が空か、長すぎます。入れ直してください。") from error
