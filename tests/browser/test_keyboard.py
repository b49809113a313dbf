"""The whole walk by keyboard alone: no pointer, no script that stands in for a key."""

import re

import pytest

pytestmark = pytest.mark.browser

_FOCUSED = "(document.activeElement.innerText || document.activeElement.value || '').trim()"
_FURTHEST = 60


def _tab_to(window, text):
    for _ in range(_FURTHEST):
        if re.fullmatch(text, window.evaluate(_FOCUSED)):
            return
        window.keyboard.press("Tab")
    pytest.fail(f"Tab では「{text}」に届きません")


def _is_over(window):
    window.get_by_role("button", name="止める").wait_for(state="hidden")


def test_ask_stop_follow_up_preview_copy_delete_and_undo(chat):
    keys = chat.keyboard
    keys.press("Alt+q")
    keys.type("基盤整備事業の長い説明")
    keys.press("Control+Enter")
    chat.locator("[data-sentence]").first.wait_for()
    keys.press("Escape")
    _is_over(chat)
    assert "途中で止めたため" in chat.get_by_role("article").inner_text()
    assert chat.evaluate("document.activeElement.id") == "question"

    keys.type("その締切は？")
    keys.press("Control+Enter")
    chat.get_by_text("について探しました").wait_for()
    _is_over(chat)
    keys.press("Alt+a")
    assert chat.evaluate(_FOCUSED) == "回答"

    keys.press("Alt+p")
    chat.get_by_role("dialog").locator("mark").first.wait_for()
    keys.press("Escape")
    chat.wait_for_function("document.activeElement.dataset.preview !== undefined")

    keys.press("Alt+c")
    chat.get_by_text("コピーしました").wait_for()

    keys.press("Alt+q")
    _tab_to(chat, "削除")
    keys.press("Enter")
    chat.wait_for_url("**/conversations")
    _tab_to(chat, "元に戻す")
    keys.press("Enter")
    chat.wait_for_load_state()
    assert "基盤整備事業の長い説明" in chat.get_by_role("main").inner_text()


def test_send_button_is_reached_by_tab_and_the_keys_are_listed(chat):
    chat.keyboard.press("Alt+q")
    chat.keyboard.type("補助率はいくつですか")
    chat.keyboard.press("Tab")
    chat.keyboard.press("Enter")
    chat.locator("[data-sentence]").first.wait_for()
    _is_over(chat)
    chat.keyboard.press("Control+/")
    assert chat.get_by_role("dialog", name="キーボードの使い方").is_visible()
