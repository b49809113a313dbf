"""The figures of answers, from what was judged."""

from collections.abc import Callable, Sequence

from evals.answers import Judged, missing_facts
from evals.metrics import median, percentile, share
from evals.place import Place
from evals.report import Figure, Histogram, IntervalPlot, Miss, Row, Section, Unit

_STYLE_TITLES = {
    "plain": "そのままの言い方",
    "paraphrase": "言いかえ",
    "abbreviation": "略語",
    "variant": "表記ゆれ",
    "multi_fact": "事実が複数",
    "false_premise": "前提が誤り",
    "unanswerable": "答えがない",
}
_MAX_SHOWN_CHARS = 400


def answers_section(place: Place, judged: Sequence[Judged]) -> Section:
    answerable = [each for each in judged if each.question.answerable]
    shares = _shares(place, judged)
    provider = "、".join(sorted({each.provider for each in judged}))
    # Groups of held questions are not shown: small counts would tell which went wrong.
    rows = _by_style(judged) if place.split == "dev" else []
    return Section(
        title=f"回答：{place.title}",
        note=f"質問 {len(judged)} 件（答えのあるもの {len(answerable)} 件）、回答方式 {provider}。"
        "「示した」は画面に出た文（見送ったときは近い箇所も）に、"
        "「正しい」は回答の文に、必要な事実がすべてあること。",
        columns=("質問の種類", "件数", "示した", "正しく答えた", "見送った") if rows else (),
        rows=rows,
        figures=[*shares, *_sizes(place, answerable, judged), *_sources(place, judged)],
        plots=[
            IntervalPlot("割合と95%区間", shares),
            Histogram(
                "示した文の長さ", [each.chars for each in answerable], Unit.CHARS, _MAX_SHOWN_CHARS
            ),
        ],
    )


def _shares(place: Place, judged: Sequence[Judged]) -> list[Figure]:
    answerable = [each for each in judged if each.question.answerable]
    unanswerable = [each for each in judged if not each.question.answerable]
    false_premises = [each for each in judged if each.question.premise == "contradicted"]
    others = [each for each in judged if each.question.premise != "contradicted"]
    rows: list[tuple[str, str, Sequence[Judged], Callable[[Judged], bool], bool]] = [
        ("facts_shown", "必要な事実を示した", answerable, lambda each: each.is_shown, True),
        ("facts_told", "同、近い箇所は数えない", answerable, lambda each: each.is_told, True),
        ("right", "答えて、正しい", answerable, lambda each: each.is_right, True),
        ("wrong", "答えたが、事実が足りない", answerable, _is_wrong, False),
        (
            "withheld",
            "答えがあるのに見送った",
            answerable,
            lambda each: not each.is_answered,
            False,
        ),
        (
            "refused",
            "答えのない質問を見送った",
            unanswerable,
            lambda each: each.status == "abstained",
            True,
        ),
        (
            "premise_corrected",
            "誤った前提を正した",
            false_premises,
            lambda each: each.contradicts,
            True,
        ),
        (
            "premise_false_alarm",
            "正しい前提を誤りとした",
            others,
            lambda each: each.contradicts,
            False,
        ),
    ]
    return [
        place.sampled(
            f"answers/{name}",
            label,
            [float(holds(each)) for each in among],
            is_better_high=is_better_high,
        )
        for name, label, among, holds, is_better_high in rows
        if among
    ]


def _is_wrong(judged: Judged) -> bool:
    return judged.is_answered and not judged.is_right


def _sizes(place: Place, answerable: Sequence[Judged], judged: Sequence[Judged]) -> list[Figure]:
    ms = [each.ms for each in judged]
    return [
        place.sampled(
            "answers/chars",
            "示した文の長さ（中央値）",
            [float(each.chars) for each in answerable],
            Unit.CHARS,
            statistic=median,
            is_better_high=False,
        ),
        place.figure(
            "answers/ms", "回答までの時間（中央値）", median(ms), Unit.MS, is_better_high=False
        ),
        place.figure(
            "answers/p95", "回答までの時間 p95", percentile(ms, 95), Unit.MS, is_better_high=False
        ),
    ]


def _sources(place: Place, judged: Sequence[Judged]) -> list[Figure]:
    unsourced = sum(bool(each.unsourced) for each in judged)
    kinds = (
        ("quotes", "原文どおりの引用", [x for each in judged for x in each.quotes_in_source]),
        ("nearest", "原文にある近い箇所", [x for each in judged for x in each.nearest_in_source]),
    )
    return [
        *(
            place.figure(f"answers/{name}", f"{label}（{len(found):,}か所中）", share(found))
            for name, label, found in kinds
            if found
        ),
        place.figure(
            "answers/unsourced",
            "引用にない数字を含む回答",
            unsourced,
            Unit.COUNT,
            is_better_high=False,
        ),
    ]


def _by_style(judged: Sequence[Judged]) -> list[Row]:
    rows = []
    for style, title in _STYLE_TITLES.items():
        group = [each for each in judged if each.question.style == style]
        if not group:
            continue
        answerable = [each for each in group if each.question.answerable]
        shown = f"{share([each.is_shown for each in answerable]):.2f}" if answerable else "―"
        right = f"{share([each.is_right for each in answerable]):.2f}" if answerable else "―"
        refused = f"{share([each.status == 'abstained' for each in group]):.2f}"
        rows.append(Row(title, [str(len(group)), shown, right, refused]))
    return rows


def answer_misses(judged: Sequence[Judged]) -> list[Miss]:
    """What went wrong, worst first. For the dev split only."""
    misses = [(_problem(each), each) for each in judged]
    return [
        Miss(
            each.question.id,
            each.question.question,
            problem,
            "、".join(missing_facts(each)),
            each.shown,
        )
        for problem, each in misses
        if problem
    ]


def _problem(judged: Judged) -> str:
    question = judged.question
    problems = {
        "引用が原文にない": not all(judged.quotes_in_source + judged.nearest_in_source),
        f"引用にない数字（{'、'.join(sorted(judged.unsourced))}）": bool(judged.unsourced),
        "答えがないのに答えた": not question.answerable and judged.is_answered,
        "事実が足りない": question.answerable and judged.is_answered and not judged.is_right,
        "答えがあるのに見送った": question.answerable and not judged.is_answered,
        "正しい前提を誤りとした": question.premise == "none" and judged.contradicts,
        "誤った前提を正していない": question.premise != "none" and not judged.contradicts,
    }
    return "、".join(text for text, is_so in problems.items() if is_so)
