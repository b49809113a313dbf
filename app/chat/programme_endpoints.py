import unicodedata
from collections.abc import Sequence
from dataclasses import astuple
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.accounts.roles import Permission
from app.container import ProgrammeRow
from app.dependencies import ContainerDep, RenderDep, require
from app.errors import NotFoundError
from app.forms import clean
from rag.passage import Audience

router = APIRouter()

_AUDIENCE: Audience = "staff"


@router.get("/programmes", dependencies=[require(Permission.BROWSE_PROGRAMMES)])
def show_programmes(
    render: RenderDep,
    container: ContainerDep,
    q: Annotated[str, Query(max_length=200)] = "",
    expired: bool = False,
) -> Response:
    rows = container.programmes.list_programmes(_AUDIENCE)
    search = clean(q).strip()
    return render(
        "chat/programmes.html",
        rows=filter_programmes(rows, search, with_expired=expired),
        total=len(rows),
        expired_count=sum(row.is_expired for row in rows),
        search=search,
        with_expired=expired,
    )


@router.get("/documents/{document_id:path}", dependencies=[require(Permission.READ_KNOWLEDGE)])
def show_document(
    render: RenderDep,
    container: ContainerDep,
    document_id: str,
    page: Annotated[int | None, Query(ge=0, le=100_000)] = None,
) -> Response:
    is_plain = bool(document_id) and clean(document_id) == document_id
    document = container.programmes.page(document_id, page, _AUDIENCE) if is_plain else None
    if document is None:
        raise NotFoundError(
            "この資料は見つかりません。新しい版に替わったか、取り下げられた可能性があります"
        )
    return render("chat/document.html", document=document, page=page)


def filter_programmes(
    rows: Sequence[ProgrammeRow], search: str, *, with_expired: bool
) -> list[ProgrammeRow]:
    """Rows that carry every word looked for, whatever the width of its characters."""
    words = _folded(search).split()
    return [
        row
        for row in rows
        if (with_expired or not row.is_expired)
        and all(word in _folded(_searchable(row)) for word in words)
    ]


def _searchable(row: ProgrammeRow) -> str:
    return " ".join(text for text in astuple(row) if isinstance(text, str))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
