import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.chat.models import Conversation, Question
from app.chat.records import (
    AskedQuestion,
    AttachedDocument,
    Confirmation,
    Rating,
    Remarks,
    Turn,
    UnreadableQuestion,
    Vault,
)
from app.chat.repository import ConversationRepository
from app.clock import Clock
from app.errors import BadInputError, NotFoundError

HISTORY_LENGTH = 200
RECENT_LENGTH = 20
UNDO_TIME = timedelta(minutes=10)
MAX_NAME_CHARS = 80
MAX_REASON_CHARS = 500
MAX_CORRECTION_CHARS = 8_000

_UNREADABLE = "（読めない会話）"
_EMPTY = "（まだ質問のない会話）"


class ConversationGoneError(NotFoundError):
    def __init__(self) -> None:
        super().__init__("この会話は見つかりません。削除されたか、アドレスが違います")


class QuestionGoneError(NotFoundError):
    def __init__(self) -> None:
        super().__init__("この質問は見つかりません。削除されたか、アドレスが違います")


@dataclass(frozen=True)
class ListedConversation:
    """`last` is the newest question of those that can be read, None where there is none."""

    id: str
    title: str
    updated_at: datetime
    is_bookmarked: bool
    turn_count: int
    is_readable: bool
    last: AskedQuestion | None


@dataclass(frozen=True)
class Recent:
    """A line in the list beside the conversation."""

    id: str
    title: str
    is_bookmarked: bool


@dataclass(frozen=True)
class History:
    conversations: tuple[ListedConversation, ...]
    deleted: tuple[ListedConversation, ...]


@dataclass(frozen=True)
class OpenConversation:
    """One conversation, as its owner or a reader sees it."""

    id: str
    owner_id: int
    title: str
    is_bookmarked: bool
    updated_at: datetime
    turns: tuple[Turn, ...]
    attachments: tuple[AttachedDocument, ...] = ()


class ConversationService:
    """What people do with their conversations, but for asking (`app.chat.asking`)."""

    def __init__(
        self, repository: ConversationRepository, vault: Vault, clock: Clock, question_days: int
    ) -> None:
        self._repository = repository
        self._vault = vault
        self._clock = clock
        self._kept_for = timedelta(days=question_days)

    def history(self, user_id: int, search: str = "", *, bookmarked: bool = False) -> History:
        """The newest conversations, filtered in memory: the database cannot read them."""
        rows = self._repository.newest(user_id, HISTORY_LENGTH, bookmarked=bookmarked)
        gone = self._repository.deleted_since(user_id, self._clock() - UNDO_TIME)
        turns = self._turns_of([*rows, *gone])
        words = _folded(search).split()
        listed = ((self._listed(row, turns[row.id]), turns[row.id]) for row in rows)
        return History(
            conversations=tuple(each for each, own in listed if _matches(each, own, words)),
            deleted=tuple(self._listed(row, turns[row.id]) for row in gone),
        )

    def recent(self, user_id: int) -> tuple[Recent, ...]:
        rows = self._repository.newest(user_id, RECENT_LENGTH)
        first = {
            question.conversation_id: self._vault.open_turn(question)
            for question in self._repository.first_questions([row.id for row in rows])
        }
        return tuple(
            Recent(row.id, self._title(row, [first[row.id]] if row.id in first else []),
                   row.is_bookmarked)
            for row in rows
        )  # fmt: skip

    def read(self, conversation_id: str, user_id: int) -> OpenConversation:
        return self.open(self._own(conversation_id, user_id))

    def open(self, row: Conversation) -> OpenConversation:
        """With all that is in it. Whether the person may see it was checked where it was found."""
        turns = [self._vault.open_turn(each) for each in self._repository.questions([row.id])]
        return OpenConversation(
            id=row.id,
            owner_id=row.user_id,
            title=self._title(row, turns),
            is_bookmarked=row.is_bookmarked,
            updated_at=row.updated_at,
            turns=tuple(turns),
            attachments=tuple(
                self._vault.open_attachment(each) for each in self._repository.attachments(row.id)
            ),
        )

    def question(self, question_id: str, user_id: int) -> AskedQuestion:
        """Raises DecryptionError where its key is gone."""
        return self._vault.open_question(self._own_question(question_id, user_id))

    def attachments(self, conversation_id: str, user_id: int) -> tuple[AttachedDocument, ...]:
        row = self._own(conversation_id, user_id)
        return tuple(map(self._vault.open_attachment, self._repository.attachments(row.id)))

    def conversation_of(self, question_id: str, user_id: int) -> str:
        return self._own_question(question_id, user_id).conversation_id

    def rename(self, conversation_id: str, user_id: int, name: str) -> None:
        """An empty name takes the own one away again."""
        row = self._own(conversation_id, user_id)
        if len(name) > MAX_NAME_CHARS:
            raise BadInputError(f"名前は{MAX_NAME_CHARS}文字までです（いまは{len(name)}文字）")
        sealed = self._vault.seal_name(row, name) if name else None
        self._repository.change(conversation_id, user_id, ciphertext=sealed)

    def bookmark(self, conversation_id: str, user_id: int, *, is_bookmarked: bool) -> None:
        if not self._repository.change(conversation_id, user_id, is_bookmarked=is_bookmarked):
            raise ConversationGoneError

    def delete(self, conversation_id: str, user_id: int) -> None:
        self.erase_old()
        if not self._repository.change(conversation_id, user_id, deleted_at=self._clock()):
            raise ConversationGoneError

    def restore(self, conversation_id: str, user_id: int) -> None:
        since = self._clock() - UNDO_TIME
        if not self._repository.restore(conversation_id, user_id, since):
            raise NotFoundError("元に戻せる時間（10分）を過ぎたため、この会話はもうありません")

    def rate(self, question_id: str, user_id: int, rating: Rating | None, reason: str) -> None:
        """A thumb, with why. None takes both back."""
        if len(reason) > MAX_REASON_CHARS:
            raise BadInputError(f"理由は{MAX_REASON_CHARS}文字までです（いまは{len(reason)}文字）")
        row = self._own_question(question_id, user_id)
        remarks = self._vault.open_question(row).remarks
        row.rating = rating
        self._remark(row, Remarks(remarks.correction, reason if rating else ""))

    def confirm(
        self, question_id: str, user_id: int, state: Confirmation, correction: str = ""
    ) -> None:
        """A person has checked this answer; a corrected one comes with the text to use."""
        if state is Confirmation.CORRECTED and not correction:
            raise BadInputError("修正した文章を入力してください")
        if len(correction) > MAX_CORRECTION_CHARS:
            raise BadInputError(f"修正した文章は{MAX_CORRECTION_CHARS:,}文字までです")
        row = self._own_question(question_id, user_id)
        remarks = self._vault.open_question(row).remarks
        is_checked = state is not Confirmation.UNCONFIRMED
        row.confirmation = state.value
        row.confirmed_at = self._clock() if is_checked else None
        kept = correction if state is Confirmation.CORRECTED else ""
        self._remark(row, Remarks(kept, remarks.rating_reason))

    def open_new(self, user_id: int, conversation_id: str) -> None:
        now = self._clock()
        self._repository.add(
            Conversation(id=conversation_id, user_id=user_id, created_at=now, updated_at=now)
        )

    def keep(self, user_id: int, asked: AskedQuestion, *, is_new_conversation: bool) -> None:
        """Store a question with what there is of its answer; again, once there is more."""
        row = self._repository.question(asked.id, user_id)
        if row is not None:
            row.status, row.ms = asked.answer.status, asked.answer.ms
            row.ciphertext = self._vault.seal_question(row, asked)
            return
        self.erase_old()
        if is_new_conversation:
            self.open_new(user_id, asked.conversation_id)
        elif not self._repository.change(asked.conversation_id, user_id, updated_at=self._clock()):
            raise ConversationGoneError
        row = Question(
            id=asked.id,
            conversation_id=asked.conversation_id,
            position=self._repository.next_position(asked.conversation_id),
            user_id=user_id,
            created_at=asked.created_at,
            status=asked.answer.status,
            ms=asked.answer.ms,
            confirmation=Confirmation.UNCONFIRMED.value,
        )
        row.ciphertext = self._vault.seal_question(row, asked)
        self._repository.add(row)

    def erase_old(self) -> None:
        """Remove for good what is past its undo time or its time of keeping."""
        now = self._clock()
        self._repository.erase(deleted_until=now - UNDO_TIME, created_until=now - self._kept_for)

    def _own(self, conversation_id: str, user_id: int) -> Conversation:
        row = self._repository.conversation(conversation_id, user_id)
        if row is None:
            raise ConversationGoneError
        return row

    def _own_question(self, question_id: str, user_id: int) -> Question:
        row = self._repository.question(question_id, user_id)
        if row is None:
            raise QuestionGoneError
        return row

    def _remark(self, row: Question, remarks: Remarks) -> None:
        is_empty = remarks == Remarks()
        row.remarks = None if is_empty else self._vault.seal_remarks(row, remarks)

    def _turns_of(self, rows: Sequence[Conversation]) -> dict[str, list[Turn]]:
        turns: dict[str, list[Turn]] = defaultdict(list)
        for row in self._repository.questions([row.id for row in rows]):
            turns[row.conversation_id].append(self._vault.open_turn(row))
        return turns

    def _listed(self, row: Conversation, turns: Sequence[Turn]) -> ListedConversation:
        readable = [turn for turn in turns if isinstance(turn, AskedQuestion)]
        return ListedConversation(
            id=row.id,
            title=self._title(row, turns),
            updated_at=row.updated_at,
            is_bookmarked=row.is_bookmarked,
            turn_count=len(turns),
            is_readable=bool(readable) or not turns,
            last=readable[-1] if readable else None,
        )

    def _title(self, row: Conversation, turns: Iterable[Turn]) -> str:
        name = self._vault.open_name(row)
        if name:
            return name
        turn = next(iter(turns), None)
        if turn is None:
            return _EMPTY
        return _UNREADABLE if isinstance(turn, UnreadableQuestion) else turn.question


def _matches(row: ListedConversation, turns: Iterable[Turn], words: Sequence[str]) -> bool:
    if not words:
        return True
    said = (
        f"{turn.question}\n{turn.answer.shown}" for turn in turns if isinstance(turn, AskedQuestion)
    )
    text = _folded("\n".join((row.title, *said)))
    return all(word in text for word in words)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
