"""What GiNZA says of a message, as the recognizer of names asks it."""

from __future__ import annotations

from dataclasses import dataclass, field

from presidio_analyzer.nlp_engine import NlpArtifacts

from guardrails.pii.recognizers.lexicon import is_common
from guardrails.pii.recognizers.person_shapes import HIRAGANA_RUN

_BAD_PARTS = ("副詞", "動詞", "形容詞", "形状詞", "助動詞", "感動詞", "接続詞")


@dataclass(frozen=True)
class Model:
    """What GiNZA says: where persons are, where words begin and which of them are names."""

    persons: tuple[tuple[int, int], ...] = ()
    ends: frozenset[int] = frozenset()
    starts: frozenset[int] = frozenset()
    names: dict[int, int] = field(default_factory=dict)
    words: dict[int, tuple[int, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, artifacts: NlpArtifacts | None) -> Model:
        """From the artifacts; without them only letters and context speak."""
        if artifacts is None:
            return cls()
        tokens = [
            (token.idx, token.idx + len(token.text), token.tag_) for token in artifacts.tokens
        ]
        return cls(
            tuple((entity.start_char, entity.end_char) for entity in artifacts.entities),
            frozenset(end for _, end, _ in tokens),
            frozenset(start for start, _, _ in tokens),
            {start: end for start, end, tag in tokens if "人名" in tag},
            {start: (end, tag) for start, end, tag in tokens},
        )

    def weight(self, start: int, end: int) -> float:
        """How far GiNZA takes this stretch for a person, 0 to 1.5."""
        weight = 0.0
        for first, last in self.persons:
            if (first, last) == (start, end):
                weight = 1.0
            elif first < end and start < last:
                weight = max(weight, 0.7 if first <= start and end <= last else 0.5)
        place = start
        while place in self.names:
            place = self.names[place]
            if self.words.get(place, (0, ""))[1] == "空白":
                place = self.words[place][0]
            if place == end:
                return weight + 0.5
        return weight

    def is_phrase(self, text: str, start: int, end: int) -> bool:
        """Whether it is made of ordinary words of two letters or more: 「納付特例」「もうむり」."""
        place = start
        has_fragment = has_noun = False
        is_kana = HIRAGANA_RUN.fullmatch(text, start, end) is not None
        while place < end:
            last, tag = self.words.get(place, (place + 1, ""))
            is_long = last - place > 1
            if is_long and last <= end and "固有名詞" not in tag and is_common(text[place:last]):
                if not is_kana or tag.startswith(_BAD_PARTS):
                    return True
                has_noun = True
            if is_kana and tag.startswith("助詞") and place > start:
                return True
            has_fragment = has_fragment or not is_long
            place = last
        return has_noun and not has_fragment
