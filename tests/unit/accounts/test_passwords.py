from __future__ import annotations

import pytest

from app.accounts.errors import InvalidFieldError
from app.accounts.passwords import MAX_CHARS, Passwords, check_new_password


def test_password_fits_only_itself(passwords):
    stored = passwords.hash("corner-lantern-river")

    assert passwords.verify("corner-lantern-river", stored)
    assert not passwords.verify("corner-lantern-rive", stored)
    assert not passwords.verify("", stored)


def test_unknown_account_never_fits(passwords):
    assert not passwords.verify("anything", None)


def test_text_beyond_the_limit_never_fits(passwords):
    stored = passwords.hash("x" * MAX_CHARS)

    assert passwords.verify("x" * MAX_CHARS, stored)
    assert not passwords.verify("x" * (MAX_CHARS + 1), stored)


def test_recommended_hash_is_argon2id():
    assert Passwords().hash("corner-lantern-river").startswith("$argon2id$")


@pytest.mark.parametrize(
    "password",
    [
        "corner-lantern-river",
        "みずうみの上をわたる青い鳥",
        "8yaz-5r9r-kpet-5jhc",
        "😀 river lantern",
    ],
)
def test_good_passwords_are_taken(password):
    check_new_password(password, username="staff")


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "x" * 12,
        "abababababab",
        "x" * 129,
        "Password-2026!",
        "my-staff-entry",
        "qwertyuiopas",
        "よりそいよりそいよりそい",
    ],
)
def test_weak_passwords_are_refused(password):
    with pytest.raises(InvalidFieldError) as caught:
        check_new_password(password, username="staff")
    assert caught.value.field == "new"
    assert password not in caught.value.message
