import tomllib
from dataclasses import replace

import numpy as np
import pytest

from app.answering.premise.confidence import SIGNALS, ConfidenceModel
from evals.calibrate.premises import Against, Sample, fit, is_named, report, toml
from evals.golden import CalibrationQuestion

_GOLDEN = CalibrationQuestion.model_validate(
    {
        "id": "q",
        "question": "上限は80万円ですよね。",
        "kind": "amount",
        "style": "false_premise",
        "answerable": True,
        "facts": [["50万円", "五十万円"]],
        "evidence": ["補助の上限は、1世帯につき50万円とする。"],
        "document": "d",
        "premise": "contradicted",
    }
)


def _samples():
    """The rank tells; figures that lie apart stand with wrong premises here, which is chance."""
    rng = np.random.default_rng(7)
    for number in range(300):
        is_wrong = number % 2 == 0
        signals = rng.normal(scale=0.1, size=len(SIGNALS))
        signals[SIGNALS.index("rank")] += 2 * is_wrong
        signals[SIGNALS.index("apart")] += 2 * is_wrong
        group = ("figure", "name", "denied")[number % 3]
        against = Against(group, tuple(signals.tolist()), is_named=is_wrong)
        author = "one" if number < 150 else "two"
        yield Sample(author, author, is_wrong, (against,))


def test_what_tells_gets_weight_and_a_sign_that_makes_no_sense_is_not_taken():
    fitted = fit(list(_samples()))
    assert (fitted.weights[:, SIGNALS.index("rank")] > 1).all()
    assert (fitted.weights[:, SIGNALS.index("apart")] == 0).all()
    assert sorted(fitted.intercepts) == ["denied", "figure", "name"]


def test_a_class_with_few_findings_leans_on_the_others():
    many = [each for each in _samples() if each.against[0].group == "figure"]
    others = [each for each in _samples() if each.against[0].group == "name"]
    rank = fit(many + others[:2]).weights[:, SIGNALS.index("rank")]
    assert rank[1] > rank[0] / 3
    assert rank[2] > rank[0] / 3


def test_a_false_alarm_costs_more_than_a_correction_brings():
    samples = list(_samples())
    blurred = [
        replace(each, is_wrong=number % 4 == 0, against=(replace(each.against[0], signals=(0.0,) * len(SIGNALS), is_named=number % 4 < 2),))
        for number, each in enumerate(samples)
    ]  # fmt: skip
    fitted = fit(blurred)
    assert not any(fitted.is_contradicted(each, 0.45) for each in blurred)


def test_sets_are_told_apart_by_weights_that_never_saw_the_author():
    lines = list(report(list(_samples())))
    assert [line.split()[0] for line in lines[:3]] == ["one", "two", "all"]
    assert lines[0].endswith("falsely   0 of   75")
    turned = [
        replace(each, against=(replace(each.against[0], is_named=not each.is_wrong),))
        if each.author == "two"
        else each
        for each in _samples()
    ]
    assert "corrected   0 of" in next(iter(report(turned)))  # author two taught nothing of use


def test_a_question_without_findings_is_not_called_wrong():
    fitted = fit(list(_samples()))
    assert not fitted.is_contradicted(Sample("s", "a", is_wrong=False, against=()), 0.4)


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        pytest.param("補助の上限は、1世帯につき50万円とする。", True, id="the evidence"),
        pytest.param("上限は、1世帯につき50万円", True, id="a part of it"),
        pytest.param("1世帯", False, id="too short a part"),
        pytest.param("上限額 五十万円", True, id="another way to say the fact"),
        pytest.param("上限額 150万円", False, id="a larger figure"),
        pytest.param("申請は窓口で行う。", False, id="something else"),
    ],
)
def test_units_that_the_author_named(unit, expected):
    assert is_named(unit, _GOLDEN) is expected


def test_what_is_written_can_be_loaded():
    model = ConfidenceModel(**tomllib.loads(toml(fit(list(_samples())))))
    assert set(model.weights["word"]) == set(SIGNALS)
    assert set(model.intercepts) == {"figure", "name", "denied"}
