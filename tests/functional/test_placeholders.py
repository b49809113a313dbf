"""The maps of conversations: encrypted, kept apart, and gone with what they belong to."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import LargeBinary, select, update

from app.accounts.models import User
from app.chat.models import Conversation, PlaceholderMap, Question
from app.chat.placeholders import KeptVaults, PlaceholdersBusyError
from app.chat.records import Vault
from app.db import Base, transaction
from app.key_rotation import rotate_keys
from app.security import Cipher, DecryptionError
from guardrails.verdict import Finding

CONVERSATIONS = [f"{number:032x}" for number in range(8)]
NAME = "霧野花子"


@pytest.fixture
def vaults(container, people) -> KeptVaults:
    with transaction(container.session_factory) as session:
        user_id = session.query(User).first().id
        for conversation_id in CONVERSATIONS:
            container.conversations(session).open_new(user_id, conversation_id)
    return kept_vaults(container)


def kept_vaults(container, cipher: Cipher | None = None) -> KeptVaults:
    sealed = Vault(cipher or container.cipher)
    return KeptVaults(container.session_factory, sealed, container.clock)


def mask(vaults: KeptVaults, conversation_id: str | None, name: str) -> str:
    found = [Finding("PERSON", 0, len(name), 1.0)]
    _, masked = vaults.change(conversation_id, lambda vault: vault.mask(f"{name}さん", found))
    return masked


def values_of(vaults: KeptVaults, conversation_id: str) -> list[str]:
    vault, _ = vaults.change(conversation_id, lambda _vault: None)
    return [vault.value(key) for key in vault]


def rows(container) -> list[PlaceholderMap]:
    with transaction(container.session_factory) as session:
        return list(session.scalars(select(PlaceholderMap)))


def test_map_outlives_the_process_and_nothing_of_it_is_kept_in_clear(vaults, container, tmp_path):
    assert mask(vaults, CONVERSATIONS[0], NAME) == "〔氏名1〕さん"
    assert mask(kept_vaults(container), CONVERSATIONS[0], "月岡太郎") == "〔氏名2〕さん"
    assert mask(kept_vaults(container), CONVERSATIONS[0], NAME) == "〔氏名1〕さん"
    (row,) = rows(container)
    assert NAME.encode() not in row.ciphertext
    for path in tmp_path.glob("yorisoi.db*"):
        assert NAME.encode() not in path.read_bytes()
        assert NAME.encode("unicode_escape") not in path.read_bytes()


def test_conversation_without_personal_data_has_no_map(vaults, container):
    vaults.change(CONVERSATIONS[0], lambda vault: vault.mask("補助率は1/2です。", []))
    assert rows(container) == []


def test_without_a_conversation_nothing_is_kept(vaults, container):
    assert mask(vaults, None, NAME) == "〔氏名1〕さん"
    assert mask(vaults, None, "月岡太郎") == "〔氏名1〕さん"
    assert rows(container) == []


def test_eight_conversations_at_once_never_share_a_map(vaults):
    names = {each: [f"{each[-1]}家{turn}郎" for turn in "一二三四"] for each in CONVERSATIONS}
    together = threading.Barrier(len(CONVERSATIONS))

    def talk(conversation_id: str) -> list[str]:
        together.wait(30)
        return [mask(vaults, conversation_id, name) for name in names[conversation_id]]

    with ThreadPoolExecutor(len(CONVERSATIONS)) as pool:
        masked = list(pool.map(talk, CONVERSATIONS))

    assert masked == [[f"〔氏名{number}〕さん" for number in (1, 2, 3, 4)]] * len(CONVERSATIONS)
    for conversation_id in CONVERSATIONS:
        assert values_of(vaults, conversation_id) == names[conversation_id]


def test_turns_of_one_conversation_at_once_lose_nothing(vaults):
    names = [f"{number}田花子" for number in "一二三四五六七八"]
    together = threading.Barrier(len(names))

    def ask(name: str) -> str:
        together.wait(30)
        return mask(vaults, CONVERSATIONS[0], name)

    with ThreadPoolExecutor(len(names)) as pool:
        masked = list(pool.map(ask, names))

    assert len(set(masked)) == len(names)
    assert sorted(values_of(vaults, CONVERSATIONS[0])) == sorted(names)


def test_conversation_that_is_gone_gets_no_map(vaults, container):
    with pytest.raises(PlaceholdersBusyError):
        mask(vaults, "f" * 32, NAME)
    assert rows(container) == []


def test_map_is_erased_with_its_conversation(vaults, container, clock):
    mask(vaults, CONVERSATIONS[0], NAME)
    mask(vaults, CONVERSATIONS[1], NAME)
    with transaction(container.session_factory) as session:
        user_id = session.query(User).first().id
        container.conversations(session).delete(CONVERSATIONS[0], user_id)
    clock.advance(minutes=11)
    with transaction(container.session_factory) as session:
        container.conversations(session).erase_old()
    assert [row.conversation_id for row in rows(container)] == [CONVERSATIONS[1]]


def test_map_is_kept_no_longer_than_the_questions_it_is_made_of(vaults, container, clock):
    mask(vaults, CONVERSATIONS[0], NAME)
    clock.advance(days=container.settings.question_days - 1)
    mask(vaults, CONVERSATIONS[0], "月岡太郎")
    with transaction(container.session_factory) as session:
        container.conversations(session).erase_old()
    assert len(rows(container)) == 1
    clock.advance(days=1, seconds=1)
    with transaction(container.session_factory) as session:
        session.execute(update(Conversation).values(created_at=clock()))  # it goes on
        container.conversations(session).erase_old()
    assert rows(container) == []
    assert mask(vaults, CONVERSATIONS[0], "月岡太郎") == "〔氏名1〕さん"


def test_map_of_another_conversation_is_not_read(vaults, container):
    mask(vaults, CONVERSATIONS[0], NAME)
    mask(vaults, CONVERSATIONS[1], "月岡太郎")
    stolen = rows(container)[0].ciphertext
    with transaction(container.session_factory) as session:
        session.execute(update(PlaceholderMap).values(ciphertext=stolen))
    other = next(row for row in rows(container) if row.conversation_id == CONVERSATIONS[1])
    with pytest.raises(DecryptionError):
        Vault(container.cipher).open_placeholders(other)
    assert NAME not in values_of(vaults, CONVERSATIONS[1])


def test_map_whose_key_is_gone_begins_anew(vaults, container):
    mask(vaults, CONVERSATIONS[0], NAME)
    other_key = kept_vaults(container, Cipher([Fernet.generate_key().decode()]))
    assert mask(other_key, CONVERSATIONS[0], "月岡太郎") == "〔氏名1〕さん"


class TestRotation:
    @pytest.fixture
    def new_key(self) -> str:
        return Fernet.generate_key().decode()

    def test_all_that_is_kept_is_read_with_the_new_key_alone(
        self, container, staff, vaults, settings, new_key
    ):
        old_key = settings.secret_key.get_secret_value()
        assert staff.ask("補助率は？").status_code == 303
        with transaction(container.session_factory) as session:
            question = session.query(Question).one()
            conversation_id, user_id = question.conversation_id, question.user_id
            container.conversations(session).rename(conversation_id, user_id, "私の会話")
            container.conversations(session).rate(question.id, user_id, "up", "助かった")
        mask(vaults, conversation_id, NAME)

        done = rotate_keys(container.session_factory, Cipher([new_key, old_key]))
        assert (done.renewed, done.current, done.unreadable) == (4, 0, 0)
        again = rotate_keys(container.session_factory, Cipher([new_key]))
        assert (again.renewed, again.current, again.unreadable) == (0, 4, 0)
        assert values_of(kept_vaults(container, Cipher([new_key])), conversation_id) == [NAME]
        with transaction(container.session_factory) as session:
            kept = Vault(Cipher([new_key])).open_question(session.query(Question).one())
        assert (kept.question, kept.remarks.rating_reason) == ("補助率は？", "助かった")

    def test_what_no_key_opens_is_counted_and_left(self, container, vaults, new_key):
        mask(vaults, CONVERSATIONS[0], NAME)
        before = rows(container)[0].ciphertext
        done = rotate_keys(container.session_factory, Cipher([new_key]))
        assert (done.renewed, done.unreadable) == (0, 1)
        assert rows(container)[0].ciphertext == before

    def test_every_binary_column_is_one_that_rotation_knows_how_to_read(self):
        """A new one must be a token of the cipher too, or be left out there by name."""
        columns = {
            f"{table.name}.{column.name}"
            for table in Base.metadata.tables.values()
            for column in table.columns
            if isinstance(column.type, LargeBinary)
        }
        assert {name.partition(".")[2] for name in columns} <= {"ciphertext", "remarks"}
