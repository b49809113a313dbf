"""Puts the web application together from a filled container. No settings, no wiring here."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.staticfiles import StaticFiles
from starlette.routing import Mount

from app import error_pages
from app.accounts.admin_endpoints import router as admin_router
from app.accounts.endpoints import router as accounts_router
from app.boundary import RequestBoundary
from app.chat.attaching import MAX_FILE_BYTES
from app.chat.attachment_endpoints import router as attachment_router
from app.chat.conversation_endpoints import router as conversation_router
from app.chat.endpoints import router as chat_router
from app.chat.programme_endpoints import router as programme_router
from app.chat.share_endpoints import router as share_router
from app.chat.source_endpoints import router as source_router
from app.container import Container
from app.dependencies import Guard
from app.governance.endpoints import router as provider_router
from app.governance.risk_endpoints import report_router
from app.governance.risk_endpoints import router as risk_router
from app.health import router as health_router
from app.pages import NAVIGATION, STATIC_FOLDER, NavigationItem, Pages

ROUTERS = (
    health_router,
    accounts_router,
    admin_router,
    chat_router,
    conversation_router,
    source_router,
    share_router,
    attachment_router,
    programme_router,
    provider_router,
    risk_router,
    report_router,
)
STATIC_PATH = "/static"
BODY_LIMITS = {"/attachments": MAX_FILE_BYTES + 64 * 1024}

# FastAPI would otherwise trace requests, and may export them when the environment says so.
_NO_TELEMETRY: Any = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}


class UnguardedRouteError(RuntimeError):
    """A route declares no permission, or more than one."""


def create_app(
    container: Container,
    *,
    routers: Sequence[APIRouter] = (),
    navigation: Sequence[NavigationItem] = (),
    body_limits: Mapping[str, int] | None = None,
    lifespan: Any = None,
) -> FastAPI:
    """The application. Other parts add their routers, navigation and upload limits."""
    app = FastAPI(
        title="Yorisoi",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,
        lifespan=lifespan,
    )
    app.state.container = container
    app.state.pages = Pages((*NAVIGATION, *navigation))
    for router in (*ROUTERS, *routers):
        app.include_router(router)
    app.mount(STATIC_PATH, StaticFiles(directory=STATIC_FOLDER), name="static")
    error_pages.install(app)
    app.add_middleware(
        RequestBoundary,
        host_names=container.settings.host_names,
        is_secure=container.settings.secure_cookies,
        body_limits={**BODY_LIMITS, **(body_limits or {})},
    )
    check_guards(app)
    return app


def check_guards(app: FastAPI) -> None:
    for route in iter_route_contexts(app.routes):
        original = route.original_route
        if isinstance(original, Mount) and original.path == STATIC_PATH:
            continue
        if not isinstance(original, APIRoute) or len(guards_of(route)) != 1:
            raise UnguardedRouteError(
                f"{route.path}: declare exactly one of require(Permission.X) and public()"
            )


def guards_of(route: Any) -> list[Guard]:
    """The guards that a route declares, itself or through its router."""
    return [
        dependant.call
        for dependant in route.dependant.dependencies
        if isinstance(dependant.call, Guard)
    ]
