"""Whole walks of a member of staff, in a real Chromium, on the process that `make run` starts."""

import re

import pytest

pytestmark = pytest.mark.browser

_QUESTION = "補助事業（地域のデジタル基盤の整備支援）の補助率はいくつですか"


def _ask(window, question):
    window.get_by_label(re.compile("質問")).first.fill(question)
    window.get_by_role("button", name="資料から探す").first.click()
    window.wait_for_url("**/conversations/*")
    window.get_by_role("article").last.get_by_role("button", name="コピー").or_(
        window.get_by_role("heading", name="見当たりません")
    ).first.wait_for()


def _fits(window):
    return window.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_question_is_answered_with_its_source_beside_it(page, sign_in):
    sign_in(page)
    _ask(page, _QUESTION)
    assert "1/2" in page.get_by_role("article").inner_text()
    sources = page.get_by_role("group", name="根拠にした資料")
    assert re.search(r"p\.\d+|総務省", sources.inner_text())
    assert page.locator("mark").count() >= 1


def test_what_the_documents_do_not_say_is_said_to_be_missing(page, sign_in):
    sign_in(page)
    _ask(page, "会計年度任用職員の夏季休暇の日数を定めた条例の改正日はいつですか")
    assert "見当たりません" in page.get_by_role("main").inner_text()


def test_a_wrong_premise_is_corrected(page, sign_in):
    sign_in(page)
    _ask(page, "CIO補佐官等は1団体で5名分まで財政措置の対象になるんですよね")
    assert "いいえ" in page.get_by_role("main").inner_text()


def test_a_question_can_be_found_again_deleted_and_brought_back(page, sign_in):
    sign_in(page)
    _ask(page, _QUESTION)
    page.goto("/conversations")
    assert _QUESTION[:10] in page.get_by_role("main").inner_text()
    page.get_by_role("button", name=re.compile("削除")).first.click()
    page.get_by_role("button", name="元に戻す").click()
    assert _QUESTION[:10] in page.get_by_role("main").inner_text()


def test_an_impossible_question_is_refused_and_nothing_is_lost(page, sign_in):
    sign_in(page)
    page.get_by_label(re.compile("質問")).first.fill("😀😀😀")
    page.get_by_role("button", name="資料から探す").first.click()
    page.get_by_role("button", name="もう一度試す").wait_for()
    assert "文字がありません" in page.get_by_role("main").inner_text()
    assert page.get_by_label(re.compile("質問")).first.input_value() == "😀😀😀"


def test_programmes_are_listed_and_filtered(page, sign_in):
    sign_in(page)
    page.goto("/programmes")
    page.get_by_label("言葉で絞り込む").fill("アドバイザー")
    page.get_by_role("button", name="絞り込む").click()
    assert "アドバイザー" in page.get_by_role("main").inner_text()
    page.get_by_role("main").get_by_role("link", name=re.compile("アドバイザー")).first.click()
    page.wait_for_url("**/documents/**")


def test_on_a_phone_nothing_scrolls_sideways(phone, sign_in):
    sign_in(phone)
    assert _fits(phone)
    _ask(phone, _QUESTION)
    assert _fits(phone)
    for path in ("/conversations", "/programmes"):
        phone.goto(path)
        assert _fits(phone), path


def test_the_keyboard_alone_is_enough_to_ask(page, sign_in):
    sign_in(page)
    page.get_by_label(re.compile("質問")).first.focus()
    page.keyboard.type("DXアドバイザーの助言は年間何回まで受けられますか")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("article").get_by_role("button", name="コピー").wait_for()
    assert "5回" in page.get_by_role("main").inner_text()


def test_wrong_passwords_are_told_apart_from_nothing(page, server):
    page.goto("/signin")
    page.get_by_label("ユーザー名").fill(next(iter(server.accounts.values()))[0])
    page.get_by_label("パスワード", exact=True).fill("ちがうパスワード")
    page.get_by_role("button", name="サインイン").click()
    assert page.get_by_role("alert").count() == 1
