"""The figures of answers with a language model, beside those of evidence only."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from evals.answers import Judged
from evals.metrics import percentile
from evals.place import Place
from evals.report import Figure, Histogram, IntervalPlot, Miss, Plot, Row, Section, Unit
from evals.sentences import can_be_at_odds
from evals.targets import EVAL_TARGETS
from evals.written import Arm, Pair
from guardrails.output.grounding import REASON_SENTENCES
from guardrails.output.reasons import GUARD_REASON_SENTENCES

_COLUMNS = ("同じ質問、同じ実行で", "件数", "根拠だけ", "文章生成あり")
_SHARES: Sequence[tuple[str, str, Callable[[Judged], bool], Callable[[Judged], bool], bool]] = [
    # name, label, of which questions, what is counted, whether more is better
    ("facts_shown", "必要な事実を示した", lambda each: each.question.answerable,
     lambda each: each.is_shown, True),
    ("right", "答えて、正しい", lambda each: each.question.answerable,
     lambda each: each.is_right, True),
    ("refused", "答えのない質問を見送った", lambda each: not each.question.answerable,
     lambda each: each.status == "abstained", True),
    ("premise_corrected", "誤った前提を正した", lambda each: each.question.premise != "none",
     lambda each: each.contradicts, True),
    ("premise_false_alarm", "正しい前提を誤りとした",
     lambda each: each.question.premise == "none", lambda each: each.contradicts, False),
]  # fmt: skip
_LEADS = ("facts_shown", "right", "refused", "premise_corrected")


@dataclass(frozen=True)
class _Figures:
    """Makes the figures of one place and one model. Targets are the same in every place."""

    place: Place
    provider: str

    def value(self, name: str, label: str, value: float, unit: Unit = Unit.COUNT) -> Figure:
        figure = self.place.figure(self._name(name), label, value, unit, is_better_high=False)
        return self._promised(figure, name)

    def share(
        self, name: str, label: str, values: Sequence[float], *, is_better_high: bool = True
    ) -> Figure:
        figure = self.place.sampled(self._name(name), label, values, is_better_high=is_better_high)
        return self._promised(figure, name)

    def _name(self, name: str) -> str:
        return f"llm-{self.provider}/{name}"

    @staticmethod
    def _promised(figure: Figure, name: str) -> Figure:
        return replace(figure, target=EVAL_TARGETS.get(f"llm/{name}"))


def written_section(place: Place, pairs: Sequence[Pair], provider: str) -> Section:
    """Grid: both arms. Below it: what was written, and the difference question by question."""
    make = _Figures(place, provider)
    shares = _shares(make, pairs)
    return Section(
        title=f"文章生成（{provider}）と根拠だけ：{place.title}",
        note=f"質問 {len(pairs)} 件に、根拠だけと、上に {provider} の文を置いて答える。"
        "読み手が見るもの（生成した文と、その下の根拠）をまとめて採点する。"
        "「文だけで」は、下の根拠を数えない。",
        columns=_COLUMNS,
        rows=[*shares, *_sizes(make, pairs), *_times(make, pairs)],
        figures=[
            *_leads(make, pairs),
            *_worth(make, pairs),
            *_harm(make, pairs),
            *_amounts(make, pairs),
        ],
        plots=_plots(shares, pairs),
    )


def _plots(shares: Sequence[Row], pairs: Sequence[Pair]) -> list[Plot]:
    """Rows of a pair stand one below the other, told apart by their names."""
    both = [
        replace(cell, label=f"{row.label}：{arm}")
        for row in shares
        for cell, arm in zip(row.cells[1:], ("根拠だけ", "生成あり"), strict=True)
        if isinstance(cell, Figure)
    ]
    totals = [pair.written.total_ms for pair in _answered(pairs)]
    return [
        IntervalPlot("割合と95%区間（根拠だけと、文章生成あり）", both),
        Histogram("文章生成ありで、答え終わるまでの時間（見送りを除く）", totals, Unit.MS),
    ]


def _answered(pairs: Sequence[Pair]) -> list[Pair]:
    return [pair for pair in pairs if pair.written.judged.is_answered]


def _arms(pair: Pair) -> tuple[Arm, Arm]:
    return pair.plain, pair.written


def _shares(make: _Figures, pairs: Sequence[Pair]) -> list[Row]:
    rows = []
    for name, label, counts, holds, is_better_high in _SHARES:
        among = [pair for pair in pairs if counts(pair.plain.judged)]
        if not among:
            continue
        arms = zip(*(_arms(pair) for pair in among), strict=True)
        cells = [
            make.share(
                f"{prefix}{name}",
                label,
                [float(holds(arm.judged)) for arm in column],
                is_better_high=is_better_high,
            )
            for prefix, column in zip(("plain/", ""), arms, strict=True)
        ]
        rows.append(Row(label, [str(len(among)), *cells]))
    return rows


def _sizes(make: _Figures, pairs: Sequence[Pair]) -> list[Row]:
    among = [pair for pair in pairs if pair.question.answerable]
    label = "示した文の長さ（中央値）"
    cells = [
        make.value(f"{prefix}chars", label, percentile(values, 50), Unit.CHARS)
        for prefix, values in (
            ("plain/", [float(pair.plain.judged.chars) for pair in among]),
            ("", [float(pair.written.judged.chars) for pair in among]),
        )
    ]
    return [Row(label, [str(len(among)), *cells])] if among else []


def _times(make: _Figures, pairs: Sequence[Pair]) -> list[Row]:
    """Medians and 95th percentiles, from the question on; abstentions end with their evidence."""
    first = [pair.written.first_ms for pair in pairs if pair.written.first_ms is not None]
    kinds: list[tuple[str, str, list[float] | None, list[float]]] = [
        ("evidence", "根拠が出るまで", [pair.plain.evidence_ms for pair in pairs],
         [pair.written.evidence_ms for pair in pairs]),
        ("first", "残した最初の文が出るまで", None, first),
        ("total", "答え終わるまで", [pair.plain.total_ms for pair in _answered(pairs)],
         [pair.written.total_ms for pair in _answered(pairs)]),
    ]  # fmt: skip
    rows = []
    for name, label, plain, written in kinds:
        for suffix, title, percent in (("p50", "中央値", 50), ("p95", "p95", 95)):
            cells = [
                make.value(
                    f"{prefix}{name}_{suffix}",
                    f"{label}（{title}）",
                    percentile(values, percent),
                    Unit.MS,
                )
                if values
                else "―"
                for prefix, values in (("plain/", plain), ("", written))
            ]
            rows.append(Row(f"{label}（{title}）", [str(len(written)), *cells]))
    return rows


def _leads(make: _Figures, pairs: Sequence[Pair]) -> list[Figure]:
    """Differences of the shares, question by question."""
    figures = []
    for name, label, counts, holds, _ in _SHARES:
        among = [pair for pair in pairs if counts(pair.plain.judged)]
        if name in _LEADS and among:
            differences = [
                float(holds(pair.written.judged)) - float(holds(pair.plain.judged))
                for pair in among
            ]
            figures.append(make.share(f"lead/{name}", f"差：{label}", differences))
    return figures


def _worth(make: _Figures, pairs: Sequence[Pair]) -> list[Figure]:
    """What the sentences add."""
    answered = _answered(pairs)
    answerable = [pair for pair in pairs if pair.question.answerable]
    false_premises = [pair for pair in pairs if pair.question.premise != "none"]
    rows: list[tuple[str, str, Sequence[Pair], Callable[[Pair], bool]]] = [
        ("kept_share", "答えた回答のうち、文が残った", answered, lambda pair: bool(pair.kept)),
        ("alone", "文だけで、必要な事実がすべてある", answerable, lambda pair: pair.holds_facts),
        (
            "alone_of_kept",
            "同、文が残った回答のうち",
            [pair for pair in answerable if pair.kept],
            lambda pair: pair.holds_facts,
        ),
        (
            "alone_premise",
            "誤った前提の質問に、文だけで正しい事実を述べた",
            false_premises,
            lambda pair: pair.holds_facts,
        ),
    ]
    return [
        make.share(name, label, [float(holds(pair)) for pair in among])
        for name, label, among, holds in rows
        if among
    ]


def _harm(make: _Figures, pairs: Sequence[Pair]) -> list[Figure]:
    """What must not stand above the evidence."""
    kept = [sentence for pair in pairs for sentence in pair.kept]
    tellable = [pair for pair in pairs if can_be_at_odds(pair.question)]
    odd = [float(sentence.text in pair.at_odds) for pair in tellable for sentence in pair.kept]
    answerable = [pair for pair in pairs if pair.question.answerable]
    unanswerable = [pair for pair in pairs if not pair.question.answerable]
    figures = [
        make.value(
            "unsupported",
            "残した文の、挙げた引用にない数字・日付・連絡先",
            sum(len(sentence.unsupported) for sentence in kept),
        ),
        make.share(
            "unsupported_share",
            "同、それを含む文の割合",
            [float(bool(sentence.unsupported)) for sentence in kept],
            is_better_high=False,
        ),
        make.value("at_odds", "必要な事実と食い違うかもしれない文（多めに数える）", sum(odd)),
        make.share("at_odds_share", "同、見分けられる文のうちの割合", odd, is_better_high=False),
    ]
    if answerable:
        figures.append(
            make.share(
                "sound",
                "答えて正しく、食い違うかもしれない文もない",
                [float(pair.written.judged.is_right and not pair.at_odds) for pair in answerable],
            )
        )
    if unanswerable:
        figures.append(
            make.share(
                "written_unanswerable",
                "答えのない質問に、文を残した",
                [float(bool(pair.kept)) for pair in unanswerable],
                is_better_high=False,
            )
        )
    return figures


def _amounts(make: _Figures, pairs: Sequence[Pair]) -> list[Figure]:
    """How much was written, and why what was dropped was dropped."""
    sentences = {
        str(code): text
        for known in (GUARD_REASON_SENTENCES, REASON_SENTENCES)
        for code, text in known.items()
    }
    reasons = Counter(reason for pair in pairs for reason in pair.dropped)
    mended = Counter(reason for pair in pairs for kept in pair.kept for reason in kept.mended)
    counts = [
        ("written", "書いた文", sum(pair.sentences for pair in pairs)),
        ("kept", "残した文", sum(len(pair.kept) for pair in pairs)),
        ("failures", "モデルが止まった・間に合わなかった回答", sum(p.failures for p in pairs)),
    ]
    return [
        *(make.value(name, label, count) for name, label, count in counts),
        *(
            make.value(f"dropped/{reason}", f"落とした文：{sentence}", reasons[reason])
            for reason, sentence in sentences.items()
            if reasons[reason]
        ),
        *(
            make.value(f"mended/{reason}", f"言い換えた文：{sentence}", mended[reason])
            for reason, sentence in sentences.items()
            if mended[reason]
        ),
    ]


def written_misses(pairs: Sequence[Pair]) -> list[Miss]:
    """Sentences that should not have been kept. For the dev split only."""
    return [
        Miss(
            pair.question.id,
            pair.question.question,
            problem,
            "、".join(fact[0] for fact in pair.question.facts),
            "\n".join(pair.texts),
        )
        for pair in pairs
        if (problem := _problem(pair))
    ]


def _problem(pair: Pair) -> str:
    missing = "、".join(text for sentence in pair.kept for text in sentence.unsupported)
    problems = {
        f"生成文：引用にない数字（{missing}）": bool(missing),
        "生成文：必要な事実と食い違うかもしれない": bool(pair.at_odds),
        "生成文：答えのない質問に書いた": not pair.question.answerable and bool(pair.kept),
        "生成文：根拠だけなら正しかった": pair.plain.judged.is_right
        and not pair.written.judged.is_right,
    }
    return "、".join(text for text, is_so in problems.items() if is_so)
