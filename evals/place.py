"""Where a figure belongs, `seed/dev/…`, and how it is made: key, target and interval at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from evals.golden import SetName, Split
from evals.metrics import interval, mean
from evals.report import Figure, Unit
from evals.targets import EVAL_TARGETS

SET_TITLES = {
    "seed": "講演資料（シード）",
    "residents": "住民向けページ",
    "guardrails": "守り",
}
SPLIT_TITLES = {"dev": "調整用 dev", "held": "非公開 held", "generated": "作った文"}


@dataclass(frozen=True)
class Place:
    set_name: SetName | Literal["guardrails"]
    split: Split | Literal["generated"]

    @property
    def title(self) -> str:
        return f"{SET_TITLES[self.set_name]}・{SPLIT_TITLES[self.split]}"

    def figure(
        self,
        name: str,
        label: str,
        value: float,
        unit: Unit = Unit.SHARE,
        *,
        is_better_high: bool = True,
    ) -> Figure:
        """A value that has no interval: a count, or a ratio."""
        return Figure(
            key=f"{self.set_name}/{self.split}/{name}",
            label=label,
            value=value,
            unit=unit,
            target=EVAL_TARGETS.get(f"{self.set_name}/{name}"),
            is_better_high=is_better_high,
        )

    def sampled(  # noqa: PLR0913 - a figure has that many sides
        self,
        name: str,
        label: str,
        values: Sequence[float],
        unit: Unit = Unit.SHARE,
        *,
        statistic: Callable[[Sequence[float]], float] = mean,
        is_better_high: bool = True,
    ) -> Figure:
        """A statistic over questions, with its interval and their number."""
        return Figure(
            key=f"{self.set_name}/{self.split}/{name}",
            label=label,
            value=statistic(values),
            unit=unit,
            interval=interval(values, statistic),
            count=len(values),
            target=EVAL_TARGETS.get(f"{self.set_name}/{name}"),
            is_better_high=is_better_high,
        )
