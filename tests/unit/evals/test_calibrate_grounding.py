import tomllib

import numpy as np

from evals.calibrate.grounding import Sample, fit, measure, report, toml
from evals.grounding import GroundingCase
from guardrails.output.grounding import Verifier
from guardrails.output.grounding.judgement import Judgement
from guardrails.output.grounding.signals import Signals

_FIELDS = list(Signals.__dataclass_fields__)
_CASE = GroundingCase.model_validate(
    {
        "document": "d",
        "question": "上限はいくらですか。",
        "evidence": [{"text": "補助の上限は50万円です。", "titles": ["沢渡町 補助"]}],
        "sentences": [
            {
                "id": str(number),
                "text": text,
                "kind": "k",
                "is_supported": True,
                "premise": "none",
            }
            for number, text in enumerate(
                ("補助の上限は50万円です。", "上限は50万円になります。", "上限は80万円です。")
            )
        ],
    }
)


def _samples():
    """Foreign words tell the false sentences; a year only ever stands in true ones."""
    rng = np.random.default_rng(7)
    for number in range(200):
        is_supported = number % 3 > 0
        signals = np.abs(rng.normal(scale=0.1, size=len(_FIELDS)))
        signals[_FIELDS.index("foreign")] += not is_supported
        signals[_FIELDS.index("year")] = is_supported
        author = "one" if number < 100 else "two"
        yield Sample(author, is_supported, tuple(signals.tolist()))


def test_what_tells_against_gets_weight_and_nothing_speaks_for_a_sentence():
    weights = dict(zip(_FIELDS, fit(list(_samples())).weights, strict=True))
    assert weights["foreign"] < -1
    assert weights["year"] == 0
    assert max(weights.values()) <= 0


def test_sentences_that_no_weight_decides_teach_nothing_but_are_counted():
    weighed = list(_samples())
    decided = [Sample("one", is_supported=False, signals=True)] * 100
    assert toml(fit(weighed)) == toml(fit(weighed + decided))
    assert next(report(weighed + decided)).split("kept")[0].endswith("of 134)  ")


def test_only_what_the_weights_decide_has_signals():
    found = [each.signals for each in measure("one", [_CASE], Verifier())]
    assert found[0] is True  # word for word
    assert len(found[1]) == len(_FIELDS)
    assert found[2] is False  # a figure that nobody says


def test_what_is_written_can_be_loaded():
    data = tomllib.loads(toml(fit(list(_samples()))))
    assert set(Judgement(**data).weights) == set(_FIELDS)
