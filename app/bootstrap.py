"""The one place where the parts are put together. What is heavy loads when it is first needed."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from app import collector
from app.accounts.passwords import Passwords
from app.accounts.repository import AccountRepository
from app.accounts.service import AccountService
from app.accounts.throttle import SignInThrottle
from app.answering.alignment import Aligner
from app.answering.attached import AttachmentSearch
from app.answering.conversation import Conversation
from app.answering.known_documents import SnapshotDocuments
from app.answering.masking import Analyzer
from app.answering.searching import Search
from app.answering.service import AnsweringService as ExtractiveAnswering
from app.answering.wiring import leak_recorder, make_guard, make_writer
from app.answering.writing import AnswerWriter
from app.chat.asking import AnsweringBeside, AnsweringService, AskingService
from app.chat.attaching import as_attached
from app.chat.placeholders import make_masking
from app.chat.records import AttachedDocument
from app.chat.wiring import attaching_factory, conversation_factory, sharing_factory
from app.clock import Clock, fixed_clock, system_clock
from app.container import Container, ReadinessProbe
from app.db import make_engine, make_session_factory, migrate, transaction
from app.deferred_vectors import DeferredVectorStore
from app.embedders import make_embedder, make_reader
from app.governance.wiring import make_governance
from app.installation import Installation, load_installation
from app.knowledge.errors import explain_store_failure
from app.knowledge.holding import why_held
from app.knowledge.ingest_run import IngestRules
from app.knowledge.programmes import LiveProgrammes
from app.knowledge.service import IndexParts, KnowledgeService
from app.language_model import LanguageModel, make_language_model
from app.personal_data import InstallationAnalyzer
from app.screening import ScreenedAnswering, Screening, make_screen, screened
from app.security import Cipher, open_cipher
from app.settings import Settings
from app.store_lock import StoreLock
from app.warm_up import Say, Step, WarmUp
from ingest.document import LoadLimits
from ingest.loaders import load_paths
from rag.background import background_questions
from rag.embedder import Embedder
from rag.fusion import weights_for
from rag.retriever import Retriever
from rag.tokenizer import SudachiWords, Tokenizer
from rag.vector_store import ChromaVectorStore, VectorStore
from rag.vocabulary import load_vocabulary
from rag.word_vectors import WordReader

VECTORS_FOLDER = "vectors"


@dataclass(frozen=True)
class Overrides:
    """Stand-ins for tests and evaluations; None means the real part."""

    clock: Clock | None = None
    embedder: Embedder | None = None
    vectors: VectorStore | None = None
    tokenizer: Tokenizer | None = None
    answering: AnsweringService | None = None
    passwords: Passwords | None = None
    language_model: LanguageModel | None = None
    analyzer: Analyzer | None = None
    screen: Screening | None = None


@dataclass(frozen=True)
class Application:
    """Everything, wired. Nothing heavy is loaded before it is used or `warm_up` runs."""

    installation: Installation
    engine: Engine
    session_factory: sessionmaker[Session]
    cipher: Cipher
    embedder: Embedder
    vectors: VectorStore
    tokenizer: Tokenizer
    retriever: Retriever
    reader: WordReader
    screen: Screening
    knowledge: KnowledgeService
    programmes: LiveProgrammes
    answering: AnsweringService
    warm_up: WarmUp
    language_model: LanguageModel
    container: Container
    store_lock: StoreLock

    @property
    def settings(self) -> Settings:
        return self.container.settings

    @property
    def clock(self) -> Clock:
        return self.container.clock

    @property
    def accounts(self) -> Callable[[Session], AccountService]:
        return self.container.accounts

    @property
    def readiness(self) -> ReadinessProbe:
        return self.warm_up

    @contextmanager
    def open_accounts(self) -> Iterator[AccountService]:
        with transaction(self.session_factory) as session:
            yield self.accounts(session)

    def prepare_search(self) -> None:
        """Load what a search needs, here and now. Raises if the index cannot be searched."""
        with collector.paused():
            self.knowledge.publish()
            self.retriever.warm_up()

    def erase_old(self) -> None:
        """Remove questions past their time of keeping, whether or not anybody asks new ones."""
        with transaction(self.session_factory) as session:
            self.container.conversations(session).erase_old()

    def close(self) -> None:
        self.language_model.stop()
        self.store_lock.release()
        self.engine.dispose()


@dataclass(frozen=True)
class _Records:
    """What stands on the database and its key."""

    engine: Engine
    session_factory: sessionmaker[Session]
    cipher: Cipher


@dataclass(frozen=True)
class _Search:
    """What finds passages."""

    embedder: Embedder
    vectors: VectorStore
    tokenizer: Tokenizer
    retriever: Retriever
    reader: WordReader
    screen: Screening
    store_lock: StoreLock


def build(
    settings: Settings, *, command: str = "yorisoi", overrides: Overrides | None = None
) -> Application:
    """Put the application together on a migrated database. `command` names this process."""
    given = overrides or Overrides()
    clock = given.clock or (fixed_clock(settings.now) if settings.now else system_clock)
    installation = load_installation(settings.data_dir)
    records = _open_records(settings)
    search = _make_search(settings, given, StoreLock(settings.data_dir, command, clock))
    knowledge = _make_knowledge(records, search, clock, installation)
    programmes = LiveProgrammes(records.session_factory, clock, shows_demo=installation.demo)
    language_model = given.language_model or make_language_model(settings)
    analyzer = given.analyzer or InstallationAnalyzer(settings.data_dir)
    sessions, words = records.session_factory, search.tokenizer
    governance = make_governance(sessions, clock, language_model.name, settings.foreign_region)
    on_leak = leak_recorder(governance.risks)
    masking = make_masking(sessions, records.cipher, clock, analyzer, on_leak)
    guard = make_guard(words, installation, clock, analyzer)
    writer = make_writer(language_model, words, settings, governance.router, masking, guard)
    answering = given.answering or _make_answering(search, clock, installation, writer)
    accounts = _account_factory(given.passwords, clock, settings.session_hours)
    conversations = conversation_factory(records.cipher, clock, settings.question_days)
    attachments = _attachment_search(settings, search)
    warm_up = WarmUp(_warm_up_steps(knowledge, search, analyzer), knowledge.hint_if_empty)
    container = Container(
        settings=settings,
        clock=clock,
        session_factory=records.session_factory,
        cipher=records.cipher,
        throttle=SignInThrottle(records.session_factory, clock),
        accounts=accounts,
        conversations=conversations,
        attaching=attaching_factory(records.cipher, conversations, clock, attachments),
        shares=sharing_factory(conversations, clock),
        asking=AskingService(
            records.session_factory,
            conversations,
            answering,
            Conversation(search.tokenizer, SnapshotDocuments(search.retriever)),
            _answering_beside(search, attachments, clock, installation, writer),
            clock,
            language_model,
        ),
        governance=governance,
        programmes=programmes,
        readiness=warm_up,
        language_model=language_model,
    )
    return Application(
        installation=installation,
        **vars(records),
        **vars(search),
        knowledge=knowledge,
        programmes=programmes,
        answering=answering,
        warm_up=warm_up,
        language_model=language_model,
        container=container,
    )


def _make_knowledge(
    records: _Records, search: _Search, clock: Clock, installation: Installation
) -> KnowledgeService:
    return KnowledgeService(
        records.session_factory,
        clock,
        IndexParts(search.embedder, search.vectors, search.tokenizer),
        search.retriever,
        IngestRules(load_paths, screened(why_held, search.screen), installation.demo, LoadLimits()),
    )


def _open_records(settings: Settings) -> _Records:
    migrate(settings.sqlalchemy_url)
    engine = make_engine(settings.sqlalchemy_url)
    cipher = open_cipher(settings.secret_key, settings.data_dir)
    return _Records(engine, make_session_factory(engine), cipher)


def _make_search(settings: Settings, given: Overrides, store_lock: StoreLock) -> _Search:
    embedder = given.embedder or make_embedder(settings, settings.embedding_model)
    reader = make_reader(settings, embedder)
    folder = settings.data_dir / VECTORS_FOLDER
    vectors = given.vectors or DeferredVectorStore(lambda: _open_vectors(folder, store_lock))
    tokenizer = given.tokenizer or SudachiWords()
    retriever = _make_retriever(settings, embedder, tokenizer, vectors)
    screen = given.screen or make_screen(settings, reader)
    return _Search(embedder, vectors, tokenizer, retriever, reader, screen, store_lock)


def _make_retriever(
    settings: Settings, embedder: Embedder, tokenizer: Tokenizer, vectors: VectorStore
) -> Retriever:
    return Retriever(
        embedder,
        vectors,
        tokenizer,
        background_questions=background_questions(),
        weights=weights_for(settings.embedding_model),
        vocabulary=load_vocabulary(),
    )


def _open_vectors(folder: Path, store_lock: StoreLock) -> VectorStore:
    store_lock.acquire()
    try:
        return ChromaVectorStore.open(folder)
    except Exception as error:
        explained = explain_store_failure(error)
        if explained is None:
            raise
        raise explained from error


def _make_answering(
    search: _Search,
    clock: Clock,
    installation: Installation,
    writer: AnswerWriter | None,
    joined: Search | None = None,
) -> AnsweringService:
    answering = ExtractiveAnswering(
        joined or search.retriever,
        search.tokenizer,
        clock,
        desk=installation.first_desk,
        aligner=Aligner(search.reader),
        writer=writer,
    )
    return ScreenedAnswering(answering, search.screen)


def _account_factory(
    given: Passwords | None, clock: Clock, session_hours: int
) -> Callable[[Session], AccountService]:
    passwords = given or Passwords()

    def make(session: Session) -> AccountService:
        return AccountService(AccountRepository(session), passwords, clock, session_hours)

    return make


def _attachment_search(settings: Settings, search: _Search) -> AttachmentSearch:
    make = partial(_make_retriever, settings, search.embedder, search.tokenizer)
    return AttachmentSearch(search.embedder, search.tokenizer, search.retriever, make)


def _answering_beside(
    search: _Search,
    attachments: AttachmentSearch,
    clock: Clock,
    installation: Installation,
    writer: AnswerWriter,
) -> AnsweringBeside:
    def beside(documents: Sequence[AttachedDocument]) -> AnsweringService:
        joined = attachments.beside([as_attached(document) for document in documents])
        return _make_answering(search, clock, installation, writer, joined)

    return beside


def _warm_up_steps(knowledge: KnowledgeService, search: _Search, analyzer: Analyzer) -> list[Step]:
    """A server downloads nothing: a missing model is said, with the command that pulls it."""

    def open_index(_say: Say) -> None:
        with collector.paused():
            knowledge.publish()

    def load_model(_say: Say) -> None:
        with collector.paused():
            search.tokenizer.tokenize("準備")
            search.retriever.warm_up()

    def load_analyzer(_say: Say) -> None:
        with collector.paused():
            analyzer.analyze("準備")

    def prepare_screen(_say: Say) -> None:
        with collector.paused():
            search.screen.warm_up()

    return [
        Step("文書の索引を開いています。", open_index),
        Step("検索モデルを読み込んでいます（数秒から十数秒かかります）。", load_model),
        Step("個人情報を見分ける辞書を読み込んでいます。", load_analyzer),
        Step("不正な命令を見分ける準備をしています（初回は1分ほどかかります）。", prepare_screen),
    ]
