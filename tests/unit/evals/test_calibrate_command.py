import sys
from pathlib import Path

import pytest

from evals.calibrate import __main__, corpora, grounding, premises
from evals.errors import MeasurementError
from evals.golden import load_calibration
from evals.grounding import load_grounding
from evals.harness import Corpus


@pytest.fixture
def call(monkeypatch, tmp_path):
    file = tmp_path / "judgement.toml"
    file.write_text("before", encoding="utf-8")
    monkeypatch.setattr(grounding, "TOML", file)
    monkeypatch.setattr(grounding, "calibrate", lambda: (["a  dropped 1.000"], "after"))

    def run(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["calibrate", *arguments])
        __main__.main()
        return file.read_text("utf-8")

    return run


def test_weights_are_shown_and_written_only_where_that_is_asked_for(call, capsys):
    assert call("grounding") == "before"
    assert "dropped 1.000" in capsys.readouterr().out
    assert call("grounding", "--write") == "after"


@pytest.mark.parametrize("name", ["answerability", "premises"])
def test_nothing_is_fitted_without_the_seed(call, tmp_path, name):
    with pytest.raises(SystemExit, match="--seed-path"):
        call(name, "--write", "--seed-path", str(tmp_path / "nowhere"))


def test_every_calibration_set_has_an_author(tmp_path):
    sets = corpora.training_sets(tmp_path)  # a seed that is there, whatever it holds
    assert len(sets) == 6
    assert all(each.questions for each in sets)
    with pytest.raises(MeasurementError):
        corpora.training_sets(Path("/nowhere"))


def test_true_sentences_of_a_corpus_are_asked_back():
    folder = corpora.FOLDER / "calibration"
    documents = folder / "staff.documents.jsonl"
    questions = load_calibration(folder / "staff.questions.jsonl")
    training = corpora.TrainingSet(
        "calibration staff", "a", Corpus("seed", documents, "staff"), questions
    )
    asked = list(premises.asked_of(training))
    back = [each for each in asked if each.golden is None]
    assert len(asked) == len(questions) + len(back)
    known = {
        s.text.rstrip("。") for c in load_grounding("dev") for s in c.sentences if s.is_supported
    }
    assert back
    assert all(
        each.question.removesuffix("よね。").removesuffix("んです") in known for each in back
    )
