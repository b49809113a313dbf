import threading
import unicodedata

from pwdlib import PasswordHash

from app.accounts.errors import InvalidFieldError
from app.security import random_password

MIN_CHARS = 12
MAX_CHARS = 128
_MAX_CONCURRENT_HASHES = 4  # Argon2 takes 64 MiB each; forty request threads must not take 2.5 GiB

_COMMON = (
    "password",
    "passw0rd",
    "qwerty",
    "1234567890",
    "0123456789",
    "abcdefgh",
    "yorisoi",
    "よりそい",
    "iloveyou",
    "administrator",
)


class Passwords:
    """Argon2 with a bound on its memory, and the same work for accounts that do not exist."""

    def __init__(self, hasher: PasswordHash | None = None) -> None:
        self._hasher = hasher or PasswordHash.recommended()
        self._slots = threading.BoundedSemaphore(_MAX_CONCURRENT_HASHES)
        self._nobody = self.hash(random_password())

    def hash(self, password: str) -> str:
        with self._slots:
            return self._hasher.hash(_normalize(password))

    def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether it fits; `None` for an unknown account takes as long and never fits."""
        too_long = len(password) > MAX_CHARS
        with self._slots:
            fits = self._hasher.verify(
                _normalize(password[:MAX_CHARS]), password_hash or self._nobody
            )
        return fits and password_hash is not None and not too_long


def check_new_password(password: str, *, username: str) -> None:
    """Length above all; no composition rules, which only make people write passwords down."""
    text = _normalize(password).casefold()
    if not MIN_CHARS <= len(password) <= MAX_CHARS:
        raise InvalidFieldError(
            "new", f"新しいパスワードは{MIN_CHARS}文字以上{MAX_CHARS}文字以内にしてください"
        )
    if username.casefold() in text:
        raise InvalidFieldError("new", "新しいパスワードにユーザー名を含めないでください")
    if len(set(text)) < 5 or any(word in text for word in _COMMON):
        raise InvalidFieldError(
            "new",
            "推測されやすいパスワードです。関係のない言葉をいくつかつなげるなど、別のものにしてください",
        )


def _normalize(password: str) -> str:
    # An input method may leave full-width letters on; the person typed the same password.
    return unicodedata.normalize("NFKC", password)
