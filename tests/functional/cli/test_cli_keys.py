"""`yorisoi keys rotate`: what it says, and that nothing is lost by a wrong key."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet

from app.accounts.roles import Role
from app.bootstrap import build
from app.chat.models import Conversation
from app.chat.records import Vault
from app.db import transaction
from app.settings import Settings

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def named(yorisoi, monkeypatch) -> None:
    """A conversation whose name was encrypted with the old key."""
    monkeypatch.setenv("YORISOI_SECRET_KEY", OLD)
    application = build(Settings(data_dir=yorisoi.data_dir), overrides=yorisoi.overrides)
    with application.open_accounts() as accounts:
        accounts.add_user("hanako", "花子", Role.STAFF)
    with transaction(application.session_factory) as session:
        now = datetime(2026, 11, 23, tzinfo=UTC)
        row = Conversation(id="a" * 32, user_id=1, created_at=now, updated_at=now)
        row.ciphertext = Vault(application.cipher).seal_name(row, "霧野さんの件")
        session.add(row)
    application.close()


def test_old_key_can_be_given_up_after_rotating(yorisoi, named, monkeypatch):
    monkeypatch.setenv("YORISOI_SECRET_KEY", f"{NEW},{OLD}")
    ran = yorisoi("keys", "rotate")
    assert (ran.status, ran.out) == (0, "")
    assert "1 件を暗号化し直しました" in ran.err
    assert "外せます" in ran.err

    monkeypatch.setenv("YORISOI_SECRET_KEY", NEW)
    again = yorisoi("keys", "rotate")
    assert again.status == 0
    assert "0 件を暗号化し直しました（先頭の鍵のものは 1 件）" in again.err


def test_forgetting_the_old_key_is_told_and_loses_nothing(yorisoi, named, monkeypatch):
    monkeypatch.setenv("YORISOI_SECRET_KEY", NEW)
    ran = yorisoi("keys", "rotate")
    assert ran.status == 1
    assert "前の鍵を YORISOI_SECRET_KEY の後ろに加えて" in ran.err
    assert "外せます" not in ran.err

    monkeypatch.setenv("YORISOI_SECRET_KEY", f"{NEW},{OLD}")
    assert yorisoi("keys", "rotate").status == 0
