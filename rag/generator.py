"""Sentences that a language model writes from evidence, as they come. Nobody has checked them."""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from rag.answer_grammar import answer_grammar
from rag.chat_model import ChatModel, OutboundCheck
from rag.prompt import fitting, load_prompt

PROMPT_VERSION = 2
NOTHING = "資料にありません"
MAX_SENTENCES = 2
_MAX_TOKENS = 160
_MAX_SENTENCE_CHARS = 160
_CITATION = re.compile(r"[\[［]([0-9０-９]{1,3})[\]］]")
_END = re.compile(r"[。！？](?:[ \u3000]*[\[［][0-9０-９]{1,3}[\]］])*|\n")
_MAY_GROW = re.compile(r"[ \u3000]*(?:[\[［][0-9０-９]{0,3})?")


@dataclass(frozen=True)
class DraftSentence:
    """A whole sentence without its marks. `cited`: numbers of the evidence, from 1, in range."""

    text: str
    cited: tuple[int, ...]


def generate_sentences(  # noqa: PLR0913 - what one answer is written with
    model: ChatModel,
    question: str,
    evidence_units: Sequence[str],
    *,
    deadline: float,
    check: OutboundCheck,
    literals: Sequence[str] = (),
) -> Generator[DraftSentence, None, None]:
    """What `model` writes about `question` from the units, sentence by sentence.

    `evidence_units` are readable texts, best first; those that fit into the prompt are used, so
    numbers always count from the first. `deadline` is a time of `time.monotonic`. Sentences that
    cite nothing in range are left out, and so is what was not written to its end. `literals`: parts
    of the texts that are written whole or not at all. Nothing is sent that `check` does not allow.
    Closing the iterator stops the model. Raises ChatModelError; what came before it stands.
    """
    units = fitting(evidence_units)
    if not units:
        return
    prompt = load_prompt("answer", PROMPT_VERSION)
    pieces = model.stream(
        prompt.messages(question, units),
        max_tokens=_MAX_TOKENS,
        deadline_seconds=max(deadline - time.monotonic(), 0.0),
        check=check,
        grammar=answer_grammar(
            question, units, nothing=NOTHING, max_lines=MAX_SENTENCES, literals=literals
        ),
    )
    with closing(pieces):
        yield from parse_sentences(pieces, len(units))


def parse_sentences(pieces: Iterator[str], count: int) -> Iterator[DraftSentence]:
    """Sentences with their citations, before or behind them; at most MAX_SENTENCES, none twice."""
    written: set[str] = set()
    rest = ""
    is_over = False
    while not is_over:
        piece = next(pieces, None)
        is_over = piece is None
        rest += piece or "\n"
        done, rest = _split(rest, is_over=is_over)
        for line in done:
            sentence = _parse(line, count)
            if sentence is None or sentence.text in written:
                continue
            written.add(sentence.text)
            yield sentence
            if len(written) == MAX_SENTENCES:
                return
        if len(rest) > _MAX_SENTENCE_CHARS:  # it rambles, and will not come back
            return


def _split(text: str, *, is_over: bool) -> tuple[list[str], str]:
    """Whole sentences, and what may still grow: a mark may follow the last full stop."""
    done: list[str] = []
    start = 0
    for match in _END.finditer(text):
        if not is_over and match[0] != "\n" and _MAY_GROW.fullmatch(text, match.end()):
            break
        done.append(text[start : match.end()])
        start = match.end()
    return done, text[start:]


def _parse(line: str, count: int) -> DraftSentence | None:
    numbers = dict.fromkeys(int(found) for found in _CITATION.findall(line))
    text = _CITATION.sub("", line).strip().lstrip("-・ ").strip()
    cited = tuple(number for number in numbers if 1 <= number <= count)
    is_whole = text.endswith(("。", "！", "？"))
    if not is_whole or len(cited) != len(numbers) or not cited or NOTHING in text:
        return None
    return DraftSentence(text, cited)
