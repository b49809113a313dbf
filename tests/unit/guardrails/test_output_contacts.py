from datetime import date

import pytest

from guardrails.output.contacts import Contact, ContactGuard, ContactList, load_hotlines
from guardrails.output.outcome import Kept, Mended, OutputContext, Removed
from guardrails.output.reasons import GuardReason
from guardrails.output.sentence_reader import read_sentence

_CITED = (
    "子育て支援課 電話 000-123-4567(24時間)",
    "申込フォーム https://www.city.yorisoi.example.jp/kosodate/teate.html",
    "メール kosodate@city.yorisoi.example.jp",
)
_CHECKED = date(2026, 11, 23)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("電話は０００ー１２３ー４５６７です。", id="full width, long vowel marks"),
        pytest.param("電話は(000)123-4567です。", id="brackets"),
        pytest.param("電話は123-4567です。", id="without the area code"),
        pytest.param("電話は+81-00-123-4567です。", id="from abroad"),
        pytest.param("詳細は www.city.yorisoi.example.jp にあります。", id="the site of a page"),
        pytest.param(
            "詳細は(https://city.yorisoi.example.jp/kosodate/teate.html)です。", id="the page"
        ),
        pytest.param("メールはkosodate@city.yorisoi.example.jpです。", id="mail after kana"),
        pytest.param("様式第2号(youshiki2.docx)を出してください。", id="a file is no site"),
        pytest.param("計画は2025-2029年度のものです。", id="years are no number"),
        pytest.param("予算は1,234,567,890円です。", id="an amount is no number"),
    ],
)
def test_what_the_cited_text_says_may_be_told(text, parse):
    guard = ContactGuard(ContactList((), lambda: _CHECKED))
    assert guard.check(read_sentence(text, parse), OutputContext((), _CITED)) is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("電話は000-123-4568です。", id="one digit off"),
        pytest.param("電話は0001234568です。", id="without joints"),
        pytest.param("電話は000の123の4568です。", id="spoken joints"),
        pytest.param("電話は〇〇〇-一二三-四五六八です。", id="kanji"),
        pytest.param("内線は4321です。", id="an extension"),
        pytest.param("#8888に電話してください。", id="a short dial"),
        pytest.param("詳細は https://www.city.yorisoi.example.jp/other.html です。", id="a page"),
        pytest.param("yorisoi-teate.comで申し込めます。", id="a bare domain"),
        pytest.param("yorisoi[.]comで申し込めます。", id="a domain in disguise"),
        pytest.param("[こちら](http://example.com)から取得します。", id="a link"),
        pytest.param("kosodata@city.yorisoi.example.jpに送ってください。", id="mail"),
        pytest.param("LINEは@yorisoi_helpです。", id="a handle"),
    ],
)
def test_a_contact_of_nobody_removes_the_sentence(text, guarded):
    assert guarded(text, cited=_CITED) == Removed(GuardReason.CONTACT)


def test_a_contact_in_brackets_is_cut_out(guarded):
    outcome = guarded("子育て支援課（電話 000-999-9999）へどうぞ。", cited=_CITED)
    assert outcome == Mended("子育て支援課へどうぞ。", (GuardReason.CONTACT,))


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("よりそいホットライン(0120-279-338)は24時間つながります。", True),
        ("いのちの電話は0120-061-338です。", False),
        ("子どもの人権110番は0120-007-110です。", True),
        ("命が危ないときは、110番か119番に電話してください。", True),
        ("いのちの電話(0120-783-556)は24時間つながります。", False),
    ],
)
def test_a_hotline_has_its_own_number_and_hours(text, is_told, guarded):
    assert isinstance(guarded(text, is_listening=True), Kept) is is_told


def test_a_hotline_that_nobody_checked_for_long_is_not_told(parse):
    line = Contact(names=("相談線",), phones=("0120-000-111",), valid_until=_CHECKED)
    sentence = read_sentence("相談線は0120-000-111です。", parse)
    context = OutputContext(())
    valid = ContactGuard(ContactList((line,), lambda: _CHECKED))
    late = ContactGuard(ContactList((line,), lambda: date(2026, 11, 24)))
    assert valid.check(sentence, context) is None
    assert late.check(sentence, context) == Removed(GuardReason.CONTACT)


def test_every_hotline_says_who_answers_and_when_it_was_checked():
    assert all(each.owner and each.source and each.checked_on for each in load_hotlines())
    assert all(
        each.valid_until or each.phones[0] in {"110", "118", "119"} for each in load_hotlines()
    )
