import logging
import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from app.accounts.errors import InvalidFieldError
from app.accounts.models import SignInSession, User
from app.accounts.passwords import Passwords, check_new_password
from app.accounts.repository import AccountRepository
from app.accounts.roles import Permission, Role, is_permitted
from app.clock import Clock
from app.errors import BadInputError, NotFoundError
from app.security import digest, random_password, random_token

logger = logging.getLogger(__name__)

FAILURES_PER_LOCK = 5
FIRST_LOCK = timedelta(minutes=15)
LONGEST_LOCK = timedelta(hours=4)
_SEEN_EVERY = timedelta(minutes=5)
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,31}")
_MAX_DISPLAY_NAME = 40


@dataclass(frozen=True)
class SignedIn:
    """The person behind a request. `session_id` is the digest, not the cookie."""

    user_id: int
    username: str
    display_name: str
    role: Role
    must_change_password: bool
    session_id: str
    csrf_token: str

    def may(self, permission: Permission) -> bool:
        return is_permitted(self.role, permission)


@dataclass(frozen=True)
class IssuedSession:
    """A new session's cookie value: the only moment when it is known."""

    token: str
    max_age_seconds: int
    must_change_password: bool


@dataclass(frozen=True)
class OneTimePassword:
    username: str
    display_name: str
    password: str


@dataclass(frozen=True)
class DemoAccount:
    username: str
    role_label: str
    password: str


class AccountService:
    def __init__(
        self,
        repository: AccountRepository,
        passwords: Passwords,
        clock: Clock,
        session_hours: int,
    ) -> None:
        self._repository = repository
        self._passwords = passwords
        self._clock = clock
        self._session_length = timedelta(hours=session_hours)

    def sign_in(
        self,
        username: str,
        password: str,
        *,
        replaces: str | None = None,
        attempt: int | None = None,
    ) -> IssuedSession | None:
        """A fresh session, or None for every reason alike. `replaces` is the old cookie.

        `attempt`: what the throttle has counted, and is taken back if it was right.
        """
        user = self._authenticate(normalize_username(username), password)
        if user is None:
            return None
        if replaces:
            self._repository.end_session(digest(replaces))
        if attempt is not None:
            self._repository.forget_attempt(attempt)
        self._repository.end_expired_sessions(self._clock())
        logger.info("signed in: user_id=%d", user.id)
        return self._open_session(user.id, must_change_password=user.must_change_password)

    def signed_in(self, token: str) -> SignedIn | None:
        session_id = digest(token)
        found = self._repository.session_with_user(session_id)
        now = self._clock()
        if found is None or found[0].expires_at <= now or not found[1].is_active:
            return None
        session, user = found
        if now - session.last_seen >= _SEEN_EVERY:
            self._repository.touch_session(session_id, now)
        return SignedIn(
            user_id=user.id,
            username=user.username,
            display_name=user.display_name,
            role=user.role,
            must_change_password=user.must_change_password,
            session_id=session_id,
            csrf_token=session.csrf_token,
        )

    def sign_out(self, account: SignedIn) -> None:
        self._repository.end_session(account.session_id)

    def change_password(
        self, account: SignedIn, *, current: str, new: str, again: str
    ) -> IssuedSession:
        """Set the new password, end every session of the account and open a fresh one."""
        if new != again:
            raise InvalidFieldError("again", "新しいパスワードが2つの欄で違っています")
        if self._authenticate(account.username, current) is None:
            raise InvalidFieldError("current", "現在のパスワードが正しくありません")
        if current == new:
            raise InvalidFieldError("new", "新しいパスワードは、現在のものと違うものにしてください")
        check_new_password(new, username=account.username)
        self._repository.set_password(account.user_id, self._passwords.hash(new), must_change=False)
        self._repository.end_sessions_of(account.user_id)
        logger.info("password changed: user_id=%d", account.user_id)
        return self._open_session(account.user_id, must_change_password=False)

    def users(self) -> list[User]:
        return list(self._repository.users())

    def add_user(self, username: str, display_name: str, role: Role) -> OneTimePassword:
        name = _checked_username(username)
        shown = _checked_display_name(display_name)
        if self._repository.by_username(name) is not None:
            raise InvalidFieldError("username", f"ユーザー名「{name}」はすでに使われています")
        password = random_password()
        user = self._create(name, shown, role, password, must_change_password=True)
        logger.info("user added: user_id=%d role=%s", user.id, role.value)
        return OneTimePassword(name, shown, password)

    def reset_password(self, user_id: int) -> OneTimePassword:
        """A new one-time password; also unlocks, and ends the account's sessions."""
        user = self._user(user_id)
        password = random_password()
        self._repository.set_password(user_id, self._passwords.hash(password), must_change=True)
        self._repository.end_sessions_of(user_id)
        logger.info("password reset: user_id=%d", user_id)
        return OneTimePassword(user.username, user.display_name, password)

    def reset_password_of(self, username: str) -> OneTimePassword:
        user = self._repository.by_username(normalize_username(username))
        if user is None:
            raise NotFoundError("そのユーザー名の利用者はいません。users list で確かめてください")
        return self.reset_password(user.id)

    def deactivate(self, user_id: int, *, by: SignedIn) -> None:
        user = self._user(user_id)
        if user_id == by.user_id:
            raise BadInputError("自分自身は停止できません。ほかのシステム管理者に頼んでください")
        self._repository.set_active(user_id, is_active=False)
        self._repository.end_sessions_of(user_id)
        logger.info("user deactivated: user_id=%d by=%d", user.id, by.user_id)

    def reactivate(self, user_id: int, *, by: SignedIn) -> None:
        user = self._user(user_id)
        self._repository.set_active(user_id, is_active=True)
        logger.info("user reactivated: user_id=%d by=%d", user.id, by.user_id)

    def ensure_demo_accounts(self) -> list[DemoAccount]:
        """One account a role on an empty table, with passwords told only now; else nothing."""
        if not self._repository.is_empty():
            return []
        accounts = []
        for role in Role:
            account = DemoAccount(role.value.replace("_", "-"), role.label, random_password())
            self._create(
                account.username,
                f"デモ {role.label}",
                role,
                account.password,
                must_change_password=False,
            )
            accounts.append(account)
        return accounts

    def _authenticate(self, username: str, password: str) -> User | None:
        user = self._repository.by_username(username)
        fits = self._passwords.verify(password, user.password_hash if user else None)
        now = self._clock()
        if user is None or not user.is_active or (user.locked_until and now < user.locked_until):
            return None
        if fits:
            return user if self._repository.clear_failures(user.id, now) else None
        failures = self._repository.record_failure(user.id)
        if failures % FAILURES_PER_LOCK == 0:
            self._repository.lock(user.id, now + lock_length(failures))
            logger.warning("account locked: user_id=%d failures=%d", user.id, failures)
        return None

    def _open_session(self, user_id: int, *, must_change_password: bool) -> IssuedSession:
        token = random_token()
        now = self._clock()
        self._repository.add_session(
            SignInSession(
                id=digest(token),
                user_id=user_id,
                csrf_token=random_token(),
                created_at=now,
                expires_at=now + self._session_length,
                last_seen=now,
            )
        )
        seconds = int(self._session_length.total_seconds())
        return IssuedSession(token, seconds, must_change_password)

    def _create(
        self,
        username: str,
        display_name: str,
        role: Role,
        password: str,
        *,
        must_change_password: bool,
    ) -> User:
        return self._repository.add_user(
            User(
                username=username,
                display_name=display_name,
                role=role,
                password_hash=self._passwords.hash(password),
                must_change_password=must_change_password,
                created_at=self._clock(),
            )
        )

    def _user(self, user_id: int) -> User:
        user = self._repository.user(user_id)
        if user is None:
            raise NotFoundError("その利用者はいません")
        return user


def lock_length(failures: int) -> timedelta:
    """15 minutes after five failures, doubling with every further five, up to four hours."""
    doublings = min(failures // FAILURES_PER_LOCK - 1, 16)
    return min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)


def normalize_username(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _checked_username(text: str) -> str:
    name = normalize_username(text)
    if not _USERNAME.fullmatch(name):
        raise InvalidFieldError(
            "username",
            "ユーザー名は、半角の英小文字・数字・「.」「_」「-」で3〜32文字にしてください"
            "（先頭は英数字）",
        )
    return name


def _checked_display_name(text: str) -> str:
    name = " ".join(text.split())
    if not 1 <= len(name) <= _MAX_DISPLAY_NAME:
        raise InvalidFieldError("display_name", f"表示名は1〜{_MAX_DISPLAY_NAME}文字にしてください")
    return name
