"""Expected failures: what happened, in Japanese, with what to do. A traceback means a bug."""

from __future__ import annotations

from http import HTTPStatus


class YorisoiError(Exception):
    """Base of all expected failures.

    `status_code` is what the web answers, `exit_code` what the command line returns
    (2 for bad input, 1 for failure).
    """

    status_code: int = HTTPStatus.INTERNAL_SERVER_ERROR
    exit_code: int = 1

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadInputError(YorisoiError):
    """What a person or a file gave cannot be used."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    exit_code = 2


class QuestionRefusedError(BadInputError):
    """The question is empty, too long or not text."""


class NotFoundError(YorisoiError):
    status_code = HTTPStatus.NOT_FOUND
    exit_code = 2


class ForbiddenError(YorisoiError):
    status_code = HTTPStatus.FORBIDDEN


class StoreUnavailableError(YorisoiError):
    """The data directory cannot be used: read-only, full, held by another process, or newer."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
