"""The two cookies: the session's, and the one that binds the sign-in form to a browser."""

from starlette.requests import Request
from starlette.responses import Response

SESSION_COOKIE = "yorisoi_session"
PRE_SESSION_COOKIE = "yorisoi_signin"


def read_cookie(request: Request, name: str, *, is_secure: bool) -> str:
    return request.cookies.get(_full_name(name, is_secure=is_secure), "")


def set_cookie(
    response: Response,
    name: str,
    value: str,
    *,
    is_secure: bool,
    max_age_seconds: int | None = None,
) -> None:
    response.set_cookie(
        _full_name(name, is_secure=is_secure),
        value,
        max_age=max_age_seconds,
        path="/",
        secure=is_secure,
        httponly=True,
        samesite="lax",
    )


def delete_cookie(response: Response, name: str, *, is_secure: bool) -> None:
    response.delete_cookie(
        _full_name(name, is_secure=is_secure),
        path="/",
        secure=is_secure,
        httponly=True,
        samesite="lax",
    )


def _full_name(name: str, *, is_secure: bool) -> str:
    # The prefix keeps a neighbouring host or a plain http page from planting the cookie.
    return f"__Host-{name}" if is_secure else name
