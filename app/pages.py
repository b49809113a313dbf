"""Renders the templates: one environment, everything escaped, the same frame on every page."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.accounts.roles import Permission
from app.clock import TOKYO

_FOLDER = Path(__file__).parent
TEMPLATES_FOLDER = _FOLDER / "templates"
STATIC_FOLDER = _FOLDER / "static"


@dataclass(frozen=True)
class NavigationItem:
    path: str
    label: str
    permission: Permission


NAVIGATION = (
    NavigationItem("/", "質問する", Permission.ASK),
    NavigationItem("/conversations", "履歴", Permission.READ_OWN_HISTORY),
    NavigationItem("/programmes", "制度一覧", Permission.BROWSE_PROGRAMMES),
    NavigationItem("/admin/users", "利用者", Permission.MANAGE_USERS),
    NavigationItem("/admin/providers", "生成AI", Permission.READ_GOVERNANCE),
    NavigationItem("/admin/risks", "リスク", Permission.READ_GOVERNANCE),
)


class Pages:
    def __init__(self, navigation: tuple[NavigationItem, ...] = NAVIGATION) -> None:
        self._navigation = navigation
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES_FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {
            "japanese_date": japanese_date,
            "japanese_time": japanese_time,
            "seconds": seconds,
            "path_quote": path_quote,
        }
        self._environment.globals["static"] = _static_urls(STATIC_FOLDER).__getitem__

    def render(
        self, request: Request, template: str, status_code: int = 200, **context: Any
    ) -> HTMLResponse:
        return HTMLResponse(self.fragment(request, template, **context), status_code)

    def fragment(self, request: Request, template: str, **context: Any) -> str:
        """The text of a template: a page, or a part that a script puts into one."""
        account = getattr(request.state, "account", None)
        frame = {
            "account": account,
            "csrf_token": account.csrf_token if account else "",
            "navigation": [
                item for item in self._navigation if account and account.may(item.permission)
            ],
            "current_path": request.scope["path"],
        }
        return self._environment.get_template(template).render({**frame, **context})


class Render:
    """The pages, bound to one request."""

    def __init__(self, pages: Pages, request: Request) -> None:
        self._pages = pages
        self._request = request

    def __call__(self, template: str, status_code: int = 200, **context: Any) -> HTMLResponse:
        return self._pages.render(self._request, template, status_code, **context)

    def fragment(self, template: str, **context: Any) -> str:
        return self._pages.fragment(self._request, template, **context)


def japanese_date(value: date | None) -> str:
    return f"{value.year}年{value.month}月{value.day}日" if value else ""


def japanese_time(value: datetime) -> str:
    local = value.astimezone(TOKYO)
    return f"{japanese_date(local)} {local.hour}:{local.minute:02}"


def seconds(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.1f}秒" if milliseconds >= 100 else "0.1秒未満"


def path_quote(text: str) -> str:
    return quote(text, safe="/")


def _static_urls(folder: Path) -> dict[str, str]:
    """Addresses that change with the content, so that browsers may keep the files."""
    return {
        path.name: f"/static/{path.name}?v={hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"
        for path in sorted(folder.iterdir())
        if path.is_file()
    }
