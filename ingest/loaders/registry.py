"""Which loader reads which suffix. Modules are named, not imported: format libraries are heavy."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.loaders.loader import Loader

_MODULES = {
    ".txt": "plain_text",
    ".md": "markdown",
    ".html": "web_page",
    ".htm": "web_page",
    ".pdf": "pdf",
    ".docx": "word",
    ".xlsx": "excel",
    ".pptx": "powerpoint",
    ".csv": "delimited",
    ".jsonl": "json_lines",
}
SUPPORTED_SUFFIXES = tuple(_MODULES)

_ADVICE = {
    ".doc": "Word 文書（.docx）",
    ".xls": "Excel ブック（.xlsx）",
    ".ppt": "PowerPoint プレゼンテーション（.pptx）",
    ".docm": "マクロなしの .docx",
    ".xlsm": "マクロなしの .xlsx",
    ".pptm": "マクロなしの .pptx",
}


def loader_for(suffix: str) -> Loader | None:
    """The loader of a suffix such as ".PDF" (in any case), or None."""
    module = _MODULES.get(suffix.lower())
    if module is None:
        return None
    loader: Loader = import_module(f"ingest.loaders.{module}").load
    return loader


def unsupported_reason(suffix: str, *, with_list: bool) -> str:
    """Why a file of this suffix is left out; `with_list` names all formats that are read."""
    reason = "対応していない形式です"
    if advice := _ADVICE.get(suffix.lower()):
        reason += f"。{advice}で保存し直してください。"
    if with_list:
        reason = f"{reason.rstrip('。')}。対応する形式: {' '.join(SUPPORTED_SUFFIXES)}"
    return reason
