"""Whether a clause and a unit agree in polarity, alternatives, modality and condition."""

from __future__ import annotations

import re

from guardrails.output.grounding.bearing import Statement
from guardrails.output.grounding.clauses import Piece, pieces
from guardrails.output.grounding.reasons import Reason
from guardrails.output.grounding.sources import Source, Sources
from guardrails.output.grounding.wording import content_words, nouns, says
from rag.tokenizer import Tokenizer
from rag.values import read_values

_HEDGES = (
    re.compile(r"(?:場合|こと|とき)(?:も|が)あ[るり]|可能性|おそれ|恐れ|かもしれ|得る|ありえ"),
    re.compile(r"原則|基本的|通常"),
    re.compile(r"予定|見込|目指|目標|検討|要望|想定|未定"),
)
_ABSOLUTE = (
    re.compile(r"必ず|絶対|確実に|間違いなく"),
    re.compile(r"すべて|全て|全員|誰でも|どなたでも|常に|いつでも|一律|例外なく|あらゆる"),
    re.compile(r"だけ(?!で(?:は)?な)|のみ(?!なら)|しか|に限"),
)
_ABSOLUTE_HELD = (
    re.compile(r"必ず|絶対|確実に|間違いなく|なければならない|必須"),
    re.compile(r"すべて|全て|全員|誰でも|どなたでも|常に|いつでも|一律|例外なく|問わ|全|各|いずれ"),
    re.compile(r"だけ|のみ|しか|限|以外|対象外|除"),
)
_CONDITION = re.compile(r"(?P<words>[^。、]*?)(?:とき|場合|に限[りるっ]|にあっては|あれば|すれば)")
_PAIRS = (
    ("前", "後"), ("加入", "脱退"), ("奇数", "偶数"), ("直前", "直後"), ("増", "減"), ("新規", "更新"),
    ("開始", "中止"), ("転入", "転出"), ("購入", "売却"), ("義務", "任意"), ("有料", "無料"), ("引き上げ", "引き下げ"),
    ("公開", "非公開"), ("収入", "支出"), ("最大", "最低"), ("上限", "下限"), ("以上", "未満"), ("以下", "超"),
)  # fmt: skip
_BEFORE_AFTER = re.compile(r"(?P<stem>[一-龥ァ-ヶ]{2})の?(?:日の?)?(?P<side>前|後)(?![期半年歳後])")
_PREFIXED = re.compile(r"[非未無不](?=(?P<stem>[一-龥]{2}))")


def disagreement(
    statement: Statement, unit: Source, sources: Sources, tokenizer: Tokenizer
) -> Reason | None:
    """The first rule that the clause breaks against this unit; None if it keeps all."""
    if not _polarity_agrees(statement, unit, tokenizer):
        return Reason.POLARITY
    if not _alternatives_agree(statement, unit) or not _pairs_agree(statement, unit):
        return Reason.ALTERNATIVE
    if not _modality_agrees(statement, unit, tokenizer):
        return Reason.MODALITY
    if not _condition_is_said(statement, unit, sources, tokenizer):
        return Reason.CONDITION
    return None


def _polarity_agrees(statement: Statement, unit: Source, tokenizer: Tokenizer) -> bool:
    """What the unit only denies cannot be affirmed, what it nowhere denies cannot be denied."""
    for piece in pieces(statement.text):
        words = nouns(content_words(piece.text, tokenizer)) or list(statement.words)
        denied = [each for each in unit.pieces if each.is_denied]
        if piece.is_denied:
            if not any(_shares(words, each) for each in denied):
                return False
        elif piece.is_denied is False:
            others = [each for each in unit.pieces if not each.is_denied]
            if any(_only_in(word, denied, others) for word in words):
                return False
            if denied and not others:
                return False
    return True


def _shares(words: list[str], piece: Piece) -> bool:
    return not words or any(says(word, frozenset(), piece.text) for word in words)


def _only_in(word: str, denied: list[Piece], others: list[Piece]) -> bool:
    return any(says(word, frozenset(), each.text) for each in denied) and not any(
        says(word, frozenset(), each.text) for each in others
    )


def _alternatives_agree(statement: Statement, unit: Source) -> bool:
    """Of a family of alternatives the clause says one that the unit says, too."""
    held = [value for value in read_values(unit.whole) if value.group == "alternative"]
    itself = [value for value in read_values(unit.text) if value.group == "alternative"]
    for value in read_values(statement.text):
        if value.group != "alternative" or value.family in {"novelty", "cost"}:
            continue
        if not any(each.family == value.family for each in itself):
            continue
        if not any(each.is_same(value) for each in held):
            return False
    return True


def _pairs_agree(statement: Statement, unit: Source) -> bool:
    """「加入」 for 「脱退」, 「修理前」 for 「修理後」, 「課税」 for 「非課税」."""
    said, held = statement.text, unit.text
    for pair in _PAIRS[1:]:
        for one, other in (pair, pair[::-1]):
            if one in said and one not in held and other in held and other not in said:
                return False
    for match in _BEFORE_AFTER.finditer(said):
        other = "後" if match["side"] == "前" else "前"
        stem = match["stem"]
        if re.search(rf"{stem}の?(?:日の?)?{other}", held) and not re.search(
            rf"{stem}の?(?:日の?)?{match['side']}", held
        ):
            return False
    return _prefixes_agree(said, held) and _prefixes_agree(held, said)


def _prefixes_agree(one: str, other: str) -> bool:
    """A word that one text says only with 非, 未, 無, 不 is not the bare word of the other."""
    for match in _PREFIXED.finditer(one):
        stem = match["stem"]
        bare = re.compile(rf"(?<![非未無不]){stem}")
        if bare.search(other) and not bare.search(one) and match.group() + stem not in other:
            return False
    return True


def _modality_agrees(statement: Statement, unit: Source, tokenizer: Tokenizer) -> bool:
    said = statement.text
    nearest = _nearest(statement, unit)
    for hedge in _HEDGES:
        if hedge.search(nearest) and not hedge.search(said):
            return False
    return not any(
        absolute.search(said) and not held.search(unit.whole)
        for absolute, held in zip(_ABSOLUTE, _ABSOLUTE_HELD, strict=True)
    )


def _nearest(statement: Statement, unit: Source) -> str:
    """The part of the unit that the clause retells."""

    def shared(piece: Piece) -> int:
        words = sum(says(word, frozenset(), piece.text) for word in statement.words)
        return words + 2 * sum(fact.value.text in piece.text for fact in statement.facts)

    return max(unit.pieces, key=shared, default=Piece(unit.text, None)).text


def _condition_is_said(
    statement: Statement, unit: Source, sources: Sources, tokenizer: Tokenizer
) -> bool:
    """A unit that holds only under a condition is not told without it, unless it was asked."""
    match = _CONDITION.search(unit.text)
    if not match or re.search(
        r"(?:場合|こと)(?:も|が)あ", unit.text[match.start() : match.end() + 4]
    ):
        return True
    words = content_words(match["words"], tokenizer)
    asked = sources.question
    return not words or any(
        says(word, frozenset(statement.words) | asked, statement.text + sources.question_text)
        for word in words
    )
