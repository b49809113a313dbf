from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from app.accounts.roles import Permission
from app.chat.addresses import checked_id, conversation_path
from app.dependencies import (
    ContainerDep,
    ConversationsDep,
    CurrentUser,
    FormDep,
    RenderDep,
    require,
)
from app.errors import BadInputError
from app.governance.risk import REPORTED_KINDS, RiskKind, RiskState

PATH = "/admin/risks"
router = APIRouter(prefix=PATH)
report_router = APIRouter(dependencies=[require(Permission.REPORT_RISKS)])


@router.get("", dependencies=[require(Permission.READ_GOVERNANCE)])
def show_risks(render: RenderDep, container: ContainerDep, account: CurrentUser) -> Response:
    signals = container.governance.risks.newest()
    return render(
        "governance/risks.html",
        rows=[(each, RiskKind(each.kind).label, RiskState(each.state)) for each in signals],
        may_manage=account.may(Permission.MANAGE_GOVERNANCE),
    )


@router.get("/export", dependencies=[require(Permission.READ_GOVERNANCE)])
def export(container: ContainerDep) -> Response:
    return Response(
        # With the mark that spreadsheets know UTF-8 by.
        "\ufeff" + container.governance.risks.as_csv(),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="risks.csv"'},
    )


@router.post("/{signal_id}/advance", dependencies=[require(Permission.MANAGE_GOVERNANCE)])
def advance(
    container: ContainerDep, account: CurrentUser, form: FormDep, signal_id: str
) -> Response:
    try:
        state = RiskState(form.line("state"))
    except ValueError:
        raise BadInputError("状態を選び直してください。一覧を読み込み直してください") from None
    checked = checked_id(signal_id, "リスクの記録")
    container.governance.risks.advance(checked, state, by=account.display_name)
    return RedirectResponse(PATH, HTTPStatus.SEE_OTHER)


@report_router.post("/questions/{question_id}/risk")
def report(  # noqa: PLR0913, PLR0917 - what the request brings
    render: RenderDep,
    container: ContainerDep,
    account: CurrentUser,
    conversations: ConversationsDep,
    form: FormDep,
    question_id: str,
) -> Response:
    """Only by who asked: nobody else knows the question."""
    kinds = {kind.value: kind for kind in REPORTED_KINDS}
    kind = kinds.get(form.line("kind"))
    if kind is None:
        raise BadInputError("報告する内容を選んでください")
    asked = conversations.question(checked_id(question_id, "質問"), account.user_id)
    container.governance.risks.report(
        kind, conversation_id=asked.conversation_id, level=asked.level, by=account.display_name
    )
    back = conversation_path(asked.conversation_id, asked.id)
    return render("governance/reported.html", back=back, label=kind.label, current_path="/")
