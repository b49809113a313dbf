"""Holds a generated sentence against the evidence, clause by clause."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from guardrails.output.grounding.clauses import (
    Clause,
    opening,
    split_clauses,
    without_denied,
    without_preface,
)
from guardrails.output.grounding.facts import read_facts
from guardrails.output.grounding.judgement import load_judgement
from guardrails.output.grounding.reasons import Reason
from guardrails.output.grounding.signals import Borne, Signals, measure
from guardrails.output.grounding.sources import (
    EvidenceUnit,
    Sources,
    Statement,
    compact,
    read_sources,
)
from guardrails.output.grounding.spelling import spelled
from guardrails.output.grounding.wording import Lexicon
from rag.tokenizer import SudachiWords, Tokenizer

__all__ = ["EvidenceUnit", "Sources", "Verdict", "Verifier"]

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
        return self.verify_against(
            sentence,
            self.read(evidence, question),
            cited=cited,
            premise_contradicted=premise_contradicted,
        )

    def read(self, evidence: Sequence[EvidenceUnit], question: str) -> Sources:
        """The evidence of an answer, read once for all of its sentences."""
        return read_sources(evidence, question, self._tokenizer)

    def verify_against(
        self,
        sentence: str,
        sources: Sources,
        *,
        cited: tuple[int, ...] | None = None,
        premise_contradicted: bool = False,
    ) -> Verdict:
        """Like `verify`, for several sentences on the same evidence (from `read`)."""
        borne = self.measure(
            sentence, sources, cited=cited, premise_contradicted=premise_contradicted
        )
        if isinstance(borne, Verdict):
            return borne
        judgement = load_judgement()
        if not judgement.is_borne(borne.signals):
            return Verdict(is_kept=False, reason=judgement.reason(borne.signals))
        return Verdict(is_kept=True, reason=Reason.SUPPORTED, supporting=borne.units)

    def measure(
        self,
        sentence: str,
        sources: Sources,
        *,
        cited: tuple[int, ...] | None = None,
        premise_contradicted: bool = False,
    ) -> Borne | Verdict:
        """What is weighed of a sentence; or the verdict, where none of that counts."""
        text = _CITATION.sub("", spelled(sentence)).strip()
        reply, rest = opening(text)
        refused = _refused(reply, rest, premise_contradicted=premise_contradicted)
        if refused:
            return Verdict(is_kept=False, reason=refused)
        if not sources.units:
            return Verdict(is_kept=False, reason=Reason.NO_EVIDENCE)
        verbatim = [unit.unit for unit in sources.units if unit.quoted == compact(text)]
        if verbatim:
            return Verdict(
                is_kept=True, reason=Reason.SUPPORTED, supporting=tuple(dict.fromkeys(verbatim))
            )
        if premise_contradicted:
            rest = without_preface(rest)
        rest = without_denied(rest, sources.question)
        named = frozenset(unit.number for unit in sources.units if unit.unit in (cited or ()))
        statements = [
            _statement(each, rest, sources.lexicon, named)
            for each in split_clauses(rest, is_label=_LABEL)
        ]
        if not any(each.facts or each.words for each in statements):
            return Verdict(is_kept=False, reason=Reason.EMPTY)
        return _measure(statements, sources)


def _measure(statements: Sequence[Statement], sources: Sources) -> Borne | Verdict:
    signals = Signals()
    supporting: set[int] = set()
    for statement in statements:
        borne = measure(statement, sources)
        if isinstance(borne, Reason):
            return Verdict(is_kept=False, reason=borne)
        signals = signals.or_worse(borne.signals)
        supporting.update(borne.units)
    return Borne(tuple(sorted(supporting)), signals)


def _statement(clause: Clause, sentence: str, lexicon: Lexicon, cited: frozenset[int]) -> Statement:
    return Statement(
        clause.text,
        clause.topic,
        clause.earlier,
        sentence,
        words=lexicon.content(f"{clause.topic}\n{clause.text}"),
        facts=read_facts(clause.text),
        cited=cited,
    )


def _refused(reply: str, rest: str, *, premise_contradicted: bool) -> Reason | None:
    """What is dropped whatever the evidence says."""
    if reply and not rest.strip("。、 "):
        return Reason.BARE_REPLY
    if reply == "はい" and premise_contradicted:
        return Reason.PREMISE
    if _PROMISE.search(rest):
        return Reason.PROMISE
    return Reason.EMPTY if _EMPTY.search(rest) else None
