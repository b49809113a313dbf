from http import HTTPStatus

from app.errors import BadInputError, YorisoiError


class InvalidFieldError(BadInputError):
    """One field of a form cannot be used; `field` names it, so that the message can stand there."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class TooManyAttemptsError(YorisoiError):
    status_code = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, retry_after_seconds: int) -> None:
        minutes = -(-retry_after_seconds // 60)
        super().__init__(
            f"サインインの試行が多すぎます。{minutes}分ほど待ってから、もう一度お試しください"
        )
        self.retry_after_seconds = retry_after_seconds
