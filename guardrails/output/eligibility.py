"""Promises of eligibility: 「対象です」 said of the person who asks becomes a possibility.

A rule says of whom it holds (「18歳以下の児童が対象です」) or under which condition. A promise is
said of the person who asks, answers their own case, or vouches for the outcome. That somebody
gets nothing is a decision, too.
"""

from __future__ import annotations

import re
from enum import StrEnum

from guardrails.output.outcome import Mended, OutputContext, Removed
from guardrails.output.plain_form import plain
from guardrails.output.predicates import Follow, Phrase, Predicate, Sentence, is_noun
from guardrails.output.reasons import GuardReason
from guardrails.output.vocabulary import load_words
from rag.normalization import comparable, fold

_NAME = "eligibility"
_ASK = {"public": "窓口で確認してください。", "staff": "所管の部署に確認してください。"}
_HONORIFIC = re.compile(r"(?:さん|さま|様|ちゃん|君)$|^[おご御](?!申|利)")
_OUR = re.compile(r"^(?:[本当]|わが|我が)(?:市|町|村|県|区|府|道|都|団体)の")
_CALLED = re.compile(r"(?<!皆)(?<!みな)(?:さま|様)$")
_THIS = re.compile(r"^(?:この|その|そちらの|こちらの|今回の|ご相談の|お話の|お客様の|あなたの)$")
_THIS_IN_WORD = re.compile(r"^(?:当該|今回|同)")
# 「支給されます」「免除になります」, not 「支給です」.
_DONE = re.compile(r"さ|し|する|いた|致|[にと]な")
_JOINT = re.compile(r"(?:ので|から|が|けれども?|し)[、,]?$")
_SOFT_OPENING = re.compile(
    r"^(?:(?:はい|ええ|いいえ|いえ|大丈夫(?:です)?よ?|もちろん(?:です)?|残念ながら|ご安心ください)[、。,]\s*)+"
)
_COMFORT = re.compile(r"安心(?:して)?(?:くださ|ね)|心配(?:は)?(?:ありません|いりません)")
_OF_SELF = re.compile(
    r"(?:私|わたし|僕|俺|うち|我が家|自分|家族|母|父|妻|夫|娘|息子|子|相談者|窓口の方|この方|[本当]市|[本当]町|[本当]村|[本当]県|[本当]団体)"
)
# A case is told before it is asked about.
_TOLD = re.compile(r"(?:ます|です|ました|でした|とのこと|います)(?:[。が]|$)")
# 「退職されたのであれば」: taken up from what was told.
_TOLD_TAIL = re.compile(r"(?:の|ん)(?:であれ|でし|な)|とのこと")
_WHETHER = re.compile(r"(?:ますか|ですか|でしょうか|かな|よね|ますよね|の)?[??。]?$|[??]")
_WHAT = re.compile(
    r"は[??。]?$|いくら|いつ|何|なに|どこ|どの|どれ|だれ|誰|どう|なぜ|とは|について|教えて"
)
_FOR_A_CASE = re.compile(
    r"相談者|窓口の方|この方|その方|当該|[本当](?:市|町|村|県|区|団体)|うち|申請者の"
)


class _Kind(StrEnum):
    """STATUS and RECEIPT decide even where nobody is named."""

    STATUS = "対象です"
    RECEIPT = "もらえます"
    ABILITY = "利用できます"
    GRANT = "支給されます"


class EligibilityGuard:
    """Mends where the grammar allows, else removes."""

    name = _NAME

    def check(self, sentence: Sentence, context: OutputContext) -> Mended | Removed | None:
        if context.quotes(sentence.text) or _is_told_back(sentence):
            return None
        promises = [each for each in sentence.predicates if _decides(each, sentence, context)]
        if not promises:
            return None
        text = _mended(sentence, promises, _ASK[context.audience])
        if text is None:
            return Removed(GuardReason.PROMISE)
        return Mended(text, (GuardReason.PROMISE,))


def _is_told_back(sentence: Sentence) -> bool:
    """「手当が受けられず、悔しかったのですね」 decides nothing."""
    return bool(sentence.predicates) and sentence.predicates[-1].is_reflected


def _decides(predicate: Predicate, sentence: Sentence, context: OutputContext) -> bool:
    """Whether it settles what only the office settles, for the person who asks."""
    kind = _kind(predicate)
    if kind is None or predicate.is_past or predicate.is_hedged:
        return False
    if not predicate.is_said and not (predicate.follow is Follow.QUOTE and predicate.is_presumed):
        return False
    if predicate.is_presumed and context.audience == "staff":
        return False
    return _is_of_asker(predicate, sentence, context) or _is_of_unnamed(
        kind, predicate, sentence, context
    )


def _is_of_unnamed(
    kind: _Kind, predicate: Predicate, sentence: Sentence, context: OutputContext
) -> bool:
    """Where nobody is named: whether it is the asker's own case all the same, and no rule."""
    is_of_benefit = _has(predicate, load_words(_NAME)["benefits"]) or predicate.is_bare
    if kind is _Kind.ABILITY and not is_of_benefit:
        return _takes_up(predicate, sentence, context)
    is_of_group = _is_of_group(predicate)
    is_certain = _is_certain(sentence)
    if context.audience == "public" and is_certain and not is_of_group:
        return True
    conditions = _conditions(predicate, sentence)
    is_open = any(not _leaves_nothing_open(each, sentence, context) for each in conditions)
    if not is_open and _is_own_group(predicate, sentence, context):
        return True
    if is_open or (is_of_group and kind is not _Kind.GRANT):
        return False
    if is_certain or _gives_cause(predicate, sentence):
        return True
    leans = bool(conditions) or predicate.is_assured
    return _answers_asker(kind, predicate, context, leans=leans)


def _answers_asker(
    kind: _Kind, predicate: Predicate, context: OutputContext, *, leans: bool
) -> bool:
    """Whether the question was about one case; `leans`: the sentence itself is no plain rule."""
    if kind is _Kind.STATUS and _is_of_thing(predicate):
        return False
    is_strong = kind in {_Kind.STATUS, _Kind.RECEIPT}
    asked = "\n".join(context.conversation)
    if context.audience == "staff":
        return is_strong and bool(_FOR_A_CASE.search(asked))
    return (is_strong or leans) and _is_asked_of_self(asked)


def _kind(predicate: Predicate) -> _Kind | None:
    if _is_status(predicate):
        return _Kind.STATUS
    if _is_grant(predicate):
        return _Kind.GRANT
    words = load_words(_NAME)
    if not predicate.is_able or predicate.lemma in words["procedure"]:
        return None
    if predicate.lemma == "受ける":  # consultation, too
        given = [each for each in predicate.phrases if each.particle in {"を", "が", "は", "も"}]
        is_other = any(each.head in words["procedure"] or not each.is_topic for each in given)
        is_receipt = _has(predicate, words["benefits"]) or not is_other
    else:
        is_receipt = predicate.lemma in words["receipt"] or _ends_in(
            predicate.head, words["receipt"]
        )
    return _Kind.RECEIPT if is_receipt else _Kind.ABILITY


def _is_status(predicate: Predicate) -> bool:
    words = load_words(_NAME)
    if predicate.is_nominal and _ends_in(predicate.head, words["status"]):
        return True
    if predicate.lemma in words["having"] and _has(predicate, words["rights"]):
        return True
    is_met = predicate.lemma in words["status_verbs"] and _has(predicate, words["status_objects"])
    return is_met or (predicate.lemma in words["matching"] and not predicate.phrases)


def _is_grant(predicate: Predicate) -> bool:
    words = load_words(_NAME)
    if predicate.is_nominal and _ends_in(predicate.head, words["grant"]):
        return bool(_DONE.match(predicate.tail))
    return predicate.lemma in words["grant_verbs"] and _has(predicate, words["benefits"])


def _has(predicate: Predicate, words: frozenset[str]) -> bool:
    """Whether one of the words, or what ends in it, stands before the predicate."""
    phrases = (*predicate.phrases, *predicate.topics)
    return any(each.head in words or each.text.endswith(tuple(words)) for each in phrases)


def _is_of_asker(predicate: Predicate, sentence: Sentence, context: OutputContext) -> bool:
    """Whether the person who asks, or one person that is pointed at, is whom it is said of."""
    subject = predicate.subject
    spoken_of = [
        each
        for each in (*predicate.phrases, *predicate.topics)
        if each is subject or each.is_topic or each.particle in {"に", "へ", "、", ""}
    ]
    if any(_is_asker(each) for each in spoken_of):
        return True
    if subject and context.audience == "staff" and subject.head in load_words(_NAME)["applicants"]:
        asked = "\n".join(context.conversation)
        return subject.head in asked and bool(_TOLD.search(asked))
    before = [each for each in sentence.predicates if each.stop <= predicate.first]
    return any(_points_at_case(each) for each in before)


def _is_asker(phrase: Phrase) -> bool:
    return _names_asker(phrase.text, phrase.head, phrase.modifiers)


def _names_asker(text: str, head: str, modifiers: str) -> bool:
    words = load_words(_NAME)
    owner = modifiers.partition("の")[0]
    if {text, head, owner} & words["askers"] or _CALLED.search(owner) or _is_kin(owner):
        return True
    if _OUR.match(modifiers) and _ends_in(text, words["plans"]):
        return True
    if _THIS.match(modifiers) or _THIS_IN_WORD.match(text):
        is_programme = head in words["programmes"] or _ends_in(text, words["programmes"])
        return not is_programme or head in words["people"]
    if _is_kin(text):
        return not modifiers  # 「3歳未満のお子さん」 is anybody's
    return bool(_CALLED.search(text))


def _is_kin(text: str) -> bool:
    kin = load_words(_NAME)["kin"]
    return bool({text, _bare(text)} & kin and _HONORIFIC.search(text))


def _bare(text: str) -> str:
    return re.sub(r"^[おご御]|(?:さん|さま|様|ちゃん)$", "", text)


def _ends_in(text: str, words: frozenset[str]) -> bool:
    return text.endswith(tuple(words))


def _points_at_case(predicate: Predicate) -> bool:
    """「その収入でしたら」「お客様の場合」: the condition is the case that was told."""
    if predicate.follow is not Follow.CONDITION:
        return False
    return predicate.is_nominal and _names_asker(
        predicate.head, predicate.lemma, predicate.modifiers
    )


def _conditions(predicate: Predicate, sentence: Sentence) -> list[Predicate | Phrase]:
    """What stands before it as 「…なら」, 「…の場合」."""
    clauses = [
        each
        for each in sentence.predicates
        if each.stop <= predicate.first
        and (each.follow is Follow.CONDITION or "場合に限" in each.tail)
    ]
    cases = [
        each
        for each in sentence.phrases
        if each.text.endswith(("場合", "とき", "時")) and each.modifiers
        if each.last <= predicate.first
    ]
    return [*clauses, *cases]


def _leaves_nothing_open(
    condition: Predicate | Phrase, sentence: Sentence, context: OutputContext
) -> bool:
    """Only a procedure (「申請すれば」), or what the person has told (「3級だと」)."""
    words = load_words(_NAME)
    if isinstance(condition, Phrase):
        first = stop = condition.first
        while first and (
            is_noun(sentence.words[first - 1]) or sentence.words[first - 1].surface == "の"
        ):
            first -= 1
    else:
        if condition.lemma in words["procedure"] or _TOLD_TAIL.search(condition.tail):
            return True
        first = min((each.first for each in condition.phrases), default=condition.first)
        stop = condition.head_stop
    return _was_told(sentence, first, stop, context)


def _was_told(sentence: Sentence, first: int, stop: int, context: OutputContext) -> bool:
    """A resident wrote all that these words say."""
    groups = load_words(_NAME)["groups"]
    content = [
        each.surface
        for each in sentence.words[first:stop]
        if each.pos[0] in {"名詞", "形容詞", "形状詞"} and each.normalized not in groups
    ]
    is_public = context.audience == "public"
    return is_public and bool(content) and all(comparable(w) in context.heard for w in content)


def _takes_up(predicate: Predicate, sentence: Sentence, context: OutputContext) -> bool:
    """「赤ちゃんがいらっしゃるので、…」: what was told, given as the reason."""
    return any(
        each.follow is Follow.CAUSE
        and each.stop <= predicate.first
        and _was_told(
            sentence,
            min((one.first for one in each.phrases), default=each.first),
            each.stop,
            context,
        )
        for each in sentence.predicates
    )


def _is_own_group(predicate: Predicate, sentence: Sentence, context: OutputContext) -> bool:
    """「正社員の方は…」 to somebody who wrote 「正社員ですが」."""
    subject = predicate.subject
    if subject is None or not subject.modifiers:
        return False
    first = subject.first
    while first and (
        is_noun(sentence.words[first - 1]) or sentence.words[first - 1].surface == "の"
    ):
        first -= 1
    is_told = bool(_TOLD.search("\n".join(context.conversation)))
    return is_told and _was_told(sentence, first, subject.last, context)


def _is_of_group(predicate: Predicate) -> bool:
    words = load_words(_NAME)
    people = [each for each in (*predicate.phrases, *predicate.topics) if each.is_subject]
    return any(
        each.head in words["groups"] or _ends_in(each.text, words["groups"]) for each in people
    ) or any("対象" in each.text for each in people)


def _is_of_thing(predicate: Predicate) -> bool:
    """「飲食代は対象外です」: of something else than what is asked for."""
    programmes = load_words(_NAME)["programmes"]
    subject = predicate.subject
    return subject is not None and not _ends_in(subject.text, programmes)


def _is_asked_of_self(asked: str) -> bool:
    """The person asks whether they get it, not how much or when; or tells of themselves."""
    return bool(_OF_SELF.search(asked) or (_WHETHER.search(asked) and not _WHAT.search(asked)))


def _is_certain(sentence: Sentence) -> bool:
    is_reply = bool(_SOFT_OPENING.match(sentence.text)) or bool(_COMFORT.search(sentence.text))
    return is_reply or sentence.has(load_words(_NAME)["certain"])


def _gives_cause(predicate: Predicate, sentence: Sentence) -> bool:
    """「市内にお住まいですので、…」: what was told is taken for the reason."""
    return any(
        each.follow is Follow.CAUSE and each.stop <= predicate.first and not _is_of_group(each)
        for each in sentence.predicates
    )


def _mended(sentence: Sentence, promises: list[Predicate], ask: str) -> str | None:
    """The sentence with every promise as a possibility; None where the grammar does not allow."""
    pieces: list[str] = []
    place = 0
    for promise in promises:
        form = plain(sentence, promise)
        if form is None or promise.follow not in {Follow.END, Follow.CAUSE}:
            return None
        start, stop = sentence.words[promise.first].start, sentence.words[promise.stop - 1].end
        pieces += [sentence.text[place:start], f"{form}可能性があります"]
        place = stop
        if promise.follow is Follow.CAUSE:
            if sentence.text[stop:].startswith("ため"):
                return None  # it would need the plain form
            joint = _JOINT.search(sentence.text[:stop])
            pieces.append(joint[0] if joint else "")
    rest = sentence.text[place:]
    if promises[-1].follow is Follow.END:
        rest = ""
    elif any(each in fold(rest) for each in load_words(_NAME)["comfort"]):
        pieces[-1] = ""
        rest = ""
    body = "".join(pieces) + rest
    body = _SOFT_OPENING.sub("", body)
    for word in sorted(load_words(_NAME)["certain"], key=len, reverse=True):
        body = re.sub(rf"{word}(?:に|、)?", "", body)
    return f"{body.rstrip('。、 ')}。{ask}"
