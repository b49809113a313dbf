from __future__ import annotations

from dataclasses import replace

from app.chat.examples import example_questions
from app.container import ProgrammeRow

ROW = ProgrammeRow(
    name="森の事業",
    target="市町村",
    subsidy_rate="1/2",
    limit="",
    deadline="",
    document_id="mori",
    document_title="森の事業",
)


def test_each_asks_what_another_programme_states():
    river = replace(ROW, name="川の事業", document_id="kawa", limit="100万円")

    assert example_questions([ROW, river]) == (
        "森の事業の補助率はいくらですか",
        "川の事業の対象を教えてください",
    )


def test_rate_without_a_figure_is_not_asked_for():
    assert example_questions([replace(ROW, subsidy_rate="請負（定額）")]) == (
        "森の事業の対象を教えてください",
    )


def test_programmes_that_are_over_are_not_asked_about():
    assert example_questions([replace(ROW, is_expired=True)]) == ()


def test_own_programmes_come_before_those_of_the_demo():
    demo = replace(ROW, name="架空の事業", document_id="demo", is_demo=True)

    assert example_questions([demo, ROW])[0] == "森の事業の補助率はいくらですか"


def test_without_programmes_there_are_no_examples():
    assert example_questions([]) == ()
