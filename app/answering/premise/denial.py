"""Claims against evidence that denies what they affirm, or affirms what they deny."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.answering.premise.alignment import Evidence, Rivals
from app.answering.premise.claims import Claim
from app.answering.premise.finding import (
    FIGURES,
    FOCUS_CHARS,
    LABEL_CHARS,
    PREDICATE_CHARS,
    Finding,
    found,
)
from rag.polarity import ends_denied, is_denied, neutralised, says_no, stems
from rag.values import Value, read_values

# 「しなくていい」 denies a need, these deny a right: an affirmation contradicts only these.
_FORBIDS = re.compile(
    r"(?:でき|られ|え|け|せ|て|め|べ|ね|れ|げ)(?:ない|ません)|だめ|ダメ|無理|対象外|不可|しか"
)


def denied_words(claim: Claim, evidence: Evidence) -> Iterator[Finding]:
    """Words that the claim affirms and a unit denies (「委任状はいりません」)."""
    if ends_denied(claim.text, is_claim=True):
        return
    text = neutralised(claim.text)
    for stem, end in stems(claim.text).items():
        denied = is_denied(stem, text)
        if denied or (denied is None and not claim.is_firm):
            continue
        rivals = Rivals()
        label = claim.text[max(0, end - LABEL_CHARS) : end]
        alignment = evidence.aligned(claim, value="", label=label)
        for view in evidence.views:
            says = is_denied(stem, neutralised(view.text)) if stem in view.text else None
            if says:
                rivals.oppose(alignment.of(view), view)
            elif says is not None:
                rivals.agree(alignment.of(view))
        is_focus = end >= len(claim.text) - FOCUS_CHARS
        finding = found("denied", claim, stem, rivals, is_focus=is_focus)
        if finding:
            yield finding


def opposed_sentence(claim: Claim, evidence: Evidence) -> Iterator[Finding]:
    """A whole sentence that ends the other way than the (firm) claim; one at most."""
    claimed = read_values(claim.text)
    if not claim.is_firm or any(value.group in FIGURES for value in claimed):
        return  # the figure is what is asserted
    denied = ends_denied(claim.text, is_claim=True)
    if denied and not _FORBIDS.search(claim.text[-PREDICATE_CHARS:]):
        return
    if not denied and says_no(claim.text):
        return  # 「買うのはだめだけど借りるのはいい」 says both
    rivals = Rivals()
    alignment = evidence.aligned(claim, value="", label=claim.text[-LABEL_CHARS:])
    for view in evidence.views:
        says = ends_denied(view.text)
        if _speaks_of_another(view.text, claimed):
            continue
        if says is denied:
            rivals.agree(alignment.of(view))
        elif says is not None:
            rivals.oppose(alignment.of(view), view)
    group = "sentence_affirms" if denied else "sentence_denies"
    finding = found(group, claim, "", rivals, is_focus=True)
    if finding:
        yield finding


def _speaks_of_another(text: str, claimed: Sequence[Value]) -> bool:
    """「郵送では受け付けていません」 is no answer to whether one can apply online."""
    ways = [value for value in claimed if value.group == "alternative"]
    held = [value for value in read_values(text) if value.group == "alternative"]
    return any(
        other.family == way.family and not any(way.is_same(each) for each in held)
        for way in ways
        for other in held
    )
