import pytest

from evals.answers import judge
from evals.golden import load_premises
from evals.place import Place
from evals.premises import premise_misses, premises_section


@pytest.fixture
def judged(question, answer):
    """By whether the premise is wrong, and whether the answer says so."""

    def make(name, *, is_wrong, is_corrected):
        asked = question(id=name, premise="contradicted" if is_wrong else "none")
        given = answer(premise="contradicted" if is_corrected else "none")
        return judge(asked, given, {}, 1.0)

    return make


@pytest.fixture
def four(judged):
    return [
        judged("corrected", is_wrong=True, is_corrected=True),
        judged("missed", is_wrong=True, is_corrected=False),
        judged("alarm", is_wrong=False, is_corrected=True),
        judged("left", is_wrong=False, is_corrected=False),
    ]


def test_wrong_premises_corrected_and_others_called_wrong_are_counted_apart(four):
    section = premises_section(Place("seed", "held"), [*four, four[-1]])
    values = {figure.key: (figure.value, figure.count) for figure in section.figures}
    assert values == {
        "seed/held/premises/corrected": (0.5, 2),
        "seed/held/premises/false_alarm": (pytest.approx(1 / 3), 3),
    }
    assert [figure.is_better_high for figure in section.figures] == [True, False]


def test_without_questions_of_a_kind_its_share_is_left_out(four):
    section = premises_section(Place("seed", "dev"), four[:2])
    assert [figure.key for figure in section.figures] == ["seed/dev/premises/corrected"]


def test_a_false_alarm_is_listed_before_what_was_missed(four):
    assert [(miss.id, miss.problem) for miss in premise_misses(four)] == [
        ("alarm", "正しい前提を誤りとした"),
        ("missed", "誤った前提を正していない"),
    ]


@pytest.mark.parametrize("name", ["seed", "residents"])
def test_both_splits_have_wrong_and_other_premises(name):
    for split in ("dev", "held"):
        premises = [each.premise for each in load_premises(name, split)]
        assert (premises.count("contradicted"), premises.count("none")) == (30, 35)
