from datetime import date

import pytest

from app.answering.validity import ended_periods, expiry_notices
from rag.passage import DocumentInfo

_TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "ended"),
    [
        pytest.param("対象期間 R7年度まで", "2026年3月31日", id="a fiscal year that is over"),
        pytest.param("令和７年度まで", "2026年3月31日", id="full width"),
        pytest.param("令和8年9月30日まで受け付け", "2026年9月30日", id="a day that is over"),
        pytest.param("2025年度まで", "2026年3月31日", id="a Gregorian fiscal year"),
        pytest.param("R11年度まで", None, id="a fiscal year to come"),
        pytest.param("令和8年度まで", None, id="the fiscal year that runs"),
        pytest.param("令和7年度までに体制を構築", None, id="a goal is no period"),
        pytest.param("令和7年4月1日から", None, id="a beginning"),
        pytest.param("5年間", None, id="a duration"),
    ],
)
def test_periods_that_are_over_are_said_to_be(text, ended):
    notices = ended_periods([text], _TODAY)
    assert bool(notices) is (ended is not None)
    if ended:
        assert ended in notices[0]


def test_the_dates_of_a_document_speak_first():
    over = DocumentInfo("d", "配食サービス", "public", valid_until=date(2026, 9, 30))
    coming = DocumentInfo("d", "新しい手当", "public", valid_from=date(2027, 4, 1))
    running = DocumentInfo(
        "d", "児童手当", "public", valid_from=date(2026, 4, 1), valid_until=date(2027, 3, 31)
    )
    assert "2026年9月30日で終わって" in expiry_notices(over, _TODAY)[0]
    assert "2027年4月1日から" in expiry_notices(coming, _TODAY)[0]
    assert expiry_notices(running, _TODAY) == []
