"""The part of an address that stays readable: 都道府県 and 市区町村 say little of a person, and
answers depend on them.
"""

from guardrails.normalization import normalize
from guardrails.pii.recognizers.address_grammar import municipality_end


def readable_end(address: str) -> int:
    """Length of that part at the beginning of an address as it is written; 0 without one."""
    normalized = normalize(address)
    end = municipality_end(normalized.text)
    return normalized.original_span(0, end)[1] if end else 0
