import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from rag.embedder import (
    FakeEmbedder,
    SentenceTransformerEmbedder,
    _batches,
    _Turns,
    choose_prompts,
    normalize,
    preferred_dtype,
)
from rag.errors import ModelFormatError, ModelNotPulledError, RagError


def test_importing_the_module_loads_no_heavy_library():
    script = (
        "import sys, rag.embedder, rag.models\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'tokenizers', 'safetensors'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert result.returncode == 0, result.stderr.decode()


class TestMissingModel:
    def test_catalogue_model_says_how_to_pull_it(self, tmp_path):
        embedder = SentenceTransformerEmbedder("embeddinggemma-300m", models_dir=tmp_path)
        with pytest.raises(ModelNotPulledError, match="yorisoi models pull embeddinggemma-300m"):
            embedder.embed_queries(["あ"])

    @pytest.mark.parametrize("name", ["no-such-owner/no-such-model", "/no/such/folder"])
    def test_any_other_id_or_path_is_never_downloaded(self, tmp_path, name):
        embedder = SentenceTransformerEmbedder(name, models_dir=tmp_path)
        with pytest.raises(ModelNotPulledError, match="yorisoi models pull e5-small"):
            _ = embedder.identity

    def test_constructing_needs_no_model(self, tmp_path):
        SentenceTransformerEmbedder("e5-small", models_dir=tmp_path / "none")


class TestIdentity:
    def test_one_file_of_weights_gives_its_own_hash(self, tmp_path):
        folder = tmp_path / "e5-small"
        folder.mkdir()
        (folder / "config.json").write_text("{}")
        (folder / "model.safetensors").write_bytes(b"abc")
        embedder = SentenceTransformerEmbedder("e5-small", models_dir=tmp_path)
        assert embedder.identity == "e5-small@ba7816bf8f01"

    def test_name_of_a_folder_is_used_and_all_files_count(self, tmp_path):
        folder = tmp_path / "my-model"
        (folder / "2_Dense").mkdir(parents=True)
        (folder / "modules.json").write_text("[]")
        (folder / "model.safetensors").write_bytes(b"abc")
        (folder / "2_Dense" / "model.safetensors").write_bytes(b"def")
        first = SentenceTransformerEmbedder(folder).identity
        (folder / "2_Dense" / "model.safetensors").write_bytes(b"deg")
        second = SentenceTransformerEmbedder(str(folder)).identity
        assert first.startswith("my-model@")
        assert first != second

    def test_folder_without_weights_is_explained(self, tmp_path):
        (tmp_path / "config.json").write_text("{}")
        with pytest.raises(ModelFormatError, match="重み"):
            _ = SentenceTransformerEmbedder(tmp_path).identity


class TestChoosePrompts:
    @pytest.mark.parametrize(
        ("name", "own", "expected"),
        [
            pytest.param(
                "e5-small",
                {"query": "query: ", "document": "passage: "},
                ("query: ", "passage: "),
                id="own-document",
            ),
            pytest.param("x", {"query": "q ", "passage": "p "}, ("q ", "p "), id="own-passage"),
            pytest.param(
                "embeddinggemma-300m",
                {"query": "task: search result | query: ", "document": "title: none | text: "},
                ("task: search result | query: ", "title: none | text: "),
                id="gemma",
            ),
            pytest.param("a/arctic", {"query": "query: "}, ("query: ", ""), id="queries-only"),
            pytest.param(
                "intfloat/multilingual-e5-large", {}, ("query: ", "passage: "), id="e5-without"
            ),
            pytest.param(
                "models/E5_base",
                {"query": "", "document": ""},
                ("query: ", "passage: "),
                id="e5-empty",
            ),
            pytest.param("multilingual-e5-large-instruct", {}, ("", ""), id="instruct"),
            pytest.param("a/base5", {}, ("", ""), id="not-e5"),
            pytest.param("a/some-model", {"Clustering": "c: "}, ("", ""), id="unrelated-prompts"),
        ],
    )
    def test_right_prompt_on_the_right_side(self, name, own, expected):
        assert choose_prompts(name, own) == expected

    def test_given_prompts_win_even_when_empty(self):
        own = {"query": "a", "document": "b"}
        assert choose_prompts("e5", own, query="検索: ", passage="") == ("検索: ", "")


class TestPreferredDtype:
    @pytest.mark.parametrize(
        ("cpuinfo", "expected"),
        [
            pytest.param("flags\t\t: fpu avx512f avx512_bf16 sse", "bfloat16", id="avx512-bf16"),
            pytest.param("flags\t\t: fpu amx_bf16 amx_tile", "bfloat16", id="amx"),
            pytest.param("Features\t: fp asimd bf16 i8mm", "bfloat16", id="arm"),
            pytest.param("flags\t\t: fpu avx2 avx512f", "float32", id="avx512-alone"),
            pytest.param("model name\t: avx512_bf16", "float32", id="not-a-flag"),
            pytest.param("", "float32", id="unknown"),
        ],
    )
    def test_bfloat16_only_where_it_is_native(self, cpuinfo, expected):
        assert preferred_dtype(cpuinfo) == expected

    def test_this_machine_has_an_answer(self):
        assert preferred_dtype() in {"bfloat16", "float32"}


class TestBatches:
    @pytest.mark.parametrize("lengths", [[], [0], [3, 900, 5, 0, 220, 220, 5000], [1] * 50])
    def test_every_text_is_in_exactly_one_batch(self, lengths):
        batches = list(_batches(["あ" * length for length in lengths]))
        assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))

    def test_batches_are_small_and_alike(self):
        lengths = [220] * 9 + [20] * 30
        for batch in _batches(["あ" * length for length in lengths]):
            longest = max(lengths[index] for index in batch)
            assert len(batch) == 1 or longest * len(batch) <= 1_000
            assert len(batch) <= 16


class TestTurns:
    def test_waiting_query_goes_before_the_next_passages(self):
        turns, order = _Turns(), []
        holding, release = threading.Event(), threading.Event()

        def hold():
            with turns.take(is_query=False):
                holding.set()
                release.wait(10)

        def join(name, *, is_query):
            with turns.take(is_query=is_query):
                order.append(name)

        holder = threading.Thread(target=hold)
        holder.start()
        holding.wait(10)
        passages = threading.Thread(target=join, args=("passages",), kwargs={"is_query": False})
        passages.start()
        query = threading.Thread(target=join, args=("query",), kwargs={"is_query": True})
        query.start()
        while not turns._queries_waiting:
            time.sleep(0.001)
        release.set()
        for thread in (holder, passages, query):
            thread.join(10)
        assert order == ["query", "passages"]


def test_normalize_gives_unit_rows_and_keeps_zero_rows():
    rows = normalize(np.array([[3.0, 4.0], [0.0, 0.0], [0.997, 0.0]], np.float32))
    assert rows.dtype == np.float32
    assert np.allclose(rows, [[0.6, 0.8], [0.0, 0.0], [1.0, 0.0]])


class TestFakeEmbedder:
    def test_vectors_are_the_same_on_every_machine(self):
        vector = FakeEmbedder().embed_queries(["児童手当"])[0]
        expected = [1, 19, 25, 37, 58, 62]
        assert np.flatnonzero(vector > 0.1).tolist() == expected
        assert vector[expected] == pytest.approx([0.2582] * 6, abs=1e-3)

    def test_every_error_of_the_package_has_one_base(self):
        assert issubclass(ModelNotPulledError, RagError)
