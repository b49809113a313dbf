"""Ids as they stand in addresses, checked before anything looks for them."""

import re

from app.errors import NotFoundError

_ID = re.compile(r"[0-9a-f]{32}")


def checked_id(text: str, what: str) -> str:
    if not _ID.fullmatch(text):
        raise NotFoundError(f"この{what}は見つかりません。アドレスを確かめてください")
    return text


def conversation_path(conversation_id: str, question_id: str = "") -> str:
    anchor = f"#q-{question_id}" if question_id else ""
    return f"/conversations/{conversation_id}{anchor}"
