"""Walks through the chat with a model that writes what the question tells it to (scripted.py)."""

import re

import pytest

pytestmark = pytest.mark.browser

_STILL = 0.02
_FILLED = 0.35
_PRINTED_SHARE = 0.6


def _ask(window, question):
    window.get_by_role("textbox", name=re.compile("質問")).fill(question)
    window.keyboard.press("Control+Enter")


def _finished(window):
    window.get_by_role("button", name="止める").wait_for(state="hidden")
    return window.get_by_role("article").last


def test_evidence_comes_first_sentences_above_it_and_nothing_moves(chat):
    _ask(chat, "補助率はいくつですか")
    chat.locator("[data-sentence]").first.wait_for()
    assert "補助対象経費の1/2" in chat.get_by_role("article").inner_text()
    article = _finished(chat)
    text = article.inner_text()
    assert text.index("この事業の補助率は2分の1です。") < text.index("補助率 補助対象経費の1/2")
    assert "AIが書いた文を含みます" in text
    assert "未確認" in text
    assert chat.evaluate("window.shifts") < _STILL
    assert re.search(r"/conversations/[0-9a-f]{32}$", chat.url)


def test_stopping_keeps_the_evidence(chat):
    _ask(chat, "長い説明をしてください")
    chat.locator("[data-sentence]").first.wait_for()
    chat.get_by_role("button", name="止める").click()
    text = _finished(chat).inner_text()
    assert "途中で止めたため" in text
    assert "補助対象経費の1/2" in text
    chat.wait_for_timeout(900)
    assert "AIが書いた文を含みます" in _finished(chat).inner_text()
    chat.reload()
    assert "途中で止めたため" in chat.get_by_role("article").inner_text()


def test_follow_up_names_its_subject_and_can_be_asked_as_typed(chat):
    _ask(chat, "基盤整備事業の補助率はいくつですか")
    _finished(chat)
    _ask(chat, "その締切は？")
    _finished(chat)
    assert "「基盤整備事業」について探しました" in chat.get_by_role("main").inner_text()
    chat.get_by_role("button", name="入力したとおりに探す").click()
    _finished(chat)
    assert chat.get_by_role("article").count() == 3


def test_failed_question_can_be_tried_again_and_is_not_lost(chat):
    _ask(chat, "失敗する質問")
    chat.get_by_role("button", name="もう一度試す").wait_for()
    assert "検索が止まりました" in chat.get_by_role("article").inner_text()
    assert chat.locator("#question").input_value() == "失敗する質問"


def test_nothing_that_stands_is_said_in_the_same_room(chat):
    _ask(chat, "なしの質問")
    article = _finished(chat)
    assert "根拠に合うものはありませんでした。下の資料の抜粋が回答です。" in article.inner_text()
    assert "資料の抜粋（AIの生成文ではありません）" in article.inner_text()


def test_cited_page_opens_beside_the_answer_by_keyboard_and_gives_the_focus_back(chat):
    _ask(chat, "補助率はいくつですか")
    _finished(chat)
    chat.keyboard.press("Alt+p")
    panel = chat.get_by_role("dialog")
    panel.locator("mark").first.wait_for()
    assert "補助対象経費の 1/2" in panel.locator("mark").first.inner_text()
    chat.keyboard.press("Escape")
    chat.wait_for_function("document.activeElement.dataset.preview !== undefined")


def test_checked_answer_is_copied_with_its_state(chat):
    _ask(chat, "補助率はいくつですか")
    _finished(chat)
    chat.get_by_role("button", name="確認した").click()
    chat.get_by_text("確認済み", exact=True).wait_for()
    assert "※ 確認済み" in chat.locator(".copy-source").input_value()
    chat.get_by_role("button", name="コピー").click()
    chat.get_by_text("コピーしました").wait_for()


def test_new_conversation_can_be_named_at_once(chat):
    _ask(chat, "名前を付ける質問")
    _finished(chat)
    assert chat.title().startswith("名前を付ける質問")
    chat.get_by_text("名前を変える", exact=True).click()
    chat.get_by_label("会話の名前").fill("補助率の下調べ")
    chat.get_by_role("button", name="変える", exact=True).click()
    chat.get_by_role("heading", name="補助率の下調べ").wait_for()


def test_copy_before_a_check_says_what_is_left_to_do(chat):
    _ask(chat, "補助率はいくつですか")
    _finished(chat)
    chat.get_by_role("button", name="コピー").click()
    chat.get_by_text("コピーしました（未確認）。使う前に、資料で確かめてください").wait_for()
    assert "※ 未確認（職員の確認前）" in chat.locator(".copy-source").input_value()


def test_print_holds_label_state_and_sources_and_nothing_to_press(chat):
    _ask(chat, "補助率はいくつですか")
    article = _finished(chat)
    chat.emulate_media(media="print")
    text = article.inner_text()
    for part in ("AIが書いた文を含みます", "生成AI：local", "未確認（職員の確認前）", "p.19"):
        assert part in text
    assert chat.get_by_role("main").get_by_role("button").filter(visible=True).count() == 0
    assert chat.locator(".popover__panel").filter(visible=True).count() == 0
    assert article.bounding_box()["width"] > _PRINTED_SHARE * chat.viewport_size["width"]


def test_deleted_conversation_is_brought_back(chat):
    _ask(chat, "消してよい質問")
    _finished(chat)
    chat.get_by_role("button", name="削除").click()
    chat.get_by_role("button", name="元に戻す").first.click()
    assert "消してよい質問" in chat.get_by_role("main").inner_text()


def test_shared_conversation_is_read_by_others_until_it_is_revoked(chat, chromium, scripted):
    from tests.browser.conftest import enter  # noqa: PLC0415 - a function, no fixture

    _ask(chat, "共有する質問")
    _finished(chat)
    chat.get_by_text("共有", exact=True).click()
    chat.get_by_role("button", name="職員全員に共有").click()
    chat.get_by_text("共有中").click()
    link = chat.get_by_label("共有のリンク").input_value()
    context = chromium.new_context(base_url=scripted.address, locale="ja-JP")
    other = context.new_page()
    enter(other, scripted, "CAIO監査")
    other.goto(link)
    assert "共有する質問" in other.get_by_role("main").inner_text()
    assert other.get_by_role("button", name="確認した").count() == 0
    chat.get_by_role("button", name="共有をやめる").click()
    assert other.goto(link).status == 404
    context.close()


def test_draft_outlives_the_session_but_not_signing_out(chat, scripted):
    from tests.browser.conftest import enter  # noqa: PLC0415 - a function, no fixture

    chat.context.clear_cookies()
    _ask(chat, "書きかけの質問")
    chat.get_by_role("link", name="サインインする").click()
    enter(chat, scripted)
    assert chat.locator("#question").input_value() == "書きかけの質問"
    assert "書きかけの質問を戻しました" in chat.get_by_role("main").inner_text()
    chat.locator("summary", has_text="デモ").click()
    chat.get_by_role("button", name="サインアウト").click()
    chat.wait_for_url("**/signin")
    assert chat.evaluate("localStorage.length") == 0


def test_offline_is_said_and_nothing_is_lost(chat):
    chat.locator("#question").fill("つながらない質問")
    chat.context.set_offline(True)
    chat.get_by_text("ネットワークにつながっていません").wait_for()
    assert chat.get_by_role("button", name="資料から探す").is_disabled()
    chat.context.set_offline(False)
    chat.get_by_text("ネットワークにつながっていません").wait_for(state="hidden")
    assert chat.locator("#question").input_value() == "つながらない質問"


def test_on_a_phone_nothing_scrolls_sideways_or_moves(small_chat):
    _ask(small_chat, "補助率はいくつですか")
    _finished(small_chat)
    fits = "document.documentElement.scrollWidth <= window.innerWidth"
    assert small_chat.evaluate(fits)
    assert small_chat.evaluate("window.shifts") < _STILL
    small_chat.keyboard.press("Alt+p")
    small_chat.get_by_role("dialog").locator("mark").first.wait_for()
    assert small_chat.evaluate(fits)


@pytest.mark.parametrize("question", ["補助率はいくつですか", "なしの質問", "長い説明"])
def test_on_a_phone_the_room_above_the_evidence_is_filled_and_nothing_moves(small_chat, question):
    _ask(small_chat, question)
    room = small_chat.locator("[data-written]")
    assert "根拠から文を作っています" in room.inner_text()
    before = room.bounding_box()["height"]
    small_chat.wait_for_timeout(1200)
    if question == "長い説明":
        small_chat.keyboard.press("Escape")
    _finished(small_chat)
    assert small_chat.evaluate("window.shifts") < _STILL
    assert room.bounding_box()["height"] == before
    lines = room.evaluate("""room => {
      const text = document.createRange();
      text.selectNodeContents(room.querySelector("[data-part]"));
      return text.getBoundingClientRect().height / room.getBoundingClientRect().height;
    }""")
    assert lines > _FILLED


def test_what_does_not_fit_into_the_room_is_a_press_away(small_chat):
    _ask(small_chat, "長い説明")
    small_chat.locator("[data-sentence]").nth(4).wait_for()
    small_chat.keyboard.press("Escape")
    _finished(small_chat)
    small_chat.get_by_role("button", name="続きを見る").click()
    room = small_chat.locator("[data-written]")
    assert room.evaluate("room => room.scrollHeight <= room.clientHeight + 1")
    assert small_chat.evaluate("window.shifts") < _STILL


def test_without_a_word_above_it_an_abstention_reserves_no_room(chat):
    _ask(chat, "答えのない質問")
    _finished(chat)
    assert chat.get_by_role("heading", name="見当たりません").is_visible()
    assert chat.locator("[data-written]").count() == 0
