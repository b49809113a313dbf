import pytest

from evals.errors import MeasurementError
from evals.golden import load
from evals.run import NO_SEED, EvalPlan, run_eval, watch_pull
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


def test_without_the_seed_the_rest_is_measured(tmp_path):
    plan = EvalPlan(sets=["seed"], seed_path=tmp_path / "none")
    report = run_eval(plan, embedder=FakeEmbedder())
    assert report.skipped == [NO_SEED]
    # Sentences are verified against evidence of their own, without any corpus.
    assert {section.title[:6] for section in report.sections} == {"生成文の裏づ"}


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
