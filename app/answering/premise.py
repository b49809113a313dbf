"""What a question takes for granted, held against the evidence.

Only questions that want something confirmed (「…ですよね」) are judged. A figure, a name, a
yes or no counts as contradicted only where the evidence speaks of the same thing and says
something else of the same kind; where it is silent, nothing is corrected.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.answering.evidence import UnitView
from app.answering.question import Question
from rag.figures import Figure, FigureKind, find_figures
from rag.normalization import comparable
from rag.passage import Passage
from rag.tokenizer import Tokenizer

_NEAR_BEST = 0.72
_TIME = {FigureKind.YEAR, FigureKind.DAY}
_SUFFIXES = (
    "証明書|大臣|機構|公庫|財団|協会|組合|会社|銀行|大学|連合|センター|事業団|委員会|審議会|警察署|消防署"
    "|省|庁|法|条例|要綱|県|府|市|町|村|区|課|局|室|署|債|税|方式|年金|保険"
)
_COMPOUND = re.compile(
    rf"(?P<head>[一-龥ァ-ヶーA-Za-z0-9]{{1,12}}?)(?P<suffix>{_SUFFIXES})(?![一-龥])"
)
_LATIN_NAME = re.compile(r"(?<![A-Za-z])[A-Za-z][A-Za-z0-9.+-]{2,}(?![A-Za-z])")
_NEGATIVE = re.compile(
    r"(?:ない|ません|なし|無し|ず|ぬ)(?:[。、)」\s]|と|の|こと|ため|もの|方|が|$)|対象外|非該当|不要|不可|除く|除き|除外|いりません|含みません|なりません|認められ(?:ない|ません)"
)
_POSITIVE = re.compile(
    r"でき(?:ます|る)|可能|対象(?:です|になり|となり|に含|とする|。)|受けられ|もらえ|使え|必要(?:です|が|。|と)|含(?:みます|む|まれ)|あります"
)
_ASKS_NEGATIVE = re.compile(
    r"なく(?:て|とも)|(?:ない|ません|なし|不要|対象外|だめ|ダメ|無理)(?:な|ん|の|と|って|です|でし|よ|ね|か|、|。|$)"
)
_OPPOSITES: tuple[tuple[str, str], ...] = (
    (r"単独", r"連携|共同"),
    (r"独自に|個別に|それぞれ独自", r"共通|共同"),
    (r"義務|必須|必ず", r"任意|努力義務|原則として.*(?:ない|ません)"),
    (r"任意", r"義務|必須"),
    (r"毎月", r"年\s?\d+回|毎年|年\d+回|[0-9]か月(?:ごと|分)|隔月"),
    (r"毎年", r"毎月|[2-9]年(?:ごと|に)|更新(?:は)?(?:ない|ありません|がありません)"),
    (r"無料|無償|負担(?:は|が)?(?:ない|なし)", r"有料|自己負担|\d円"),
    (r"有料|手数料がかか|負担(?:し|する|にな)", r"無料|無償|負担(?:は)?(?:なし|ありません|不要)"),
    (r"窓口(?:だけ|のみ|でしか)", r"オンライン|郵送|電子申請"),
    (r"郵送(?:で|も)", r"郵送(?:では|は)(?:でき|受け付け)(?:ない|ません)"),
)


@dataclass(frozen=True)
class Correction:
    """`asserted` is what the question said, `actual` what the evidence says instead, if short."""

    asserted: str
    actual: str
    unit: UnitView


def find_contradiction(
    question: Question,
    passages: Sequence[Passage],
    views: Sequence[UnitView],
    tokenizer: Tokenizer,
) -> Correction | None:
    """The first contradiction between what is taken for granted and the best units, or None."""
    if not question.asserts or not views:
        return None
    near = _near_best(views)
    timeless = [each for each in question.figures if each.kind not in _TIME]
    figures = timeless or list(question.figures)
    if figures:
        verdicts = [_judge(question, figure, near, tokenizer) for figure in figures]
        wrong = [each for each in verdicts if isinstance(each, Correction)]
        if wrong:
            return wrong[0]
        if any(each is True for each in verdicts):
            return None
    found = _names(question, passages, near) or _opposite(question, near)
    # An open question may stand on a ground that holds; only a plain one asks for yes or no.
    return found if found or question.is_open else _polarity(question, near)


def _near_best(views: Sequence[UnitView]) -> list[UnitView]:
    ranked = sorted(views, key=lambda view: -view.score)
    return [view for view in ranked if view.score >= _NEAR_BEST * ranked[0].score][:10]


def _judge(
    question: Question, figure: Figure, near: Sequence[UnitView], tokenizer: Tokenizer
) -> Correction | bool | None:
    """A correction; True where the evidence has the very figure; None where nothing compares.

    The unit that is held against the figure is the one that shares the words before it
    (「補助率は2/3」: 補助率) and most of the question.
    """
    found = [(view, other) for view in near for other in find_figures(view.text)]
    if any(figure.equals(other) for _, other in found):
        return True
    label = frozenset(
        tokenizer.tokenize(question.text[max(0, figure.start - _LABEL_CHARS) : figure.start])
    )
    best: tuple[float, UnitView] | None = None
    for view, other in found:
        if not _comparable_figures(figure, other):
            continue
        shared = len(label & (view.around | view.above)) / len(label) if label else 0.0
        fit = question.coverage(view.around | view.above) + shared + 0.3 * view.score
        fit += 0.5 * len(label & view.words) / max(1, len(label))
        cover = question.coverage(view.around | view.above)
        fit += 0.5 if other.unit == figure.unit else 0.0
        needed = _MIN_COVER_OPEN if question.is_open else _MIN_COVER
        if (cover >= needed or (shared and not question.is_open)) and (
            best is None or fit > best[0]
        ):
            best = (fit, view)
    if best is None:
        return None
    actual = [o.text for view, o in found if view is best[1] and _comparable_figures(figure, o)]
    return Correction(figure.text, "、".join(dict.fromkeys(actual[:2])), best[1])


_MIN_COVER = 0.25
_MIN_COVER_OPEN = 0.38
_MIN_OWN_COVER = 0.22
_LABEL_CHARS = 10


def _comparable_figures(one: Figure, other: Figure) -> bool:
    if one.kind is not other.kind:
        return False
    return one.kind is not FigureKind.COUNT or one.unit == other.unit


def _names(
    question: Question, passages: Sequence[Passage], near: Sequence[UnitView]
) -> Correction | None:
    """A name of the same kind stands where the asserted one should be."""
    text = "".join(
        comparable(passage.document.title + "".join(passage.section) + passage.text)
        for passage in passages[:3]
    ).lower()
    for match in _COMPOUND.finditer(question.text):
        name = match.group()
        if name.lower() in text:
            continue
        for view in near[:4]:
            for other in _COMPOUND.finditer(view.text):
                if other["suffix"] == match["suffix"] and other.group() not in question.text:
                    return Correction(name, other.group(), view)
    for match in _LATIN_NAME.finditer(question.text):
        if match.group().lower() in text:
            continue
        for view in near[:3]:
            other_name = _LATIN_NAME.search(view.text)
            if other_name and other_name.group().lower() not in question.text.lower():
                return Correction(match.group(), other_name.group(), view)
    return None


def _opposite(question: Question, near: Sequence[UnitView]) -> Correction | None:
    for said, opposite in _OPPOSITES:
        found = re.search(said, question.text)
        if not found or re.search(opposite, question.text):
            continue
        for view in near[:3]:
            if re.search(opposite, view.text) and not re.search(said, view.text):
                return Correction(found.group(), "", view)
    return None


def _polarity(question: Question, near: Sequence[UnitView]) -> Correction | None:
    asks_negative = bool(_ASKS_NEGATIVE.search(question.text))
    fitting = [view for view in near[:5] if question.coverage(view.words) >= _MIN_OWN_COVER]
    fitting.sort(key=lambda view: -question.coverage(view.words))
    for view in fitting[:2]:
        says_negative = bool(_NEGATIVE.search(view.text))
        if says_negative and not asks_negative:
            return Correction("", "", view)
        if asks_negative and not says_negative and _POSITIVE.search(view.text):
            return Correction("", "", view)
    return None
