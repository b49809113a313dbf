"""What a question means within a conversation: follow-ups are completed from what went before.

Rules alone, no model. A question that stands by itself is never touched; one that leans on the
last one gets its subject, and the person is told which (and can have it searched as typed).
Whether it leans is asked of its form (「じゃあ…」「その…」「…の場合は？」) and of its words: a telling
word that the last answer's document does not know begins another subject.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.normalization import fold
from rag.tokenizer import Tokenizer

MAX_FOLLOW_UP_CHARS = 60
_MAX_SUBJECT_CHARS = 40

_CONNECTIVE = re.compile(
    r"^(?:じゃあ?|では|それでは|それなら|だったら|なら|あと|ちなみに|ついでに|それと|また|で)[、,　 ]*"
)
_PRONOUN = re.compile(
    r"(?:その|この)(?=[^のはがをにで])|(?:それ|これ|そちら|あれ|そこ|同制度|当該制度)(?=[はがをにのでっも]|$)"
)
_CONDITION = re.compile(
    r"(?:の場合|のとき|の時|た場合|る場合|だと|なら|だったら|たら|とき|ときは|ないと)(?:は|には|も)?"
    r"(?:[?？。]|$|[^はがを]{0,12}[?？]?$)"
)
_BARE = re.compile(r"^[^はがを、。]{1,24}(?:は|なら|だと|って|とは|の場合は?|のときは?|も)?[?？]?$")
# What one asks about a programme, whichever it is.
_ATTRIBUTE = (
    r"(?:補助率|措置率|充当率|補助額|支給額|給付額|助成額|金額|額|料金|費用|手数料|利用料|保険料|自己負担額?|負担"
    r"|上限額?|限度額|下限|基準額|所得基準額|所得制限|所得の限度額|予算額|事業費|事業規模|割合|率"
    r"|申請期限|申込期限|期限|締め?切り?|〆切|申込期間|受付期間|支援期間|対象期間|有効期間|期間|設置年限|日程|支給日|支払日|納期限?|納入期限"
    r"|対象者?|対象団体|対象経費|対象事業|要件|条件|資格|必要書類|必要なもの|持ち物|書類|様式"
    r"|申請方法|申込方法|申込み?|申請|手続き?|流れ|方法|窓口|担当|担当課|所管|連絡先|問い?合わせ先|問合せ先|電話番号|電話|場所"
    r"|受付時間|時間|回数|定員|人数|件数|予約|効果|実績|概要|目的|根拠|注意点|評価の観点|加点項目|区分|種類|内容|主な分野|分野|実施主体)"
)
_TRAILING_ATTRIBUTE = re.compile(rf"の(?:申請の|申込みの|利用の)?{_ATTRIBUTE}$")
_HAS_ATTRIBUTE = re.compile(rf"{_ATTRIBUTE}(?:[はがをもにって]|[?？]|$)")
_ASKS = re.compile(
    r"いくら|いくつ|いつ|どこ|誰|だれ|どう|どれ|どの|どん|何|ですか|ますか|ますか|できる|ある|ない|[るいた]の?[?？]"
)
_TOPIC_END = re.compile(r"(?P<topic>.{2,}?)(?:は|って|とは)")
_OBJECT_END = re.compile(r"(?P<topic>.{2,}?)(?:を|が|も|に|で|だと|なら)(?=.)")
_PLACE = re.compile(r"(?<=[一-龠々ァ-ヶーA-Za-z0-9])に(?=[一-龠々ァ-ヶーぁ-んA-Za-z])")
_TAIL = re.compile(
    r"(?:について)?(?:を|の)?(?:教えて(?:ください|下さい)?|知りたい(?:です)?)?[。?？]*$"
)
_LABEL = re.compile(r"[（(].*?[）)]")
_LEAST_TITLE_CHARS = 3


@dataclass(frozen=True)
class Said:
    """An earlier question, as it was asked and searched, and the documents that answered it."""

    question: str
    query: str
    documents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Understood:
    """`query` is what to search; `subject` what was added to the question, "" for nothing."""

    query: str
    subject: str = ""


class KnownDocuments(Protocol):
    """What the documents are called, and which words they use."""

    def titles(self) -> Sequence[str]:
        """Of all that may be asked about."""

    def words_of(self, document_id: str) -> frozenset[str]:
        """Empty for a document that is not there."""

    def is_known(self, word: str) -> bool:
        """Whether any document uses the word."""


class NoDocuments:
    """Nothing is known: only the form of a question can tell."""

    def titles(self) -> Sequence[str]:
        return ()

    def words_of(self, document_id: str) -> frozenset[str]:
        del document_id
        return frozenset()

    def is_known(self, word: str) -> bool:
        del word
        return False


class Conversation:
    """Completes follow-ups with the subject of the turn before."""

    def __init__(self, tokenizer: Tokenizer, documents: KnownDocuments) -> None:
        self._tokenizer = tokenizer
        self._documents = documents

    def understand(self, question: str, earlier: Sequence[Said]) -> Understood:
        """The question with what it leans on; as it was typed where it stands by itself."""
        typed = fold(question).strip()
        if not earlier or not typed or len(typed) > MAX_FOLLOW_UP_CHARS:
            return Understood(question)
        last = earlier[-1]
        asked = _CONNECTIVE.sub("", typed)
        if not self._leans(asked, last, is_marked=asked != typed):
            return Understood(question)
        subject = self._subject(last.query, is_swap=_is_swap(asked))
        if not subject or subject in asked:
            return Understood(question)
        return Understood(_completed(asked, subject), subject)

    def _leans(self, asked: str, last: Said, *, is_marked: bool) -> bool:
        if _CONDITION.search(asked) and not self._starts_with_title(asked):
            return not self._is_elsewhere(asked, last) or is_marked or len(asked) <= 16
        if self._names_title(asked):
            return False
        if is_marked or _PRONOUN.search(asked):
            return not self._is_elsewhere(asked, last)
        return not self._is_elsewhere(asked, last) and not self._repeats(asked, last)

    def _starts_with_title(self, asked: str) -> bool:
        return any(asked.startswith(title) for title in self._titles())

    def _names_title(self, asked: str) -> bool:
        return any(title in asked for title in self._titles())

    def _titles(self) -> list[str]:
        """The names within the titles: 「児童扶養手当（ひとり親家庭の手当）」 is 児童扶養手当."""
        names = []
        for title in self._documents.titles():
            bare = _LABEL.sub("", fold(title))
            names += [part for part in re.split(r"[・、／/\s]", bare) if _is_name(part)]
        return names

    def _is_elsewhere(self, asked: str, last: Said) -> bool:
        """Whether a telling word is at home in other documents, but not in the last answer's."""
        here = frozenset[str]().union(*map(self._documents.words_of, last.documents))
        if not here:
            return False
        said = set(self._tokenizer.tokenize(last.query))
        words = [word for word in self._tokenizer.tokenize(asked) if not word.isdigit()]
        return any(
            word not in here and word not in said and self._documents.is_known(word)
            for word in words
            if not _ONE_KANA.fullmatch(word)
        )

    def _repeats(self, asked: str, last: Said) -> bool:
        """Whether the subject of the last question is in this one too: it needs no help."""
        subject = set(self._tokenizer.tokenize(self._subject(last.query, is_swap=False)))
        return bool(subject) and subject <= set(self._tokenizer.tokenize(asked))

    @staticmethod
    def _subject(query: str, *, is_swap: bool) -> str:
        return subject_of(query, keeps_attribute=is_swap)


_ONE_KANA = re.compile(r"[ぁ-ん]")


def subject_of(question: str, *, keeps_attribute: bool = False) -> str:
    """What a question is about: 「児童手当の支給日はいつ」 -> 児童手当 (or with 支給日)."""
    text = _CONNECTIVE.sub("", fold(question).strip())
    found = _TOPIC_END.match(text) or _OBJECT_END.match(text)
    topic = found["topic"] if found else _TAIL.sub("", text)
    topic = _PLACE.split(topic)[0] if found else topic
    topic = topic.split("、")[-1].strip(" 　「」")
    topic = re.sub(r"(?:について|に関して)$", "", topic)
    if not keeps_attribute:
        topic = _TRAILING_ATTRIBUTE.sub("", topic)
    return topic[:_MAX_SUBJECT_CHARS]


def _is_swap(asked: str) -> bool:
    """「要介護5なら？」 asks the same of another case: what was asked must be kept."""
    return not _HAS_ATTRIBUTE.search(asked) and not _ASKS.search(asked)


def _is_name(text: str) -> bool:
    return len(text) >= _LEAST_TITLE_CHARS


def _completed(asked: str, subject: str) -> str:
    match = _PRONOUN.search(asked)
    if match:
        is_modifier = match.group() in {"その", "この"}
        filled = f"{subject}の" if is_modifier else subject
        return f"{asked[: match.start()]}{filled}{asked[match.end() :]}"
    if _BARE.match(asked) or _HAS_ATTRIBUTE.match(asked):
        return f"{subject}の{asked}"
    return f"{subject}について、{asked}"
