"""Questions that take something for granted: corrected where it is wrong, and only there."""

from collections.abc import Sequence

from evals.answers import Judged
from evals.place import Place
from evals.report import Miss, Section


def premises_section(place: Place, judged: Sequence[Judged]) -> Section:
    """Shares of wrong premises corrected, and of right or unknown ones called wrong."""
    wrong = [float(each.contradicts) for each in judged if _is_wrong(each)]
    others = [float(each.contradicts) for each in judged if not _is_wrong(each)]
    figures = []
    if wrong:
        figures.append(place.sampled("premises/corrected", "誤った前提を正した", wrong))
    if others:
        label = "正しい前提・資料にない前提を誤りとした"
        figures.append(place.sampled("premises/false_alarm", label, others, is_better_high=False))
    return Section(
        title=f"前提：{place.title}",
        note=f"前提が誤っている質問 {len(wrong)} 件と、正しいか資料にない質問 {len(others)} 件。"
        "規則を知らない人が書いた。",
        figures=figures,
    )


def premise_misses(judged: Sequence[Judged]) -> list[Miss]:
    """What was wrongly called wrong, then what was not corrected. For the dev split only."""
    problems = ((False, "正しい前提を誤りとした"), (True, "誤った前提を正していない"))
    return [
        Miss(each.question.id, each.question.question, problem, "", each.shown)
        for is_wrong, problem in problems
        for each in judged
        if _is_wrong(each) is is_wrong and each.contradicts is not is_wrong
    ]


def _is_wrong(judged: Judged) -> bool:
    return judged.question.premise == "contradicted"
