"""健康保険の記号・番号・枝番: free in length and form, so found by what stands before them.

被保険者証・資格確認書の様式: https://www.mhlw.go.jp/stf/seisakunitsuite/bunya/kenkou_iryou/iryouhoken/
"""

from __future__ import annotations

import re

from guardrails.pii.identifier import TAIL, Form, IdentifierRecognizer, number
from guardrails.pii.labels import INSURANCE_CARD, SYMBOL
from guardrails.verdict import FindingType

_SAID = r"[\s:はがの「『(=→、,]{0,4}"
_SYMBOL = r"[0-9A-Za-z一-龥ぁ-んァ-ヶ\-]{1,10}?"
_END = r"[\s」』)、,・とがので/]{0,4}"
_BRANCH = rf"(?:{_END}枝番{_SAID}(?P<value_branch>[0-9]{{1,2}}))?"
_BOTH = r"記号[\s・･及びと/\-、]{0,3}番号"
_INSURER = "(?:国保|国民健康保険|健康保険|健保|社会保険|社保)"
_CELL = r"(?:^|(?<=[\t|,\n]))[ ]?(?P<value>[0-9A-Za-z一-龥ぁ-んァ-ヶ-]{1,10})[ ]?(?=[\t|,\n]|$)"
_DIGITS = r"[0-9](?:[0-9-]{0,10}[0-9])?"


class HealthInsuranceRecognizer(IdentifierRecognizer):
    """記号 and 番号 are two findings; one if they are written in one piece."""

    entity = FindingType.HEALTH_INSURANCE
    forms = (
        Form(
            re.compile(rf"{_BOTH}{_SAID}(?P<value>{_SYMBOL}[・･\- ]{_DIGITS}){TAIL}{_BRANCH}"),
            0.9,
            says_itself=True,
        ),
        Form(
            re.compile(
                rf"記号(?![・･ ]?番号){_SAID}(?P<value_symbol>{_SYMBOL}){_END}"
                rf"番号{_SAID}(?P<value_number>{_DIGITS}){TAIL}{_BRANCH}"
            ),
            0.8,
            says_itself=True,
        ),
        Form(re.compile(rf"枝番{_SAID}(?P<value>[0-9]{{1,2}}){TAIL}")),
        Form(
            re.compile(
                rf"(?:保険証|被保険者証|資格確認書|国保|国民健康保険|健康保険|健保|社保|けんぽ)の?番号{_SAID}(?P<value>{_DIGITS}){TAIL}"
            ),
            0.8,
        ),
        Form(number("[0-9]{1,6}[-・][0-9]{3,8}")),
        Form(re.compile(rf"{_INSURER}証?{_SAID}(?P<value>[0-9]{{5,8}}){TAIL}")),
        Form(re.compile(_CELL), in_column=SYMBOL),
    )
    labels = frozenset({FindingType.HEALTH_INSURANCE, INSURANCE_CARD})
    rivals = frozenset(
        {
            FindingType.BANK_ACCOUNT,
            FindingType.PENSION_NUMBER,
            FindingType.LTC_INSURANCE,
            FindingType.LATE_ELDERLY_INSURANCE,
            FindingType.PHONE,
            FindingType.POSTAL_CODE,
        }
    )
