"""The model's process is killed, hangs or talks nonsense while a person looks on (failing_model.py).

The watch over the process, the client and the verifier are the real ones.
"""

import re

import pytest

from tests.browser.conftest import wait_for_model

pytestmark = pytest.mark.browser

_STILL = 0.02
_QUOTE = "補助対象経費の1/2"
_SENTENCE = "補助率は補助対象経費の1/2です。"


def _ask(window, question):
    window.get_by_role("textbox", name=re.compile("質問")).fill(question)
    window.keyboard.press("Control+Enter")
    window.get_by_role("article").get_by_text(_QUOTE).first.wait_for()


def _settled(window):
    """The newest answer once nothing is under way: no spinner, no stop button, no error page."""
    window.get_by_role("button", name="止める").wait_for(state="hidden")
    assert window.locator("[aria-busy=true], .spinner:visible").count() == 0
    assert window.get_by_role("heading", name="エラー").count() == 0
    return window.get_by_role("article").last


@pytest.mark.parametrize("failure", ["黙る", "断る", "止まらない"])
def test_without_a_sentence_the_quotes_are_the_answer(failing_chat, failure):
    _ask(failing_chat, f"補助率は？（{failure}）")
    article = _settled(failing_chat)
    text = article.inner_text()
    assert _QUOTE in text
    assert "ほげ" not in text
    assert text.count("下の資料の抜粋が回答です。") == 1
    assert "資料の抜粋（AIの生成文ではありません）" in text
    assert failing_chat.evaluate("window.shifts") < _STILL


@pytest.mark.parametrize("failure", ["壊れる", "化ける"])
def test_what_stood_before_the_nonsense_stays(failing_chat, failure):
    _ask(failing_chat, f"補助率は？（{failure}）")
    article = _settled(failing_chat)
    assert _SENTENCE in article.inner_text()
    assert "AIの文は途中で途切れました。" in article.inner_text()
    assert article.get_by_role("button", name="もう一度試す").is_visible()


def test_killed_process_is_started_again_and_the_next_answer_has_sentences(failing_chat, failing):
    _ask(failing_chat, "補助率は？（落ちる）")
    article = _settled(failing_chat)
    assert _QUOTE in article.inner_text()
    assert "AIの文は途中で途切れました。" in article.inner_text()
    assert failing_chat.evaluate("window.shifts") < _STILL

    wait_for_model(failing, "ready")
    _ask(failing_chat, "補助率はいくつですか")
    failing_chat.locator("[data-sentence]").last.wait_for()
    assert "資料と1文ずつ照合済み" in _settled(failing_chat).inner_text()


def test_failed_answer_is_tried_again_from_where_it_failed(failing_chat):
    _ask(failing_chat, "補助率は？（断る）")
    _settled(failing_chat).get_by_role("button", name="もう一度試す").click()
    failing_chat.get_by_role("article").nth(1).wait_for()
    assert _QUOTE in _settled(failing_chat).inner_text()
    assert failing_chat.url.count("/conversations/") == 1
