from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from app.accounts.roles import Permission
from app.chat.addresses import checked_id, conversation_path
from app.chat.presentation import Source, all_sources
from app.chat.preview import attached_page, mark_pages
from app.chat.records import AskedQuestion, AttachedDocument
from app.container import Container
from app.dependencies import (
    ContainerDep,
    ConversationsDep,
    CurrentUser,
    RenderDep,
    require,
)
from app.errors import NotFoundError
from app.pages import Render
from rag.passage import Audience

router = APIRouter()

_AUDIENCE: Audience = "staff"
SourceNumber = Annotated[int, Path(ge=1, le=999)]


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


def preview_page(  # noqa: PLR0913 - what a page is made of
    render: Render,
    container: Container,
    asked: AskedQuestion,
    number: int,
    *,
    back: str,
    is_part: bool,
    attachments: Sequence[AttachedDocument] = (),
) -> Response:
    source = _source(asked, number)
    citation = source.citation
    document = (
        attached_page(attachments, citation.document_id, citation.page)
        if source.is_attachment
        else container.programmes.page(citation.document_id, citation.page, _AUDIENCE)
    )
    place = (citation.document_id, citation.page)
    cited = asked.answer.citations
    quotes = [each.quote for each in cited if (each.document_id, each.page) == place]
    pages = mark_pages(document.pages, quotes or [citation.quote]) if document else ()
    return render(
        "chat/preview_part.html" if is_part else "chat/preview.html",
        source=source,
        document=document,
        pages=pages,
        back=back,
        current_path="/",
    )


def _source(asked: AskedQuestion, number: int) -> Source:
    sources = all_sources(asked)
    if number > len(sources):
        raise NotFoundError("この資料は、回答の根拠にありません。アドレスを確かめてください")
    return sources[number - 1]
