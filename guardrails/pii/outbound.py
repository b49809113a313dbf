"""The last look at a request before it leaves: no value of the vault may be in its bytes."""

from __future__ import annotations

import re
from urllib.parse import unquote

from guardrails.pii.vault import PlaceholderVault

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_WHITE = frozenset("bfnrt")
# A value may be escaped for JSON, for an address, and once more on the way.
_LAYERS = 3


class OutboundGuard:
    """A `rag.chat_model.OutboundCheck` for one conversation.

    After it has said no, `found` are the labels of what was found; of what could not be checked
    nothing is known, and it is said no to all the same.
    """

    def __init__(self, vault: PlaceholderVault) -> None:
        self._vault = vault
        self.found: tuple[str, ...] = ()

    def __call__(self, request: bytes) -> bool:
        text = "\0".join(readings(request))
        self.found = self._vault.labels_in(text)
        return not self.found


def readings(request: bytes) -> list[str]:
    """The text of a request as it is, and what it reads like without its escapes."""
    read = [request.decode("utf-8", errors="replace")]
    fresh = read
    for _layer in range(_LAYERS):
        unescaped = [way(text) for text in fresh for way in (_from_json, _from_address)]
        fresh = [text for text in dict.fromkeys(unescaped) if text not in read]
        read = [*read, *fresh]
    return read


def _from_json(text: str) -> str:
    def plain(escape: re.Match[str]) -> str:
        code, character = escape.groups()
        if code:
            return chr(int(code, 16))
        return " " if character in _WHITE else character

    halves = _ESCAPE.sub(plain, text)
    return halves.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _from_address(text: str) -> str:
    return unquote(text.replace("+", " ")) if "%" in text else text
