"""What may be learnt from: the golden questions open to tuning and those on invented documents."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from app.answering.service import AnsweringService
from evals.errors import MeasurementError
from evals.golden import FOLDER, GoldenQuestion, load, load_calibration
from evals.harness import (
    Corpus,
    Opened,
    fill,
    open_application,
    residents_corpus,
    seed_corpus,
    settings_for,
)


@dataclass(frozen=True)
class TrainingSet:
    """Questions on a corpus. `author`: who wrote the questions, as the reports name them."""

    name: str
    author: str
    corpus: Corpus
    questions: Sequence[GoldenQuestion]


_CALIBRATION_AUTHORS = {
    "staff": "calibration 1",
    "residents": "calibration 1",
    "staff-c": "calibration 2",
    "residents-d": "calibration 3",
}


def training_sets(seed: Path | None) -> list[TrainingSet]:
    """Raises MeasurementError without the seed: other weights would come out."""
    talks = seed_corpus(seed)
    if talks is None:
        raise MeasurementError("講演資料（シード）がありません。--seed-path で指定してください。")
    sets = [
        TrainingSet(corpus.name, "golden", corpus, load(corpus.name, "dev"))
        for corpus in (talks, residents_corpus())
    ]
    for path in sorted((FOLDER / "calibration").glob("*.questions.jsonl")):
        name = path.name.removesuffix(".questions.jsonl")
        documents = path.with_name(f"{name}.documents.jsonl")
        corpus = (
            Corpus("residents", documents, "public")
            if name.startswith("residents")
            else Corpus("seed", documents, "staff")
        )
        author = _CALIBRATION_AUTHORS[name]
        sets.append(TrainingSet(f"calibration {name}", author, corpus, load_calibration(path)))
    return sets


@contextmanager
def answering_on(corpus: Corpus) -> Iterator[tuple[Opened, AnsweringService]]:
    """The real application, on a folder of its own that holds the corpus."""
    with (
        TemporaryDirectory() as folder,
        open_application(settings_for(Path(folder), None)) as application,
    ):
        opened = fill(application, corpus)
        answering = application.answering
        if not isinstance(answering, AnsweringService):
            raise MeasurementError("この構成では、回答の判断に使う値を測れません。")
        yield opened, answering
