"""`yorisoi providers`: the registry from the command line."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from app.clock import TOKYO, Clock
from app.governance.provider import ContractType, Provider, TrainingUse
from app.governance.service import ProviderService, parse_choice, parse_date
from guardrails.classification import Level

OpenRegistry = Callable[[], AbstractContextManager[tuple[ProviderService, Clock]]]
"""Opens the registry in one transaction, committed when the block ends well."""

NameArgument = Annotated[str, typer.Argument(metavar="名前", help="提供者の名前")]
ByOption = Annotated[str, typer.Option("--by", metavar="氏名", help="操作した人（履歴に残ります）")]


def providers_app(open_registry: OpenRegistry) -> typer.Typer:
    """The sub-application; `open_registry` comes from `app.bootstrap`."""
    providers = typer.Typer(
        name="providers", help="生成AIの提供者を登録・承認・停止する", no_args_is_help=True
    )

    @providers.command("list")
    def show_list() -> None:
        """提供者の一覧と、使えるかどうかを表示します。"""
        names = ("名前", "契約", "学習利用", "国", "上限", "証拠の期限", "状態")
        table = Table(*(Column(name, overflow="fold") for name in names))
        with open_registry() as (registry, clock):
            today = clock().astimezone(TOKYO).date()
            for each in registry.providers():
                table.add_row(
                    each.name,
                    each.contract_type,
                    each.training_use.label,
                    each.region,
                    each.cap,
                    str(each.evidence_expires_on or ""),
                    each.lapse(today) or "使えます",
                )
        Console().print(table)

    @providers.command("add")
    def add(
        name: NameArgument,
        contract: Annotated[str, typer.Option(help="定型約款、個別契約、庁内")],
        by: ByOption,
        training: Annotated[str, typer.Option(help="no、opt_out、yes、unknown")] = "unknown",
        region: Annotated[str, typer.Option(help="処理する国（2文字）")] = "JP",
        max_level: Annotated[str, typer.Option("--max-level", help="L1、L2、L3")] = "L1",
        evidence: Annotated[str, typer.Option(help="契約の条項など")] = "",
        evidence_on: Annotated[str, typer.Option("--evidence-on", help="確かめた日")] = "",
        evidence_until: Annotated[str, typer.Option("--evidence-until", help="証拠の期限")] = "",
    ) -> None:
        """提供者を登録します。承認するまでは使いません。"""
        provider = Provider(
            name=name,
            contract_type=parse_choice("contract", ContractType, contract),
            training_use=parse_choice("training", TrainingUse, training),
            region=region.upper(),
            max_level=parse_choice("max_level", Level, max_level),
            evidence_reference=evidence,
            evidence_on=parse_date("evidence_on", evidence_on),
            evidence_expires_on=parse_date("evidence_until", evidence_until),
        )
        with open_registry() as (registry, _clock):
            registry.add(provider, by=by)
        typer.echo(f"「{name}」を登録しました。承認するまでは使いません。")

    _add_decisions(providers, open_registry)
    return providers


def _add_decisions(providers: typer.Typer, open_registry: OpenRegistry) -> None:
    @providers.command("approve")
    def approve(name: NameArgument, by: ByOption) -> None:
        """内容を確かめた提供者を、使えるようにします。"""
        with open_registry() as (registry, _clock):
            registry.approve(name, by=by)
        typer.echo(f"「{name}」を承認しました。")

    @providers.command("disable")
    def disable(name: NameArgument, by: ByOption) -> None:
        """提供者を停止します。"""
        with open_registry() as (registry, _clock):
            registry.disable(name, by=by)
        typer.echo(f"「{name}」を停止しました。")
