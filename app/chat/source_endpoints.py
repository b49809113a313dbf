from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.roles import Permission
from app.chat.addresses import checked_id, conversation_path
from app.chat.preview_page import SourceNumber, preview_page
from app.dependencies import (
    ContainerDep,
    ConversationsDep,
    CurrentUser,
    RenderDep,
    require,
)

router = APIRouter()


@router.get(
    "/questions/{question_id}/sources/{number}",
    dependencies=[require(Permission.READ_OWN_HISTORY)],
)
def show_source(  # noqa: PLR0913, PLR0917 - what FastAPI injects
    render: RenderDep,
    container: ContainerDep,
    account: CurrentUser,
    conversations: ConversationsDep,
    question_id: str,
    number: SourceNumber,
    part: bool = False,
) -> Response:
    """The page that an answer cites, as a page of its own or as a part for the dialog."""
    asked = conversations.question(checked_id(question_id, "質問"), account.user_id)
    back = conversation_path(asked.conversation_id, asked.id)
    attachments = conversations.attachments(asked.conversation_id, account.user_id)
    return preview_page(
        render, container, asked, number, back=back, is_part=part, attachments=attachments
    )
