"""Whether a sentence answers what was asked. One that is true may still be beside the question."""

from __future__ import annotations

from guardrails.output.grounding import Reason
from rag.answer_type import expectation
from rag.figures import find_figures
from rag.polarity import ends_denied
from rag.tokenizer import Tokenizer


def indirection(sentence: str, question: str, tokenizer: Tokenizer) -> Reason | None:
    """Why the sentence does not answer, or None.

    INDIRECT: an amount, a date, a count was asked for, and it neither holds one nor says that
    there is none. EMPTY: it says again what the question said.
    """
    expected = expectation(question)
    if expected.is_formal and not expected.is_met_by(sentence) and not ends_denied(sentence):
        return Reason.INDIRECT
    is_new = set(tokenizer.tokenize(sentence)) - set(tokenizer.tokenize(question))
    if not is_new and not find_figures(sentence):
        return Reason.EMPTY
    return None
