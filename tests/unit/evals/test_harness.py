import pytest

from app.answering.answer import Completed, Evidence, Failed
from evals.errors import MeasurementError
from evals.harness import Corpus, Opened, residents_corpus, seed_corpus, settings_for, spread


class ScriptedApplication:
    """Answers with the events it was given."""

    def __init__(self, *events):
        self.answering = self
        self._events = events

    def ask(self, _question, **_scope):
        yield from self._events


@pytest.fixture
def opened(tmp_path):
    return lambda *events: Opened(
        Corpus("seed", tmp_path, "staff"), ScriptedApplication(*events), embedded=0
    )


class TestCorpus:
    def test_sources_are_files_as_they_are(self, tmp_path):
        (tmp_path / "a.md").write_text("---\nid: city/a\n---\n# 題\n本文 １\n", encoding="utf-8")
        corpus = Corpus("residents", tmp_path, "public")
        assert corpus.sources() == {"city/a": "---\nid: city/a\n---\n# 題\n本文 １\n"}
        assert "id:" not in corpus.texts()["city/a"]

    def test_one_file_is_a_corpus_too(self, tmp_path):
        file = tmp_path / "seed.txt"
        file.write_text("講演の資料", encoding="utf-8")
        assert list(Corpus("seed", file, "staff").sources().values()) == ["講演の資料"]

    def test_other_formats_are_taken_from_their_pages(self, tmp_path):
        (tmp_path / "a.csv").write_text("名前,額\n甲,500円\n", encoding="utf-8")
        (text,) = Corpus("seed", tmp_path, "staff").sources().values()
        assert "500円" in text

    def test_seed_that_is_not_there_is_none(self, tmp_path):
        assert seed_corpus(tmp_path / "none") is None

    def test_committed_pages_are_for_the_public(self):
        corpus = residents_corpus()
        assert corpus.audience == "public"
        assert all(each.startswith("city/") for each in corpus.texts())


class TestAsking:
    def test_the_completed_answer_counts(self, opened, answer):
        first, last = answer("途中"), answer("最後")
        assert opened(Evidence(first), Completed(last)).ask("問い").text == "最後"

    def test_failure_is_not_taken_for_an_answer(self, opened, answer):
        with pytest.raises(MeasurementError, match="こわれた"):
            opened(Evidence(answer()), Failed("こわれた")).ask("問い")

    def test_a_walk_without_end_is_a_failure(self, opened, answer):
        with pytest.raises(MeasurementError):
            opened(Evidence(answer())).ask("問い")


def test_settings_never_use_the_store_of_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("YORISOI_DATA_DIR", "/elsewhere")
    monkeypatch.setenv("YORISOI_DATABASE_URL", "postgresql+psycopg://elsewhere/db")
    settings = settings_for(tmp_path, "other-model")
    assert settings.sqlalchemy_url == f"sqlite:///{tmp_path / 'yorisoi.db'}"
    assert settings.embedding_model == "other-model"


class TestSpread:
    @pytest.mark.parametrize("limit", [None, 10, 11])
    def test_all_without_a_smaller_limit(self, limit):
        assert spread(list(range(10)), limit) == list(range(10))

    def test_evenly_over_all(self):
        assert spread(list(range(10)), 5) == [0, 2, 4, 6, 8]
        assert len(set(spread(list(range(10)), 7))) == 7
