"""The bundled corpus: which documents belong to it, and whether it has changed."""

import hashlib
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from ingest.errors import IngestError

FILE_NAME = "manifest.yaml"
DOCUMENTS_FOLDER = "documents"


class ManifestError(IngestError):
    """The manifest is missing or wrong."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ManifestEntry(_Strict):
    """`path` is relative to the corpus; `demo` says that the document is about a fictional city."""

    id: str
    path: str
    title: str
    audience: Literal["public", "staff"]
    demo: bool


class Manifest(_Strict):
    documents: tuple[ManifestEntry, ...]

    @field_validator("documents")
    @classmethod
    def _are_distinct(cls, entries: tuple[ManifestEntry, ...]) -> tuple[ManifestEntry, ...]:
        for name in ("id", "path"):
            values = [getattr(entry, name) for entry in entries]
            if len(set(values)) < len(values):
                raise ValueError(f"{name} が重なっています")
        return entries

    @property
    def demo_ids(self) -> frozenset[str]:
        return frozenset(entry.id for entry in self.documents if entry.demo)


def load_manifest(corpus_dir: Path) -> Manifest:
    """Raises ManifestError if it cannot be used."""
    path = corpus_dir / FILE_NAME
    try:
        return Manifest.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ManifestError(
            f"同梱の文書の一覧 {path} を読めません。YORISOI_CORPUS_DIR を確かめてください。"
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ManifestError(f"{path} を YAML として読めません。書き方を直してください。") from error
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise ManifestError(f"{path} の {place} が正しくありません（{fault['msg']}）。") from error


def corpus_sha256(corpus_dir: Path, manifest: Manifest) -> str:
    """Changes with the manifest and with every listed file's path and bytes."""
    total = hashlib.sha256((corpus_dir / FILE_NAME).read_bytes())
    for entry in sorted(manifest.documents, key=lambda each: each.path):
        total.update(f"\0{entry.path}\0".encode())
        try:
            total.update(hashlib.sha256((corpus_dir / entry.path).read_bytes()).digest())
        except OSError as error:
            raise ManifestError(
                f"一覧にある文書 {corpus_dir / entry.path} を読めません。"
            ) from error
    return total.hexdigest()
