"""Whether a clause and a unit agree in polarity, alternatives, modality and condition."""

from __future__ import annotations

import re

from guardrails.output.grounding.clauses import pieces
from guardrails.output.grounding.sources import Source, Sources, Statement
from guardrails.output.grounding.wording import load_wording, nouns
from rag.polarity import is_denied, neutralised
from rag.values import read_values

_HEDGES = (
    re.compile(r"(?:場合|こと|とき)(?:も|が)あ[るり]|可能性|おそれ|恐れ|かもしれ|得る|ありえ"),
    re.compile(r"原則|基本的に|通常は"),
    re.compile(r"予定(?!者|地|日|価格)|見込|目指|目標(?![\s:]*\d)|検討|要望|想定|未定"),
)
_ABSOLUTE = (
    re.compile(r"必ず|絶対|確実に|間違いなく"),
    re.compile(r"すべて|全て|全員|誰でも|どなたでも|常に|いつでも|一律|例外なく|あらゆる"),
    re.compile(r"だけ(?!で(?:は)?な)|のみ(?!なら)|しか|に限"),
)
_ABSOLUTE_HELD = (
    re.compile(r"必ず|絶対|確実に|間違いなく|なければならない|必須"),
    re.compile(
        r"すべて|全て|全員|誰でも|どなたでも|常に|いつでも|24時間|一律|例外なく|問わ|全|各|いずれ"
    ),
    re.compile(r"だけ|のみ|しか|限|以外|対象外|除"),
)
_CONDITION = re.compile(r"(?P<words>[^。、]*?)(?:とき|場合|に限[りるっ]|にあっては|あれば|すれば)")
_EXCLUSIVE = (
    ("加入", "脱退"), ("奇数", "偶数"), ("直前", "直後"), ("開始", "中止"),
    ("転入", "転出"), ("購入", "売却"), ("義務", "任意"), ("有料", "無料"),
    ("引き上げ", "引き下げ"),
    ("収入", "支出"), ("最大", "最低"), ("上限", "下限"), ("以上", "未満"), ("以下", "超"),
    ("前月", "当月", "翌月"), ("前年", "当年", "翌年"), ("前日", "当日", "翌日"), ("男性", "女性"),
    ("上旬", "中旬", "下旬"), ("午前", "午後"), ("先着順", "抽選"), ("市内", "市外"),
    ("県内", "県外"), ("個人", "法人"), ("父", "母"), ("賃借", "購入"), ("初年度", "最終年度"),
)  # fmt: skip
_FREE = re.compile(r"無料|無償|かかりません|かからない")
_PAID = re.compile(r"自己負担|有料|実費|有償|負担(?!な|は)|\d円")
_TURNS = (
    re.compile(r"増|上回|超過|上が|引き上げ|(?:多|高|大き)くな"),
    re.compile(r"減(?!免)|下回|下が|引き下げ|(?:少な|低|小さ)くな"),
)
_DENIED_AFTER = re.compile(r"(?:は|が|も|で)?(?:あり?ません|ない|なし|なく|不要)")
_BEFORE_AFTER = re.compile(r"(?P<stem>[一-龥ァ-ヶ]{2})の?(?:日の?)?(?P<side>前|後)(?![期半年歳後])")
_MAY = re.compile(r"[もが]あ")
_CONDITION_SHARE = 0.33
_TELLING = 0.5
_NOT_NEEDED = re.compile(r"かか(?:り|ら)|必要|要[りら]|払わ|納め")
_NEEDS_NOTHING = re.compile(r"免除|無料|無償|不要|(?<![\d.,])0(?:円|%)")
_NONE = re.compile(r"(?<![\d.,])0[^\d.,]|なし(?=$|[、。 ])|がない(?:者|方|人|こと)")
_PREFIXED = re.compile(r"[非未無不](?=(?P<stem>[一-龥]{2}))")


def objections(statement: Statement, unit: Source, sources: Sources) -> set[str]:
    """The rules that the clause breaks against this unit."""
    found = {
        "polarity": not _polarity_agrees(statement, unit),
        "alternative": not _alternatives_agree(statement, unit),
        "pair": not _pairs_agree(statement, unit),
        "modality": not _modality_agrees(statement, unit),
        "condition": not _condition_is_said(statement, unit, sources),
    }
    return {name for name, is_broken in found.items() if is_broken}


def _polarity_agrees(statement: Statement, unit: Source) -> bool:
    """What the unit only denies cannot be affirmed, what it nowhere denies cannot be denied."""
    denied = [each.text for each in unit.pieces if each.is_denied]
    others = [each.text for each in unit.pieces if not each.is_denied]
    says = unit.lexicon.says
    for piece in pieces(statement.text):
        words = unit.lexicon.content(piece.text)
        if piece.is_denied:
            if _is_none(piece.text, unit.text):
                continue
            if not denied:
                return False
            if words and not any(says(word, text) for word in words for text in denied):
                return False
        elif piece.is_denied is False:
            for word in words:
                if not any(says(word, text) for text in others) and any(
                    says(word, text) for text in denied
                ):
                    return False
            if denied and not others:
                return False
    return True


def _is_none(said: str, held: str) -> bool:
    """「かかりません」 of what is 「免除」, 「ありません」 of what is 「0件」 or 「なし」."""
    needed = _NOT_NEEDED.search(said)
    return bool((_NEEDS_NOTHING if needed else _NONE).search(held))


def _alternatives_agree(statement: Statement, unit: Source) -> bool:
    """Of a family of alternatives the clause says one that the unit says, too."""
    held = [value for value in read_values(unit.whole) if value.group == "alternative"]
    itself = [value for value in read_values(unit.text) if value.group == "alternative"]
    for value in read_values(statement.text):
        if value.group != "alternative" or value.family in {"novelty", "cost"}:
            continue
        if not any(each.family == value.family for each in itself):
            continue
        if _DENIED_AFTER.match(statement.text[value.end :]):
            continue
        if not any(each.is_same(value) for each in held):
            return False
    return True


def _pairs_agree(statement: Statement, unit: Source) -> bool:
    """「加入」 for 「脱退」, 「修理前」 for 「修理後」, 「課税」 for 「非課税」."""
    said, held = statement.text, unit.text
    for family in _EXCLUSIVE:
        mine = {each for each in family if each in said}
        yours = {each for each in family if each in held}
        if mine and yours and not mine & yours:
            return False
    turned = [bool(each.search(said)) for each in _TURNS]
    turns = [bool(each.search(held)) for each in _TURNS]
    if sum(turned) == 1 and any(turns) and not turns[turned.index(True)]:
        return False
    if _FREE.search(said) and not _is_free(statement, unit):
        return False
    for match in _BEFORE_AFTER.finditer(said):
        other = "後" if match["side"] == "前" else "前"
        stem = match["stem"]
        if re.search(rf"{stem}の?(?:日の?)?{other}", held) and not re.search(
            rf"{stem}の?(?:日の?)?{match['side']}", held
        ):
            return False
    return _prefixes_agree(said, held) and _prefixes_agree(held, said)


def _is_free(statement: Statement, unit: Source) -> bool:
    """「受講料は無料(旅費は自己負担)」: what costs nothing is said in the same piece."""
    words = nouns(unit.lexicon.content(statement.text))
    places = [
        [each.text for each in unit.pieces if unit.lexicon.says(word, each.text)] for word in words
    ]
    if any(len(held) == 1 and _FREE.search(held[0]) for held in places):
        return True
    for held in places:
        if any(_PAID.search(text) for text in held) and not any(map(_FREE.search, held)):
            return False
    return True


def _prefixes_agree(one: str, other: str) -> bool:
    """A word that one text says only with 非, 未, 無, 不 is not the bare word of the other."""
    for match in _PREFIXED.finditer(one):
        stem = match["stem"]
        bare = re.compile(rf"(?<![非未無不]){stem}")
        if is_denied(stem, neutralised(other)):
            continue
        if bare.search(other) and not bare.search(one) and match.group() + stem not in other:
            return False
    return True


def _modality_agrees(statement: Statement, unit: Source) -> bool:
    """「…ことがある」 is not told as 「…」; 「必ず」 and 「だけ」 are not added."""
    said = statement.sentence
    for hedge in _HEDGES:
        if (
            hedge.search(unit.text)
            and not hedge.search(said)
            and _is_hedged(statement, unit, hedge)
        ):
            return False
    return not any(
        absolute.search(statement.text) and not held.search(unit.whole)
        for absolute, held in zip(_ABSOLUTE, _ABSOLUTE_HELD, strict=True)
    )


def _is_hedged(statement: Statement, unit: Source, hedge: re.Pattern[str]) -> bool:
    """Whether the hedge is about what the clause says, and not about the rest of the unit."""
    said = [*(fact.value.text for fact in statement.facts), *statement.words]
    said = [each for each in said if unit.lexicon.says(each, unit.text)]
    plain = [piece.text for piece in unit.pieces if not hedge.search(piece.text)]
    return not any(all(unit.lexicon.says(each, text) for each in said) for text in plain)


def _condition_is_said(statement: Statement, unit: Source, sources: Sources) -> bool:
    """A unit that holds only under a condition is not told without it, unless it was asked."""
    if any(sources.weight(word) > _TELLING for word in _from_titles(statement, unit)):
        return True  # 「葬祭費」 says that somebody died
    is_unsaid = False
    for match in _CONDITION.finditer(unit.text):
        if _MAY.match(unit.text[match.end() :]) or _is_told_before(statement, unit, match.start()):
            continue
        words = unit.lexicon.content(match["words"])
        told = [
            word
            for word in words
            if word in statement.words
            or unit.lexicon.says(word, f"{statement.text}\n{sources.question}")
        ]
        if len(told) >= _CONDITION_SHARE * len(words):
            return True
        is_unsaid = True
    return not is_unsaid


def _is_told_before(statement: Statement, unit: Source, end: int) -> bool:
    """The condition stands after all that the clause retells."""
    said = [*(fact.value.text for fact in statement.facts), *statement.words]
    said = [each for each in said if unit.lexicon.says(each, unit.text)]
    text = unit.text[:end]
    return bool(said) and all(unit.lexicon.says(each, text) for each in said)


def _from_titles(statement: Statement, unit: Source) -> list[str]:
    """Nouns of the clause that only the titles above the unit say."""
    return [
        word
        for word in nouns(statement.words)
        if not load_wording().is_procedural(word)
        and unit.lexicon.says(word, unit.above)
        and not unit.lexicon.says(word, unit.text)
    ]
