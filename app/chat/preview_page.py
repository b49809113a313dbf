"""The page that an answer cites, with what it cites marked."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Path
from fastapi.responses import Response

from app.chat.presentation import Source, all_sources
from app.chat.preview import attached_page, mark_pages
from app.chat.records import AskedQuestion, AttachedDocument
from app.container import Container
from app.errors import NotFoundError
from app.pages import Render
from rag.passage import Audience

_AUDIENCE: Audience = "staff"
SourceNumber = Annotated[int, Path(ge=1, le=999)]


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
