from datetime import date

import pytest

from app.answering.answer import Completed, Evidence, Retrieved
from app.errors import QuestionRefusedError
from rag.normalization import comparable
from rag.passage import DocumentInfo

_SUBSIDY = """補助事業の概要

＜対象＞地方公共団体、企業・団体など

＜補助率＞ 補助対象経費の １／２

補助金額に上限はありませんが、事業規模の妥当性を審査いたします。

対象期間は令和７年度まで
"""
_GARBAGE = """粗大ごみの出し方

手数料は１点500円です。

申し込みは収集日の７日前までに電話でしてください。
"""
_DOCUMENTS = (
    (DocumentInfo("hojo", "補助事業", "staff", "L2", issuer="総務省"), _SUBSIDY),
    (
        DocumentInfo(
            "gomi", "粗大ごみ", "public", "L1", department="環境課", contact="000-000-0201"
        ),
        _GARBAGE,
    ),
)


def _answer(events):
    assert [type(event) for event in events] == [Retrieved, Evidence, Completed]
    return events[-1].answer


def test_the_answer_is_made_of_quotes_that_stand_in_the_source(ask):
    answer = _answer(ask("補助事業の補助率はいくつですか", *_DOCUMENTS))
    assert answer.status == "answered"
    assert "１／２" in answer.text
    sources = {info.document_id: comparable(text) for info, text in _DOCUMENTS}
    assert answer.citations
    assert all(comparable(c.quote) in sources[c.document_id] for c in answer.citations)
    assert answer.generated == 0


def test_a_wrong_figure_that_is_taken_for_granted_is_corrected(ask):
    answer = _answer(ask("補助事業の補助率は2/3ですよね", *_DOCUMENTS))
    assert answer.premise == "contradicted"
    assert answer.text.startswith("いいえ。資料では「1/2」です。")


def test_what_speaks_against_a_premise_is_told_however_unsure_it_is(answering):
    def groups(question):
        found = answering(*_DOCUMENTS).measure_premises(question, audience="staff")
        return [(each.group, each.asserted, each.actual) for each in found]

    assert groups("補助事業の補助率は2/3ですよね") == [("figure", "2/3", "1/2")]
    assert groups("補助事業の補助率は1/2ですよね") == []
    assert groups("補助率はいくつですか") == []


@pytest.mark.parametrize("same", ["50%", "半額", "1/2", "５割"])
def test_a_right_figure_in_another_form_is_not_corrected(ask, same):
    answer = _answer(ask(f"補助事業の補助率は{same}ですよね", *_DOCUMENTS))
    assert answer.premise == "none"


def test_a_measure_whose_period_is_over_is_said_to_be_over(ask):
    answer = _answer(ask("補助事業の対象期間はいつまでですか", *_DOCUMENTS))
    assert any("2026年3月31日に終わっています" in notice for notice in answer.notices)


def test_what_the_documents_do_not_say_is_not_answered_and_a_desk_is_named(ask):
    answer = _answer(ask("宇宙旅行の申込用紙の色は何色ですか", *_DOCUMENTS))
    assert answer.status == "abstained"
    assert "見当たりません" in answer.text
    assert "担当" in answer.text or "所管" in answer.text
    assert answer.citations == ()


def test_without_documents_the_desk_of_the_installation_is_named(ask):
    answer = _answer(ask("補助率はいくつですか"))
    assert answer.status == "abstained"
    assert "市役所代表" in answer.text


def test_a_resident_is_answered_from_public_documents_only(ask):
    answer = _answer(ask("補助事業の補助率はいくつですか", *_DOCUMENTS, audience="public"))
    assert {c.document_id for c in (*answer.citations, *answer.nearest)} <= {"gomi"}


def test_demo_pages_say_that_they_are_fictional(ask):
    info = DocumentInfo("demo", "粗大ごみ", "public", "L1", is_demo=True)
    answer = _answer(ask("粗大ごみの手数料はいくらですか", (info, _GARBAGE)))
    assert any("架空" in notice for notice in answer.notices)


def test_an_expired_document_is_marked(ask):
    info = DocumentInfo("old", "粗大ごみ", "public", "L1", valid_until=date(2026, 3, 31))
    answer = _answer(ask("粗大ごみの手数料はいくらですか", (info, _GARBAGE)))
    assert answer.citations[0].is_expired
    assert any("終わっています" in notice for notice in answer.notices)


def test_a_refused_question_raises_before_any_search(ask):
    with pytest.raises(QuestionRefusedError):
        ask("😀", *_DOCUMENTS)


def test_evidence_keeps_to_its_budget(ask):
    long = "\n\n".join(
        f"第{n}条 補助率は{n}分の1とし、上限は{n}00万円とする。" for n in range(2, 60)
    )
    answer = _answer(ask("補助率と上限を教えて", (DocumentInfo("y", "要綱", "staff"), long)))
    assert len(comparable("".join(c.quote for c in answer.citations))) <= 420
