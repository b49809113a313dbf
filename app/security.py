"""Keys, tokens and one-time passwords. Nothing here knows of requests or of the database."""

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from app.errors import BadInputError, StoreUnavailableError, YorisoiError

KEY_FILE_NAME = "secret.key"
# Letters and digits that stay apart in print and by telephone: no 0 o, 1 l i.
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


class DecryptionError(YorisoiError):
    """The text was written with a key that is no longer there, or was changed."""


class Cipher:
    """Encrypts what is kept. The first key writes; all keys read, so keys can be changed."""

    def __init__(self, keys: Sequence[str]) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
            self._first = Fernet(keys[0])
            self._signing_key = hashlib.sha256(
                b"yorisoi-sign:" + urlsafe_b64decode(keys[0])
            ).digest()
        except (ValueError, IndexError) as error:
            raise BadInputError(
                "YORISOI_SECRET_KEY が正しくありません。"
                "32バイトの base64（URL用）で指定してください"
            ) from error

    def encrypt(self, text: str) -> bytes:
        return self._fernet.encrypt(text.encode())

    def decrypt(self, token: bytes) -> str:
        try:
            return self._fernet.decrypt(token).decode()
        except InvalidToken as error:
            raise DecryptionError(
                "保存したデータを復号できません。鍵（YORISOI_SECRET_KEY）を確かめてください"
            ) from error

    def renewed(self, token: bytes) -> bytes | None:
        """The same text by the first key; None if it is so already. Raises DecryptionError."""
        try:
            self._first.decrypt(token)
        except InvalidToken:
            return self.encrypt(self.decrypt(token))
        return None

    def sign(self, purpose: str, text: str) -> str:
        """A signature bound to its purpose; the same in every process that has the key."""
        message = f"{purpose}\0{text}".encode()
        return hmac.new(self._signing_key, message, hashlib.sha256).hexdigest()


def open_cipher(secret_key: SecretStr | None, data_dir: Path) -> Cipher:
    """The cipher of the settings, or of a development key in the data folder."""
    if secret_key is not None and secret_key.get_secret_value().strip():
        parts = secret_key.get_secret_value().split(",")
        return Cipher([part.strip() for part in parts if part.strip()])
    try:
        return Cipher([_development_key(data_dir / KEY_FILE_NAME)])
    except OSError as error:
        raise StoreUnavailableError(
            f"鍵のファイルを使えません。権限を確かめてください: {data_dir / KEY_FILE_NAME}"
        ) from error


def _development_key(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_once(path, Fernet.generate_key())
    return path.read_text(encoding="ascii").strip()


def _write_once(path: Path, content: bytes) -> None:
    """Two processes may start at once: link a finished file, so the loser reads the winner's."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def random_password() -> str:
    """Sixteen readable characters in four groups, about 79 bits."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(4))


def random_token() -> str:
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is stored of a bearer token, so that the database alone lets nobody in."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_same(left: str, right: str) -> bool:
    """Compare secrets in constant time; the empty string equals nothing."""
    return bool(left) and hmac.compare_digest(left.encode(), right.encode())
