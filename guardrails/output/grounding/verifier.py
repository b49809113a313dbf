"""Holds a generated sentence against the evidence, clause by clause."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from guardrails.output.grounding.agreement import disagreement
from guardrails.output.grounding.bearing import Statement, figures_agree, statement_of
from guardrails.output.grounding.clauses import Clause, opening, split_clauses
from guardrails.output.grounding.facts import read_facts
from guardrails.output.grounding.reasons import Reason
from guardrails.output.grounding.sources import EvidenceUnit, Source, Sources, read_sources
from guardrails.output.grounding.wording import content_words, nouns
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
    r"|(?:根拠|資料)(?:によ(?:ると|れば)|に(?:は)?)[^。]{0,10}(?:ません|ない)|こんにちは|お疲れ様"
)
_MAX_UNSEEN = 0.34


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
        statements = [self._statement(each) for each in split_clauses(rest, is_label=_LABEL)]
        if not any(each.facts or each.words for each in statements):
            return Verdict(is_kept=False, reason=Reason.EMPTY)
        supporting: set[int] = set()
        for statement in statements:
            found, reason = self._support(statement, sources, cited)
            if found is None:
                return Verdict(is_kept=False, reason=reason)
            supporting.add(found.number)
        return Verdict(is_kept=True, reason=Reason.SUPPORTED, supporting=tuple(sorted(supporting)))

    def _statement(self, clause: Clause) -> Statement:
        words = content_words(f"{clause.topic}\n{clause.text}", self._tokenizer)
        facts = read_facts(clause.text)
        return statement_of(clause.text, clause.topic, facts, words, self._tokenizer)

    def _support(
        self, statement: Statement, sources: Sources, cited: tuple[int, ...] | None
    ) -> tuple[Source | None, Reason]:
        """The unit that bears the clause best; else the reason of the one that came nearest."""
        unseen = sources.unseen(statement.words)
        if len(unseen) > _MAX_UNSEEN * max(1, len(nouns(statement.words))):
            return None, Reason.UNSEEN
        missing = Reason.UNSEEN
        ranked = sorted(sources.units, key=lambda unit: -_overlap(statement, unit, sources, cited))
        first = True
        for unit in ranked:
            reason = self._objection(statement, unit, sources)
            if reason is None:
                return unit, Reason.SUPPORTED
            if first:
                missing, first = reason, False
        return None, missing

    def _objection(self, statement: Statement, unit: Source, sources: Sources) -> Reason | None:
        if not _names_stand(statement, unit, sources, self._tokenizer):
            return Reason.NAME
        if statement.facts:
            reason = figures_agree(statement, unit, sources)
        else:
            reason = _words_agree(statement, unit, sources)
        return reason or disagreement(statement, unit, sources, self._tokenizer)


def _refused(reply: str, rest: str, *, premise_contradicted: bool) -> Reason | None:
    """What is dropped whatever the evidence says."""
    if reply and not rest.strip("。、 "):
        return Reason.BARE_REPLY
    if reply == "はい" and premise_contradicted:
        return Reason.PREMISE
    if _PROMISE.search(rest):
        return Reason.PROMISE
    return Reason.EMPTY if _EMPTY.search(rest) else None


def _overlap(
    statement: Statement, unit: Source, sources: Sources, cited: tuple[int, ...] | None
) -> float:
    """How much of the clause a unit says; a citation decides between equals."""
    said = sum(sources.weight(word) + 0.1 for word in statement.words if unit.says(word))
    return said + (0.05 if cited and unit.number in cited else 0.0)


def _names_stand(
    statement: Statement, unit: Source, sources: Sources, tokenizer: Tokenizer
) -> bool:
    """Names of the clause stand in the unit or its titles, or were said by the question."""
    names = set(tokenizer.names(statement.text))
    names |= {
        str(value.canonical)
        for value in read_values(statement.text)
        if value.family.startswith("name:")
    }
    asked = sources.question_text.lower()
    return all(unit.says(name) or name in unit.whole.lower() or name in asked for name in names)


def _words_agree(statement: Statement, unit: Source, sources: Sources) -> Reason | None:
    words = nouns(statement.words) or list(statement.words)
    if sources.foreign(words, unit):
        return Reason.SUBJECT
    said = [word for word in words if unit.says(word)]
    return None if said or not words else Reason.UNSEEN
