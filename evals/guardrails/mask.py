"""Ours and the peer over the same messages, in turns, and the section about it."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from evals.guardrails.cases import MaskCase
from evals.guardrails.spans import MaskResult, Predicted, identifiers, prose_places
from evals.metrics import mean, median
from evals.place import Place
from evals.report import Figure, IntervalPlot, Miss, Row, Section, Unit
from guardrails.verdict import FindingType

Finder = Callable[[str], Iterable[Predicted]]
OnProgress = Callable[[int], None]

OURS, PEER = "", "peer/"
_PEER_TITLE = "Presidio＋ja_ginza"
_WARM_UP = "山形市の田中さんは昭和60年4月1日生まれです。"  # what is loaded on first use
_TYPE_TARGET = 0.90
_PERSON = FindingType.PERSON.value


@dataclass(frozen=True)
class MaskRun:
    """What one arm found in all messages, and how long each took (ms)."""

    results: Sequence[MaskResult]
    ms: Sequence[float]

    @property
    def by_type(self) -> Mapping[str, list[float]]:
        """For each type whether each golden finding was found, types in the order of ours."""
        found: dict[str, list[float]] = {}
        for type_ in FindingType:
            values = [
                float(result.is_found(span))
                for result in self.results
                for span in result.gold
                if span.type == type_
            ]
            found |= {type_.value: values} if values else {}
        return found

    def found(self) -> list[float]:
        return [float(r.is_found(span)) for r in self.results for span in r.gold]

    def hidden(self) -> list[float]:
        return [float(r.is_hidden(span)) for r in self.results for span in r.gold]

    def right(self) -> list[float]:
        return [float(r.is_right(each)) for r in self.results for each in r.predicted]

    def fully(self) -> list[float]:
        return [float(r.is_fully_masked) for r in self.results if r.gold]

    def flagged(self) -> list[float]:
        return [float(bool(r.predicted)) for r in self.results if not r.gold]

    def prose_found(self) -> list[float]:
        """Names within sentences: whether each was found."""
        return [
            float(result.is_found(span))
            for result in self.results
            for span in result.gold
            if span.type == _PERSON and span.start in prose_places(result.case.text)
        ]

    def prose_right(self) -> list[float]:
        """What was called a name within sentences: whether it was one."""
        return [
            float(result.is_right(each))
            for result in self.results
            for each in result.predicted
            if each.type == _PERSON and each.start in prose_places(result.case.text)
        ]


_SHARES: Sequence[tuple[str, str, Callable[[MaskRun], list[float]], bool]] = [
    ("recall", "個人情報を、その種類として見つけた", MaskRun.found, True),
    ("hidden", "どの種類としてでも、一字も残さず伏せた", MaskRun.hidden, True),
    ("precision", "見つけたもののうち、正しいもの", MaskRun.right, True),
    ("fully", "個人情報を、すべて伏せた文", MaskRun.fully, True),
    ("flagged", "個人情報のない文に、何か見つけた", MaskRun.flagged, False),
    ("prose_recall", "文章の中の氏名を見つけた", MaskRun.prose_found, True),
    ("prose_precision", "文章の中で氏名としたもののうち、氏名", MaskRun.prose_right, True),
]


def run_mask(
    arms: Mapping[str, Finder], cases: Sequence[MaskCase], on_progress: OnProgress = lambda _: None
) -> dict[str, MaskRun]:
    """Every arm on every message. Who goes first changes with every message."""
    names = list(arms)
    results: dict[str, list[MaskResult]] = {name: [] for name in names}
    ms: dict[str, list[float]] = {name: [] for name in names}
    for find in arms.values():
        list(find(_WARM_UP))
    for number, case in enumerate(cases):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            started = time.perf_counter()
            found = list(arms[name](case.text))
            ms[name].append((time.perf_counter() - started) * 1_000)
            results[name].append(MaskResult(case, identifiers(found)))
        on_progress(number + 1)
    return {name: MaskRun(results[name], ms[name]) for name in names}


def mask_sections(place: Place, runs: Mapping[str, MaskRun]) -> list[Section]:
    """All in one grid, ours beside the peer; then type by type, of which held ones name none."""
    ours = runs[OURS]
    shares = [row for row in (_share_row(place, runs, *each) for each in _SHARES) if row.cells]
    plotted = [replace(cell, label=row.label) for row in shares if (cell := _first(row))]
    whole = Section(
        title=f"個人情報を伏せる：{place.title}",
        note=f"文 {len(ours.results)} 件、個人情報 {len(ours.found())} 件。機密の印は数えない。"
        f"比べる相手は、そのままの {_PEER_TITLE}（先に行うほうは文ごとに替える）。",
        columns=("同じ文で", "件数", "よりそい", _PEER_TITLE),
        rows=[*shares, _time_row(place, runs)],
        figures=[*_ratio(place, runs), *_least(place, ours)],
        plots=[IntervalPlot("割合と95%区間（よりそい）", plotted)],
    )
    return [whole] if place.split == "held" else [whole, _types(place, runs)]


def _share_row(  # noqa: PLR0913, PLR0917 - one line of the table above
    place: Place,
    runs: Mapping[str, MaskRun],
    name: str,
    label: str,
    values: Callable[[MaskRun], list[float]],
    is_better_high: bool,
) -> Row:
    measured = {arm: values(run) for arm, run in runs.items()}
    if not measured[OURS] and not measured[PEER]:
        return Row(label, [])
    cells = [_share(place, arm, name, label, each, is_better_high=is_better_high)
             for arm, each in measured.items()]  # fmt: skip
    return Row(label, [str(len(measured[OURS])), *cells])


def _share(  # noqa: PLR0913 - a figure has that many sides
    place: Place, arm: str, name: str, label: str, values: Sequence[float], *, is_better_high: bool
) -> Figure:
    """Only ours has promised anything."""
    return place.sampled(f"mask/{arm}{name}", label, values, is_better_high=is_better_high)


def _first(row: Row) -> Figure | None:
    return next((cell for cell in row.cells if isinstance(cell, Figure)), None)


def _time_row(place: Place, runs: Mapping[str, MaskRun]) -> Row:
    label = "1文の時間（中央値）"
    cells = [
        place.figure(f"mask/{arm}ms", label, median(run.ms), Unit.MS, is_better_high=False)
        for arm, run in runs.items()
    ]
    return Row(label, [str(len(runs[OURS].ms)), *cells])


def _ratio(place: Place, runs: Mapping[str, MaskRun]) -> list[Figure]:
    theirs = median(runs[PEER].ms)
    if not theirs:
        return []
    label = f"1文の時間の、{_PEER_TITLE} に対する比"
    ratio = median(runs[OURS].ms) / theirs
    return [place.figure("mask/time_ratio", label, ratio, Unit.RATIO, is_better_high=False)]


def _least(place: Place, ours: MaskRun) -> list[Figure]:
    """Of the types, but which one it is stays hidden: for held messages too."""
    shares = [mean(values) for values in ours.by_type.values()]
    if not shares:
        return []
    below = sum(share < _TYPE_TARGET for share in shares)
    return [
        place.figure("mask/least_type", "いちばん低い種類の、見つけた割合", min(shares)),
        place.figure(
            "mask/types_below", f"{_TYPE_TARGET:.2f} に届かない種類", below, Unit.COUNT,
            is_better_high=False,
        ),
    ]  # fmt: skip


def _types(place: Place, runs: Mapping[str, MaskRun]) -> Section:
    found = {arm: run.by_type for arm, run in runs.items()}
    rows = []
    for type_, values in found[OURS].items():
        cells = [
            place.sampled(f"mask/{arm}type/{type_}", f"{type_} を見つけた", found[arm][type_])
            for arm in runs
        ]
        promised = replace(cells[0], target=_TYPE_TARGET)
        rows.append(Row(type_, [str(len(values)), promised, *cells[1:]]))
    return Section(
        title=f"個人情報の種類ごとに：{place.title}",
        note="その種類として、範囲をすべて含む形で見つけた割合。",
        columns=("種類", "件数", "よりそい", _PEER_TITLE),
        rows=rows,
    )


def mask_misses(run: MaskRun) -> list[Miss]:
    """Messages in which something was left or wrongly found. For the dev split only."""
    misses = []
    for result in run.results:
        text = result.case.text
        missed = [each for each in result.gold if not result.is_found(each)]
        wrong = [each for each in result.predicted if not result.is_right(each)]
        if not (missed or wrong):
            continue
        problems = [f"見つけていない {len(missed)} 件"] * bool(missed)
        problems += [f"誤って見つけた {len(wrong)} 件"] * bool(wrong)
        misses.append(Miss(
            result.case.id,
            text,
            "、".join(problems),
            "、".join(f"{each.type}「{text[each.start : each.end]}」" for each in result.gold),
            "、".join(f"{each.type}「{text[each.start : each.end]}」" for each in result.predicted),
        ))  # fmt: skip
    return misses
