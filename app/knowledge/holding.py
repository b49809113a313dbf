"""Why a document waits for a person before it goes live, and what never goes in."""

from app.knowledge.errors import DocumentRefusedError
from guardrails.classification import Level, classify
from ingest.document import LoadedDocument
from ingest.quality import judge

_REFUSED = (
    "秘密文書の表示があります（{reason}）。L4 の文書は取り込めません。"
    "表示が誤りなら、元の文書を直してください。"
)
_MARKED = (
    "機密の表示があります（{reason}、{level}）。"
    "閲覧範囲と機密性（--level）を確かめて、--activate で公開してください。"
)


def why_held(document: LoadedDocument) -> str:
    """Poor quality, or a mark of confidentiality; empty for a document that may go live."""
    found = classify(_text(document), "document")
    marked = _MARKED.format(reason=found.reason, level=found.level) if found.marks else ""
    return " ".join(filter(None, (judge(document), marked)))


def refuse_secret(document: LoadedDocument) -> None:
    """Raises DocumentRefusedError for one that is marked as secret: no person may override it."""
    found = classify(_text(document), "document")
    if found.level is Level.L4 and found.marks:
        raise DocumentRefusedError(_REFUSED.format(reason=found.reason))


def _text(document: LoadedDocument) -> str:
    return "\f".join(page.text for page in document.pages)
