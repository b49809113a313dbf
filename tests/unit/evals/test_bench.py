import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from evals.bench.corpus import corpus_sentences, scattered, synthesise
from evals.bench.embedder import ReferenceComparison, TokenMismatch
from evals.bench.ingestion import CountingEmbedder, IngestSpeed
from evals.bench.search import SearchBench, SearchSpeed
from evals.bench.sections import (
    embedding_section,
    evidence_section,
    ingest_section,
    search_section,
    server_section,
)
from evals.bench.server import ServerSpeed, memory_of
from evals.bench.visitor import Visitor
from evals.errors import MeasurementError
from rag.embedder import FakeEmbedder
from rag.passage import SearchScope
from rag.retriever import Retriever
from rag.vector_store import InMemoryVectorStore

SENTENCES = [
    "補助金の申請は4月1日から受け付けます。",
    "窓口は市民課で、手数料は500円です。",
    "補助率は対象経費の2分の1以内です。",
]


class Words:
    def tokenize(self, text):
        return list(text)

    def names(self, _text):
        return frozenset()


@pytest.fixture(scope="module")
def corpus():
    return synthesise(SENTENCES, 120, Words())


class TestSyntheticCorpus:
    def test_is_the_same_every_time(self, corpus):
        assert synthesise(SENTENCES, 120, Words()) == corpus

    def test_chunks_are_spans_of_their_pages(self, corpus):
        snapshot = corpus.snapshot
        assert len(snapshot.chunks) == len(corpus.texts) == 120
        for chunk, text in zip(snapshot.chunks, corpus.texts, strict=True):
            page = snapshot.pages[chunk.document][chunk.page_index]
            assert page[chunk.start : chunk.end] == text

    def test_words_vary(self, corpus):
        assert len(set(corpus.texts)) > 110

    def test_chunks_are_about_as_long_as_real_ones(self, corpus):
        assert 150 < np.mean([len(text) for text in corpus.texts]) < 300

    def test_both_audiences_have_their_share(self, corpus):
        staff, public = corpus.vector_ids("staff"), corpus.vector_ids("public")
        assert len(staff) + len(public) == 120
        assert len(staff) > len(public) > 0

    def test_sentences_come_from_documents(self, tmp_path):
        (tmp_path / "a.txt").write_text("\n".join([*SENTENCES, "短い"]), encoding="utf-8")
        assert corpus_sentences(tmp_path) == SENTENCES

    def test_no_documents_is_an_error(self, tmp_path):
        with pytest.raises(MeasurementError):
            corpus_sentences(tmp_path)

    def test_vectors_lie_around_their_centres(self):
        centres = FakeEmbedder().embed_passages(SENTENCES)
        vectors = scattered(centres, 30)
        assert vectors.shape == (30, 64)
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
        assert all((vectors @ centres.T).argmax(axis=1) == np.arange(30) % 3)


class TestSearchBench:
    def test_both_search_the_same_corpus(self, corpus, tmp_path):
        vectors, embedder = InMemoryVectorStore(), FakeEmbedder()
        bench = SearchBench(embedder, Words(), vectors, tmp_path, centres=5)
        done: list[int] = []
        speed = bench.open(corpus).measure(["補助率は", "窓口は", "手数料は"], done.append)
        assert (speed.chunks, len(speed.ours), len(speed.peer)) == (120, 3, 3)
        assert done == [1, 2, 3]
        assert speed.ratio > 0
        stored = len(vectors.ids("bench-staff")) + len(vectors.ids("bench-public"))
        assert stored == 120

    def test_the_corpus_can_be_searched(self, corpus):
        vectors, embedder = InMemoryVectorStore(), FakeEmbedder()
        vectors.add("all", [f"v{i}" for i in range(120)], embedder.embed_passages(corpus.texts))
        retriever = Retriever(embedder, vectors, Words())
        retriever.refresh(corpus.snapshot, {"staff": "all", "public": "all"})
        found = retriever.search(corpus.texts[7], SearchScope("staff"), 3)
        assert len(found) == 3
        assert all(passage.document.document_id.startswith("bench/") for passage in found)


def test_counting_embedder_counts_passages_only():
    counting = CountingEmbedder(FakeEmbedder())
    counting.embed_queries(["a"])
    counting.embed_passages(["a", "b"])
    counting.embed_passages(["c"])
    assert counting.passages == 3
    assert (counting.identity, counting.dimension) == ("fake-ngrams@00000001", 64)


class TestSections:
    def test_embedding(self):
        mismatches = (TokenMismatch("a", 3, 4, "既知"), TokenMismatch("b", 3, 4, None))
        compared = ReferenceComparison(80, 0.99, 0.95, mismatches, 28.0, 11.2)
        values = {each.key: each for each in embedding_section(compared).figures}
        assert values["embedding/speedup"].value == pytest.approx(2.5)
        assert values["embedding/speedup"].is_met
        assert values["embedding/tokens"].value == 1

    def test_search(self):
        section = search_section(SearchSpeed(10_000, [20.0] * 19 + [100.0], [20.0] * 20))
        values = {each.key: each for each in section.figures}
        assert values["search/ours/p50"].value == 20
        assert values["search/time_ratio"].value == pytest.approx(1.0)
        assert values["search/ours/p95"].is_met

    def test_evidence(self):
        values = {each.key: each.is_met for each in evidence_section([100.0, 501.0]).figures}
        assert values["evidence/max"] is False

    @pytest.mark.parametrize(("again", "is_met"), [(0, True), (1, False)])
    def test_ingest_again_must_embed_nothing(self, again, is_met):
        section = ingest_section(IngestSpeed(400, 20.0, 0.5, again))
        assert {each.key: each.is_met for each in section.figures}["ingest/again"] is is_met

    def test_server(self):
        speed = ServerSpeed(2.0, 14.0, 8.0, [90.0, 40.0], 900.0, 1_900.0)
        values = {each.key: each for each in server_section(speed).figures}
        assert values["server/ready"].is_met
        assert not values["server/memory"].is_met
        assert values["server/first_question"].value == 90


class Site(BaseHTTPRequestHandler):
    """A page with a form, a cookie, and one place that forms go to."""

    seen: ClassVar[list[tuple[str, str, str]]] = []

    def do_GET(self):
        body = '{"status": "ready"}' if self.path == "/healthz" else "<p>回答</p>"
        if self.path in {"/", "/signin", "/password"}:
            body = '<input type="hidden" name="csrf_token" value="t0ken">'
        self._answer(200, body)

    def do_POST(self):
        size = int(self.headers["Content-Length"])
        text = self.rfile.read(size).decode()
        Site.seen.append((self.path, text, self.headers.get("Cookie", "")))
        self._answer(422 if "refuse" in text else 303, "")

    def _answer(self, status, body):
        self.send_response(status)
        self.send_header("Set-Cookie", "session=s1; HttpOnly; Path=/")
        self.send_header("Location", "/questions/1")
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def visitor():
    Site.seen = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Visitor(server.server_address[1])
    server.shutdown()
    server.server_close()
    thread.join()


class TestVisitor:
    def test_reads_the_state(self, visitor):
        assert visitor.health() == "ready"

    def test_signs_in_and_changes_the_password(self, visitor):
        visitor.sign_in("measuring", "once")
        (first, sent, _), (second, changed, cookie) = Site.seen
        assert (first, second) == ("/signin", "/password")
        assert "csrf_token=t0ken" in sent
        assert "password=once" in sent
        assert "current=once" in changed
        assert cookie == "session=s1"

    def test_follows_a_question_to_its_answer(self, visitor):
        assert visitor.ask("補助率は") == "<p>回答</p>"

    def test_refused_form_is_an_error(self, visitor):
        with pytest.raises(MeasurementError, match="422"):
            visitor.ask("refuse")

    def test_page_without_a_form_is_an_error(self, visitor):
        with pytest.raises(MeasurementError):
            visitor._post("/elsewhere", "/questions", {})


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux でだけ測れます")
def test_memory_of_a_process():
    now, peak = memory_of(os.getpid()), memory_of(os.getpid(), "VmHWM")
    assert 10 < now <= peak * 1.05


def test_memory_of_no_process_is_zero():
    assert memory_of(2**22 + 1) == 0
