from dataclasses import replace

import pytest

from evals.answers import judge, missing_facts, run_answers, shown_text
from evals.answers_section import answer_misses, answers_section
from evals.place import Place

SOURCES = {"guide": "補助率は\n1/2 です。上限は100万円です。"}


@pytest.fixture
def judged(question, answer):
    def make(given=None, **changes):
        return judge(question(**changes), given or answer(), SOURCES, 10.0)

    return make


class TestJudging:
    def test_right_answer(self, judged):
        found = judged()
        assert (found.is_answered, found.is_right, found.is_shown) == (True, True, True)
        assert found.quotes_in_source == (True,)
        assert found.unsourced == frozenset()

    def test_abstention_is_not_right_even_when_its_text_has_the_fact(self, judged, answer):
        found = judged(answer(status="abstained", citations=()))
        assert (found.is_right, found.is_shown) == (False, True)

    def test_answer_without_the_fact_is_not_right(self, judged, answer):
        found = judged(answer("上限は100万円です"))
        assert (found.is_right, found.is_shown) == (False, False)
        assert missing_facts(found) == ["1/2"]

    def test_fact_in_a_quote_alone_is_told_but_not_right(self, judged, answer, citation):
        found = judged(answer("つぎのとおりです", citations=(citation("補助率は\n1/2 です"),)))
        assert (found.is_shown, found.is_told, found.is_right) == (True, True, False)

    def test_nothing_is_right_of_what_cannot_be_answered(self, unanswerable, answer):
        found = judge(unanswerable, answer(), SOURCES, 1.0)
        assert (found.is_right, found.is_shown, found.is_answered) == (False, False, True)

    def test_changed_quote_is_seen(self, judged, answer, citation):
        found = judged(answer(citations=(citation("補助率は1/2です"), citation("補助率は2/3です"))))
        assert found.quotes_in_source == (True, False)

    def test_quote_of_an_unknown_document_is_none_of_the_source(self, judged, answer, citation):
        found = judged(answer(citations=(citation("補助率は1/2です", "other"),)))
        assert found.quotes_in_source == (False,)

    def test_nearest_places_are_checked_apart_and_may_be_made_readable(
        self, judged, answer, citation
    ):
        near = (citation("補助率は１/２です"), citation("うそ"))
        found = judged(answer(status="abstained", citations=(), nearest=near))
        assert found.quotes_in_source == ()
        assert found.nearest_in_source == (True, False)

    def test_fact_in_a_nearest_place_is_shown_but_not_told(self, judged, answer, citation):
        near = (citation("補助率は1/2です"),)
        found = judged(answer("ありません", status="abstained", citations=(), nearest=near))
        assert (found.is_shown, found.is_told, found.is_right) == (True, False, False)

    def test_figure_without_a_quote_is_found(self, judged, answer, citation):
        found = judged(
            answer("補助率は1/2、上限は300万円", citations=(citation("補助率は1/2です"),))
        )
        assert found.unsourced == {"300"}

    def test_figure_of_the_question_needs_no_quote(self, judged, answer, citation):
        found = judged(
            answer("令和8年度は1/2です", citations=(citation("補助率は1/2です"),)),
            question="令和8年度の補助率は",
        )
        assert found.unsourced == frozenset()

    def test_desk_of_an_abstention_needs_no_quote(self, judged, answer):
        found = judged(answer("電話 000-000-0100 へ", status="abstained", citations=()))
        assert found.unsourced == frozenset()


class TestShown:
    def test_quote_within_the_text_is_shown_once(self, answer):
        assert shown_text(answer()) == "補助率は1/2です"

    def test_quote_beyond_the_text_is_added(self, answer, citation):
        given = answer("半分です", citations=(citation("補助率は1/2です"),))
        assert shown_text(given) == "半分です\n補助率は1/2です"

    def test_nearest_stand_below_an_abstention_only(self, answer, citation):
        near = (citation("近い文"),)
        assert "近い文" not in shown_text(answer(nearest=near))
        assert "近い文" in shown_text(answer(status="abstained", citations=(), nearest=near))

    def test_white_space_counts_once(self, judged, answer):
        assert judged(answer("あ \n\n い", citations=())).chars == 3


def test_everything_is_asked_in_order(question, answer):
    asked: list[str] = []
    done: list[int] = []

    def ask(text):
        asked.append(text)
        return answer()

    questions = [question(id="1", question="一"), question(id="2", question="二")]
    found = run_answers(ask, questions, SOURCES, done.append)
    assert asked == ["一", "二"]
    assert done == [1, 2]
    assert [each.question.id for each in found] == ["1", "2"]
    assert all(each.ms >= 0 for each in found)


class TestSection:
    @pytest.fixture
    def all_judged(self, question, unanswerable, answer):
        false_premise = question(style="false_premise", premise="contradicted")
        refusal = answer("ありません", status="abstained", citations=())
        return [
            judge(question(), answer(), SOURCES, 10.0),
            judge(question(style="paraphrase"), refusal, SOURCES, 20.0),
            judge(false_premise, answer(premise="contradicted"), SOURCES, 30.0),
            judge(unanswerable, refusal, SOURCES, 40.0),
            judge(replace_id(unanswerable), answer(), SOURCES, 50.0),
        ]

    def test_figures(self, all_judged):
        section = answers_section(Place("seed", "dev"), all_judged)
        values = {
            each.key.removeprefix("seed/dev/answers/"): each.value for each in section.figures
        }
        assert values["facts_shown"] == pytest.approx(2 / 3)
        assert values["right"] == pytest.approx(2 / 3)
        assert values["withheld"] == pytest.approx(1 / 3)
        assert values["refused"] == 0.5
        assert values["premise_corrected"] == 1
        assert values["premise_false_alarm"] == 0
        assert values["quotes"] == 1
        assert values["unsourced"] == 0
        assert values["ms"] == 30

    def test_held_questions_are_only_counted(self, all_judged):
        section = answers_section(Place("seed", "held"), all_judged)
        assert section.rows == []

    def test_misses_say_what_is_wrong(self, all_judged):
        problems = [miss.problem for miss in answer_misses(all_judged)]
        assert problems == ["答えがあるのに見送った", "答えがないのに答えた"]

    def test_no_quote_gives_no_share_of_quotes(self, all_judged):
        without = [replace(each, quotes_in_source=()) for each in all_judged]
        section = answers_section(Place("seed", "dev"), without)
        assert not any(each.key.endswith("/quotes") for each in section.figures)


def replace_id(question):
    return question.model_copy(update={"id": "t-003"})
