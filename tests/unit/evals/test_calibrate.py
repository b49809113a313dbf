import numpy as np

from app.answering.answerability import AnswerabilityModel, AnswerSignals
from evals.calibrate.answerability import Sample, fit, report, toml

_FIELDS = list(AnswerSignals.__dataclass_fields__)


def _signals(rng, answerable):
    values = rng.normal(size=(len(answerable), len(_FIELDS)))
    values[:, _FIELDS.index("rest_cover")] += 3 * answerable
    values[:, _FIELDS.index("words")] += 3 * answerable
    return values


def test_what_tells_gets_weight_and_a_sign_that_makes_no_sense_is_not_taken():
    rng = np.random.default_rng(7)
    answerable = rng.random(400) < 0.7
    fitted = fit(_signals(rng, answerable), answerable)
    weights = dict(zip(_FIELDS, fitted.weights, strict=True))
    assert weights["rest_cover"] > 1
    assert weights["words"] == 0  # may only speak against an answer


def test_a_set_is_reported_by_weights_that_never_saw_it():
    rng = np.random.default_rng(7)
    answerable = np.arange(200) % 2 == 0
    values = _signals(rng, answerable)
    samples = [
        Sample("one" if i < 100 else "two", bool(answerable[i]), True, tuple(values[i]))
        for i in range(200)
    ]
    lines = list(report(samples))
    assert [line.split()[0] for line in lines] == ["one", "two"]


def test_what_is_written_can_be_loaded():
    import tomllib  # noqa: PLC0415

    rng = np.random.default_rng(7)
    answerable = np.arange(100) % 2 == 0
    data = tomllib.loads(toml(fit(_signals(rng, answerable), answerable)))
    assert set(AnswerabilityModel(**data).weights) == set(_FIELDS)
