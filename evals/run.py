"""`yorisoi eval` from end to end: what is asked of which corpus, and the report of it."""

import hashlib
import os
import platform
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from app.bootstrap import Application
from app.clock import TOKYO, system_clock
from app.language_model import LanguageModel
from app.settings import Settings
from evals.answers import run_answers
from evals.answers_section import answer_misses, answers_section
from evals.golden import (
    SPLITS,
    GoldenQuestion,
    PremiseQuestion,
    SetName,
    Split,
    load,
    load_premises,
)
from evals.grounding import grounding_sections
from evals.harness import (
    Corpus,
    Llm,
    Opened,
    fill,
    open_application,
    require_language_model,
    residents_corpus,
    seed_corpus,
    settings_for,
    spread,
    writing,
)
from evals.langchain_peer import LangChainRecipe
from evals.metrics import page_of_segments
from evals.place import SET_TITLES, Place
from evals.premises import premise_misses, premises_section
from evals.report import Miss, Report, Section
from evals.retrieval import Search, arms_of, run_arms
from evals.retrieval_section import retrieval_misses, retrieval_section
from evals.watch import Silent, Watcher
from evals.written import run_pairs
from evals.written_section import written_misses, written_section
from rag.embedder import Embedder
from rag.models import BUNDLED_EMBEDDER, ProgressCallback

SETS: tuple[SetName, ...] = ("seed", "residents")
NO_SEED = (
    "シード（講演資料）が見つからないため、シードの評価を省きました。"
    "--seed-path で場所を指定してください。"
)


@dataclass(frozen=True)
class EvalPlan:
    """What to measure. `keep`: where stores stay for the next run; None: they are thrown away.

    `llm`: the language model whose answers are put beside those from evidence only; for `leaks`
    the one that is asked.
    """

    sets: Sequence[SetName] = SETS
    splits: Sequence[Split] = SPLITS
    model: str | None = None
    seed_path: Path | None = None
    limit: int | None = None
    keep: Path | None = None
    llm: Llm = "off"
    guardrails: bool = False
    leaks: bool = False


def watch_pull(watch: Watcher) -> ProgressCallback:
    """Shows a model arriving; says nothing when it is there already."""
    begun: list[str] = []

    def show(done: int, total: int, stage: str) -> None:
        if stage not in begun:
            begun.append(stage)
            watch.stage(f"検索モデルを取得しています（{stage}）", total)
        watch.advance(done)

    return show


def run_eval(
    plan: EvalPlan,
    watcher: Watcher | None = None,
    embedder: Embedder | None = None,
    language_model: LanguageModel | None = None,
) -> Report:
    """Measure everything in the plan. Parts that are given stand in for the configured ones."""
    watch = watcher or Silent()
    sections: list[Section] = []
    misses: list[Miss] = []
    skipped: list[str] = []
    facts: list[tuple[str, str]] = []
    configured = settings_for(Path(), plan.model, plan.llm)
    model = configured.embedding_model
    if language_model is None:
        require_language_model(configured)
    for name in plan.sets:
        corpus = seed_corpus(plan.seed_path) if name == "seed" else residents_corpus()
        if corpus is None:
            skipped.append(NO_SEED)
            continue
        with ExitStack() as stack:
            folder = _folder(plan, corpus, model, stack)
            settings = settings_for(folder / "data", plan.model, plan.llm)
            application = stack.enter_context(
                open_application(settings, embedder, watch_pull(watch), language_model)
            )
            embedder = application.embedder  # loaded once for all sets
            opened = _open(application, corpus, watch)
            facts.append((SET_TITLES[name], f"{len(opened.chunks())} 断片"))
            peer = _peer(opened, folder, watch, stack)
            for split in plan.splits:
                questions = spread(load(name, split), plan.limit)
                part = _measure(Place(name, split), opened, peer, questions, watch)
                sections += part[0]
                misses += part[1]
                asked = spread(load_premises(name, split), plan.limit)
                part = _premises(Place(name, split), opened, asked, watch)
                sections += part[0]
                misses += part[1]
            written = _write(plan, opened, watch)
            sections += written[0]
            misses += written[1]
    if plan.sets:
        watch.stage("生成文の裏づけ", None)
        sections += grounding_sections(plan.splits)
    guarded = _guard(plan, configured, embedder, watch)
    sections += guarded[0]
    misses += guarded[1]
    identity = embedder.identity if embedder else model
    return Report(
        kind="eval",
        title="検索と回答の評価",
        model=model,
        created=now(),
        context=[("埋め込みモデル", identity), *facts, *machine()],
        sections=sections,
        misses=misses,
        skipped=skipped,
    )


def _guard(
    plan: EvalPlan, settings: Settings, embedder: Embedder | None, watch: Watcher
) -> tuple[list[Section], list[Miss]]:
    """Without a corpus; what it needs of its own loads only if it is in the plan."""
    sections: list[Section] = []
    misses: list[Miss] = []
    if plan.guardrails:
        from evals.guardrails.measuring import measure_guardrails  # noqa: PLC0415

        bundled = embedder if settings.embedding_model == BUNDLED_EMBEDDER else None
        sections, misses = measure_guardrails(settings, bundled, plan.splits, plan.limit, watch)
    if plan.leaks:
        from evals.guardrails.leaks import measure_leaks  # noqa: PLC0415

        sections += measure_leaks(settings, embedder, plan.limit, watch)
    return sections, misses


def _folder(plan: EvalPlan, corpus: Corpus, model: str, stack: ExitStack) -> Path:
    """Where stores of this run live. A kept one is of one corpus, one place and one model."""
    if plan.keep is None:
        return Path(stack.enter_context(TemporaryDirectory(prefix="yorisoi-eval-")))
    place = hashlib.sha256(str(corpus.path.resolve()).encode()).hexdigest()[:8]
    folder = plan.keep / f"{corpus.name}-{place}-{Path(model).name}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _open(application: Application, corpus: Corpus, watch: Watcher) -> Opened:
    watch.stage(f"{SET_TITLES[corpus.name]}を取り込んでいます", None)
    return fill(application, corpus)


def _peer(opened: Opened, folder: Path, watch: Watcher, stack: ExitStack) -> LangChainRecipe:
    """Always built anew, so that it is never a stale one."""
    watch.stage("比べる相手（LangChain の標準レシピ）を用意しています", None)
    place = stack.enter_context(TemporaryDirectory(prefix="langchain-", dir=folder))
    peer = LangChainRecipe(opened.application.embedder, Path(place))
    peer.add(opened.corpus.texts())
    return peer


def _measure(
    place: Place,
    opened: Opened,
    peer: LangChainRecipe,
    questions: Sequence[GoldenQuestion],
    watch: Watcher,
) -> tuple[list[Section], list[Miss]]:
    answerable = [each for each in questions if each.answerable]
    arms: dict[str, Search] = arms_of(opened.application.retriever, opened.scope)
    arms["langchain"] = peer.search
    watch.stage(f"検索しています：{place.title}", len(answerable))
    results = run_arms(arms, questions, watch.advance)
    segments = page_of_segments(opened.chunks(), [each for each in questions if each.pages])
    watch.stage(f"回答しています：{place.title}", len(questions))
    judged = run_answers(opened.ask, questions, opened.corpus.sources(), watch.advance)
    sections = [
        retrieval_section(place, results, answerable, segments),
        answers_section(place, judged),
    ]
    if place.split != "dev":
        return sections, []
    return sections, [*retrieval_misses(results["fusion"], answerable), *answer_misses(judged)]


def _premises(
    place: Place, opened: Opened, questions: Sequence[PremiseQuestion], watch: Watcher
) -> tuple[list[Section], list[Miss]]:
    watch.stage(f"前提を確かめています：{place.title}", len(questions))
    judged = run_answers(opened.ask, questions, opened.corpus.sources(), watch.advance)
    return [premises_section(place, judged)], premise_misses(judged) if place.split == "dev" else []


def _write(plan: EvalPlan, opened: Opened, watch: Watcher) -> tuple[list[Section], list[Miss]]:
    """With the language model, after everything that is timed without it."""
    if plan.llm == "off":
        return [], []
    sections: list[Section] = []
    misses: list[Miss] = []
    watch.stage("文章生成モデルを読み込んでいます", None)
    with writing(opened.application) as provider:
        for split in plan.splits:
            place = Place(opened.corpus.name, split)
            questions = spread(load(opened.corpus.name, split), plan.limit)
            watch.stage(f"{provider} と根拠だけで答えています：{place.title}", len(questions))
            pairs = run_pairs(opened.walk, questions, opened.corpus.sources(), watch.advance)
            sections.append(written_section(place, pairs, provider))
            misses += written_misses(pairs) if split == "dev" else []
    return sections, misses


def machine() -> list[tuple[str, str]]:
    """What figures of speed depend on. The load tells how much others were working meanwhile."""
    load_average = f"{os.getloadavg()[1]:.1f}（5分平均）" if hasattr(os, "getloadavg") else "不明"
    return [
        ("CPU", f"{os.cpu_count()} 個"),
        ("負荷", load_average),
        ("Python", platform.python_version()),
        ("OS", platform.system()),
    ]


def now() -> datetime:
    return system_clock().astimezone(TOKYO)
