"""Claims against evidence that denies what they affirm."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.answering.premise.alignment import Evidence, Rivals
from app.answering.premise.claims import Claim
from app.answering.premise.finding import (
    FIGURES,
    FOCUS_CHARS,
    LABEL_CHARS,
    ONLY,
    Finding,
    found,
)
from rag.polarity import denial, ends_denied, is_denied, neutralised, stems
from rag.values import read_values

_ASIDE = re.compile(r"[(（][^)）]*[)）]")
_SOLE = re.compile(r"(?P<sole>[一-龥ァ-ヶー]{2,8})(?:だけ|のみ|しか)")
_KANJI = re.compile(r"[一-龥]")
# What is said of anything: 必要, 対象, 該当, 要する, 認める, 受け付ける, 出る, 不可 ...
_GENERIC = frozenset("必要対象外該当認受付出可能不禁止除申請有無助成支給行含用意制度提添届")


def denied_words(claim: Claim, evidence: Evidence) -> Iterator[Finding]:
    """Words that the claim affirms and a unit denies (「委任状はいりません」)."""
    if ends_denied(claim.text, is_claim=True) or ONLY.search(claim.text):
        return
    text = neutralised(claim.text)
    figures = [value for value in read_values(claim.text) if value.group in FIGURES]
    for stem, end in stems(claim.text).items():
        denied = is_denied(stem, text)
        is_focus = end >= len(claim.text) - FOCUS_CHARS
        if denied or (denied is None and not (claim.is_firm and is_focus)):
            continue
        if any(value.start >= end for value in figures):
            continue  # the figure is what is asserted
        rivals = Rivals()
        label = claim.text[max(0, end - LABEL_CHARS) : end]
        alignment = evidence.aligned(claim, value="", label=label)
        for view in evidence.views:
            if stem not in view.text or _ASIDE.fullmatch(view.text):
                continue
            held = neutralised(view.text)
            if _denies(claim.text, stem, held):
                rivals.oppose(alignment.of(view), view)
            elif is_denied(stem, held) is False:
                rivals.agree(alignment.of(view))
        finding = found("denied", claim, stem, rivals, is_focus=is_focus)
        if finding:
            yield finding


def _denies(claimed: str, stem: str, held: str) -> bool:
    """Whether the same thing is denied, and the same is denied of it.

    「療育手帳は不要」 says nothing of another 手帳, 「証は使えない」 nothing of its price.
    """
    found = denial(stem, held)
    if found is None or (found[0] and found[0] + stem not in claimed and found[0] not in claimed):
        return False
    return all(char in claimed or char in _GENERIC for char in _KANJI.findall(found[1]))


def shared_words(claim: Claim, evidence: Evidence) -> Iterator[Finding]:
    """Who or what the claim says is the only one, and a unit names among others."""
    for match in _SOLE.finditer(claim.text):
        others = re.compile(
            rf"(?<![一-龥ァ-ヶ]){match['sole']}(?:か|または|又は|もしくは)(?=[一-龥ァ-ヶ])"
        )
        rivals = Rivals()
        alignment = evidence.aligned(
            claim, value=match["sole"], label=claim.text[: match.start()][-LABEL_CHARS:]
        )
        for view in evidence.views:
            if others.search(view.text):
                rivals.oppose(alignment.of(view), view)
        finding = found("alternative", claim, match.group(), rivals, is_focus=True)
        if finding:
            yield finding
