"""Japanese text made comparable: width, radicals, spaced-out words, broken lines.

Nothing here changes what is quoted: a quote is always cut from the raw text. The normalised form
is what is embedded, tokenised and compared.
"""

from __future__ import annotations

import re
import unicodedata

_JAPANESE = r"\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff"
_CIRCLED = re.compile(r"([\u2460-\u2473\u24ea\u3251-\u325f])")
_JAPANESE_CHAR = re.compile(rf"[{_JAPANESE}]")
_WIDE_GAP = re.compile(r"[ \t]{2,}")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Symbol fonts put their bullets here.
_SYMBOL_BULLET = re.compile(r"[\uf000-\uf0ff]")
_PRIVATE_USE = re.compile(r"[\ue000-\uf8ff\U000f0000-\U0010fffd]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_DASH_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\u2010-\u2015\u2212\u30fc\uff0d](?=\d)")
_WAVE = re.compile(r"[\u301c\uff5e\u223c]")
_ODD = re.compile("|".join(each.pattern for each in (_PRIVATE_USE, _CONTROL, _WAVE)))
# Greek and Cyrillic capitals that were typed for Latin ones, as in 「ＰＭΟ」.
_LOOKALIKES = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕКМНОРСТХ", "ABEZHIKMNOPTYXABEKMHOPCTX")
_LOOKALIKE = re.compile(r"[Α-ΩА-Я]")
_LATIN_WORD = re.compile(r"[A-Za-zΑ-ΩА-Я]{2,}")
# CJK radicals that NFKC leaves alone (the supplement block has few compatibility mappings).
_RADICALS = str.maketrans("⺟⻄⻑⻘⻝⻤⻩⻫⻭⻲⻨", "母西長青食鬼黄斉歯亀麦")
_RADICAL = re.compile(r"[⺀-⻿]")


def fold(text: str) -> str:
    """Width, compatibility and look-alike folding (NFKC); white space and lines stay."""
    # Every text is folded, and again for every question: what is rare is looked for first.
    if _SURROGATE.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    # Circled numbers stay: folded, 「①2つ」 would read 12.
    pieces = _CIRCLED.split(text)
    text = "".join(
        piece if _CIRCLED.fullmatch(piece) else unicodedata.normalize("NFKC", piece)
        for piece in pieces
    )
    if _RADICAL.search(text):
        text = text.translate(_RADICALS)
    if _ODD.search(text):
        text = _SYMBOL_BULLET.sub("・", _CONTROL.sub("", text))
        text = _PRIVATE_USE.sub(" ", text)
        text = _WAVE.sub("~", text)
    text = _DASH_BETWEEN_DIGITS.sub("-", text)
    if _LOOKALIKE.search(text):
        text = _LATIN_WORD.sub(lambda match: _latinise(match.group()), text)
    return text


def _latinise(word: str) -> str:
    return word.translate(_LOOKALIKES) if re.search(r"[A-Za-z]", word) else word


def unspace(line: str) -> str:
    """Join words that a layout spaced out: 「計 画 策 定」 -> 「計画策定」.

    A run counts as spaced out when at least three neighbouring pieces are short and most of them
    single characters; a row of a table (longer cells, or figures only) stays as it is.
    """
    if " " not in line:
        return line
    pieces = line.split(" ")
    joined: list[str] = []
    start = 0
    while start < len(pieces):
        end = _run_end(pieces, start)
        if end > start + 1:
            joined.append("".join(pieces[start:end]))
            start = end
        else:
            joined.append(pieces[start])
            start += 1
    return " ".join(joined)


def _run_end(pieces: list[str], start: int) -> int:
    """End (exclusive) of the spaced-out run that begins at `start`, or `start + 1` if none.

    The first and the last piece may be long: the run grows out of running text.
    """
    inner = start + 1
    while inner < len(pieces) and 0 < len(pieces[inner]) <= 3:
        inner += 1
    end = min(inner + 1, len(pieces)) if inner < len(pieces) and pieces[inner] else inner
    run = pieces[start:end]
    core = pieces[start + 1 : inner]
    if not _is_spaced_out(run, core, whole=start == 0 and end == len(pieces)):
        return start + 1
    return end


def _is_spaced_out(run: list[str], core: list[str], *, whole: bool) -> bool:
    if not all(run) or not _JAPANESE_CHAR.search("".join(run)):
        return all(run) and len(run) >= 3 and _is_spaced_percentage(run)
    if whole and len(run) >= 2 and all(len(piece) == 1 for piece in run):
        return True
    singles = sum(len(piece) == 1 for piece in core)
    return len(core) >= 2 and singles >= 0.6 * len(core) and not _is_figures(core)


def _is_spaced_percentage(run: list[str]) -> bool:
    return all(len(piece) == 1 for piece in run) and run[-1] in "%％円人件年月日"


def _is_figures(pieces: list[str]) -> bool:
    return all(piece.isdigit() for piece in pieces)


def normalise_line(line: str) -> str:
    folded = fold(line).replace("\u3000", " ").replace("\xa0", " ").strip()
    # Two or more spaces part columns or clauses: each part is looked at by itself.
    parts = [unspace(part) for part in _WIDE_GAP.split(folded)]
    return " ".join(part for part in parts if part)


_SPACE_IN_JAPANESE = re.compile(rf"(?<=[{_JAPANESE}、。]) (?=[{_JAPANESE}、。])")


def comparable(text: str) -> str:
    """NFKC without any white space: two texts with equal `comparable` read the same."""
    return re.sub(r"\s+", "", fold(text))


_ENDS = re.compile(r"[。！？!?:」』】〉》>)]$")
_STARTS_ITEM = re.compile(
    r"^(?:[・•●○〇◯■□◆◇▪◦➣✓→⇒⇨※*<【〈《「『(\-#|＊]"
    r"|[\u2460-\u2473\u24ea\u3251-\u325f]"
    r"|[0-9a-zA-Zア-ン一二三四五六七八九十]{1,2} ?[).、]"
    r"|第[0-9一二三四五六七八九十]+)"
)
_SHORT_ITEM = 0.4
_CONTINUES = re.compile(r"^[ぁ-んー、。ァィゥェォャュョッ%)」』】]")


_OPEN_BRACKET = re.compile(r"[(（「『【][^)）」』】]*$")
_CLOSES_BRACKET = re.compile(r"^[^(（「『【]{0,40}[)）」』】]")
# 「監視及びログ分析。Webサー」「バー等を集約」: a short piece; whole words of kana are longer.
_ENDS_IN_WORD = re.compile(r"(?<![ァ-ヶー])[ァ-ヶー]{2}$")
_WORD_GOES_ON = re.compile(r"^[ァ-ヶー]{2}")
# 「対応時」「間が10分」: one kanji and a particle seldom begin a line of their own.
_TAIL_OF_COMPOUND = re.compile(r"^[一-龥][がをにはで]")
_ENDS_IN_KANJI = re.compile(r"[一-龥]$")
_SHORTEST_BROKEN = 8


def starts_item(line: str) -> bool:
    """Whether a line begins a bullet, a numbered item, a bracketed heading, a row or a note."""
    return bool(_STARTS_ITEM.match(line))


def _is_broken(previous: str, line: str) -> bool:
    """Whether a bracket or a word stands open between the two lines."""
    return bool(
        (_OPEN_BRACKET.search(previous) and _CLOSES_BRACKET.match(line))
        or (_ENDS_IN_WORD.search(previous) and _WORD_GOES_ON.match(line))
        or (_ENDS_IN_KANJI.search(previous) and _TAIL_OF_COMPOUND.match(line))
    )


def continues(previous: str, line: str, *, width: int, over_blank: bool = False) -> bool:
    """Whether `line` goes on with the sentence that `previous` left unfinished.

    Both are normalised lines; `width` is the longest line around them: a layout breaks a line
    where it is full, so a clearly shorter line ended by itself. Over a blank line only what cannot
    begin a word goes on: a letter that none begins with, the rest of a broken word or bracket.
    """
    if not previous or not line or "\t" in line or "\t" in previous:
        return False
    if starts_item(line) or previous.startswith(("# ", "##")):
        return False
    if starts_item(previous) and len(previous) <= _SHORT_ITEM * width:
        return False
    is_long = len(previous) >= _SHORTEST_BROKEN
    if _CONTINUES.match(line):
        return is_long or not over_blank
    if is_long and _is_broken(previous, line):
        return True
    is_open = not over_blank and not _ENDS.search(previous)
    return is_open and (previous.endswith("、") or len(previous) >= 0.7 * width)
