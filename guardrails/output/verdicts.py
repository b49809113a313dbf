"""Medical and legal verdicts: what only a physician or a court may say, unless the cited text does.

To say back what the person told, to name whom to ask, and to say which illnesses a programme is
for are no verdicts.
"""

from __future__ import annotations

import re

from guardrails.output.outcome import OutputContext, Removed
from guardrails.output.predicates import Follow, Phrase, Predicate, Sentence
from guardrails.output.reasons import GuardReason
from guardrails.output.vocabulary import load_words
from rag.normalization import comparable

_LISTS = "verdicts"
_NOT_NEEDED = re.compile(
    r"必要(?:は|も)(?:ない|あり?ません)|なくて(?:も)?(?:よ|い|良|かま|構|大丈夫|問題|済)|ずに済"
)
_ANY_MEDICINE = re.compile(r"[おご]?(?:薬|注射)")
_WORRY = re.compile(
    r"大丈夫|心配(?:は)?(?:ない|ありません|いりません|要りません|無用)|問題(?:は)?(?:ない|ありません)"
)


class MedicalGuard:
    """Diagnoses, advice on medicine and treatment, prognoses, degrees of care."""

    name = "medical"

    def check(self, sentence: Sentence, context: OutputContext) -> Removed | None:
        if context.quotes(sentence.text) or _refers(sentence, "healers"):
            return None
        is_verdict = _names_unheard(sentence, context) or any(
            _diagnoses(each, sentence, context)
            or _advises(each, sentence)
            or _foretells(each, sentence)
            for each in sentence.predicates
        )
        return Removed(GuardReason.MEDICAL) if is_verdict else None


class LegalGuard:
    """Whether something is lawful, who wins, who owes whom."""

    name = "legal"

    def check(self, sentence: Sentence, context: OutputContext) -> Removed | None:
        if context.quotes(sentence.text) or _refers(sentence, "lawyers"):
            return None
        is_verdict = any(_rules(each, sentence, context) for each in sentence.predicates)
        return Removed(GuardReason.LEGAL) if is_verdict else None


def _refers(sentence: Sentence, whom: str) -> bool:
    """「主治医に相談してください」: the last predicate sends to those who may judge."""
    words = load_words(_LISTS)
    if not sentence.predicates:
        return False
    last = sentence.predicates[-1]
    if last.lemma not in words["referring"] or _NOT_NEEDED.search(last.tail):
        return False
    return sentence.has(words[whom]) or last.lemma in {"記入", "申し出る", "持参", "持つ", "提示"}


def _names_unheard(sentence: Sentence, context: OutputContext) -> bool:
    """A reply that only listens names no illness and no medicine that was not named to it."""
    if not context.is_listening:
        return False
    named = [each.text for each in sentence.phrases]
    named += [each.head for each in sentence.predicates if each.is_nominal]
    return any(
        comparable(each) not in context.heard + context.read
        for each in named
        if (_is_illness(each) or _is_medicine(each)) and not _ANY_MEDICINE.fullmatch(each)
    )


def _before(predicate: Predicate) -> tuple[Phrase, ...]:
    return (*predicate.topics, *predicate.phrases)


def _is_illness(text: str) -> bool:
    words = load_words(_LISTS)
    plain = comparable(text)
    if plain in words["not_illness"]:
        return False
    return plain in words["illnesses"] or plain.endswith(
        tuple(words["illness_endings"]) + tuple(words["illnesses"])
    )


def _diagnoses(predicate: Predicate, sentence: Sentence, context: OutputContext) -> bool:
    """「うつ病です」「うつ病の症状です」「ADHDに当てはまる」「脳卒中が疑われる」."""
    if not predicate.is_said and not predicate.is_presumed:
        return False
    named = _named_illness(predicate)
    if named and not _is_told_back(named, predicate, sentence, context):
        return not _is_list(predicate)
    return _grades(predicate) and not _is_list(predicate)


def _is_list(predicate: Predicate) -> bool:
    """「対象となる疾病は、うつ病です」."""
    topics = load_words(_LISTS)["list_topics"]
    return any(
        each.head in topics or _ends_in(each.text, topics)
        for each in _before(predicate)
        if each.is_topic
    )


def _named_illness(predicate: Predicate) -> str:
    words = load_words(_LISTS)
    if predicate.is_nominal and _is_illness(predicate.head):
        is_naming = not re.match(r"さ|し|する|になら|を", predicate.tail)
        return predicate.head if is_naming else ""
    illnesses = [each for each in predicate.phrases if _is_illness(each.text)]
    if not illnesses:
        return ""
    nearest = illnesses[-1]
    after = predicate.phrases[predicate.phrases.index(nearest) + 1 :]
    signs = [*(each.head for each in after), predicate.lemma if predicate.is_nominal else ""]
    is_sign = any(_ends_in(each, words["diagnosing_nouns"]) for each in signs if each)
    is_judged = predicate.lemma in words["diagnosing_verbs"] or (
        predicate.lemma == "有る" and nearest.particle == "に"
    )
    # 「熱中症と…」: whatever verb, somebody takes it for that.
    is_taken = nearest.particle in {"と", "だと"} and not predicate.is_past
    is_object = nearest.particle in {"に", "が", "を"}
    if (is_sign and nearest.particle in {"の", "に"}) or is_taken or (is_judged and is_object):
        return nearest.text
    return ""


def _grades(predicate: Predicate) -> bool:
    """「要介護3に相当します」, said of somebody."""
    words = load_words(_LISTS)
    levels = [
        each for each in predicate.phrases if each.text.startswith(tuple(words["care_levels"]))
    ]
    if predicate.is_nominal and predicate.head.startswith(tuple(words["care_levels"])):
        return not predicate.is_hedged
    return bool(levels) and predicate.lemma in {"相当", "該当", "成る", "認定", "当たる"}


def _is_told_back(
    illness: str, predicate: Predicate, sentence: Sentence, context: OutputContext
) -> bool:
    """The person said the word, and the sentence only says that it was heard."""
    is_reflecting = any(each.is_reflected or each.is_past for each in sentence.predicates)
    return (is_reflecting or predicate.is_past) and comparable(illness) in context.heard


def _advises(predicate: Predicate, sentence: Sentence) -> bool:
    """「お薬はやめてもかまいません」「受診しなくても大丈夫です」「量を増やすとよいでしょう」."""
    words = load_words(_LISTS)
    is_at_healer = any(_ends_in(each.text, words["healers"]) for each in predicate.phrases)
    if is_at_healer and _NOT_NEEDED.search(predicate.tail):
        return True
    is_treatment = predicate.lemma in words["treatment"]
    is_medicine = any(_is_medicine(each.text) for each in sentence.phrases)
    is_dose = any(each.head in words["dosage"] for each in predicate.phrases)
    if not (is_treatment or predicate.lemma in words["medicine_verbs"]):
        return False
    if not (is_treatment or is_medicine or (is_dose and predicate.lemma in {"増やす", "減らす"})):
        return False
    if predicate.lemma in {"受診", "通院", "入院", "治療", "手術"}:
        text = predicate.tail
        return bool(_NOT_NEEDED.search(text)) or bool(
            predicate.lemma in {"入院", "手術", "治療"} and "必要" in text
        )
    is_worry = bool(_WORRY.search(sentence.text)) and predicate.lemma in {"接種", "服用", "併用"}
    return predicate.is_advised or is_worry


def _is_medicine(text: str) -> bool:
    words = load_words(_LISTS)
    plain = comparable(text)
    if plain.endswith(tuple(words["not_medicine"])):
        return False
    return plain.endswith(tuple(words["medicine_endings"]))


def _foretells(predicate: Predicate, sentence: Sentence) -> bool:
    """「必ず治ります」「軽症です」「その痛みは心配ありません」「きっと良くなりますよ」."""
    words = load_words(_LISTS)
    if predicate.lemma in {"無い", "有る"} and any(
        each.head == "別状" for each in predicate.phrases
    ):
        return True
    end = sentence.span(max(0, predicate.first - 2), predicate.stop)
    if predicate.lemma in words["relief"] and any(
        each.follow is Follow.CONDITION and each.lemma in words["medicine_verbs"]
        for each in sentence.predicates
    ):
        return True
    is_of_body = any(_ends_in(each.text, words["symptoms"]) for each in sentence.phrases) or any(
        each.is_nominal and _ends_in(each.head, words["symptoms"]) for each in sentence.predicates
    )
    if is_of_body and predicate.is_said and _WORRY.search(end):
        return True
    if predicate.lemma == "良い" and re.match(r"[良よ]くなり", predicate.tail):
        return not predicate.is_past and not predicate.is_hedged and predicate.subject is None
    is_asserted = predicate.is_said and not predicate.is_hedged and not predicate.is_past
    return is_asserted and predicate.lemma in words["recovery"] and not predicate.is_reflected


def _rules(predicate: Predicate, sentence: Sentence, context: OutputContext) -> bool:
    if not (predicate.is_said or predicate.is_presumed):
        return False
    if _is_heard(sentence) or _is_cited(predicate, context):
        return False
    if predicate.lemma in load_words(_LISTS)["legal_outcomes"]:
        return _is_outcome(predicate)
    return _qualifies(predicate) or _is_of_court(predicate) or _is_claim(predicate)


def _qualifies(predicate: Predicate) -> bool:
    """「違法です」「名誉毀損に当たります」「法に違反します」."""
    words = load_words(_LISTS)
    if predicate.is_nominal and _ends_in(predicate.head, words["legal_status"]):
        return True
    return predicate.lemma in {"当たる", "該当", "成る"} and any(
        _ends_in(each.text, words["legal_status"]) for each in predicate.phrases
    )


def _is_of_court(predicate: Predicate) -> bool:
    """「裁判で取り消されます」."""
    courts = load_words(_LISTS)["courts"]
    at_court = any(
        _ends_in(each.text, courts) and each.particle.startswith("で") for each in predicate.phrases
    )
    return at_court and (predicate.is_able or bool(re.search(r"[さら]れ", predicate.tail)))


def _is_cited(predicate: Predicate, context: OutputContext) -> bool:
    """One cited sentence says both what it is about and what is said of it."""
    subject = predicate.subject
    if subject is None:
        return False
    both = comparable(subject.text), comparable(predicate.head)
    return any(all(each in comparable(text) for each in both) for text in context.cited)


def _is_outcome(predicate: Predicate) -> bool:
    """「勝てます」「訴えられます」「逮捕されます」, not 「訴えてください」."""
    is_suffered = bool(re.search(r"[さら]れ", predicate.tail))
    return (
        predicate.is_able
        or is_suffered
        or predicate.lemma in {"勝訴", "敗訴", "勝つ", "負ける", "違反"}
    )


def _is_claim(predicate: Predicate) -> bool:
    """A matter of private law, and what may be claimed, owed or denied of it."""
    words = load_words(_LISTS)
    matter = any(
        _ends_in(each.text, words["legal_matters"]) for each in predicate.phrases if each.particle
    ) or any(_ends_in(each.text, words["legal_matters"]) for each in predicate.topics)
    if predicate.is_nominal and _ends_in(predicate.head, words["legal_status_weak"]):
        return matter
    if predicate.lemma in {"有る", "無い", "負う", "生じる"} and any(
        _ends_in(each.text, words["legal_status_weak"] - {"必要"}) for each in predicate.phrases
    ):
        is_of_party = any(
            each.is_topic and _ends_in(each.text, words["parties"]) for each in _before(predicate)
        )
        liable = any(each.text.endswith("賠償責任") for each in predicate.phrases)
        return matter or is_of_party or liable
    if predicate.lemma not in words["legal_claims"] or not matter:
        return False
    return (
        predicate.is_able or predicate.lemma == "返る" or bool(_NOT_NEEDED.search(predicate.tail))
    )


def _is_heard(sentence: Sentence) -> bool:
    return bool(sentence.predicates) and sentence.predicates[-1].is_reflected


def _ends_in(text: str, words: frozenset[str]) -> bool:
    return comparable(text).endswith(tuple(words))
