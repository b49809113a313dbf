"""A source as one line of text, for what is copied out of the application."""

from app.answering.answer import Citation
from app.pages import japanese_date

DEMO_BANNER = "架空のデモ資料です"


def source_line(number: int, citation: Citation, place: str) -> str:
    published = japanese_date(citation.published)
    origin = "、".join(part for part in (citation.issuer, published) if part)
    parts = [f"{number}. {citation.title}", place, f"（{origin}）" if origin else ""]
    if citation.is_expired:
        parts.append("［期限切れ］")
    if citation.is_demo:
        parts.append(f"［{DEMO_BANNER}］")
    return "　".join(part for part in parts if part)
