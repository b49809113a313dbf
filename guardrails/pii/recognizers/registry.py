"""All recognizers of identifiers, and those that a policy adds."""

from __future__ import annotations

from presidio_analyzer import EntityRecognizer

from guardrails.pii.recognizers.address import AddressRecognizer
from guardrails.pii.recognizers.bank_account import BankAccountRecognizer
from guardrails.pii.recognizers.credit_card import CreditCardRecognizer
from guardrails.pii.recognizers.custom import PatternRecognizer
from guardrails.pii.recognizers.date_of_birth import DateOfBirthRecognizer
from guardrails.pii.recognizers.drivers_license import DriversLicenseRecognizer
from guardrails.pii.recognizers.email import EmailRecognizer
from guardrails.pii.recognizers.health_insurance import HealthInsuranceRecognizer
from guardrails.pii.recognizers.insured_elderly import (
    LateElderlyRecognizer,
    LongTermCareRecognizer,
)
from guardrails.pii.recognizers.line_id import LineIdRecognizer
from guardrails.pii.recognizers.my_number import MyNumberRecognizer
from guardrails.pii.recognizers.network import IpAddressRecognizer, MacAddressRecognizer
from guardrails.pii.recognizers.pension import PensionNumberRecognizer
from guardrails.pii.recognizers.person import PersonRecognizer
from guardrails.pii.recognizers.phone import PhoneRecognizer
from guardrails.pii.recognizers.postal_code import PostalCodeRecognizer
from guardrails.pii.recognizers.resident_code import ResidentCodeRecognizer
from guardrails.pii.recognizers.travel_documents import PassportRecognizer, ResidenceCardRecognizer
from guardrails.pii.recognizers.url import UrlRecognizer
from guardrails.pii.recognizers.vehicle import VehicleNumberRecognizer
from guardrails.policy import Policy


def identifier_recognizers(policy: Policy) -> list[EntityRecognizer]:
    """New instances, in a fixed order."""
    return [
        PhoneRecognizer(offices_are_public=policy.offices_are_public),
        EmailRecognizer(),
        DateOfBirthRecognizer(),
        PostalCodeRecognizer(offices_are_public=policy.offices_are_public),
        MyNumberRecognizer(),
        ResidentCodeRecognizer(),
        PensionNumberRecognizer(),
        HealthInsuranceRecognizer(),
        LongTermCareRecognizer(),
        LateElderlyRecognizer(),
        DriversLicenseRecognizer(),
        PassportRecognizer(),
        ResidenceCardRecognizer(),
        BankAccountRecognizer(),
        CreditCardRecognizer(),
        VehicleNumberRecognizer(),
        LineIdRecognizer(),
        IpAddressRecognizer(),
        MacAddressRecognizer(),
        UrlRecognizer(),
        *(PatternRecognizer(rule, policy.pattern_seconds) for rule in policy.recognizers),
    ]


def name_recognizers() -> list[EntityRecognizer]:
    """Those of persons and addresses, which read the words of the NLP engine."""
    return [AddressRecognizer(), PersonRecognizer()]
