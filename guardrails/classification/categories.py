"""What is confidential without a mark: budgets, bids and personnel before they are known."""

from __future__ import annotations

import re
from dataclasses import dataclass

from guardrails.classification.placing import HANDLING, Source
from guardrails.classification.policy import Category, ClassificationPolicy

_PERMISSION = re.compile(
    r"(?:て|で)も?(?:いい|よい|良い|よろしい|構わ|かまわ|大丈夫|問題)|ルール|とは|手順|場合|禁止|ときは|べきです?か|できますか|可能ですか|必要ですか|してはいけ|いつ(?:から|まで|ごろ|です|公表|発表)?"
)
_POLITE = re.compile(
    r"(?:もらえ|くれ|いただけ|頂け|ください|下さい|いただき|お願い|ほしい|欲しい|たい(?:です|の|。|$))"
)
_ASKS = re.compile(r"教えて|知りたい|ですか|ますか|でしょうか|どう|どこ|誰|だれ|なぜ|何|\?")
_TOLD = re.compile(
    r"\d[\d,.]*\s*(?:円|千円|万円|億円|百万円)|(?:の|な(?:の|ん))ですが|ですけど|だけど|なんだけど|ですので|なので|(?:です|ます|ました|ません)。|(?:予定|方針|見込み)(?:です|だ)"
)
_NORM = re.compile(
    r"ならない|ものとする|しましょう|ましょう|例として|例えば|たとえば|など(?:が|を|の|は|、)|場合(?:は|に)|ときは|とは[、,]|こととする|こととし|に関する(?:規程|規則|要綱|条例)|第\d+条|研修|禁止(?:する|されて|です)|してください|不開示|請求|着手|対象外|対象とな|できません|できない|原則|必要がある|必要があります"
)
_AROUND = 300
# A document says at its head what it is; further down it tells of many things.
_HEAD = 2_000


@dataclass(frozen=True)
class CategoryFound:
    category: Category
    topic: str
    secret: str


def find_category(text: str, source: Source, policy: ClassificationPolicy) -> CategoryFound | None:
    """The category of the highest level that folded text hands over, or None."""
    found = (_found(text, source, category, policy) for category in policy.categories)
    return max(filter(None, found), key=lambda each: each.category.level, default=None)


def _found(
    text: str, source: Source, category: Category, policy: ClassificationPolicy
) -> CategoryFound | None:
    topic_pattern = re.compile(category.topic)
    text = text[:_HEAD] if source == "document" else text
    if not topic_pattern.search(text):
        return None
    for secret in policy.secret_pattern(category).finditer(text):
        begin, end = secret.start() - policy.reading, secret.end() + policy.reading
        topic = topic_pattern.search(text, max(0, begin), end)
        if topic is None or re.search(category.public, text[max(0, begin) : end]):
            continue
        place = _Statement(text, min(topic.start(), secret.start()), max(topic.end(), secret.end()))
        if place.is_handed_over(source):
            return CategoryFound(category, topic[0], secret[0])
    return None


@dataclass(frozen=True)
class _Statement:
    """Where topic and secrecy stand together in `text`."""

    text: str
    start: int
    end: int

    def is_handed_over(self, source: Source) -> bool:
        """The matter itself is in the text, not a question or a rule about such matters."""
        if source == "document":
            return not _NORM.search(self._sentences(3))
        around = self.text[max(0, self.start - _AROUND) : self.end + _AROUND]
        if _PERMISSION.search(self._sentences(0)):
            return False
        if HANDLING.search(around):
            return not _ASKS.search(around) or bool(_POLITE.search(around))
        return bool(_TOLD.search(around))

    def _sentences(self, before: int) -> str:
        """The sentences that hold the statement; `before`: lines of a heading above included."""
        nearest, furthest = max(0, self.start - _AROUND), self.end + _AROUND
        begin = self.start
        for _ in range(before + 1):
            begin = max(*(self.text.rfind(stop, nearest, begin) for stop in "。\n"), nearest)
        stops = [
            place for stop in "。\n" if (place := self.text.find(stop, self.end, furthest)) >= 0
        ]
        return self.text[begin : min(stops, default=furthest)]
