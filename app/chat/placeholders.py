"""The maps of conversations from values to placeholders, as they are kept: encrypted."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from app.answering.masking import Analyzer, Leak, Masking
from app.chat.models import PlaceholderMap
from app.chat.records import Vault
from app.chat.repository import ConversationRepository
from app.clock import Clock
from app.db import transaction, unavailable
from app.errors import YorisoiError
from app.security import Cipher, DecryptionError
from guardrails.pii.vault import PlaceholderVault, VaultRules
from rag.generator import PROMPT_VERSION
from rag.prompt import load_prompt

logger = logging.getLogger(__name__)

T = TypeVar("T")

_TRIES = 20
_NOTHING_YET = 0


def make_masking(
    session_factory: sessionmaker[Session],
    cipher: Cipher,
    clock: Clock,
    analyzer: Analyzer,
    on_leak: Callable[[Leak], None] | None = None,
) -> Masking:
    """Masking by maps that are kept. What `analyzer` does not find leaves as it is."""
    rules = VaultRules(own_text=load_prompt("answer", PROMPT_VERSION).fixed_text)
    vaults = KeptVaults(session_factory, Vault(cipher), clock, rules)
    return Masking(analyzer, vaults, on_leak or _log_leak)


def _log_leak(leak: Leak) -> None:
    found = " ".join(leak.labels) or "a guard failed"
    logger.critical("a request to the language model was stopped: %s", found)


class PlaceholdersBusyError(YorisoiError):
    status_code = HTTPStatus.CONFLICT

    def __init__(self) -> None:
        super().__init__(
            "この会話は、削除されたか、ほかの画面で処理中です。しばらく待ってからお試しください"
        )


class KeptVaults:
    """One map for each conversation, never one for two. Safe between threads and processes."""

    def __init__(
        self,
        session_factory: sessionmaker[Session],
        sealed: Vault,
        clock: Clock,
        rules: VaultRules | None = None,
    ) -> None:
        self._session_factory = session_factory
        self._sealed = sealed
        self._clock = clock
        self._rules = rules or VaultRules()

    def change(
        self, conversation_id: str | None, change: Callable[[PlaceholderVault], T]
    ) -> tuple[PlaceholderVault, T]:
        """As `app.answering.masking.Vaults`. The conversation must be there already."""
        for _try in range(_TRIES):
            vault, version = self._read(conversation_id)
            before = vault.dumps()
            result = change(vault)
            is_kept = conversation_id is None or vault.dumps() == before
            if is_kept or self._keep(str(conversation_id), vault.dumps(), version):
                return vault, result
        raise PlaceholdersBusyError

    def _read(self, conversation_id: str | None) -> tuple[PlaceholderVault, int]:
        if conversation_id is None:
            return PlaceholderVault(self._rules), _NOTHING_YET
        with transaction(self._session_factory) as session:
            row = ConversationRepository(session).placeholder_map(conversation_id)
        if row is None:
            return PlaceholderVault(self._rules), _NOTHING_YET
        try:
            text = self._sealed.open_placeholders(row)
            return PlaceholderVault.loads(text, self._rules), row.version
        except (DecryptionError, ValueError):  # its key is gone: what it stood for is, too
            return PlaceholderVault(self._rules), row.version

    def _keep(self, conversation_id: str, placeholders: str, version: int) -> bool:
        ciphertext = self._sealed.seal_placeholders(conversation_id, placeholders)
        try:
            with transaction(self._session_factory) as session:
                repository = ConversationRepository(session)
                if version != _NOTHING_YET:
                    return repository.replace_placeholder_map(
                        conversation_id, ciphertext, version=version
                    )
                row = PlaceholderMap(
                    conversation_id=conversation_id,
                    created_at=self._clock(),
                    version=_NOTHING_YET + 1,
                    ciphertext=ciphertext,
                )
                repository.add(row)
                return True
        except IntegrityError:  # somebody was faster, or the conversation is gone
            return False
        except DBAPIError as error:
            raise unavailable(error) or error from error
