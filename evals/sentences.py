"""What can be held against a generated sentence that was kept, without asking the verifier."""

import re
from collections.abc import Collection, Iterator, Sequence

from evals.golden import GoldenQuestion
from evals.metrics import says
from rag.figures import Figure, find_figures
from rag.normalization import fold

_ADDRESS = re.compile(
    r"https?://[^\s、。」)]+|[\w.+-]+@[\w-]+\.[\w.-]+|\d{2,5}-\d{1,4}-\d{3,4}|#\d{4}"
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_YES = re.compile(r"\s*はい[、。]")


def unsupported(sentence: str, quotes: Sequence[str]) -> list[str]:
    """Figures, dates, amounts, telephone numbers and addresses that stand in none of the quotes.

    Another way of writing the same counts as the same: 2分の1 and 1/2, 令和7年 and 2025年.
    """
    held = [figure for quote in quotes for figure in find_figures(quote)]
    missing = [
        text
        for text, figures in _said(fold(sentence))
        if not _all_held(figures, held) and not any(says(quote, [text]) for quote in quotes)
    ]
    return list(dict.fromkeys(missing))


def _said(text: str) -> Iterator[tuple[str, Sequence[Figure]]]:
    """Each place of a folded text that says a figure, with what was read there, if anything."""
    left = list(text)
    for match in _ADDRESS.finditer(text):
        left[match.start() : match.end()] = " " * len(match[0])
        yield match[0], ()
    figures = find_figures("".join(left))
    for figure in figures:
        left[figure.start : figure.end] = " " * (figure.end - figure.start)
    for place in dict.fromkeys((figure.start, figure.text) for figure in figures):
        yield place[1], [each for each in figures if each.start == place[0]]
    for match in _NUMBER.finditer("".join(left)):
        yield match[0], ()


def _all_held(figures: Sequence[Figure], held: Sequence[Figure]) -> bool:
    return bool(figures) and all(any(each.equals(one) for one in held) for each in figures)


def says_every_fact(sentences: Sequence[str], question: GoldenQuestion) -> bool:
    """Whether the sentences by themselves, without the evidence below, hold all golden facts."""
    return question.answerable and all(says("\n".join(sentences), fact) for fact in question.facts)


def can_be_at_odds(question: GoldenQuestion) -> bool:
    """Whether a contradiction could be told: a fact is a figure, or the premise is false."""
    return question.premise == "contradicted" or any(map(_figures_of, question.facts))


def at_odds(sentences: Sequence[str], question: GoldenQuestion) -> list[str]:
    """Sentences that may contradict a golden fact; a greatest number, not a proof.

    One of them says another figure of the same kind and unit as a fact that no sentence holds, and
    the golden evidence has no such figure (nor the question, unless its premise is false); or it
    says yes to a false premise.
    """
    found: dict[str, None] = {}
    is_false = question.premise == "contradicted"
    allowed = _figures_of([*question.evidence, *([] if is_false else [question.question])])
    for fact in question.facts:
        golden = _figures_of(fact)
        if not golden or says("\n".join(sentences), fact):
            continue
        kinds = {(figure.kind, figure.unit) for figure in golden}
        for sentence in sentences:
            figures = find_figures(sentence)
            others = [
                each
                for each in figures
                if (each.kind, each.unit) in kinds and not _all_held([each], [*allowed, *golden])
            ]
            is_said = any(_all_held([each], golden) for each in figures)
            if others and not is_said:
                found[sentence] = None
    if is_false:
        found |= dict.fromkeys(sentence for sentence in sentences if _YES.match(sentence))
    return list(found)


def _figures_of(texts: Collection[str]) -> list[Figure]:
    return [figure for text in texts for figure in find_figures(text)]
