"""Documents given to a conversation: read by the loaders of ingest, kept encrypted as text."""

import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from app.answering.attached import Attached
from app.chat.models import Attachment
from app.chat.records import AttachedDocument, AttachedPage, Vault
from app.chat.repository import ConversationRepository
from app.chat.service import ConversationGoneError, ConversationService
from app.clock import Clock
from app.errors import BadInputError, NotFoundError
from guardrails.classification import classify, highest
from ingest.document import LoadedDocument, LoadFailure, LoadLimits, Page
from ingest.loaders import load_paths

ATTACHMENT_PREFIX = "attachment:"
MAX_FILE_BYTES = 10 * 1024 * 1024
MAX_ATTACHMENTS = 5
LEVELS = ("L1", "L2", "L3", "L4")
SUFFIXES = (".txt", ".md", ".pdf", ".docx", ".xlsx", ".pptx", ".csv")
# Read once by a person who waits for it, so far less than what an ingest may hold.
_LIMITS = LoadLimits(max_file_bytes=MAX_FILE_BYTES, max_pages=200, max_chars=100_000,
                     max_unzipped_bytes=60 * 1024 * 1024)  # fmt: skip
_MAX_NAME_CHARS = 120


class AttachingService:
    def __init__(
        self,
        repository: ConversationRepository,
        conversations: ConversationService,
        vault: Vault,
        clock: Clock,
        forget: Callable[[str], None],
    ) -> None:
        self._repository = repository
        self._conversations = conversations
        self._vault = vault
        self._clock = clock
        self._forget = forget

    def attach(
        self, user_id: int, conversation_id: str | None, level: str, document: AttachedDocument
    ) -> str:
        """Keep it in the conversation, or in a new one; returns the conversation.

        Marks made on it raise the level that the person chose.
        """
        if level not in LEVELS:
            raise BadInputError("機密性のレベル（L1〜L4）を選んでください")
        text = "\f".join(page.text for page in document.pages)
        level = highest(level, classify(text, "document").level)
        if conversation_id is None:
            conversation_id = uuid.uuid4().hex
            self._conversations.open_new(user_id, conversation_id)
        elif self._repository.conversation(conversation_id, user_id) is None:
            raise ConversationGoneError
        if self._repository.share_of(conversation_id) is not None:
            raise BadInputError("共有中の会話には添付できません。先に共有をやめてください")
        if len(self._repository.attachments(conversation_id)) >= MAX_ATTACHMENTS:
            raise BadInputError(f"添付は1つの会話に{MAX_ATTACHMENTS}件までです")
        row = Attachment(
            id=uuid.uuid4().hex,
            conversation_id=conversation_id,
            user_id=user_id,
            created_at=self._clock(),
            level=level,
        )
        row.ciphertext = self._vault.seal_attachment(row, document)
        self._repository.add(row)
        return conversation_id

    def remove(self, attachment_id: str, user_id: int) -> str:
        conversation_id = self._repository.remove_attachment(attachment_id, user_id)
        if conversation_id is None:
            raise NotFoundError("この添付は見つかりません。すでに外されています")
        self._forget(attachment_id)
        return conversation_id


def as_attached(document: AttachedDocument) -> Attached:
    """As the search takes it."""
    pages = tuple(Page(page.number, page.text, page.title) for page in document.pages)
    loaded = LoadedDocument(document.id, document.name, document.name, document.kind, pages)
    return Attached(f"{ATTACHMENT_PREFIX}{document.id}", document.level, loaded)


def read_document(name: str, content: bytes) -> AttachedDocument:
    """The text of an uploaded file. Raises BadInputError with the loader's advice."""
    shown = PurePosixPath(name.replace("\\", "/")).name[-_MAX_NAME_CHARS:] or "添付"
    suffix = PurePosixPath(shown).suffix.lower()
    if suffix not in SUFFIXES:
        raise BadInputError(f"添付できるのは {'、'.join(SUFFIXES)} のファイルです")
    if not content:
        raise BadInputError("ファイルが空です。内容のあるファイルを選んでください")
    with tempfile.TemporaryDirectory(prefix="yorisoi-") as folder:  # only its owner may look in
        path = Path(folder, f"attachment{suffix}")
        path.write_bytes(content)
        found = next(iter(load_paths([path], _LIMITS)), None)
    if not isinstance(found, LoadedDocument):
        reason = found.reason if isinstance(found, LoadFailure) else "読める文書がありません。"
        raise BadInputError(f"添付を読めませんでした。{reason}".rstrip("。"))
    pages = tuple(AttachedPage(page.ordinal, page.title, page.text) for page in found.pages)
    if not any(page.text.strip() for page in pages):
        raise BadInputError("添付に文字がありません。画像だけの文書は読めません")
    return AttachedDocument("", "", shown, found.kind, "", pages)
