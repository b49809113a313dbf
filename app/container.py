"""What the web is given by `app.bootstrap`: one object, filled once, the same for every request."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

from sqlalchemy.orm import Session, sessionmaker

from app.accounts.service import AccountService
from app.accounts.throttle import SignInThrottle
from app.chat.asking import AskingService
from app.chat.attaching import AttachingService
from app.chat.service import ConversationService
from app.chat.sharing import SharingService
from app.clock import Clock
from app.governance.service import Governance
from app.language_model import LanguageModelProbe, NoLanguageModel
from app.security import Cipher
from app.settings import Settings
from rag.passage import Audience


@dataclass(frozen=True)
class Readiness:
    """`message` says in Japanese what is being waited for."""

    ready: bool
    message: str = ""


class ReadinessProbe(Protocol):
    def state(self) -> Readiness:
        """Whether questions can be answered now. Quick, and never loads anything itself."""


@dataclass(frozen=True)
class ProgrammeRow:
    """A support programme as its document states it; an empty text means: not stated."""

    name: str
    target: str
    subsidy_rate: str
    limit: str
    deadline: str
    document_id: str
    document_title: str
    page: int | None = None
    is_expired: bool = False
    is_demo: bool = False


@dataclass(frozen=True)
class Block:
    """A piece of a document's text. `rows` are a table's, the first of them its header."""

    kind: Literal["heading", "paragraph", "list", "table"]
    text: str = ""
    items: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class PageText:
    """One page or slide; `number` is the printed one, or None where there are no pages."""

    number: int | None
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class PageView:
    """A live document, whole or one page of it."""

    document_id: str
    title: str
    pages: tuple[PageText, ...]
    page_count: int
    issuer: str = ""
    document_number: str = ""
    source: str = ""
    published: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    is_expired: bool = False
    is_demo: bool = False


class Programmes(Protocol):
    def list_programmes(self, audience: Audience) -> Sequence[ProgrammeRow]: ...

    def page(self, document_id: str, page: int | None, audience: Audience) -> PageView | None:
        """One page of a live document, or all pages for None.

        None when there is no such thing, or not for that audience.
        """


@dataclass(frozen=True)
class Container:
    settings: Settings
    clock: Clock
    session_factory: sessionmaker[Session]
    cipher: Cipher
    throttle: SignInThrottle
    accounts: Callable[[Session], AccountService]
    conversations: Callable[[Session], ConversationService]
    shares: Callable[[Session], SharingService]
    attaching: Callable[[Session], AttachingService]
    asking: AskingService
    governance: Governance
    programmes: Programmes
    readiness: ReadinessProbe
    language_model: LanguageModelProbe = field(default_factory=NoLanguageModel)
