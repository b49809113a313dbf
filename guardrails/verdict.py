"""What the guardrails find: a span of the original text, of a type, with how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FindingType(StrEnum):
    """Types of findings, as the command line and the placeholders know them."""

    PERSON = "PERSON"
    ADDRESS = "ADDRESS"
    PHONE = "PHONE"
    EMAIL = "EMAIL"
    DATE_OF_BIRTH = "DATE_OF_BIRTH"
    POSTAL_CODE = "POSTAL_CODE"
    MY_NUMBER = "MY_NUMBER"
    RESIDENT_CODE = "RESIDENT_CODE"
    PENSION_NUMBER = "PENSION_NUMBER"
    HEALTH_INSURANCE = "HEALTH_INSURANCE"
    LTC_INSURANCE = "LTC_INSURANCE"
    LATE_ELDERLY_INSURANCE = "LATE_ELDERLY_INSURANCE"
    DRIVERS_LICENSE = "DRIVERS_LICENSE"
    PASSPORT = "PASSPORT"
    RESIDENCE_CARD = "RESIDENCE_CARD"
    BANK_ACCOUNT = "BANK_ACCOUNT"
    CREDIT_CARD = "CREDIT_CARD"
    VEHICLE_NUMBER = "VEHICLE_NUMBER"
    LINE_ID = "LINE_ID"
    IP_ADDRESS = "IP_ADDRESS"
    URL = "URL"
    CLASSIFICATION_MARK = "CLASSIFICATION_MARK"


@dataclass(frozen=True)
class Finding:
    """`start` and `end` count code points of the original text; `score` is 0 to 1.

    `is_valid`: a check digit or another rule of the format was checked and holds. `reason`: why,
    in one Japanese phrase, for the people who check it; never the value itself.
    """

    type: str
    start: int
    end: int
    score: float
    is_valid: bool = False
    reason: str = ""
