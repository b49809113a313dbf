from fastapi import APIRouter
from fastapi.responses import JSONResponse

from app.dependencies import ContainerDep, public
from app.language_model import LanguageModelState

router = APIRouter()


@router.get("/healthz", dependencies=[public()])
def show_health(container: ContainerDep) -> JSONResponse:
    """200 as soon as the process serves; `status` says how questions are answered now.

    starting: not yet; ready: as configured; degraded: by quotes alone, for the language model that
    is configured cannot write now. Its `state` says why: absent, pulling, starting or failed.
    """
    state = container.readiness.state()
    llm = container.language_model.status()
    is_whole = llm.is_on or llm.state is LanguageModelState.OFF
    return JSONResponse(
        {
            "status": ("ready" if is_whole else "degraded") if state.ready else "starting",
            "message": state.message,
            "language_model": {
                "state": llm.state,
                "message": llm.message,
                "percent": llm.percent,
                "retry_seconds": llm.retry_seconds,
            },
        }
    )
