"""Telephone numbers, addresses of pages and of mail: only those of a list or of the cited text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from guardrails.output.outcome import Mended, OutputContext, Removed
from guardrails.output.predicates import Sentence
from guardrails.output.reasons import GuardReason
from rag.normalization import comparable, fold

_KANJI_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
# 「0123(45)6789」, not 「45-6789(24時間)」.
_JOINT = r"(?:[-‐‑–—ー.・ ]{1,2}|\) ?-?|\((?=\d{1,4}\))|の)?"
_KANJI_NUMBER = re.compile(r"[〇零一二三四五六七八九](?:[〇零一二三四五六七八九]|[-‐‑–—ー]){4,}")
_PHONE = re.compile(
    rf"(?<![\d.,])\(?(?:\+?81{_JOINT}|0)\d(?:{_JOINT}\d){{6,10}}(?![\d円年月人件%])"
)
_SHORT = re.compile(r"#\d{4}(?!\d)|(?<!\d)1\d{2}(?=番(?!地|目|号|台))")
# A number of any length where the words say what it is.
_NAMED = re.compile(
    r"(?:電話番号|電話|TEL|Tel|tel|FAX|Fax|ファックス|ファクス|内線|ダイヤル|携帯|フリーコール)"
    r"(?:番号)?(?:は|が|:|,|、|\s|「|\()*(?P<number>\d[\d\- ()]{1,14}\d)"
    r"(?!\s?(?:時|年|月|日|円|分|件|人|回|か所|窓口))"
)
_URL = re.compile(r"(?:h[tx]{2}ps?|ftp)://[^\s<>「」『』、。()\]\[]+", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_HANDLE = re.compile(r"(?<![\w.])@\w[\w.-]{2,}", re.ASCII)
# Kana may stand right before and after; names of Japanese letters have a few endings only.
_DOMAIN = re.compile(
    r"(?<![a-z0-9_@./-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.|\[\.\]|。))+[a-z]{2,12}(?![a-z0-9_@])"
    r"(?:/[^\s<>「」『』、。()]*)?|[ぁ-んァ-ヶー一-龥]+\.(?:jp|com|net|org)(?![a-z0-9])",
    re.IGNORECASE,
)
# What else looks like a domain.
_FILES = frozenset(
    [
        "pdf",
        "doc",
        "docx",
        "xls",
        "xlsx",
        "xlsm",
        "ppt",
        "pptx",
        "csv",
        "txt",
        "zip",
        "jpg",
        "jpeg",
        "png",
        "gif",
        "html",
        "htm",
        "xml",
        "json",
        "md",
    ]
)
_ASIDE = re.compile(r"(?<!\])\([^()]*\)")  # not the target of a link: 「[こちら](…)」
_SHORTEST_SUFFIX = 6
_SHORTEST_LABEL = 2


class Contact(BaseModel):
    """A line or an office that may be named without a citation.

    `checked_on`: when somebody last looked; after `valid_until` it allows nothing. A sentence that
    names a contact may tell what `hours` say.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    names: tuple[str, ...] = Field(min_length=1)
    phones: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    hours: str = ""
    owner: str = ""
    source: str = ""
    checked_on: date | None = None
    valid_until: date | None = None

    def is_named(self, text: str) -> bool:
        """Whether a comparable text says one of the names."""
        return any(comparable(name) in text for name in self.names)


def load_hotlines() -> tuple[Contact, ...]:
    """The national lines that come with the program."""
    data = tomllib.loads(Path(__file__).with_name("hotlines.toml").read_text("utf-8"))
    return tuple(Contact.model_validate(each) for each in data["contacts"])


@dataclass(frozen=True)
class ContactList:
    """What may be named without a citation on the day that `today` gives."""

    contacts: Sequence[Contact]
    today: Callable[[], date]

    def valid(self) -> list[Contact]:
        """Those that were looked at recently enough."""
        today = self.today()
        return [each for each in self.contacts if not each.valid_until or today <= each.valid_until]


NO_CONTACTS = ContactList((), lambda: date.max)


@dataclass(frozen=True)
class Said:
    """A contact as a text says it: `kind` is "phone" or "address", `key` the same for all ways to
    write it. `start`, `end`: in the folded text.
    """

    kind: str
    key: str
    start: int
    end: int


def find_contacts(text: str) -> list[Said]:
    """In a folded text, in order. A telephone number within an address is none."""
    found = list(_addresses(text))
    taken = [(each.start, each.end) for each in found]
    for said in _phones(text):
        if not any(start < said.end and said.start < end for start, end in taken):
            found.append(said)
            taken.append((said.start, said.end))
    return sorted(found, key=lambda each: each.start)


def _addresses(text: str) -> Iterator[Said]:
    end = 0
    matches = [
        match for pattern in (_URL, _MAIL, _HANDLE, _DOMAIN) for match in pattern.finditer(text)
    ]
    for match in sorted(matches, key=lambda each: (each.start(), -each.end())):
        if match.start() < end or (match.re is _DOMAIN and not _is_domain(match[0])):
            continue
        end = match.end()
        yield Said("address", _address(match[0]), match.start(), end)


def _is_domain(text: str) -> bool:
    host = text.partition("/")[0].lower()
    labels = [each for each in re.split(r"\.|\[\.\]|。", host) if each]
    return labels[-1] not in _FILES and len(labels[-2]) >= _SHORTEST_LABEL


def _address(text: str) -> str:
    key = re.sub(r"^h[tx]{2}ps?://", "", text.lower().replace("[.]", ".").replace("。", "."))
    return key.removeprefix("www.").rstrip("/.?#")


def _phones(text: str) -> Iterator[Said]:
    latin = _KANJI_NUMBER.sub(lambda match: match[0].translate(_KANJI_DIGITS), text)
    for pattern in (_PHONE, _NAMED, _SHORT):
        for match in pattern.finditer(latin):
            group = "number" if pattern is _NAMED else 0
            digits = phone_key(match[group])
            yield Said("phone", digits, match.start(group), match.end(group))


def phone_key(text: str) -> str:
    """Digits only, in the form that is dialled within Japan; 「#8008」 keeps its sign."""
    digits = re.sub(r"\D", "", fold(text))
    if fold(text).lstrip().startswith(("+81", "81")) and len(digits) > 10:  # 「+81 (0)3」
        digits = "0" + digits[2:].lstrip("0")
    return f"#{digits}" if text.startswith("#") else digits


class ContactGuard:
    """A contact in brackets is cut out; a sentence that is about one goes."""

    name = "contacts"

    def __init__(self, allowed: ContactList) -> None:
        self._allowed = allowed

    def check(self, sentence: Sentence, context: OutputContext) -> Mended | Removed | None:
        foreign = self._foreign(sentence.text, context)
        if not foreign:
            return None
        asides = [match.span() for match in _ASIDE.finditer(sentence.text)]
        text = sentence.text
        for start, end in reversed(asides):
            if any(start < each.start and each.end <= end for each in foreign):
                text = text[:start] + text[end:]
        if self._foreign(text, context):
            return Removed(GuardReason.CONTACT)
        return Mended(text, (GuardReason.CONTACT,))

    def _foreign(self, text: str, context: OutputContext) -> list[Said]:
        said = find_contacts(text)
        if not said:
            return []
        cited = [each for part in context.cited for each in find_contacts(fold(part))]
        listed = self._listed(comparable(text))
        return [each for each in said if not _is_held(each, cited) and not _is_held(each, listed)]

    def _listed(self, text: str) -> list[Said]:
        """Where lines are named, only their own numbers: not that of another line."""
        valid = self._allowed.valid()
        named = [each for each in valid if each.is_named(text)]
        return list(_said_by(named or valid))


def _said_by(contacts: Iterable[Contact]) -> Iterator[Said]:
    for contact in contacts:
        for phone in contact.phones:
            yield Said("phone", phone_key(phone), 0, 0)
        for url in contact.urls:
            yield Said("address", _address(url), 0, 0)
        for name in contact.names:  # 「子どもの人権110番」
            yield from find_contacts(fold(name))


def _is_held(said: Said, held: Sequence[Said]) -> bool:
    same = [each.key for each in held if each.kind == said.kind]
    if said.kind == "phone":
        is_long = len(said.key) >= _SHORTEST_SUFFIX
        return any(each == said.key or (is_long and each.endswith(said.key)) for each in same)
    # The page of a site may be left out, none may be added.
    return any(
        each == said.key or ("@" not in each and each.startswith(f"{said.key}/")) for each in same
    )
