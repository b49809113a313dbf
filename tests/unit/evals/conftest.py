from collections.abc import Callable

import pytest

from app.answering.answer import Answer, Citation
from evals.golden import GoldenQuestion


@pytest.fixture
def question() -> Callable[..., GoldenQuestion]:
    def make(**changes: object) -> GoldenQuestion:
        plain = {
            "id": "t-001",
            "question": "補助率はいくつですか",
            "kind": "ratio",
            "style": "plain",
            "answerable": True,
            "facts": [["1/2", "2分の1"]],
            "evidence": ["補助率は1/2です"],
            "pages": [19],
            "premise": "none",
        }
        return GoldenQuestion.model_validate(plain | changes)

    return make


@pytest.fixture
def unanswerable(question: Callable[..., GoldenQuestion]) -> GoldenQuestion:
    return question(
        id="t-002", style="unanswerable", answerable=False, facts=[], evidence=[], pages=[]
    )


@pytest.fixture
def citation() -> Callable[..., Citation]:
    def make(quote: str, document_id: str = "guide") -> Citation:
        return Citation(document_id, "手引", "補助", 19, quote, quote)

    return make


@pytest.fixture
def answer(citation: Callable[..., Citation]) -> Callable[..., Answer]:
    def make(text: str = "補助率は1/2です", **changes: object) -> Answer:
        plain: dict[str, object] = {
            "status": "answered",
            "text": text,
            "premise": "none",
            "citations": (citation(text),),
            "nearest": (),
            "notices": (),
            "provider": "extractive",
            "generated": 0,
            "ms": 12.0,
        }
        return Answer(**{**plain, **changes})

    return make
