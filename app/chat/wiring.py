"""How the services of conversations are put together. Called by `app.bootstrap`."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from app.answering.attached import AttachmentSearch
from app.chat.attaching import ATTACHMENT_PREFIX, AttachingService
from app.chat.records import Vault
from app.chat.repository import ConversationRepository
from app.chat.service import ConversationService
from app.chat.sharing import SharingService
from app.clock import Clock
from app.security import Cipher


def conversation_factory(
    cipher: Cipher, clock: Clock, question_days: int
) -> Callable[[Session], ConversationService]:
    vault = Vault(cipher)

    def make(session: Session) -> ConversationService:
        return ConversationService(ConversationRepository(session), vault, clock, question_days)

    return make


def attaching_factory(
    cipher: Cipher,
    conversations: Callable[[Session], ConversationService],
    clock: Clock,
    attachments: AttachmentSearch,
) -> Callable[[Session], AttachingService]:
    def forget(attachment_id: str) -> None:
        attachments.forget(f"{ATTACHMENT_PREFIX}{attachment_id}")

    def make(session: Session) -> AttachingService:
        repository = ConversationRepository(session)
        return AttachingService(repository, conversations(session), Vault(cipher), clock, forget)

    return make


def sharing_factory(
    conversations: Callable[[Session], ConversationService], clock: Clock
) -> Callable[[Session], SharingService]:
    return lambda session: SharingService(
        ConversationRepository(session), conversations(session), clock
    )
