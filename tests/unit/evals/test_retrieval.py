import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics import Found
from evals.place import Place
from evals.retrieval import (
    ArmResult,
    arms_of,
    reciprocal_ranks,
    run_arms,
    time_searches,
)
from evals.retrieval_section import retrieval_misses, retrieval_section
from rag.embedder import FakeEmbedder
from rag.passage import DocumentInfo, IndexedChunk, SearchScope, Snapshot
from rag.retriever import Retriever
from rag.vector_store import InMemoryVectorStore

SCORES = st.dictionaries(st.integers(0, 30), st.floats(-5, 5), max_size=20)
TEXTS = (
    "補助率は二分の一です",
    "締切は三月末日です",
    "窓口は市民課です",
    "申請書は二部必要です",
)


class Words:
    """Every character is a word."""

    def tokenize(self, text):
        return list(text)

    def names(self, _text):
        return frozenset()


@pytest.fixture
def retriever():
    embedder, vectors = FakeEmbedder(), InMemoryVectorStore()
    vectors.add("p", [f"v{i}" for i in range(len(TEXTS))], embedder.embed_passages(TEXTS))
    documents = [DocumentInfo(f"d{i}", f"文書{i}", "public") for i in range(len(TEXTS))]
    chunks = [
        IndexedChunk(i, f"v{i}", 0, 0, len(text), None, (), tuple(text))
        for i, text in enumerate(TEXTS)
    ]
    made = Retriever(embedder, vectors, Words())
    made.refresh(Snapshot(1, documents, [[text] for text in TEXTS], chunks), {"public": "p"})
    return made


class TestArms:
    def test_all_find_what_shares_words_and_characters(self, retriever):
        for search in arms_of(retriever, SearchScope("public")).values():
            assert search("締切は三月")[0].text == TEXTS[1]

    def test_dense_arm_ranks_by_vector_alone(self, retriever):
        query = "申請の窓口は"
        found = [each.text for each in arms_of(retriever, SearchScope("public"))["dense"](query)]
        vector = retriever.embed(query)
        products = FakeEmbedder().embed_passages(TEXTS) @ vector
        assert found == [TEXTS[i] for i in sorted(range(len(TEXTS)), key=lambda i: -products[i])]

    def test_lexical_arm_puts_shared_words_first(self, retriever):
        found = arms_of(retriever, SearchScope("public"))["lexical"]("市民課")
        assert found[0].text == TEXTS[2]

    def test_rank_fusion_is_that_of_the_formula(self, retriever):
        query, scope = "補助の締切", SearchScope("public")
        arms = arms_of(retriever, scope)
        dense = {each.document_id: -rank for rank, each in enumerate(arms["dense"](query))}
        found = [each.document_id for each in arms["rrf"](query)]
        assert set(found) == set(dense)
        assert found[0] in {
            arms["dense"](query)[0].document_id,
            arms["lexical"](query)[0].document_id,
        }

    def test_the_retriever_in_use_stays_as_it_was(self, retriever):
        before = dict(vars(retriever))
        arms_of(retriever, SearchScope("public"))
        assert vars(retriever) == before


class TestReciprocalRanks:
    def test_formula(self):
        scores = reciprocal_ranks([{1: 0.9, 2: 0.5}, {2: 7.0, 3: 1.0}], k=60)
        assert scores == pytest.approx({1: 1 / 61, 2: 1 / 62 + 1 / 61, 3: 1 / 62})

    @given(SCORES, SCORES)
    def test_order_of_the_arms_does_not_matter(self, one, two):
        assert reciprocal_ranks([one, two], 60) == pytest.approx(reciprocal_ranks([two, one], 60))

    @given(SCORES, st.floats(0.5, 4))
    def test_only_ranks_count(self, arm, factor):
        stretched = {key: score * factor for key, score in arm.items()}
        assert set(reciprocal_ranks([arm], 60)) == set(reciprocal_ranks([stretched], 60))
        if len(set(stretched.values())) == len(set(arm.values())):
            assert reciprocal_ranks([arm], 60) == reciprocal_ranks([stretched], 60)


class TestRunning:
    def test_who_goes_first_changes_and_warming_is_not_timed(self):
        calls: list[str] = []
        arms = {name: lambda text, name=name: calls.append(f"{name}{text}") or [] for name in "ab"}
        ms = time_searches(arms, ["1", "2", "3"])
        assert calls == ["a準備", "b準備", "a1", "b1", "b2", "a2", "a3", "b3"]
        assert {name: len(each) for name, each in ms.items()} == {"a": 3, "b": 3}

    def test_results_are_in_the_order_of_the_answerable_questions(self, question, unanswerable):
        found = Found("d", 19, "補助率は1/2です")
        arms = {"hit": lambda _: [found], "late": lambda _: [Found("d", 1, "x"), found]}
        done: list[int] = []
        results = run_arms(arms, [question(), unanswerable, question(id="3")], done.append)
        assert results["hit"].ranks == [1, 1]
        assert results["late"].ranks == [2, 2]
        assert results["hit"].pages == [True, True]
        assert results["hit"].longest == len(found.text)
        assert done == [1, 2]


class TestSection:
    @pytest.fixture
    def results(self):
        return {
            "fusion": ArmResult([1, None], [1, 1], [True], [10.0, 12.0], 480),
            "langchain": ArmResult([2, None], [1, None], [], [10.0, 10.0], 500),
        }

    def test_figures(self, results, question):
        section = retrieval_section(
            Place("seed", "dev"), results, [question(), question(id="2")], [True, False]
        )
        values = {each.key.removeprefix("seed/dev/"): each.value for each in section.figures}
        assert values["lead/recall@1"] == 0.5
        assert values["lead/recall@5"] == 0
        assert values["time_ratio"] == pytest.approx(1.1)
        assert values["pages/hits"] == 1
        assert values["pages/segments"] == 0.5
        assert values["fusion/longest"] == 480

    def test_promises_are_kept_or_not(self, results, question):
        section = retrieval_section(Place("seed", "held"), results, [question()] * 2, [])
        met = {each.key: each.is_met for each in section.figures}
        assert met["seed/held/lead/recall@1"] is True
        assert met["seed/held/lead/recall@5"] is False

    def test_residents_have_no_pages(self, results, question):
        results["fusion"].pages = []
        section = retrieval_section(Place("residents", "dev"), results, [question()] * 2, [])
        assert not any("pages" in each.key for each in section.figures)

    def test_misses_are_those_below_the_best_five(self, question):
        questions = [question(id=str(rank)) for rank in (1, 5, 6, None)]
        result = ArmResult([1, 5, 6, None])
        assert [each.id for each in retrieval_misses(result, questions)] == ["6", "None"]
