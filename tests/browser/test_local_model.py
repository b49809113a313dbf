"""The process that `make run LLM=local` starts, with its real model; skipped where there is none."""

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.integration]

_QUESTION = "補助事業（地域のデジタル基盤の整備支援）の補助率はいくつですか"
_STILL = 0.02
_GENERATION_MS = 180_000  # a busy machine starves the model, and its deadline ends it


def test_evidence_first_then_what_the_model_wrote_or_why_there_is_nothing(writing_chat):
    writing_chat.get_by_role("textbox", name=re.compile("質問")).fill(_QUESTION)
    writing_chat.keyboard.press("Control+Enter")
    article = writing_chat.get_by_role("article").last
    article.get_by_text(re.compile("1/2")).first.wait_for()
    assert "根拠から文を作っています" in article.inner_text()  # the evidence came first

    stop = writing_chat.get_by_role("button", name="止める")
    stop.wait_for(state="hidden", timeout=_GENERATION_MS)
    text = article.inner_text()
    if article.locator("[data-sentence]").count():
        assert "資料と1文ずつ照合済み" in text or "途中で途切れました" in text
        assert "生成AI：local" in text
    else:
        assert text.count("下の資料の抜粋が回答です。") == 1
    assert "1/2" in text
    assert writing_chat.evaluate("window.shifts") < _STILL
