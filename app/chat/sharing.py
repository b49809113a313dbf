"""Sharing within the office: a link, and who may read by it. Readers change nothing."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from app.chat.models import Share, ShareReader
from app.chat.records import AskedQuestion
from app.chat.repository import ConversationRepository
from app.chat.service import ConversationGoneError, ConversationService, OpenConversation
from app.clock import Clock
from app.errors import BadInputError, NotFoundError

MAX_READERS = 50
_TOO_HIGH = frozenset({"L3", "L4"})


@dataclass(frozen=True)
class Sharing:
    """How a conversation is shared. `reader_ids` is empty where everyone may read."""

    link_id: str
    is_for_everyone: bool
    reader_ids: frozenset[int]

    @property
    def path(self) -> str:
        return f"/shared/{self.link_id}"


class SharingService:
    def __init__(
        self, repository: ConversationRepository, conversations: ConversationService, clock: Clock
    ) -> None:
        self._repository = repository
        self._conversations = conversations
        self._clock = clock

    def sharing_of(self, conversation_id: str) -> Sharing | None:
        share = self._repository.share_of(conversation_id)
        if share is None:
            return None
        readers = frozenset(self._repository.readers(share.id))
        return Sharing(share.id, share.is_for_everyone, readers)

    def share(
        self, conversation_id: str, user_id: int, *, everyone: bool, readers: Sequence[int] = ()
    ) -> None:
        """Give a new link; one that was there ends, with whoever had it."""
        row = self._repository.conversation(conversation_id, user_id)
        if row is None:
            raise ConversationGoneError
        others = set(readers) - {user_id}
        if not everyone and not others:
            raise BadInputError("共有する職員のユーザー名を入力してください")
        if len(others) > MAX_READERS:
            raise BadInputError(f"共有できるのは{MAX_READERS}人までです")
        read = self._conversations.read(conversation_id, user_id)
        if _TOO_HIGH & {turn.level for turn in read.turns if isinstance(turn, AskedQuestion)}:
            raise BadInputError("機密性L3の質問がある会話は共有できません")
        if _TOO_HIGH & {each.level for each in self._repository.attachments(conversation_id)}:
            raise BadInputError(
                "機密性の高い添付（L3・L4）がある会話は共有できません。添付を外してください"
            )
        self._repository.end_share(conversation_id)
        link = f"{uuid.uuid4().hex}{uuid.uuid4().hex}"
        self._repository.add(
            Share(
                id=link,
                conversation_id=conversation_id,
                is_for_everyone=everyone,
                created_at=self._clock(),
            )
        )
        for reader in sorted(others) if not everyone else ():
            self._repository.add(ShareReader(share_id=link, user_id=reader))

    def revoke(self, conversation_id: str, user_id: int) -> None:
        if self._repository.conversation(conversation_id, user_id) is None:
            raise ConversationGoneError
        self._repository.end_share(conversation_id)

    def read(self, link_id: str, user_id: int) -> OpenConversation:
        row = self._repository.shared(link_id, user_id)
        if row is None:
            raise NotFoundError(
                "この共有は見つかりません。共有が終わったか、あなたには共有されていません"
            )
        return self._conversations.open(row)
