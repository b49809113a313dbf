"""What a question means within a conversation: follow-ups are completed from what went before.

Rules alone, no model. A question that stands by itself is never touched; one that leans on the
last one gets its subject, and the person is told which (and can have it searched as typed).
Whether it leans is asked of its form (「じゃあ…」「その…」「…の場合は？」) and of its words: a
telling word that the document of the last answer does not know begins another subject.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.answering.answer import Citation
from rag.normalization import fold
from rag.tokenizer import Tokenizer

MAX_FOLLOW_UP_CHARS = 60
_MAX_SUBJECT_CHARS = 40
_MAX_ELLIPSIS_CHARS = 24

_CONNECTIVE = re.compile(
    r"^(?:じゃあ?|では|それでは|それなら|だったら|なら|あと|ちなみに|ついでに|それと|また|で)"
    r"[、,　 ]*"
)
_PRONOUN = re.compile(
    r"(?:その|この)(?=[^のはがをにで])|(?:それ|これ|そちら|あれ|そこ|同制度|当該制度)(?=[はがをにのでっも]|$)"
)
_CONDITION_ALONE = re.compile(
    r"(?:場合|とき|時|なら|だと|だったら|たら|ないと|いると|すると)(?:は|には|も)?[?？]?$"
)
_COMPARES = re.compile(r"との?(?:違い|差|比較)|と(?:比べ|違)")
_TITLE_PARTS = re.compile(r"[・、／/\s:：×]")
_HEAD = re.compile(r"[一-龠々ァ-ヶーA-Za-z0-9]{2,}")
_NOUN = re.compile(r"[一-龠々ァ-ヶーA-Za-z]{2,}")
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
_ANY_ATTRIBUTE = re.compile(_ATTRIBUTE)
_GENERIC = re.compile(r"必要|可能|場合|以上|以下|今年度?|来年度?|年度|制度|補助|支援")
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
_NEARLY = 0.8
_LEAST_CHOICES, _MOST_CHOICES = 2, 5


@dataclass(frozen=True)
class Said:
    """An earlier question, as it was asked and searched, and the documents that answered it.

    `subject` is what was added to it then: it is what the talk is about.
    """

    question: str
    query: str
    documents: tuple[str, ...] = ()
    subject: str = ""


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
        subject = _carried(last, is_swap=_is_swap(asked))
        if not subject or subject in asked:
            return Understood(question)
        return Understood(_completed(asked, subject), subject)

    def choices(self, question: str, found: Sequence[Citation]) -> tuple[str, ...]:
        """Programmes to choose from, where a question fits several of them and names none."""
        asked = fold(question).strip()
        if len(asked) > _MAX_ELLIPSIS_CHARS or not found:
            return ()
        best: dict[str, float] = {}
        for each in found:
            best[each.title] = max(best.get(each.title, 0.0), each.score)
        top = max(best.values())
        near = [title for title, score in best.items() if score >= _NEARLY * top]
        if any(_LABEL.sub("", fold(title)) in asked for title in near):
            return ()
        nouns = _NOUN.findall(_GENERIC.sub(" ", _ANY_ATTRIBUTE.sub(" ", asked)))
        fits_several = all(sum(noun in fold(title) for title in near) > 1 for noun in nouns)
        if len(near) < _LEAST_CHOICES or not fits_several:
            return ()
        return tuple(sorted(near, key=lambda title: -best[title])[:_MOST_CHOICES])

    def _leans(self, asked: str, last: Said, *, is_marked: bool) -> bool:
        if len(asked) > _MAX_ELLIPSIS_CHARS and not _PRONOUN.search(asked):
            return False  # who writes so much says what it is about
        if _CONDITION_ALONE.search(asked) or _COMPARES.search(asked):
            return True
        if self._names_title(asked, last) or self._is_elsewhere(asked, last):
            return False
        return is_marked or bool(_PRONOUN.search(asked)) or not self._repeats(asked, last)

    def _names_title(self, asked: str, last: Said) -> bool:
        """Whether it begins with, or holds, the name of a programme other than the last one's."""
        for title in self._documents.titles():
            bare = _LABEL.sub("", fold(title))
            names = [part for part in _TITLE_PARTS.split(bare) if len(part) >= _LEAST_TITLE_CHARS]
            if any(name in asked for name in names):
                return True
            head = _HEAD.match(bare)
            if head and asked.startswith(head.group()) and head.group() not in last.query:
                return True
        return False

    def _is_elsewhere(self, asked: str, last: Said) -> bool:
        """Whether a telling word is at home in other documents, but not in the last answer's."""
        here = frozenset[str]().union(*map(self._documents.words_of, last.documents))
        if not here:
            return False
        said = set(self._tokenizer.tokenize(last.query))
        nouns = _NOUN.findall(_GENERIC.sub(" ", _ANY_ATTRIBUTE.sub(" ", asked)))
        words = {word for noun in nouns for word in self._tokenizer.tokenize(noun)}
        return any(self._documents.is_known(word) for word in words - here - said)

    def _repeats(self, asked: str, last: Said) -> bool:
        """Whether the subject of the last question is in this one too: it needs no help."""
        subject = set(self._tokenizer.tokenize(_carried(last, is_swap=False)))
        return bool(subject) and subject <= set(self._tokenizer.tokenize(asked))


def _carried(last: Said, *, is_swap: bool) -> str:
    """What the talk is about; with what was asked of it, where only the case changes."""
    if not last.subject:
        return subject_of(last.query, keeps_attribute=is_swap)
    attribute = _HAS_ATTRIBUTE.search(last.question) if is_swap else None
    if attribute is None:
        return last.subject
    name = _ANY_ATTRIBUTE.match(attribute.group())
    return f"{last.subject}の{name.group()}" if name else last.subject


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


def _completed(asked: str, subject: str) -> str:
    match = _PRONOUN.search(asked)
    if match:
        is_modifier = match.group() in {"その", "この"}
        filled = f"{subject}の" if is_modifier else subject
        return f"{asked[: match.start()]}{filled}{asked[match.end() :]}"
    if (_BARE.match(asked) and not _ASKS.search(asked)) or _HAS_ATTRIBUTE.match(asked):
        return f"{subject}の{asked}"
    return f"{subject}について、{asked}"
