from itertools import pairwise

import pytest

from rag.embedder import FakeEmbedder
from rag.passage import DocumentInfo, IndexedChunk, SearchScope, Snapshot
from rag.retriever import MAX_PASSAGE_CHARS, Retriever
from rag.tokenizer import SudachiWords
from rag.vector_store import InMemoryVectorStore

_COLLECTIONS = {"public": "public", "staff": "staff"}
_WORDS = SudachiWords()


def _retriever(*documents):
    """A retriever over (info, [chunk texts]); chunks of a document stand on one page."""
    embedder, vectors = FakeEmbedder(), InMemoryVectorStore()
    pages, chunks = [], []
    for number, (info, texts) in enumerate(documents):
        page = ""
        for text in texts:
            start, page = len(page), page + text
            vector_id = f"{number}-{start}"
            tokens = tuple(_WORDS.tokenize(text))
            chunks.append(IndexedChunk(number, vector_id, 0, start, len(page), None, (), tokens))
            vectors.add(info.audience, [vector_id], embedder.embed_passages([text]))
        pages.append((page,))
    retriever = Retriever(embedder, vectors, _WORDS)
    retriever.refresh(Snapshot(1, [info for info, _ in documents], pages, chunks), _COLLECTIONS)
    return retriever


def _info(document_id, audience="staff", level="L2"):
    return DocumentInfo(document_id, document_id, audience, level)


def test_the_passage_that_answers_comes_first_with_its_neighbours():
    retriever = _retriever(
        (_info("hojo"), ["補助事業の概要です。", "補助率は2分の1です。", "上限はありません。"]),
        (_info("gomi"), ["粗大ごみの出し方です。", "手数料は500円です。"]),
    )
    best = retriever.search("補助率は何分の1ですか", SearchScope("staff"), 5)[0]
    assert best.document.document_id == "hojo"
    assert best.text == "補助事業の概要です。補助率は2分の1です。上限はありません。"


def test_a_resident_never_sees_what_is_for_staff():
    retriever = _retriever(
        (_info("naibu"), ["児童手当の内部資料です。"]),
        (_info("koho", "public", "L1"), ["児童手当の案内です。"]),
    )
    found = retriever.search("児童手当", SearchScope("public"), 10)
    assert {passage.document.document_id for passage in found} == {"koho"}
    both = retriever.search("児童手当", SearchScope("staff"), 10)
    assert {passage.document.document_id for passage in both} == {"naibu", "koho"}


def test_a_level_above_the_scope_is_left_out():
    retriever = _retriever((_info("himitsu", level="L3"), ["人事の資料です。"]))
    assert retriever.search("人事", SearchScope("staff", max_level="L2"), 10) == []


def test_passages_do_not_overlap_and_are_at_most_500_characters():
    texts = [
        f"第{n}の制度の補助率は{n}分の1で、上限は{n}万円です。申請は窓口でします。"
        for n in range(40)
    ]
    found = _retriever((_info("list"), texts)).search("補助率と上限", SearchScope("staff"), 10)
    spans = sorted((passage.start, passage.end) for passage in found)
    assert len(spans) > 2
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert all(len(passage.text) <= MAX_PASSAGE_CHARS for passage in found)
    scores = [passage.score for passage in found]
    assert scores == sorted(scores, reverse=True)


class _SortingAll(Retriever):
    """The lexical arm as it is defined: all chunks sorted by score, the first come first."""

    def _lexical(self, live, query, scope):
        scores = live.words[scope.audience].scores(self._tokenizer.tokenize(query))
        best = sorted(range(len(scores)), key=lambda i: -scores[i])[: self._weights.candidates]
        members = live.members[scope.audience]
        return {int(members[i]): float(scores[i]) for i in best if scores[i] > 0}


@pytest.mark.parametrize("query", ["補助率は何分の1ですか", "申請の窓口", "制度7", "縁もゆかりも"])
def test_passages_are_those_of_a_full_sort_also_where_scores_are_equal(query):
    texts = [
        f"第{n}の制度の補助率は{n % 7}分の1です。申請は{'窓口' if n % 3 else '郵送'}でします。"
        for n in range(150)
    ]
    others = [f"{n}番の催しは公民館で開きます。" for n in range(60)]
    retriever = _retriever((_info("a"), texts), (_info("b", "public", "L1"), others))
    plain = _SortingAll.__new__(_SortingAll)
    plain.__dict__.update(vars(retriever))
    for audience in ("staff", "public"):
        scope = SearchScope(audience)
        assert retriever.search(query, scope, 10) == plain.search(query, scope, 10)


@pytest.mark.parametrize("query", ["", "😀", "\ud800", "zzz qqq"])
def test_odd_queries_find_something_or_nothing_but_do_not_fail(query):
    retriever = _retriever((_info("d"), ["本文です。"]))
    assert isinstance(retriever.search(query, SearchScope("staff"), 3), list)


def test_without_documents_nothing_is_found():
    assert _retriever().search("補助率", SearchScope("staff"), 3) == []


def test_a_refresh_replaces_what_is_found():
    retriever = _retriever((_info("old"), ["補助率は3分の1です。"]))
    retriever.refresh(Snapshot(2, [], [], []), _COLLECTIONS)
    assert retriever.search("補助率", SearchScope("staff"), 3) == []
