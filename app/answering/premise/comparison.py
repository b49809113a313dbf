"""Claimed figures, frequencies, names and alternatives against those of the evidence."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from app.answering.premise.alignment import Evidence, Rivals
from app.answering.premise.claims import Claim
from app.answering.premise.finding import (
    FOCUS_CHARS,
    LABEL_CHARS,
    PREDICATE_CHARS,
    Finding,
    found,
)
from rag.polarity import ends_denied
from rag.values import Value, load_alternatives, read_values

_SAID_IN_A_WORD = frozenset({"figure", "frequency", "name"})
# Elsewhere in a clause they say what it is about, not what it asserts.
_ONLY_IN_FOCUS = frozenset({"name", "time"})
# Many pay, apply, decide and open side by side, and products are named side by side.
_NOT_EXCLUSIVE = frozenset({"actor", "weekday", "name:latin"})
_FAR = 5.0
_SHORTEST_NAME = 3
_DIGIT = re.compile(r"\d")
_EACH = re.compile(r"^1[^\d%,./]{1,3}(?:の|につき|当たり|あたり|ごと|で|(?=\d))")
_PERIOD = re.compile(r"[年月週日](?=額?$)")
_NO_LIMIT = re.compile(
    r"(?:[上下]限|制限|限度)[^、。]{0,4}(?:ない|なし|ありません|なく|設けない|設けません)"
)
_LIMIT = re.compile(r"^\s?(?:まで|以内|を限度|を上限|が上限|が限度)")
_ONLY = re.compile(r"^[^、。]{0,3}(?:しか|だけ|のみ|に限)")
_EXCLUDED = re.compile(
    r"^(?:や[^、。]{1,8}?)?(?:で|による[^、。]{0,4}|での[^、。]{0,4})?(?:は|も|では)?[^、。]{0,8}?"
    r"(?:不可|(?:でき|受け付け|してい|認められ|なり)(?:ない|ません)|行っていません|ではない|ではありません)"
)


def compare(claim: Claim, said: Sequence[Value], evidence: Evidence) -> Iterator[Finding]:
    """Each value of the claim that the evidence has otherwise. `said`: all of the question's."""
    for value in _claimed(claim):
        rivals = _rivals(claim, value, said, evidence)
        is_focus = value.end >= len(claim.text) - PREDICATE_CHARS
        finding = found(value.group, claim, value.text, rivals, is_focus=is_focus)
        if finding:
            yield finding


def _claimed(claim: Claim) -> list[Value]:
    """Values that the clause asserts; of a predicate only the last one."""
    predicates = {each.family for each in load_alternatives() if each.is_predicate}
    values = read_values(claim.text)
    focus = len(claim.text) - FOCUS_CHARS
    last_figure = max((v.start for v in values if v.group == "figure"), default=-1)
    kept = [
        value
        for value in values
        if value.family not in predicates
        and value.family not in _NOT_EXCLUSIVE
        # 「令和5年度は14団体」, 「1回の派遣で3人」: the frame of what is asserted.
        and not (value.group == "time" and value.start < last_figure)
        and not (value.group == "figure" and _EACH.match(claim.text[value.start :]))
        # 「3人目から」 says of which, not how many.
        and not value.family.endswith("目")
        # An amount is compared as an amount.
        and not (value.family == "cost" and _DIGIT.search(value.text))
        and (value.end >= focus or value.group not in _ONLY_IN_FOCUS)
        # An age without a bound is that of the one who asks.
        and (value.family != "count:歳" or value.bound)
    ]
    if not claim.is_firm or "しか" in claim.text:
        return kept
    for family in sorted(predicates):
        last = max((v for v in values if v.family == family), key=lambda v: v.end, default=None)
        if last and last.end >= len(claim.text) - PREDICATE_CHARS:
            kept.append(last)
    return kept


def _rivals(claim: Claim, value: Value, said: Sequence[Value], evidence: Evidence) -> Rivals:
    rivals = Rivals()
    before = claim.text[max(0, value.start - LABEL_CHARS) : value.start]
    alignment = evidence.aligned(claim, value=value.text, label=before)
    is_denied = ends_denied(claim.text, is_claim=True)
    is_only = value.family == "channel" and bool(_ONLY.match(claim.text[value.end :]))
    years = _years(claim.text)
    is_limit = value.group == "figure" and (value.bound or "限" in before)
    for view in evidence.views:
        if value.group == "figure" and years and (told := _years(view.text)) and not years & told:
            continue  # of another year
        held = [
            each
            for each in read_values(view.text)
            if each.family == value.family
            and each.bound != "old"
            and _is_comparable(value, each)
            and not _differs_in_period(claim.text[: value.start], view.text[: each.start])
        ]
        if value.family == "frequency" and _LIMIT.match(claim.text[value.end :]):
            held = [each for each in held if _LIMIT.match(view.text[each.end :])]
        if is_limit and _NO_LIMIT.search(view.text):
            rivals.oppose(alignment.of(view), view)
        if not held and not _is_named(value, view.text):
            continue
        if not is_only and _agrees(value, held, view.text):
            rivals.agree(alignment.of(view))
            continue
        # One of several ways that the question names (「郵送か電子申請」) is there.
        if (
            value.group == "alternative"
            and not is_only
            and any(
                each.family == value.family
                and not each.is_same(value)
                and _agrees(each, held, view.text)
                for each in said
            )
        ):
            continue
        # What the question says too (「60日前、届出なら14日前」) speaks against nothing in it.
        others = [
            each
            for each in held
            if not any(each.is_same(mine) for mine in said)
            and not _is_excluded(each, [each], view.text)
        ]
        if others or (not is_denied and _is_excluded(value, held, view.text)):
            rivals.oppose(alignment.of(view), view, _actual(value, others), _apart(value, others))
    return rivals


def _years(text: str) -> set[Fraction | str]:
    return {each.canonical for each in read_values(text) if each.family == "year"}


def _is_comparable(value: Value, other: Value) -> bool:
    """「3日以上」 and 「週2日の例」 are no values of one kind; 「置局」 is no name."""
    if value.family.startswith("name:"):
        return len(str(other.canonical)) >= _SHORTEST_NAME
    return (
        value.bound != "least"
        or other.bound == "least"
        or other.is_same(value)
        or value.group != "figure"
        or Fraction(other.canonical) > Fraction(value.canonical)
    )


def _differs_in_period(before: str, other: str) -> bool:
    """「週3日」 against 「月4日」."""
    mine, theirs = _PERIOD.search(before), _PERIOD.search(other)
    return bool(mine and theirs and mine.group() != theirs.group())


def _is_excluded(value: Value, held: Sequence[Value], text: str) -> bool:
    """「郵送での受付はしていません」 names the post, and excludes it."""
    return value.group == "alternative" and any(
        each.is_same(value) and _EXCLUDED.match(text[each.end :]) for each in held
    )


def _is_named(value: Value, text: str) -> bool:
    return value.family.startswith("name:") and str(value.canonical) in text.lower()


def _agrees(value: Value, held: Sequence[Value], text: str) -> bool:
    if _is_named(value, text):
        return True
    same = [each for each in held if each.is_same(value)]
    if same and not _is_excluded(value, same, text):
        return True
    if value.group != "figure":
        return False
    return _is_passed(value, held) if value.bound else _is_within(value, held)


def _is_passed(value: Value, held: Sequence[Value]) -> bool:
    """「50人を超えている」 holds of 53人; an upper bound is a claim of its own."""
    claimed = Fraction(value.canonical)
    return value.bound == "least" and any(
        not each.bound and claimed <= Fraction(each.canonical) <= 2 * claimed for each in held
    )


def _apart(value: Value, others: Sequence[Value]) -> float:
    """How far the nearest other figure lies, as the logarithm of their ratio."""
    if value.group != "figure" or not value.canonical:
        return 0.0
    claimed = float(Fraction(value.canonical))
    ratios = [
        abs(math.log(float(Fraction(each.canonical)) / claimed))
        for each in others
        if each.canonical
    ]
    return min(ratios, default=_FAR)


def _is_within(value: Value, bounds: Sequence[Value]) -> bool:
    """「18歳以上」 and 「1年生から6年生」 hold of 20歳 and 4年生."""
    least = [Fraction(each.canonical) for each in bounds if each.bound == "least"]
    most = [Fraction(each.canonical) for each in bounds if each.bound == "most"]
    if not least:
        return False
    claimed = Fraction(value.canonical)
    return min(least) <= claimed and (not most or claimed <= max(most))


def _actual(value: Value, others: Sequence[Value]) -> str:
    """What stands there instead, where it can be said in a word."""
    if value.group not in _SAID_IN_A_WORD:
        return ""
    alike = [each for each in others if each.bound == value.bound] or others
    return "、".join(dict.fromkeys(each.text for each in alike[:2]))
