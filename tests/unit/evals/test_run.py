from contextlib import nullcontext

import pytest

from app.answering.answerability import AnswerabilityModel
from app.language_model import NoLanguageModel
from evals.errors import MeasurementError
from evals.golden import GoldenQuestion, load
from evals.run import NO_SEED, EvalPlan, run_eval, watch_pull
from rag.chat_model import FakeAnswer, FakeChatModel
from rag.embedder import FakeEmbedder

SEED = "地域社会DX推進パッケージ事業の概要\n補助率は1/2で、上限はありません。\n"


class RecordingWatcher:
    def __init__(self):
        self.stages: list[str] = []
        self.steps: list[int] = []

    def stage(self, title, _total):
        self.stages.append(title)

    def advance(self, done):
        self.steps.append(done)


@pytest.fixture(scope="module")
def seed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("seed")
    (folder / "seed.txt").write_text(SEED * 3, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def keep(tmp_path_factory):
    return tmp_path_factory.mktemp("keep")


@pytest.fixture(scope="module")
def measured(seed, keep):
    """One run on the real application, with a quick embedder; what it showed of itself beside."""
    watcher = RecordingWatcher()
    plan = EvalPlan(sets=["seed"], seed_path=seed, limit=4, keep=keep)
    return run_eval(plan, watcher, FakeEmbedder()), watcher


class TestEval:
    def test_each_split_has_its_figures(self, measured):
        keys = {figure.key for figure in measured[0].figures()}
        for split in ("dev", "held"):
            for arm in ("fusion", "dense", "lexical", "rrf", "langchain"):
                assert f"seed/{split}/{arm}/recall@5" in keys
            for name in ("facts_shown", "chars", "unsourced"):
                assert f"seed/{split}/answers/{name}" in keys

    def test_all_is_shown_while_it_runs(self, measured):
        stages = " ".join(measured[1].stages)
        assert all(word in stages for word in ("取り込んで", "LangChain", "検索して", "回答して"))
        assert measured[1].steps

    def test_misses_are_of_the_dev_split_only(self, measured):
        held = {each.id for each in load("seed", "held")}
        assert measured[0].misses
        assert held.isdisjoint(miss.id for miss in measured[0].misses)

    def test_context_names_the_model(self, measured):
        assert dict(measured[0].context)["埋め込みモデル"] == FakeEmbedder.identity

    @pytest.mark.usefixtures("measured")
    def test_a_kept_store_is_used_again(self, seed, keep):
        plan = EvalPlan(sets=["seed"], splits=["dev"], seed_path=seed, limit=1, keep=keep)
        assert run_eval(plan, embedder=FakeEmbedder()).sections
        (kept,) = keep.iterdir()
        assert kept.name.startswith("seed-")


class WritingModel(NoLanguageModel):
    """Ready all the time, as a server that somebody else runs."""

    name = "fake"

    def __init__(self, chat):
        self._chat = chat

    def model(self):
        return self._chat

    def running(self, timeout_seconds):
        del timeout_seconds
        return nullcontext(self._chat)


def asked(name, split):
    """One question for each split; what its golden fact says is not what the seed says."""
    assert name == "seed"
    return [
        GoldenQuestion(
            id=f"x-{split}",
            question="地域社会DX推進パッケージ事業の補助率はいくつですか",
            kind="ratio",
            style="plain",
            answerable=True,
            facts=[["3/4"]],
            evidence=["補助率は3/4"],
            pages=[1],
            premise="none",
        )
    ]


@pytest.fixture(scope="module")
def written(seed):
    """A run in which everything is answered, and a true and a false sentence stand above it."""
    answers = [FakeAnswer(["補助率は1/2です。[1]\n", "補助率は2/3です。[1]\n"])] * 8
    chat, watcher = FakeChatModel(*answers), RecordingWatcher()
    plan = EvalPlan(sets=["seed"], seed_path=seed, llm="local")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("evals.run.load", asked)
        answers_all = AnswerabilityModel(5.0, 0.5, {})
        patch.setattr("app.answering.service.load_model", lambda: answers_all)
        report = run_eval(plan, watcher, FakeEmbedder(), WritingModel(chat))
    return report, chat, watcher


class TestWithALanguageModel:
    def test_each_split_has_both_arms(self, written):
        keys = {figure.key for figure in written[0].figures()}
        for split in ("dev", "held"):
            for name in ("right", "facts_shown", "total_p50", "evidence_p95"):
                assert f"seed/{split}/llm-fake/{name}" in keys
                assert f"seed/{split}/llm-fake/plain/{name}" in keys

    def test_what_the_evidence_bears_is_kept_and_the_rest_is_counted_by_reason(self, written):
        values = {figure.key: figure.value for figure in written[0].figures()}
        start = "seed/dev/llm-fake"
        assert (values[f"{start}/written"], values[f"{start}/kept"]) == (2, 1)
        assert values[f"{start}/dropped/figure"] == 1
        assert (values[f"{start}/kept_share"], values[f"{start}/unsupported"]) == (1, 0)

    def test_evidence_only_is_measured_without_it(self, written):
        """It is asked once for each question: neither the first section nor the other arm asks."""
        assert len(written[1].requests) == 2

    def test_progress_names_it(self, written):
        assert any(title.startswith("fake と根拠だけで") for title in written[2].stages)

    def test_sentences_that_should_not_stand_are_shown_of_dev_only(self, written):
        generated = [miss for miss in written[0].misses if "生成文" in miss.problem]
        assert [(miss.id, miss.shown) for miss in generated] == [("x-dev", "補助率は1/2です。")]
        assert all(miss.id != "x-held" for miss in written[0].misses)


def test_a_model_that_was_not_pulled_is_said_before_anything_is_measured(tmp_path, monkeypatch):
    monkeypatch.setenv("YORISOI_MODELS_DIR", str(tmp_path))
    watcher = RecordingWatcher()
    with pytest.raises(MeasurementError, match="models pull"):
        run_eval(EvalPlan(llm="local"), watcher, FakeEmbedder())
    assert watcher.stages == []


def test_without_the_seed_the_rest_is_measured(tmp_path):
    plan = EvalPlan(sets=["seed"], seed_path=tmp_path / "none")
    report = run_eval(plan, embedder=FakeEmbedder())
    assert report.skipped == [NO_SEED]
    # Sentences are verified without any corpus.
    titles = {section.title.partition("：")[0] for section in report.sections}
    assert titles == {"生成文の裏づけ"}


def test_a_corpus_that_cannot_be_read_is_an_error(tmp_path):
    (tmp_path / "seed.txt").write_bytes(b"")
    with pytest.raises(MeasurementError, match="空"):
        run_eval(EvalPlan(sets=["seed"], seed_path=tmp_path, limit=1), embedder=FakeEmbedder())


def test_a_pull_is_shown_stage_by_stage():
    watcher = RecordingWatcher()
    show = watch_pull(watcher)
    for done, stage in ((1, "取得"), (2, "取得"), (1, "展開")):
        show(done, 2, stage)
    assert watcher.stages == [
        "検索モデルを取得しています（取得）",
        "検索モデルを取得しています（展開）",
    ]
    assert watcher.steps == [1, 2, 1]
