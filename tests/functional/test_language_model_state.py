"""What people and monitors see of the language model."""

from __future__ import annotations

import pytest

from app.container import Readiness
from app.language_model import LanguageModelState, LanguageModelStatus

STATES = [
    LanguageModelStatus(LanguageModelState.ABSENT, "文章生成モデルがありません。"),
    LanguageModelStatus(LanguageModelState.PULLING, "取得しています（34%）。", 34),
    LanguageModelStatus(LanguageModelState.STARTING, "読み込んでいます。"),
    LanguageModelStatus(LanguageModelState.FAILED, "終了しました。", None, 5),
]


@pytest.mark.parametrize("status", STATES, ids=lambda status: status.state.value)
def test_page_and_health_tell_the_state_and_questions_are_answered(staff, language_model, status):
    language_model.now = status

    health = staff.get("/healthz").json()
    assert health["status"] == "degraded"
    assert health["language_model"] == {
        "state": status.state.value,
        "message": status.message,
        "percent": status.percent,
        "retry_seconds": status.retry_seconds,
    }
    page = staff.get("/").text
    assert f"{status.message}いまは、資料の抜粋でお答えします。" in page
    assert staff.ask("補助率は？").status_code == 303


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (LanguageModelState.OFF, "生成AIは使っていません。"),
        (LanguageModelState.READY, "資料と照合したAIの文を示します。"),
    ],
)
def test_page_says_whether_a_model_writes(staff, language_model, state, said):
    language_model.now = LanguageModelStatus(state)

    assert said in staff.get("/").text
    health = staff.get("/healthz").json()
    assert (health["status"], health["language_model"]["state"]) == ("ready", state.value)


def test_health_is_starting_until_questions_can_be_answered_whatever_the_model_does(
    nobody, readiness, language_model
):
    readiness.now = Readiness(ready=False, message="モデルを読み込んでいます")
    for status in (*STATES, LanguageModelStatus(LanguageModelState.READY)):
        language_model.now = status
        response = nobody.get("/healthz")
        assert (response.status_code, response.json()["status"]) == (200, "starting")
