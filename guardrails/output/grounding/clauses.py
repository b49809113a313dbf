"""A sentence in clauses, each with what the sentence as a whole is about."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from rag.polarity import ends_denied, neutralised

# After these a clause goes on: what stands before the comma is no statement of its own.
_GOES_ON = re.compile(
    r"(?:[はもにをへとやの]|(?<![すんたるい])が|(?<![\d円%割名人件回台倍点年月日時分半額要能効料けの])で"
    r"|から|まで|より|とき|場合|以上|うち|又は|及び|または|および|など|等|ほか|として)$"
)
_PREDICATE_OR_FIGURE = re.compile(
    r"\d|半額|全額|(?:ます|です|ません|ない|ので|のみ|不可|対象外|し|て|で|く|れ|り|き|る|た|た?が)$"
)
_COMMA = re.compile(r"(?<=[、。，;；])")
_OPENING = re.compile(r"^(?:はい|いいえ|いえ|ええ)(?:[、。，,\s]|$)")
_TOPIC = re.compile(
    r"^(?P<topic>.+?)(?:については|に関しては|にあっては|では|には|の場合は?|とは"
    r"|(?<!又)(?<!また)(?<![でにとれい]て)は|なら(?!な|ず)|として(?=、))"
)
_COLON = re.compile(r"^(?P<topic>[^:、。]{1,30}):")
_ASIDE = re.compile(r"[(（]([^()（）]*)[)）]")
_CONDITIONAL = re.compile(
    r"(?<=とき)(?:は|も|に)?|(?<=場合)(?:は|も|に|、)*|(?<=なくても)|(?<=[えけせてねべめれげ]ば)(?!(?:な[らり]|いけ))"
)
_REFUSED = re.compile(
    r"除[くかきい外]|遠慮|お断り|外れ|控えて|やめて|限りでは?ない|認めず|非該当|該当し(?:な|ま)"
)
_SAID = 2
# 「滞納がないことが必要です」 still denies; 「…でないと申し込めません」 does not.
_DEMANDED = re.compile(r"こと(?:が|を)(?:必要|条件|要件)[^、。]{0,6}$")
_ONLY_IF = re.compile(r"(?:で|し)?な(?:いと|ければ)[^、。]{0,12}(?:ません|ない)")
# 「増えてはおらず、…」: what the question supposed, denied before it is put right.
_PREFACE = re.compile(r"^(?:[^。、]{2,30}(?:ず|なく|(?:ません|ない(?:の)?です|ない)が))、(?=.{6})")
_INSTEAD = re.compile(r"(?:(?<=[はがを、])|^)[^、。はがを]{1,20}ではなく、?(?=.{4})")
_FIGURE = re.compile(r"\d[\d,.]*")
_HIDDEN = "\ue000"
_MARKED_OUT = re.compile(r"^\s*[×✕✖╳]")


@dataclass(frozen=True)
class Clause:
    """`topic` is what it is about: its own, or the sentence's where it names none."""

    text: str
    topic: str
    earlier: str = ""


def opening(sentence: str) -> tuple[str, str]:
    """「はい」 or 「いいえ」 that a sentence opens with (else empty), and the rest."""
    match = _OPENING.match(sentence)
    if not match:
        return "", sentence
    reply = "はい" if match.group()[0] in "はえ" else "いいえ"
    return reply, sentence[match.end() :].strip()


def without_preface(sentence: str) -> str:
    """A correction without what it denies before it says what is so."""
    return _PREFACE.sub("", sentence)


def without_denied(sentence: str, question: str) -> str:
    """「10万円ではなく5万円です」 without the figure that the question supposed."""
    match = _INSTEAD.search(sentence)
    if not match or any(figure not in question for figure in _FIGURE.findall(match.group())):
        return sentence
    return sentence[: match.start()] + sentence[match.end() :]


def split_statements(text: str) -> list[str]:
    """At commas after a statement, and between two parts of which each has its own topic."""
    found: list[str] = []
    hidden = _ASIDE.sub(lambda match: match.group().replace("、", _HIDDEN), text)
    for part in _parted(hidden):
        bits = [bit for bit in _COMMA.split(part) if bit.strip()]
        starts = [0]
        for number, bit in enumerate(bits):
            before = "".join(bits[starts[-1] : number])
            if topic_of(bit) and _says_of_topic(before):
                starts.append(number)
        starts.append(len(bits))
        joined = ("".join(bits[a:b]) for a, b in itertools.pairwise(starts))
        found += [each.strip("、。， ") for each in joined if each.strip("、。， ")]
    return [each.replace(_HIDDEN, "、") for each in found]


def split_clauses(sentence: str, *, is_label: re.Pattern[str]) -> list[Clause]:
    """Clauses in order. `is_label`: a topic that only names a figure (「上限額」) is no subject."""
    clauses: list[Clause] = []
    subject = earlier = ""
    for text in split_statements(sentence):
        own = topic_of(text)
        bare = is_label.sub("", own).strip("のはがをに、 ")
        subject = bare or subject
        clauses.append(Clause(text, subject if bare == "" or own == "" else "", earlier))
        earlier = f"{earlier} {own}".strip()
    return clauses


def _says_of_topic(text: str) -> bool:
    match = _COLON.match(text) or _TOPIC.match(text)
    return match is not None and len(text[match.end() :].strip("、 ")) >= _SAID


def topic_of(text: str) -> str:
    """The words before the first topic particle or colon; empty where nothing is marked."""
    match = _COLON.match(text) or _TOPIC.match(text)
    return match["topic"] if match else ""


def _parted(text: str) -> list[str]:
    parts: list[str] = []
    for piece in _COMMA.split(text):
        if parts and not _is_statement(parts[-1]):
            parts[-1] += piece
        elif piece.strip():
            parts.append(piece)
    # The last piece belongs to what stands before it if it is no statement.
    return [part.strip("、。， ") for part in parts if part.strip("、。， ")]


def _is_statement(part: str) -> bool:
    bare = _ASIDE.sub("", part).replace(_HIDDEN, "").rstrip("、。，;； ")
    return bool(_PREDICATE_OR_FIGURE.search(bare)) and not _GOES_ON.search(bare)


@dataclass(frozen=True)
class Piece:
    """A part of a text that affirms (False) or denies (True) as one; None where it does neither."""

    text: str
    is_denied: bool | None


def pieces(text: str) -> list[Piece]:
    """Clauses, asides and conditions, each with its own polarity.

    An aside that neither affirms nor denies goes with what it stands in.
    """
    asides = _ASIDE.findall(text)
    found: list[Piece] = []
    for part in _parted(_ASIDE.sub(_HIDDEN, text)):
        inside, asides = asides[: part.count(_HIDDEN)], asides[part.count(_HIDDEN) :]
        bare = part.replace(_HIDDEN, "")
        own = [_piece(bit) for each in _CONDITIONAL.split(bare) for bit in _spaced(each)]
        own = [piece for piece in own if piece.text.strip("、。 ")]
        around = own[-1].is_denied if own else None
        found += own
        for aside in inside:
            piece = _piece(aside)
            found.append(Piece(aside, around if piece.is_denied is None else piece.is_denied))
    return found


def _spaced(text: str) -> list[str]:
    """「新規は対象外 更新のみ」: a space parts statements, if one of them denies."""
    bits = re.split(r"[\s|]+", text)
    return bits if len(bits) > 1 and any(ends_denied(bit) for bit in bits) else [text]


def _piece(text: str) -> Piece:
    text = _ONLY_IF.sub("□", _DEMANDED.sub("こと", text))
    if _MARKED_OUT.match(text) or _REFUSED.search(neutralised(text)):
        return Piece(text, is_denied=True)
    return Piece(text, ends_denied(text))
