"""A conversation's map from values to the placeholders that stand for them outside.

It holds what must not be seen: it is kept encrypted, and neither logged nor sent. A vault belongs
to one conversation and is used by one thread at a time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from guardrails.pii.comparison import Folded, Needle, fold, identity, needles, occurrences
from guardrails.pii.municipality import readable_end
from guardrails.pii.placeholders import (
    CANDIDATE,
    LABELS,
    LITERAL_LABEL,
    OTHER_LABEL,
    OWN,
    Placeholder,
    comparable_key,
    label_of,
    lookalike,
)
from guardrails.verdict import Finding, FindingType

_VERSION = 1
_MAX_CONTEXTS = 8
_NO_TEXT = "\ufffc"  # stands for an object within a text


@dataclass(frozen=True)
class VaultRules:
    """What is the same for all conversations.

    `municipality_end`: length of the part of an address that stays readable, 都道府県市区町村.
    `own_text`: what every prompt holds; a value that stands in it anyway hides nothing there.
    """

    labels: Mapping[str, str] = field(default_factory=lambda: LABELS)
    municipality_end: Callable[[str], int] = readable_end
    own_text: str = ""


@dataclass
class _Entry:
    """A value in all spellings that were met, and the neighbours that each was met with."""

    label: str
    number: int
    identity: str
    spellings: list[str] = field(default_factory=list)
    contexts: list[list[tuple[str, str]]] = field(default_factory=list)

    def placeholder(self, spelling: str) -> Placeholder:
        if spelling not in self.spellings:
            self.spellings.append(spelling)
            self.contexts.append([])
        return Placeholder(self.label, self.number, self.spellings.index(spelling))

    def met(self, spelling: str, around: tuple[str, str]) -> None:
        known = self.contexts[self.spellings.index(spelling)]
        if around not in known and len(known) < _MAX_CONTEXTS:
            known.append(around)


@dataclass(frozen=True)
class _Span:
    """A stretch of the original that one placeholder replaces, and which value it is."""

    start: int
    end: int
    label: str
    identity: str


class PlaceholderVault:
    """Masks texts of one conversation; `guardrails.pii.restorer` puts the values back.

    `restore(mask(text)).text == text` for every text, also for one that looks masked already.
    """

    def __init__(self, rules: VaultRules | None = None) -> None:
        self._rules = rules or VaultRules()
        given = {label_of(each, self._rules.labels) for each in self._rules.labels}
        labels = {*given, OTHER_LABEL, LITERAL_LABEL}
        self._lookalike = lookalike(labels)
        self._common = fold("\n".join((self._rules.own_text, *sorted(labels)))).text
        self._entries: dict[tuple[str, str], _Entry] = {}
        self._values: dict[str, str] = {}
        self._given: set[str] = set()
        self._needles: list[Needle] | None = None

    def __len__(self) -> int:
        """How many values it holds, however they are spelled."""
        return len(self._entries)

    def add(self, text: str, findings: Sequence[Finding]) -> None:
        """Get to know the values found in a text, before several texts are masked together."""
        folded = fold(text)
        for span in self._found(text, findings):
            self._placeholder(text, folded, span)

    def mask(self, text: str, findings: Sequence[Finding] = ()) -> str:
        """`text` with a placeholder for each finding and each value met before.

        What looks like a placeholder gets one too, so that it comes back as it was.
        """
        self.add(text, findings)
        folded = fold(text)
        spans = _merged(
            [
                *self._found(text, findings),
                *self._met_before(folded),
                *self._lookalikes(text),
            ],
            text,
        )
        pieces: list[str] = []
        done = 0
        for span in spans:
            pieces += [text[done : span.start], self._placeholder(text, folded, span).text]
            done = span.end
        return "".join([*pieces, text[done:]])

    def value(self, key: str) -> str | None:
        """What a comparable key stands for; None if nothing does."""
        return self._values.get(key)

    def __iter__(self) -> Iterator[str]:
        """The comparable keys of all placeholders given so far."""
        return iter(self._values)

    def is_lookalike(self, key: str) -> bool:
        """Whether a comparable key is of the form of ours, given or not."""
        return self._lookalike.fullmatch(key) is not None

    def labels_in(self, text: str) -> tuple[str, ...]:
        """Labels of the values that stand in a text, however they are written there.

        Placeholders are none: 「氏名1」 may be how a form was filled in, with a value of 1.
        """
        folded = fold(OWN.sub(lambda own: _NO_TEXT if own[1] in self._given else own[0], text))
        return tuple(
            dict.fromkeys(each.label for each in self._all_needles() if each.text in folded.text)
        )

    def dumps(self) -> str:
        """Compact JSON, ASCII only."""
        entries = [
            [each.label, each.identity, each.spellings, each.contexts]
            for each in self._entries.values()
        ]
        return json.dumps([_VERSION, entries], separators=(",", ":"))

    @classmethod
    def loads(cls, text: str, rules: VaultRules | None = None) -> PlaceholderVault:
        """The vault that `dumps` wrote. Raises ValueError for anything else."""
        vault = cls(rules)
        try:
            version, entries = json.loads(text)
            if version != _VERSION:
                raise ValueError("a vault of another version")
            for label, key, spellings, contexts in entries:
                entry = vault._entry(label, key)
                for spelling, met in zip(spellings, contexts, strict=True):
                    vault._give(entry, spelling)
                    for before, behind in met:
                        entry.met(spelling, (before, behind))
        except (TypeError, KeyError) as error:
            raise ValueError("not a vault") from error
        return vault

    def _found(self, text: str, findings: Sequence[Finding]) -> Iterator[_Span]:
        for finding in findings:
            if finding.type == FindingType.CLASSIFICATION_MARK or finding.start >= finding.end:
                continue
            start, value = finding.start, text[finding.start : finding.end]
            if finding.type == FindingType.ADDRESS:
                start += self._rules.municipality_end(value)
            if start < finding.end:
                label = label_of(finding.type, self._rules.labels)
                yield _Span(start, finding.end, label, identity(value))

    def _met_before(self, folded: Folded) -> Iterator[_Span]:
        for needle in self._all_needles():
            for start, end in occurrences(needle, folded):
                yield _Span(start, end, needle.label, needle.identity)

    def _lookalikes(self, text: str) -> Iterator[_Span]:
        for match in CANDIDATE.finditer(text):
            if self.is_lookalike(comparable_key(match[1])):
                yield _Span(match.start(), match.end(), LITERAL_LABEL, match[0])

    def _placeholder(self, text: str, folded: Folded, span: _Span) -> Placeholder:
        spelling = text[span.start : span.end]
        entry = self._entry(span.label, span.identity)
        placeholder = self._give(entry, spelling)
        entry.met(spelling, folded.around(span.start, span.end))
        return placeholder

    def _entry(self, label: str, key: str) -> _Entry:
        entry = self._entries.get((label, key))
        if entry is None:
            number = 1 + sum(each.label == label for each in self._entries.values())
            entry = self._entries[label, key] = _Entry(label, number, key)
        return entry

    def _give(self, entry: _Entry, spelling: str) -> Placeholder:
        placeholder = entry.placeholder(spelling)
        self._values[comparable_key(placeholder.key)] = spelling
        self._given.add(placeholder.key)
        self._needles = None
        return placeholder

    def _all_needles(self) -> list[Needle]:
        if self._needles is None:
            self._needles = [
                needle
                for entry in self._entries.values()
                if entry.label != LITERAL_LABEL
                for spelling, contexts in zip(entry.spellings, entry.contexts, strict=True)
                for needle in needles(
                    (entry.label, entry.identity), spelling, contexts, self._common
                )
            ]
        return self._needles


def _merged(spans: Sequence[_Span], text: str) -> list[_Span]:
    """In order and disjoint. Of spans that overlap nothing is left over: they become one."""
    merged: list[_Span] = []
    for span in sorted(spans, key=lambda each: (each.start, -each.end)):
        last = merged[-1] if merged else None
        if last is None or span.start >= last.end:
            merged.append(span)
        elif span.end > last.end or (last.label == LITERAL_LABEL != span.label):
            end = max(last.end, span.end)
            label = span.label if last.label == LITERAL_LABEL else last.label
            merged[-1] = _Span(last.start, end, label, identity(text[last.start : end]))
    return merged
