"""IP addresses (RFC 791, RFC 4291) and MAC addresses (IEEE 802): of somebody's device."""

from __future__ import annotations

import ipaddress
import re

from guardrails.pii.identifier import Form, IdentifierRecognizer
from guardrails.verdict import FindingType

_OCTET = "(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_V4 = rf"(?<![0-9A-Za-z.])(?:{_OCTET}\.){{3}}{_OCTET}(?![0-9A-Za-z])(?!\.[0-9])(?! ?[節章項条版])"
_V6 = r"(?<![0-9A-Za-z:.])(?=[0-9A-Fa-f:]*:[0-9A-Fa-f]*:)[0-9A-Fa-f:]{3,39}(?![0-9A-Za-z:])"
_PAIR = "[0-9A-Fa-f]{2}"
_MAC = rf"(?<![0-9A-Za-z:-]){_PAIR}(?P<mark>[:-]){_PAIR}(?:(?P=mark){_PAIR}){{4}}(?![0-9A-Za-z:-])"
_MAC_OF_SWITCHES = r"(?<![0-9A-Za-z.])[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}(?![0-9A-Za-z.])"
_MAC_IN_ONE = "(?<![0-9A-Za-z])(?=[0-9]*[A-Fa-f])[0-9A-Fa-f]{12}(?![0-9A-Za-z])"


class IpAddressRecognizer(IdentifierRecognizer):
    """Not those that name no device: 0.0.0.0, 127.0.0.1, ::1, masks."""

    entity = FindingType.IP_ADDRESS
    forms = (
        Form(re.compile(_V4), checked=0.9, must_check=True),
        Form(re.compile(_V6), checked=0.9, must_check=True),
    )
    labels = frozenset({FindingType.IP_ADDRESS})

    def check(self, value: str) -> bool | None:
        try:
            address = ipaddress.ip_address(value)
        except ValueError:
            return None
        is_nobodys = address.is_loopback or address.is_unspecified or value.startswith("255.")
        return None if is_nobodys else True


class MacAddressRecognizer(IdentifierRecognizer):
    entity = FindingType.IP_ADDRESS
    forms = (
        Form(re.compile(_MAC), 0.9),
        Form(re.compile(_MAC_OF_SWITCHES), 0.8),
        Form(re.compile(_MAC_IN_ONE)),
    )
    labels = frozenset({FindingType.IP_ADDRESS})
