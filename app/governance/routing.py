"""Which provider may see a question. Closed by default: what cannot be shown to be allowed is not.

Every decision explains itself in one Japanese sentence, which is kept with the answer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from app.clock import TOKYO, Clock
from app.fault import describe_fault
from app.governance.provider import JAPAN, ContractType, Provider, TrainingUse
from guardrails.classification import Level

logger = logging.getLogger(__name__)

ForeignRegion = Literal["block", "mask_only", "allow"]
STAFF_ANSWER = "staff_answer"
_QUOTES = "資料の抜粋で答えます"


@dataclass(frozen=True)
class Route:
    """`provider` None: no model may see it. `reason`: one Japanese sentence, for people."""

    provider: Provider | None
    reason: str
    level: Level = Level.L1
    purpose: str = STAFF_ANSWER

    @property
    def is_open(self) -> bool:
        return self.provider is not None


class Router:
    """`providers`: the registry. `usable`: names of those that this process can reach, the
    preferred first. `masks`: whether personal data is masked before anything is sent.
    """

    def __init__(
        self,
        providers: Callable[[], Sequence[Provider]],
        usable: Callable[[], Sequence[str]],
        clock: Clock,
        *,
        foreign_region: ForeignRegion = "block",
        masks: bool = False,
    ) -> None:
        self._providers = providers
        self._usable = usable
        self._clock = clock
        self._foreign_region = foreign_region
        self._masks = masks

    def choose(
        self, level: str, has_personal_data: bool = False, purpose: str = STAFF_ANSWER
    ) -> Route:
        """`level`: the highest of what was chosen, found and used, personal data left aside: that
        makes it L3 before masking and L2 after. Never raises: what fails is not allowed.
        """
        try:
            return self._choose(Level(level), purpose, has_personal_data=has_personal_data)
        except Exception as error:  # noqa: BLE001 - a guard that fails closes the gate
            logger.critical("no route: %s", describe_fault(error))
            reason = f"生成AIに渡してよいかを確かめられなかったため、{_QUOTES}。"
            return Route(None, reason, Level.L4, purpose)

    def _choose(self, given: Level, purpose: str, *, has_personal_data: bool) -> Route:
        personal = Level.L2 if self._masks else Level.L3
        level = max(given, personal) if has_personal_data else given
        if level is Level.L4:
            return Route(
                None, f"機密性L4の内容はどの生成AIにも渡さないため、{_QUOTES}。", level, purpose
            )
        registered = {provider.name: provider for provider in self._providers()}
        refusals: list[str] = []
        for name in self._usable():
            provider = registered.get(name)
            if provider is None:
                refusals.append(f"「{name}」は登録されていません")
                continue
            refusal = self._refusal(provider, level, has_personal_data=has_personal_data)
            if not refusal:
                return Route(provider, _allowed(provider, level), level, purpose)
            refusals.append(f"「{name}」は{refusal}")
        because = "、また、".join(refusals) or "使える生成AIがありません"
        return Route(None, f"{because}ので、{_QUOTES}。", level, purpose)

    def _refusal(self, provider: Provider, level: Level, *, has_personal_data: bool) -> str:
        """Why this provider may not see it, in Japanese; empty where it may."""
        today = self._clock().astimezone(TOKYO).date()
        lapse = provider.lapse(today)
        if lapse:
            return lapse
        if has_personal_data and not provider.training_use.is_excluded:
            return (
                f"入力の学習利用が「{provider.training_use.label}」のため、"
                "個人情報を含む内容は伏せ字にしても渡せません"
            )
        if level > provider.cap:
            return (
                f"機密性{provider.cap}まで（{provider.contract_type}）で、{level}の内容は渡せません"
            )
        if provider.region != JAPAN and level > Level.L1:
            return self._foreign_refusal(provider, level, has_personal_data=has_personal_data)
        return ""

    def _foreign_refusal(self, provider: Provider, level: Level, *, has_personal_data: bool) -> str:
        where = f"国外（{provider.region or '不明'}）で処理されるため、"
        if self._foreign_region == "block":
            return f"{where}{level}の内容は渡せません"
        is_masked = self._masks or not has_personal_data
        if self._foreign_region == "mask_only" and (not is_masked or level > Level.L2):
            return f"{where}伏せ字にした{Level.L2}までの内容しか渡せません"
        return ""


class FixedRouter:
    """Leads to one provider, or with None to nobody: tests and measurements on public text.

    `asked` remembers what for.
    """

    def __init__(self, name: str | None) -> None:
        self._name = name
        self.asked: list[tuple[str, bool]] = []

    def choose(self, level: str, has_personal_data: bool = False) -> Route:
        self.asked.append((level, has_personal_data))
        if self._name is None:
            return Route(None, f"使える生成AIがないので、{_QUOTES}。", Level(level))
        provider = Provider(self._name, ContractType.INTERNAL, TrainingUse.NO, JAPAN, Level.L3)
        return Route(provider, _allowed(provider, Level(level)), Level(level))


def _allowed(provider: Provider, level: Level) -> str:
    where = "国内" if provider.region == JAPAN else f"国外：{provider.region}"
    return (
        f"機密性{level}の内容を、「{provider.name}」（{provider.contract_type}、{where}、"
        f"{provider.training_use.label}、{provider.cap}まで）に渡しました。"
    )
