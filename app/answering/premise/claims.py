"""What a question asserts: the clauses before 「…ですよね」「…と聞きました」「…ので」.

A clause is said firmly where the question wants it confirmed or reports it, and loosely where it
is only the ground of what is asked (「…ので、いつまでですか」).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

_SENTENCE = re.compile(r"[^。!！?？\n]+[。!！?？\n]*")
_OPEN = re.compile(
    r"何(?!か|も)|いくら(?!か)|いくつ(?!か)|いつ(?!も|で|か)|誰(?!も|で|か)|だれ(?!も|で|か)|どなた(?!も|で|か)"
    r"|どこ(?!も|で|か)|(?<!な)どの|どれ(?!も|か)|(?<!か)どう(?!やっても|して?も|せ)|どん|どちら(?!も|か)"
    r"|(?<!な)なん(?=です|でしょう|の)"
)
_COPULA = r"(?:(?:なん|(?<!ませ)[んの])?(?:です|でし|だっ|だ)?(?:た)?)?"
_FIRM = re.compile(
    rf"{_COPULA}(?:よね|よな(?![いくけ])|っけ(?!ん)|ですね(?=[?？。]|$)|でしょ(?:[?？、]|$))"
    r"|(?:なん|(?<!ませ)[んの])?(?:だ|です)?(?:って|と|とは|ように)(?:の)?"
    r"(?:聞[いき]|き[いき](?=まし|た|て)|うかが[いっ]|伺[いっ]|耳に|教わ|案内され|説明(?:して|され|を)|理解|認識|整理して|思(?:[っう]|い(?=ます))|書[いきか]|記憶|読み|読ん)"
    r"|(?:という|との)(?:話|こと|説明|理解|認識|案内|前提|経緯|噂|うわさ|情報|記憶)|(?:って|という)ことで"
    r"|(?:だ|です)?そうです[がけね]|(?:らしい|(?<=[るいたうすつぐ])みたい)(?:です|の?で|[、。が?？]|けど|$)|(?:だ|た|る|い|な|の)はず(?:です|だ|で|な)"
    r"|で(?:間違い|まちがい|相違|変わり|問題)(?:は)?(?:ない|ありません)|(?:は|に|が)(?:間違い|まちがい|誤り)(?:は)?(?:ない|ありません)"
    r"|で(?:正し|合って|あって|よかった|よろし|いい(?:です|ん|の|か)|よい(?:です|か|の)|大丈夫|OK)"
    r"|(?:という)?(?:認識|理解|前提|つもり|解釈)(?:です|で|して|だ)|(?:こと|決まり|きまり|ルール)(?:になって|だ|です)(?![^、。]{0,4}か)"
    r"|(?:って|という?の?は)?(?:本当|ほんと)(?:です|でしょ|に|か|\?|？)"
    r"|(?:と|って)[^、。]{0,10}(?:ても?|で)(?:差し支え|問題)"
    r"|予定です"
)
_LOOSE = re.compile(
    r"ので|のに(?=[、,])|(?<=[いるただす])から(?=[、,])|(?<=[うるいたすん])なら(?=[、,])|ため(?=[、,])|(?:ます|です)が(?=[、,])|けど|ですし"
)
# Of their own affairs people tell, they do not presuppose them.
_WISH = re.compile(r"たい|検討|困|心配|不安|悩|なくし|忘れ|うち[のは]|私|わたし")
_CONFIRM_ONLY = 3
# A letter of 8,000 characters is answered in time, too.
_MOST_CLAIMS = 16
_LONGEST = 240


@dataclass(frozen=True)
class Claim:
    """A clause that the question asserts: `start`/`end` in the question's text."""

    text: str
    start: int
    end: int
    is_firm: bool


def find_claims(question: str) -> list[Claim]:
    """The last asserted clauses, in order; empty where the question takes nothing for granted."""
    sentences = [(match.start(), match.group()) for match in _SENTENCE.finditer(question)]
    claims: list[Claim] = []
    for start, sentence in sentences:
        claims += _claims_of(sentence, start)
    if any(claim.is_firm for claim in claims):
        claims += _said_before(sentences, claims)
    said = [
        claim
        for claim in map(_end_of, claims)
        if _content(claim.text) and not _OPEN.search(claim.text)
    ]
    return sorted(said, key=lambda claim: claim.start)[-_MOST_CLAIMS:]


def _end_of(claim: Claim) -> Claim:
    """What a very long clause asserts stands at its end."""
    start = max(claim.start, claim.end - _LONGEST)
    return replace(claim, text=claim.text[start - claim.start :], start=start)


def _said_before(sentences: Sequence[tuple[int, str]], claims: Sequence[Claim]) -> list[Claim]:
    """「…と書きました。これで正しいですか」: what is confirmed was said before."""
    covered = {claim.start for claim in claims}
    return [
        Claim(sentence, start, start + len(sentence), is_firm=False)
        for start, sentence in sentences
        if start not in covered and not _asks(sentence)
    ]


def _claims_of(sentence: str, offset: int) -> list[Claim]:
    firm = [match for match in _FIRM.finditer(sentence) if _is_firm(match, sentence)]
    claims: list[Claim] = []
    begin = 0
    for match in firm:
        is_asking = match.group().endswith("っけ")
        claims += _split(sentence, begin, match.start(), offset, is_firm=not is_asking)
        begin = match.end()
    rest = sentence[begin:]
    loose = list(_LOOSE.finditer(rest))
    if loose and not _WISH.search(rest[: loose[-1].start()]):
        end = begin + loose[-1].start()
        claims.append(Claim(sentence[begin:end], offset + begin, offset + end, is_firm=False))
    return claims


def _is_firm(match: re.Match[str], sentence: str) -> bool:
    """「いくらでしたっけ」 asks, 「1/2でしたっけ」 wants to hear yes."""
    before = sentence[: match.start()]
    clause = re.split(r"[、,]", before)[-1]
    return not _OPEN.search(clause)


def _split(sentence: str, begin: int, end: int, offset: int, *, is_firm: bool) -> list[Claim]:
    """The last clause is what is confirmed; those before a 「ので」 are its grounds."""
    claims: list[Claim] = []
    for match in _LOOSE.finditer(sentence, begin, end):
        claims.append(
            Claim(sentence[begin : match.start()], offset + begin, offset + match.start(), False)
        )
        begin = match.end()
    claims.append(Claim(sentence[begin:end], offset + begin, offset + end, is_firm))
    return claims


def _asks(sentence: str) -> bool:
    return bool(_OPEN.search(sentence) or re.search(r"か[?？。]*$|[?？]", sentence))


def _content(text: str) -> bool:
    return len(re.findall(r"[一-龥ァ-ヶA-Za-z0-9]", text)) >= _CONFIRM_ONLY
