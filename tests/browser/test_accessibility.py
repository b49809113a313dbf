"""axe-core finds nothing, in the states that come and go too."""

import re
from pathlib import Path

import pytest

axe = pytest.importorskip("axe_playwright_python", reason="make install で入ります")

pytestmark = pytest.mark.browser

_SCRIPT = Path(axe.__file__).with_name("axe.min.js")


def _violations(window):
    window.evaluate(_SCRIPT.read_text(encoding="utf-8"))
    found = window.evaluate("axe.run().then(result => result.violations)")
    return [(each["id"], [node["html"][:120] for node in each["nodes"]]) for each in found]


def _ask(window, question):
    window.get_by_role("textbox", name=re.compile("質問")).fill(question)
    window.keyboard.press("Control+Enter")


def _is_over(window):
    window.get_by_role("button", name="止める").wait_for(state="hidden")


@pytest.fixture(params=["chat", "small_chat"])
def any_chat(request):
    return request.getfixturevalue(request.param)


def test_while_it_waits_streams_and_after(any_chat):
    assert _violations(any_chat) == []
    _ask(any_chat, "遅い、長い説明")
    any_chat.get_by_text("資料を探しています…").wait_for()
    assert _violations(any_chat) == []
    any_chat.locator("[data-sentence]").first.wait_for()
    assert _violations(any_chat) == []
    any_chat.keyboard.press("Escape")
    _is_over(any_chat)
    assert _violations(any_chat) == []


@pytest.mark.parametrize("question", ["失敗する質問", "なしの質問", "答えのない質問"])
def test_when_it_fails_or_nothing_is_written(any_chat, question):
    _ask(any_chat, question)
    _is_over(any_chat)
    assert _violations(any_chat) == []


def test_when_the_model_fails(failing_chat):
    _ask(failing_chat, "補助率は？（断る）")
    failing_chat.get_by_text("AIの文を作れませんでした").first.wait_for()
    _is_over(failing_chat)
    assert _violations(failing_chat) == []


def test_offline_and_with_the_page_of_a_source_open(any_chat):
    _ask(any_chat, "補助率はいくつですか")
    any_chat.locator("[data-sentence]").first.wait_for()
    _is_over(any_chat)
    any_chat.keyboard.press("Alt+p")
    any_chat.get_by_role("dialog").locator("mark").first.wait_for()
    assert _violations(any_chat) == []
    any_chat.keyboard.press("Escape")
    any_chat.context.set_offline(True)
    any_chat.get_by_text("ネットワークにつながっていません").wait_for()
    assert _violations(any_chat) == []
