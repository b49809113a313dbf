"""A whole application on a real database, with fakes only for what is not ours to test here."""

from __future__ import annotations

import os
import re
import shutil
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Engine, create_engine, delete, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from app.accounts.models import SignInAttempt, User
from app.accounts.passwords import Passwords
from app.accounts.repository import AccountRepository
from app.accounts.roles import Role
from app.accounts.service import AccountService
from app.accounts.throttle import SignInThrottle
from app.answering.answer import Answer, Citation, Completed, Event, Evidence, Failed, Retrieved
from app.answering.conversation import Conversation, NoDocuments
from app.chat.asking import AskingService
from app.chat.attaching import AttachingService
from app.chat.records import AttachedDocument, Vault
from app.chat.repository import ConversationRepository
from app.chat.service import ConversationService
from app.chat.sharing import SharingService
from app.container import Block, Container, PageText, PageView, ProgrammeRow, Readiness
from app.db import make_engine, make_session_factory, migrate, transaction
from app.governance.models import ProviderChange, ProviderRow, RiskSignal
from app.governance.wiring import make_governance
from app.language_model import LanguageModelState, LanguageModelStatus
from app.main import create_app
from app.security import Cipher
from app.settings import Settings
from rag.tokenizer import SudachiWords

POSTGRESQL_URL = os.environ.get("YORISOI_TEST_POSTGRESQL_URL", "")
POSTGRESQL_SCHEMA = "yorisoi_test"
KEY = "pNsWXl1GmWnbfRSyrPuHRRlPzIb4lsXGFROPYBFq5W4="
NOW = datetime(2026, 11, 23, 0, 5, tzinfo=UTC)

CITATION = Citation(
    document_id="guides/chiiki-digital.md",
    title="地域社会DX推進パッケージ事業の概要",
    section="補助事業 > 補助率",
    page=19,
    quote="補助対象経費の1/2",
    passage="<補助率> 補助対象経費の 1/2\n補助金額に上限はありません。",
    issuer="総務省",
    source="000_seed.txt",
    published=date(2025, 11, 26),
)
ANSWER = Answer(
    status="answered",
    text="補助率は、補助対象経費の1/2です。",
    premise="none",
    citations=(CITATION,),
    nearest=(),
    notices=(),
    provider="extractive",
    generated=0,
    ms=412.0,
)
AS_TYPED = Conversation(SudachiWords(), NoDocuments())
ABSTENTION = replace(
    ANSWER,
    status="abstained",
    text="取り込んだ資料には見当たりませんでした。所管課へお問い合わせください。",
    citations=(),
    nearest=(CITATION,),
)


class MovableClock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **spans: float) -> None:
        self.now += timedelta(**spans)


class EnqueuedAnswering:
    """Answers with what was enqueued, else with `ANSWER`; remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: deque[Answer | Failed | Exception] = deque()
        self.asked: list[tuple[str, str]] = []
        self.attached: list[str] = []
        self.levels: list[str] = []
        self.forgotten: list[str] = []

    def beside(self, documents: Sequence[AttachedDocument]) -> EnqueuedAnswering:
        self.attached += [document.name for document in documents]
        return self

    def ask(self, question: str, *, audience: str, level: str, **_more: str) -> Iterator[Event]:
        self.asked.append((question, audience))
        self.levels.append(level)
        answer = self.answers.popleft() if self.answers else ANSWER
        if isinstance(answer, Exception):
            raise answer
        yield Retrieved((), 1.0)
        if isinstance(answer, Failed):
            yield answer
            return
        yield Evidence(answer)
        yield Completed(answer)


@dataclass
class ListedProgrammes:
    rows: list[ProgrammeRow] = field(default_factory=list)
    documents: dict[str, PageView] = field(default_factory=dict)

    def list_programmes(self, audience: str) -> list[ProgrammeRow]:
        assert audience == "staff"
        return self.rows

    def page(self, document_id: str, page: int | None, audience: str) -> PageView | None:
        assert audience == "staff"
        document = self.documents.get(document_id)
        if document is None or page is None:
            return document
        pages = tuple(part for part in document.pages if part.number == page)
        return replace(document, pages=pages) if pages else None


@dataclass
class SettableReadiness:
    now: Readiness = field(default_factory=lambda: Readiness(ready=True))

    def state(self) -> Readiness:
        return self.now


@dataclass
class SettableLanguageModel:
    now: LanguageModelStatus = field(
        default_factory=lambda: LanguageModelStatus(LanguageModelState.OFF)
    )

    def status(self) -> LanguageModelStatus:
        return self.now


def cheap_passwords() -> Passwords:
    return Passwords(PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),)))


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "yorisoi.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A schema of its own in the given database, which may hold other things."""
    admin = create_engine(make_url(POSTGRESQL_URL).set(drivername="postgresql+psycopg"))
    with admin.begin() as connection:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {POSTGRESQL_SCHEMA} CASCADE"))
        connection.execute(text(f"CREATE SCHEMA {POSTGRESQL_SCHEMA}"))
    url = make_url(POSTGRESQL_URL).update_query_dict(
        {"options": f"-csearch_path={POSTGRESQL_SCHEMA}"}
    )
    rendered = url.render_as_string(hide_password=False)
    migrate(rendered)
    yield rendered
    with admin.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {POSTGRESQL_SCHEMA} CASCADE"))
    admin.dispose()


# Without a PostgreSQL each test runs once, and test_migrations.py says in one line what is missing.
DATABASES = [
    "sqlite",
    *([pytest.param("postgresql", marks=pytest.mark.integration)] if POSTGRESQL_URL else []),
]


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path, migrated_file: Path) -> str:
    if request.param == "sqlite":
        shutil.copy(migrated_file, tmp_path / "yorisoi.db")
        return f"sqlite:///{tmp_path / 'yorisoi.db'}"
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(delete(User))  # sessions and questions go with it
            connection.execute(delete(SignInAttempt))
            connection.execute(delete(RiskSignal))
            connection.execute(delete(ProviderChange))
            connection.execute(delete(ProviderRow).where(ProviderRow.name != "local"))
    engine.dispose()


@pytest.fixture
def session_factory(engine: Engine) -> sessionmaker[Session]:
    return make_session_factory(engine)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def answering() -> EnqueuedAnswering:
    return EnqueuedAnswering()


@pytest.fixture
def programmes() -> ListedProgrammes:
    row = ProgrammeRow(
        name="地域デジタル基盤活用推進事業（補助）",
        target="地方公共団体など",
        subsidy_rate="1/2",
        limit="上限なし",
        deadline="令和8年3月31日",
        document_id="guides/chiiki-digital.md",
        document_title="地域社会DX推進パッケージ事業の概要",
        page=19,
    )
    expired = replace(row, name="旧・光ファイバ整備事業", is_expired=True, is_demo=True)
    document = PageView(
        document_id="guides/chiiki-digital.md",
        title="地域社会DX推進パッケージ事業の概要",
        pages=(
            PageText(18, "対象", (Block("paragraph", "地方公共団体など"),)),
            PageText(
                19,
                "補助率",
                (
                    Block("heading", "補助率"),
                    Block("paragraph", "補助対象経費の 1/2"),
                    Block("list", items=("通信機器", "センサー")),
                    Block("table", rows=(("区分", "率"), ("補助", "1/2"))),
                ),
            ),
        ),
        page_count=2,
        issuer="総務省",
        published=date(2025, 11, 26),
    )
    return ListedProgrammes([row, expired], {document.document_id: document})


@pytest.fixture
def readiness() -> SettableReadiness:
    return SettableReadiness()


@pytest.fixture
def language_model() -> SettableLanguageModel:
    return SettableLanguageModel()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(
        _env_file=None, data_dir=tmp_path, database_url=database_url, secret_key=KEY, llm="off"
    )


@pytest.fixture
def container(
    *,
    settings: Settings,
    session_factory: sessionmaker[Session],
    clock: MovableClock,
    answering: EnqueuedAnswering,
    programmes: ListedProgrammes,
    readiness: SettableReadiness,
    language_model: SettableLanguageModel,
) -> Container:
    cipher = Cipher([KEY])
    passwords = cheap_passwords()

    def accounts(session: Session) -> AccountService:
        return AccountService(AccountRepository(session), passwords, clock, settings.session_hours)

    def conversations(session: Session) -> ConversationService:
        return ConversationService(
            ConversationRepository(session), Vault(cipher), clock, settings.question_days
        )

    return Container(
        settings=settings,
        clock=clock,
        session_factory=session_factory,
        cipher=cipher,
        throttle=SignInThrottle(session_factory, clock),
        accounts=accounts,
        conversations=conversations,
        shares=lambda session: SharingService(
            ConversationRepository(session), conversations(session), clock
        ),
        asking=AskingService(
            session_factory,
            conversations,
            answering,
            AS_TYPED,
            answering.beside,
            clock,
            language_model,
        ),
        attaching=lambda session: AttachingService(
            ConversationRepository(session),
            conversations(session),
            Vault(cipher),
            clock,
            answering.forgotten.append,
        ),
        governance=make_governance(session_factory, clock, "local"),
        programmes=programmes,
        readiness=readiness,
        language_model=language_model,
    )


@pytest.fixture(scope="session")
def built_apps() -> list[FastAPI]:
    return []


@pytest.fixture
def app(container: Container, built_apps: list[FastAPI]) -> FastAPI:
    """Built once, for FastAPI takes 0.1 s to do it; what a test changes is all in the container."""
    if not built_apps:
        built_apps.append(create_app(container))
    built_apps[0].state.container = container
    return built_apps[0]


class Browser:
    """What a person's browser does: keeps cookies, and sends forms with their hidden token."""

    def __init__(self, app: FastAPI, host: str = "localhost") -> None:
        self.client = TestClient(
            app, base_url=f"http://{host}", follow_redirects=False, headers={"accept": "text/html"}
        )
        self.get = self.client.get

    def token(self, path: str = "/") -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(path).text)
        assert found, f"no form on {path}"
        return found[1]

    def post(self, path: str, data: dict[str, str] | None = None, *, on: str = "/password"):
        return self.client.post(path, data={"csrf_token": self.token(on), **(data or {})})

    def sign_in(self, username: str, password: str, **more: str):
        data = {"username": username, "password": password, **more}
        return self.post("/signin", data, on="/signin")

    def ask(self, question: str):
        return self.post("/questions", {"question": question})


@pytest.fixture
def people(container: Container) -> dict[Role, tuple[str, str]]:
    """One account a role: username and password."""
    with transaction(container.session_factory) as session:
        accounts = container.accounts(session).ensure_demo_accounts()
    by_label = {role.label: role for role in Role}
    return {by_label[a.role_label]: (a.username, a.password) for a in accounts}


@pytest.fixture
def browser_of(app: FastAPI, people: dict[Role, tuple[str, str]]):
    def make(role: Role) -> Browser:
        browser = Browser(app)
        assert browser.sign_in(*people[role]).status_code == 303
        return browser

    return make


@pytest.fixture
def nobody(app: FastAPI) -> Browser:
    return Browser(app)


@pytest.fixture
def staff(browser_of) -> Browser:
    return browser_of(Role.STAFF)


@pytest.fixture
def admin(browser_of) -> Browser:
    return browser_of(Role.SYSTEM_ADMIN)


@pytest.fixture
def an_answer() -> Answer:
    return ANSWER


@pytest.fixture
def an_abstention() -> Answer:
    return ABSTENTION


@pytest.fixture
def a_citation() -> Citation:
    return CITATION
