"""Holds a generated sentence against the evidence, clause by clause."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from guardrails.output.grounding.agreement import objections
from guardrails.output.grounding.statements import Statement
from guardrails.output.grounding.clauses import Clause, opening, split_clauses
from guardrails.output.grounding.facts import read_facts
from guardrails.output.grounding.reasons import Reason
from guardrails.output.grounding.sources import (
    EvidenceUnit,
    Source,
    Sources,
    compact,
    read_sources,
)
from guardrails.output.grounding.wording import Lexicon, nouns
from rag.normalization import normalise_line
from rag.tokenizer import SudachiWords, Tokenizer
from rag.values import read_values

__all__ = ["EvidenceUnit", "Verdict", "Verifier"]

_CITATION = re.compile(
    r"[\[〔【(（]\s?(?:根拠|出典)?\s?\d{1,2}(?:\s?[,、]\s?\d{1,2})*\s?[\]〕】)）]\s?(?=[。]?$)"
)
_LABEL = re.compile(
    r"(?:[一-龥]{0,4}(?:率|上限額?|限度額?|下限額?|期限|期間|締切|予算額?|金額|単価|原価))"
)
_PROMISE = re.compile(
    r"(?:あなた|お客様|貴方|貴殿|ご質問者|ご相談者|そちら)(?:様|の世帯|のご家庭|の場合)?[はもが]?"
    r"[^。]{0,40}(?:対象(?!外)|受けられ|受け取れ|もらえ|支給され|でき|該当し|なります)"
)
_EMPTY = re.compile(
    r"(?:ご質問|お問い合わせ|お尋ね|ご相談)(?:です|ありがとう|いただき|の件|に)|お答えし(?:ます|いた)|お察し|お役に立|ご不明な点"
    r"|(?:資料|根拠|ページ|サイト|文書|書類|内容|引用|出典)を(?:ご覧|ご参照|ご確認|お読み)|(?:以下|次)の(?:とおり|通り|ように)(?:です|になります)"
    r"|(?:根拠|資料)(?:によ(?:ると|れば)|に(?:は)?)[^。]{0,10}(?:ません|ない)|こんにちは|お疲れ様|(?:です|ます|ました)ね。?$|でしょうか[。?？]?$|ですか[。?？]?$"
)
_COUNT = re.compile(r"^\d+")
_NO_NAME = re.compile(
    r"[\d.,-]*|(?:都道府県)?(?:市区?町村)?|令和|平成|昭和|第?[\d一二三四五六七八九十]+.?|[rhs]\d+"
)
_MAX_UNSEEN = 0.34
_MIN_SAID = 0.6
_CONTRADICTIONS = frozenset(
    {Reason.POLARITY, Reason.ALTERNATIVE, Reason.MODALITY, Reason.CONDITION}
)
# How near a unit came: the later its objection, the more of the clause it bore.
_STAGES = (
    Reason.NAME, Reason.FIGURE, Reason.UNSEEN, Reason.SUBJECT, Reason.CONDITION,
    Reason.MODALITY, Reason.ALTERNATIVE, Reason.POLARITY,
)  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """`supporting`: the numbers of the units that bear the sentence, from 0, in their order."""

    is_kept: bool
    reason: Reason
    supporting: tuple[int, ...] = ()


class Verifier:
    """Safe between threads. Nothing is remembered between calls."""

    def __init__(self, tokenizer: Tokenizer | None = None) -> None:
        self._tokenizer: Tokenizer = tokenizer or SudachiWords()

    def verify(
        self,
        sentence: str,
        evidence: Sequence[EvidenceUnit],
        question: str,
        *,
        cited: tuple[int, ...] | None = None,
        premise_contradicted: bool = False,
    ) -> Verdict:
        """Whether the sentence may be shown, why, and which units bear it.

        `cited`: what the model says it rests on; believed only where the units bear it.
        """
        sources = read_sources(evidence, question, self._tokenizer)
        return self.verify_against(
            sentence, sources, cited=cited, premise_contradicted=premise_contradicted
        )

    def verify_against(
        self,
        sentence: str,
        sources: Sources,
        *,
        cited: tuple[int, ...] | None = None,
        premise_contradicted: bool = False,
    ) -> Verdict:
        """Like `verify`, for several sentences on the same `read_sources`."""
        text = _CITATION.sub("", normalise_line(sentence)).strip()
        reply, rest = opening(text)
        refused = _refused(reply, rest, premise_contradicted=premise_contradicted)
        if refused:
            return Verdict(is_kept=False, reason=refused)
        if not sources.units:
            return Verdict(is_kept=False, reason=Reason.NO_EVIDENCE)
        verbatim = [unit.number for unit in sources.units if unit.quoted == compact(text)]
        if verbatim:
            return Verdict(is_kept=True, reason=Reason.SUPPORTED, supporting=tuple(verbatim))
        statements = [
            _statement(each, rest, sources.lexicon) for each in split_clauses(rest, is_label=_LABEL)
        ]
        if not any(each.facts or each.words for each in statements):
            return Verdict(is_kept=False, reason=Reason.EMPTY)
        supporting: set[int] = set()
        for statement in statements:
            found, reason = _support(statement, sources, cited)
            if found is None:
                return Verdict(is_kept=False, reason=reason)
            supporting.add(found.number)
        return Verdict(is_kept=True, reason=Reason.SUPPORTED, supporting=tuple(sorted(supporting)))


def _statement(clause: Clause, sentence: str, lexicon: Lexicon) -> Statement:
    facts = read_facts(clause.text)
    start = min((fact.value.start for fact in facts), default=len(clause.text))
    return Statement(
        clause.text,
        clause.topic,
        sentence,
        words=lexicon.content(f"{clause.topic}\n{clause.text}"),
        before=lexicon.content(f"{clause.topic}\n{clause.text[:start]}"),
        facts=facts,
    )


def _support(
    statement: Statement, sources: Sources, cited: tuple[int, ...] | None
) -> tuple[Source | None, Reason]:
    """The unit that bears the clause best; else the objection of the one that came nearest."""
    unseen = sources.unseen(statement.words)
    if len(unseen) > _MAX_UNSEEN * max(1, len(nouns(statement.words))):
        return None, Reason.UNSEEN
    close = {unit.number: closeness(statement, unit, sources) for unit in sources.units}
    objections = {unit.number: _objection(statement, unit, sources) for unit in sources.units}
    # What speaks more of the same and says otherwise outweighs a unit that lets it pass.
    against = max(
        (close[number] for number, why in objections.items() if why in _CONTRADICTIONS), default=0.0
    )
    bearing = [
        unit
        for unit in sources.units
        if objections[unit.number] is None and close[unit.number] + TIE >= against
    ]
    if bearing:
        believed = set(cited or ())
        best = max(bearing, key=lambda unit: close[unit.number] + TIE * (unit.number in believed))
        return best, Reason.SUPPORTED
    why = [reason for reason in objections.values() if reason is not None]
    return None, max(why, key=_STAGES.index)


def _objection(statement: Statement, unit: Source, sources: Sources) -> Reason | None:
    if not _names_stand(statement, unit, sources):
        return Reason.NAME
    if statement.facts:
        reason = figures_agree(statement, unit, sources)
    else:
        reason = _words_agree(statement, unit, sources)
    return reason or disagreement(statement, unit, sources)


def _refused(reply: str, rest: str, *, premise_contradicted: bool) -> Reason | None:
    """What is dropped whatever the evidence says."""
    if reply and not rest.strip("。、 "):
        return Reason.BARE_REPLY
    if reply == "はい" and premise_contradicted:
        return Reason.PREMISE
    if _PROMISE.search(rest):
        return Reason.PROMISE
    return Reason.EMPTY if _EMPTY.search(rest) else None


def _names_stand(statement: Statement, unit: Source, sources: Sources) -> bool:
    """Names of the clause stand in the unit or its titles, or were said by the question."""
    values = (v for v in read_values(statement.text) if v.family.startswith("name:"))
    names = {_COUNT.sub("", str(value.canonical)) for value in values}
    names |= sources.lexicon.tokenizer.names(statement.text)
    asked = compact(sources.question)
    return all(
        compact(name) in unit.compact or compact(name) in asked or unit.says(name)
        for name in names
        if not _NO_NAME.fullmatch(name)
    )


def _words_agree(statement: Statement, unit: Source, sources: Sources) -> Reason | None:
    """A clause without figures: its nouns are the unit's, and so are most of its words."""
    words = statement.words
    if sources.foreign((*words, *sources.lexicon.telling_compounds(statement.start)), unit):
        return Reason.SUBJECT
    said = [word for word in words if unit.says(word)]
    if words and len(said) < _MIN_SAID * len(words):
        return Reason.UNSEEN
    return None
