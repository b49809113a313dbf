from fastapi import APIRouter
from fastapi.responses import JSONResponse

from app.dependencies import ContainerDep, public

router = APIRouter()


@router.get("/healthz", dependencies=[public()])
def show_health(container: ContainerDep) -> JSONResponse:
    """200 as soon as the process serves; `status` says whether questions can be answered yet.

    They can without `language_model`: its `state` is off, absent, pulling, starting, ready or
    failed.
    """
    state = container.readiness.state()
    llm = container.language_model.status()
    return JSONResponse(
        {
            "status": "ready" if state.ready else "starting",
            "message": state.message,
            "language_model": {
                "state": llm.state,
                "message": llm.message,
                "percent": llm.percent,
                "retry_seconds": llm.retry_seconds,
            },
        }
    )
