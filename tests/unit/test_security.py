from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from app.errors import BadInputError, StoreUnavailableError
from app.security import (
    KEY_FILE_NAME,
    Cipher,
    DecryptionError,
    digest,
    is_same,
    open_cipher,
    random_password,
    random_token,
)


def key() -> str:
    return Fernet.generate_key().decode()


def test_text_comes_back():
    cipher = Cipher([key()])
    token = cipher.encrypt("鹿児島花子 👩‍👧")

    assert "花子".encode() not in token
    assert cipher.decrypt(token) == "鹿児島花子 👩‍👧"


def test_first_key_writes_and_all_keys_read():
    old, new = key(), key()
    token = Cipher([old]).encrypt("x")

    assert Cipher([new, old]).decrypt(token) == "x"
    with pytest.raises(DecryptionError):
        Cipher([old]).decrypt(Cipher([new, old]).encrypt("x"))


@pytest.mark.parametrize("token", [b"", b"rubbish", Fernet(Fernet.generate_key()).encrypt(b"x")])
def test_foreign_token_is_an_expected_failure(token):
    with pytest.raises(DecryptionError, match="復号できません"):
        Cipher([key()]).decrypt(token)


@pytest.mark.parametrize("bad", ["", "short", "日本語", "x" * 44, key()[:-1]])
def test_bad_key_is_bad_input_and_not_repeated(bad):
    with pytest.raises(BadInputError, match="YORISOI_SECRET_KEY") as caught:
        Cipher([bad])
    assert not bad or bad not in caught.value.message


def test_no_key_at_all_is_bad_input():
    with pytest.raises(BadInputError):
        Cipher([])


def test_signature_is_bound_to_purpose_text_and_key():
    one, other = Cipher([key()]), Cipher([key()])

    assert one.sign("a", "b") == one.sign("a", "b")
    signatures = [one.sign("a", "b"), one.sign("a", "c"), one.sign("c", "b"), other.sign("a", "b")]
    assert len(set(signatures)) == 4


def test_keys_of_the_settings_are_used_before_any_file(tmp_path):
    old, new = key(), key()
    cipher = open_cipher(SecretStr(f" {new} , {old},"), tmp_path)

    assert cipher.decrypt(Cipher([old]).encrypt("x")) == "x"
    assert not (tmp_path / KEY_FILE_NAME).exists()


def test_development_key_is_made_once_for_its_owner_alone(tmp_path):
    token = open_cipher(None, tmp_path / "new").encrypt("x")

    path = tmp_path / "new" / KEY_FILE_NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert open_cipher(None, tmp_path / "new").decrypt(token) == "x"
    assert [found.name for found in path.parent.iterdir()] == [KEY_FILE_NAME]


def test_development_key_is_the_same_for_all_who_start_at_once(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        ciphers = list(pool.map(lambda _: open_cipher(None, tmp_path), range(8)))

    assert len({cipher.sign("a", "b") for cipher in ciphers}) == 1


def test_unwritable_folder_is_an_expected_failure(tmp_path):
    (tmp_path / "file").write_text("x")

    with pytest.raises(StoreUnavailableError, match="鍵のファイル"):
        open_cipher(None, tmp_path / "file")


def test_passwords_are_readable_and_differ():
    passwords = {random_password() for _ in range(200)}

    assert len(passwords) == 200
    for password in passwords:
        assert len(password.replace("-", "")) == 16
        assert not set(password) & set("0oO1lIiL")


def test_tokens_differ_and_are_stored_as_digests():
    token = random_token()

    assert token != random_token()
    assert len(token) >= 43
    assert len(digest(token)) == 64
    assert token not in digest(token)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [("a", "a", True), ("a", "b", False), ("", "", False), ("あ", "あ", True), ("a", "", False)],
)
def test_secrets_are_compared(left, right, expected):
    assert is_same(left, right) is expected
