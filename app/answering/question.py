"""A question as it is asked: checked, and read for what it wants and what it takes for granted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.errors import QuestionRefusedError
from rag.answer_type import Expectation, expectation
from rag.figures import Figure, find_figures
from rag.normalization import fold
from rag.tokenizer import Tokenizer

MAX_QUESTION_CHARS = 8_000
_ASSERTS = re.compile(
    r"よね|(?P<recall>っけ)|認識|理解して|聞いて|聞きま|聞いた|思って|思う[のんが]|と書|説明して|との説明|という説明|ということ|ってこと|正し|間違い|誤り(?:は|が)|合って"
    r"|予定です|つもり|本当|そうです[がねけ、]|とのこと|でしょ(?!う)|だったと|んですね|ことになって"
)
_WH = re.compile(
    r"何(?!か)|いくら|いくつ|いつ|誰|だれ|どなた|どこ|どの|どれ|どう|どん|なん(?=です|でしょう|の|なの)|なに"
    r"|(?:を|が|について|も)(?:お?教え|知りた|おしえ|確認し)|は(?=[?？]?$)"
)
_ATTRIBUTE = re.compile(
    r"(?:^|[のはがをにでともや、,。\s「」『』()])(?P<attribute>[^のはがをにでともや、,。\s「」『』()?？]{2,16})(?:は|が|を|って|の|も)?$"
)
_OPEN = re.compile(
    r"何(?!か)|いくら|いくつ|いつ|誰|だれ|どなた|どこ|どの|どれ|どう|どん|なん(?=です|でしょう|の)"
)
_VISIBLE = re.compile(r"\w")


@dataclass(frozen=True)
class Question:
    """What a question asks. `tokens` are its content words, `weights` how telling each is.

    `names` are proper names and identifiers among the tokens; `attribute` the words that stand
    right before the interrogative (「締切は何月」 -> 締切); `asserts` says that it takes something
    for granted and wants it confirmed (「…ですよね」).
    """

    text: str
    expected: Expectation
    tokens: tuple[str, ...]
    weights: Mapping[str, float]
    names: frozenset[str]
    attribute: tuple[str, ...]
    figures: tuple[Figure, ...]
    asserts: bool

    def coverage(self, words: frozenset[str]) -> float:
        """Share of the question's weight that `words` cover, 0..1."""
        total = sum(self.weights.values())
        return sum(w for token, w in self.weights.items() if token in words) / total if total else 0


def checked(question: str) -> str:
    """The question, cleaned of invisible characters. Raises QuestionRefusedError with advice."""
    if len(question) > MAX_QUESTION_CHARS:
        raise QuestionRefusedError(
            f"質問が長すぎます（{len(question):,}文字）。{MAX_QUESTION_CHARS:,}文字以内で入力してください。"
        )
    clean = fold(question)
    if not clean.strip():
        raise QuestionRefusedError("質問が空です。知りたいことを入力してください。")
    if not _VISIBLE.search(clean.replace("\ufffd", "")):
        raise QuestionRefusedError(
            "質問に文字がありません。知りたいことを言葉で入力してください"
            "（例: 補助率はいくつですか）。"
        )
    return clean.strip()


def read(question: str, tokenizer: Tokenizer, weight: Callable[[str], float]) -> Question:
    """Read a checked question. `weight`: how rare a word is in the documents."""
    tokens = tuple(tokenizer.tokenize(question))
    attribute = tuple(tokenizer.tokenize(_attribute(question)))
    # 「児童手当はいくら」: what stands there is the subject itself, not an attribute of it.
    is_subject = not set(tokens) - set(attribute)
    return Question(
        text=question,
        expected=expectation(question),
        tokens=tokens,
        # A figure is what is asked or asserted; it does not say what the question is about.
        weights={token: weight(token) for token in dict.fromkeys(tokens) if not token.isdigit()},
        names=tokenizer.names(question),
        attribute=() if is_subject else attribute,
        figures=tuple(find_figures(question)),
        asserts=_asserts(question),
    )


def _asserts(question: str) -> bool:
    """「いくらでしたっけ」 asks, 「1/2でしたっけ」 wants to hear yes."""
    found = list(_ASSERTS.finditer(question))
    if _OPEN.search(question):
        found = [match for match in found if not match["recall"]]
    return bool(found)


def _attribute(question: str) -> str:
    """The phrase before the last interrogative of the sentence that asks."""
    sentences = [part for part in re.split(r"[。!！\n]", question) if part.strip()]
    for sentence in reversed(sentences):
        for match in _WH.finditer(sentence):
            found = _ATTRIBUTE.search(sentence[: match.start()].rstrip())
            if found:
                return found["attribute"]
    return ""
