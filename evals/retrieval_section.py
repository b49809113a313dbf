"""The figures of retrieval: each arm, the fusion, and LangChain's recipe beside them."""

from collections.abc import Mapping, Sequence

from evals.golden import GoldenQuestion
from evals.metrics import median, percentile
from evals.place import Place
from evals.report import Figure, LinePlot, Miss, Row, Section, Unit
from evals.retrieval import ArmResult

ARM_TITLES = {
    "fusion": "融合（本方式）",
    "dense": "意味だけ（ベクトル）",
    "lexical": "語だけ（BM25）",
    "rrf": "順位融合 RRF k=60",
    "langchain": "LangChain 標準レシピ",
}
_KS = (1, 3, 5, 10)
_COLUMNS = (
    "方式",
    "上位1件",
    "上位3件",
    "上位5件",
    "上位10件",
    "MRR",
    "文書が1位",
    "中央値",
    "p95",
)


def retrieval_section(
    place: Place,
    results: Mapping[str, ArmResult],
    questions: Sequence[GoldenQuestion],
    segment_pages: Sequence[bool],
) -> Section:
    """`questions` are the answerable ones, in the order of the results."""
    lines = [
        (ARM_TITLES[name], [(k, _recall(place, name, result, k)) for k in _KS])
        for name, result in results.items()
    ]
    return Section(
        title=f"検索：{place.title}",
        note=f"答えのある質問 {len(questions)} 件。根拠の文をまるごと含む500字以内の引用が、"
        "上位何件までにあるか。",
        columns=_COLUMNS,
        rows=[_row(place, name, result) for name, result in results.items()],
        figures=[
            *_against_peer(place, results),
            *_pages(place, results["fusion"], segment_pages),
            place.figure(
                "fusion/longest",
                "いちばん長い引用",
                results["fusion"].longest,
                Unit.CHARS,
                is_better_high=False,
            ),
        ],
        plots=[LinePlot("根拠が上位 k 件にある割合", "k（上位何件まで）", lines)],
    )


def _row(place: Place, name: str, result: ArmResult) -> Row:
    ms = result.ms
    return Row(
        ARM_TITLES[name],
        [
            *(_recall(place, name, result, k) for k in _KS),
            place.sampled(
                f"{name}/mrr", "MRR", [1 / rank if rank else 0.0 for rank in result.ranks]
            ),
            place.sampled(f"{name}/document@1", "文書が1位", _hits(result.document_ranks, 1)),
            place.figure(
                f"{name}/ms", "検索時間の中央値", median(ms), Unit.MS, is_better_high=False
            ),
            place.figure(
                f"{name}/p95", "検索時間 p95", percentile(ms, 95), Unit.MS, is_better_high=False
            ),
        ],
    )


def _recall(place: Place, name: str, result: ArmResult, k: int) -> Figure:
    return place.sampled(f"{name}/recall@{k}", f"根拠が上位{k}件にある", _hits(result.ranks, k))


def _hits(ranks: Sequence[int | None], k: int) -> list[float]:
    return [float(rank is not None and rank <= k) for rank in ranks]


def _against_peer(place: Place, results: Mapping[str, ArmResult]) -> list[Figure]:
    """Differences question by question, so that the interval is that of the pair."""
    ours, peer = results["fusion"], results.get("langchain")
    if peer is None:
        return []
    leads = [
        place.sampled(
            f"lead/recall@{k}",
            f"LangChain との差（上位{k}件）",
            [a - b for a, b in zip(_hits(ours.ranks, k), _hits(peer.ranks, k), strict=True)],
        )
        for k in (1, 5)
    ]
    ratio = median(ours.ms) / median(peer.ms) if median(peer.ms) else 0.0
    label = "1回の検索時間（LangChain の何倍か、中央値どうし）"
    return [*leads, place.figure("time_ratio", label, ratio, Unit.RATIO, is_better_high=False)]


def _pages(place: Place, ours: ArmResult, segment_pages: Sequence[bool]) -> list[Figure]:
    found = [float(right) for right in ours.pages]
    cut = [float(right) for right in segment_pages]
    return [
        place.sampled(f"pages/{name}", label, values)
        for name, label, values in (
            ("hits", "当たった引用のページが正しい", found),
            ("segments", "区切った断片のページが正しい", cut),
        )
        if values
    ]


def retrieval_misses(result: ArmResult, questions: Sequence[GoldenQuestion]) -> list[Miss]:
    """Questions whose evidence is not among the best five. For the dev split only."""
    return [
        Miss(
            question.id,
            question.question,
            "根拠が上位5件にない" + (f"（{rank}位）" if rank else "（10位までにもない）"),
            " / ".join(question.evidence),
            "",
        )
        for question, rank in zip(questions, result.ranks, strict=True)
        if rank is None or rank > 5
    ]
