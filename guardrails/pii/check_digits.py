"""Check digits of Japanese identifiers. Every function takes ASCII digits only."""

from __future__ import annotations

from stdnum import luhn
from stdnum.jp import cn, in_

# Public safety commissions, the first two digits of a driver's licence.
# https://resource-sharing.co.jp/driver-license-number-check-digit
_COMMISSIONS = frozenset(
    f"{code:02}"
    for codes in (
        range(10, 15), range(20, 26), (30,), range(40, 50), range(50, 56), range(60, 66),
        range(70, 75), range(80, 84), range(90, 98), (0,),
    )
    for code in codes
)  # fmt: skip
_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def is_my_number(digits: str) -> bool:
    """12 digits; all the same passes the arithmetic and is nobody's number."""
    return len(set(digits)) > 1 and bool(in_.is_valid(digits))


def is_corporate_number(digits: str) -> bool:
    """13 digits, the first of which checks the others."""
    return bool(cn.is_valid(digits))


def is_resident_code(digits: str) -> bool:
    """11 digits. The rule is corroborated, not official: use it to raise a score only."""
    if len(digits) != 11 or len(set(digits)) == 1:
        return False
    rest = _weighted(digits) % 11
    return int(digits[10]) == (0 if rest <= 1 else 11 - rest)


def is_drivers_license(digits: str) -> bool:
    """12 digits: commission 2, year 2, serial 6, check 1, number of re-issues 1."""
    if len(digits) != 12 or digits[:2] not in _COMMISSIONS or len(set(digits)) == 1:
        return False
    return int(digits[10]) == (11 - _weighted(digits) % 11) % 10


def is_luhn(digits: str) -> bool:
    """Cards and insurers' numbers."""
    return len(set(digits)) > 1 and bool(luhn.is_valid(digits))


def _weighted(digits: str) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
