from fastapi import APIRouter
from fastapi.responses import JSONResponse

from app.dependencies import ContainerDep, public

router = APIRouter()


@router.get("/healthz", dependencies=[public()])
def show_health(container: ContainerDep) -> JSONResponse:
    """200 as soon as the process serves; `status` says whether questions can be answered yet."""
    state = container.readiness.state()
    return JSONResponse(
        {"status": "ready" if state.ready else "starting", "message": state.message}
    )
