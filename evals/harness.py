"""The real application on a data folder of its own, filled with what the questions are about."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeVar

from app.answering.answer import Answer, Event
from app.bootstrap import Application, Overrides, build
from app.embedders import pull_embedder
from app.knowledge.report import IngestOptions, OnProgress, no_progress
from app.language_model import LanguageModel, LanguageModelState, make_language_model
from app.settings import Settings
from evals.errors import MeasurementError
from evals.golden import SetName
from evals.metrics import Found
from evals.written import follow
from ingest.document import LoadedDocument, LoadLimits
from ingest.loaders import load_paths
from rag.embedder import Embedder
from rag.models import ProgressCallback
from rag.passage import Audience, SearchScope

T = TypeVar("T")
Llm = Literal["off", "local", "openai"]

_CHECKOUT = Path(__file__).resolve().parents[1]
_SEED_FOLDER = _CHECKOUT.parent / "shared" / "seed"
_CITY_FOLDER = Path("documents", "yorisoi-city")
_START_SECONDS = 300.0
_RAW_KINDS = {"text", "markdown"}  # what a file of these holds is its text already


@dataclass(frozen=True)
class Corpus:
    """What a set of questions is asked of, and by whom."""

    name: SetName
    path: Path
    audience: Audience

    @cached_property
    def _loaded(self) -> list[LoadedDocument]:
        outcomes = load_paths([self.path], LoadLimits())
        return [each for each in outcomes if isinstance(each, LoadedDocument)]

    def texts(self) -> Mapping[str, str]:
        """The text of each document, by id, as any other reader would have it."""
        return {
            each.document_id: "\n".join(page.text for page in each.pages) for each in self._loaded
        }

    def sources(self) -> Mapping[str, str]:
        """Each document as its file has it, not as our loaders read it, where that can be."""
        return {each.document_id: self._source(each) for each in self._loaded}

    def _source(self, document: LoadedDocument) -> str:
        file = self.path / document.path if self.path.is_dir() else self.path
        if document.kind in _RAW_KINDS and file.is_file():
            return file.read_text(encoding="utf-8", errors="replace")
        return "\n".join(page.text for page in document.pages)


def seed_corpus(path: Path | None) -> Corpus | None:
    """The seed where it was said to be, else beside the checkout; None if it is not there."""
    folder = path or _SEED_FOLDER
    return Corpus("seed", folder, "staff") if folder.exists() else None


def residents_corpus() -> Corpus:
    return Corpus("residents", Settings().corpus_dir / _CITY_FOLDER, "public")


@dataclass(frozen=True)
class Opened:
    """A corpus in a running application."""

    corpus: Corpus
    application: Application
    embedded: int

    @property
    def scope(self) -> SearchScope:
        return SearchScope(self.corpus.audience)

    def ask(self, question: str) -> Answer:
        """The answer from evidence only. Raises MeasurementError if the walk fails."""
        return follow(self.walk(question, writes=False)).answer

    def walk(self, question: str, writes: bool) -> Iterator[Event]:
        """The events of an answer. `writes`: whether a language model may write above it."""
        audience = self.corpus.audience
        return self.application.answering.ask(question, audience=audience, writes=writes)

    def chunks(self) -> list[Found]:
        """All chunks as they are searched, with their pages."""
        snapshot = self.application.retriever.snapshot
        if snapshot is None:
            return []
        return [
            Found(
                snapshot.documents[each.document].document_id,
                each.page,
                snapshot.pages[each.document][each.page_index][each.start : each.end],
            )
            for each in snapshot.chunks
        ]


def settings_for(data_dir: Path, model: str | None, llm: Llm = "off") -> Settings:
    """Settings of the environment, but never its store: nothing of an evaluation is kept.

    Nor its language model, so that nobody measures with one who did not ask for it.
    """
    settings = Settings(data_dir=data_dir, database_url=None)
    changes = {"llm": llm, **({"embedding_model": model} if model else {})}
    return settings.model_copy(update=changes)


@contextmanager
def open_application(
    settings: Settings,
    embedder: Embedder | None = None,
    on_pull: ProgressCallback = lambda *_: None,
    language_model: LanguageModel | None = None,
) -> Iterator[Application]:
    """The real parts, on `settings`; the model is brought to this machine if it is missing."""
    if embedder is None:
        pull_embedder(settings, on_pull)
    overrides = Overrides(embedder=embedder, language_model=language_model)
    application = build(settings, command="yorisoi eval", overrides=overrides)
    try:
        yield application
    finally:
        application.close()


@contextmanager
def writing(application: Application) -> Iterator[str]:
    """The language model while it can write; gives its name. Raises if it is not there."""
    with application.language_model.running(_START_SECONDS) as model:
        if model is None:
            raise MeasurementError("文章生成モデルがありません。--llm で指定してください。")
        yield model.name


def require_language_model(settings: Settings) -> None:
    """Raise now, not after minutes of ingesting, if the model asked for is not here."""
    status = make_language_model(settings).status()
    if status.state is LanguageModelState.ABSENT:
        raise MeasurementError(status.message)


def fill(application: Application, corpus: Corpus, on_progress: OnProgress = no_progress) -> Opened:
    """Ingest the corpus for its audience and make it searchable. Raises MeasurementError."""
    options = IngestOptions(audience=corpus.audience, activate=True, sync=True)
    report = application.knowledge.ingest([corpus.path], options, on_progress)
    if not report.has_success:
        reasons = [each.reason for each in report.documents if each.reason]
        raise MeasurementError(
            f"{corpus.path} から文書を取り込めませんでした。{reasons[0] if reasons else ''}"
        )
    application.prepare_search()
    return Opened(corpus, application, report.totals["embedded"])


def spread(items: Sequence[T], limit: int | None) -> list[T]:
    """At most `limit` of the items, evenly over all of them."""
    if limit is None or limit >= len(items):
        return list(items)
    return [items[index * len(items) // limit] for index in range(limit)]
