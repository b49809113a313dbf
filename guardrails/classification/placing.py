"""Whether a mark was made on a text, or is only spoken of: told by where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Source = Literal["user", "document"]

_EDGE_LINES = 3
_TITLE_CHARS = 60
# Characters of a line that are looked at on either side of a mark.
_REACH = 200
_LINE = re.compile(r"^[^\n]*\S[^\n]*$", re.MULTILINE)
_OPEN, _CLOSE = r"【\[〔(<《≪{「『〈\"“'", r"】\]〕)>》≫}」』〉\"”'"
_QUOTES = {"「": "」", "『": "』", '"': '"', "“": "”", "'": "'"}
_BRACKETS = {
    pair[0]: pair[1] for pair in ("【】", "[]", "〔〕", "()", "<>", "《》", "≪≫", "{}", "〈〉")
}

# What may stand beside a mark on a line of its own.
_BESIDE = re.compile(
    rf"[\s{_OPEN}{_CLOSE}*=_~※■◆●★☆◎◇▲▼|/・、。,.:!‐–—―-]"
    r"|情報|文書|資料|書類|扱い?|指定|表示|厳守|版|(?:ため|につき|とする|と(?:いた)?します|です|のこと)"
    r"|(?:を?お?願い)?(?:いた)?します|を?お?願います|で(?=を?お?願い)"
    r"|(?:No|第)?[\s.]*\d+[号部頁枚ページ]*|(?:令和|平成|[RH])\d+年?度?|[年月日]|まで|ページ|page|of"
    r"|コピー|転送|複写|複製|転載|及び|および|かつ|無断|厳重|取扱",
    re.IGNORECASE,
)
_BULLET = re.compile(
    r"\s*(?:[・#–•▪○◯]|-(?!-)|\(?(?:\d{1,2}|[ア-ン]|[a-z]|[一二三四五六七八九十])[.、)][\d.]*|[①-⑳]|第\d+[条章節項])[\s#]*"
)
_FILE_TAIL = re.compile(
    r"[^\s。、?「」]{0,80}\.(?:xlsx?|xlsm|docx?|pptx?|pdf|csv|tsv|txt|md|zip|msg|eml|jpe?g|png|jtdc?|html?)(?![a-z])",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"(?:^|[\s>|])(?:[^\s:]{1,8}の)?(?:件名|標題|表題|題名|題目|タイトル|subject|title|re|fwd?|(?:添付)?ファイル(?:名)?|添付(?:資料)?|資料名|文書名"
    r"|ヘッダー?|フッター?|header|footer|透かし|スタンプ|ゴム印|右肩|[右左][上下]|欄外|表紙|表示|公開区分|公開|(?:情報|文書|秘密|機密|取扱|取り扱い|資料)?区分"
    r"|取扱い?|取り扱い|扱い|(?:情報の)?格付け?|(?:情報)?分類|機密(?:性|レベル)?|classification|sensitivity|marking|備考|注記?|属性|ラベル|タグ)\s*[:=]",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"(?:(?:(?:本|当)(?![市町村県府庁課局部室社会])|この|以下の?|次の?|上記の?|添付の?|下記の?|上の|下の|貼り?付け[たる]?|送った|作った|もらった|いただいた|お渡しした|手元の|別添の?|別紙の?)"
    r"[^。\n?「」]{0,20}?|これ|こちら|それ|今回の[^。\n?「」]{1,12}?|\b(?:this|these|following|attached|enclosed)\b[^.\n?]{0,40}?)"
    r"(?:に?は|も|が|:|、|を|には|の(?:取り?扱い?|区分|格付け?|機密性|扱い)は|\b(?:is|are)\b)"
    r"[^。\n?]{0,16}$",
    re.IGNORECASE,
)
# Such texts speak of marks by their nature, and do not say what they are themselves.
_RULEBOOK = re.compile(
    r"(?:本|この|当|以下の|次の)[^。\n、は]{0,12}(?:要綱|要領|規程|規則|規定|基準|手引き?|ガイド\w*|マニュアル|条例|訓令|指針|方針|条|項|(?<!文)章|節|表示|印|マーク|スタンプ|用語|言葉|語|研修|質問)"
)
_STATED = re.compile(
    rf"[{_CLOSE}]?\s*(?:情報|文書|資料|書類|扱い?|区分|指定)*\s*"
    r"(?:です(?!か)|でし(?!ょうか)た|であ[りる]|だ(?![けっと])|な(?:ので|のです|んです)|と(?:し(?:て|ます|、)|する(?!ため|場合|とき|こと|基準|か)|させ|なって|なります|の指定|の扱い)"
    r"|の?(?:で|ため)|(?:いた)?します|願います|してください|に(?:該当[しす]|当た[りる]|指定され|分類され|区分され|格付け?され|なって|なります|つき)|の(?:ため|(?:資料|文書|もの|扱い|取り?扱い)(?![はをがにの]))|のこと|でお願い|を含(?:み|む|ん)"
    r"|が(?:付いて|ついて|押され|押して|入って|あります|記載され)|の?(?:印|表示|マーク|スタンプ)?が(?:付いて|ついて|押されて|入って|あります)"
    r"|と(?:表示|記載|印字|押印)?(?:されて|書かれて|あります|記されて|記載されて)|、|。|$|\n|[,.](?:\s|$)|\s+(?:and|information|document|material|draft)\b)",
    re.IGNORECASE,
)
_STATED_ALONE = re.compile(
    r"\s*(?:情報|文書|資料|扱い?)*\s*(?:です(?!か)|につき|でお願い|なので|なんです|のため|で(?:す|あり)(?=[。、]))"
)
_ASKED = re.compile(
    r"とは|意味|違[いう]|何(?:です|を|が|か|の|でしょ|に|と)|でしょうか|ですか|ますか|ませんか(?!.*(?:要約|まとめ))|どう|どこ|どの|どれ|どんな|どちら|いつ|誰|だれ|なぜ|いくつ"
    r"|教えて|知りたい|方法|手順|ルール|要りますか|必要|(?:て|で)も?(?:いい|よい|良い|構わない|大丈夫)|場合|とき|際に|\bwhat\b|\bhow\b|\bwhen\b|\bwhich\b|\?",
    re.IGNORECASE,
)
# What a person wants done with a text, rather than to know about it.
HANDLING = re.compile(
    r"要約|まとめて|まとめた|まとめる|まとめ直|翻訳|訳して|校正|添削|推敲|整え|整理|直して|書き?換え|書き?直|言い?換え|見出し|貼り?(?:付け|ます|る)|作って|作成して|作りたい|作成したい|箇条書き|清書|読み取|抜き?出"
    r"|表に(?:して|し|ま)|一覧に|並べ替え|集計|比較して|比較表|計算|チェックして|確認し(?:たい|て)|見て(?:ほしい|もらえ|ください|くれ)|分析|分類して|文案|下書き|案文|原稿|たたき台|議事録に|(?:三|二|\d)行で|短くして|グラフ|スライドに|資料に(?:して|まとめ)|メールに|通知文|反映|入力して|追記|リスト(?:に|を)|考えて|書いて(?![あい])|提案して|summari[sz]e|translate|proofread|draft|rewrite",
    re.IGNORECASE,
)
# A text that bears the mark, named by what it is; words about marks themselves are none.
_ITS_TEXT = re.compile(
    rf"[{_CLOSE}]?(?:扱い|指定)?の?"
    r"(?!種類|区分|違い|定義|意味|基準|表示|手順|方法|対象|範囲|規程|台帳|廃棄|保管|マーク|印|一覧|情報の|会議の)"
    r"(?:(?:[一-龥ァ-ヶー々]|メモ|写し){1,12})"
    r"(?:[ (「:。]|です|なので|ですが|(?:の[^。\n]{1,12})?(?:を|から|について|、|$))"
)
_TRANSFORMED = re.compile(
    r"要約|まとめて|まとめ直|翻訳|訳して|校正|添削|推敲|整え|整理|直して|直し(?:たい|てほしい)|書き?換え|言い?換え|見出し|貼り?(?:付け|ます|る)|清書|抜き?出|読み取|短くして|丁寧|やさしく|箇条書き|[三二\d]行|確認して|チェックして|比較して|表にして|分析"
)
_SPOKEN_OF = re.compile(
    r"\s*(?:と|の(?![\s。]|$)|を|に(?!つき)|は|が|も|や|か(?![\s:])|で(?!お願い)|等|など|及び|又は|または|、|って|という|といった|だけ|以[上下]|未満|マーク|記号|印|表示|スタンプ|ラベル|文字|判子|ゴム印|透かし)"
)
_ABOUT = re.compile(
    r"とは|意味|違い|表示|方法|(?:書き|付け|押し|出し|作り|扱い|使い|見|消し|捨て)方|講座|研修|講習|クイズ|保管|規則|とは|定義|基準|ルール|一覧|種類|区分表|手引|要領|規程|捨て|廃棄|印刷|購入|スタンプ|変換|フォント|(?:もの|場合|こと|とき|をいう|に相当|前提|ならない|する|しない|いる|ある|です|ます)[。)]?$|[。?]|\bmean|\bstamp",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(rf"(?:例|見本|サンプル|例えば|たとえば)[\s:、]*[{_OPEN}]*\s*$")
_SEEN_AT = re.compile(
    rf"(?:右肩|欄外|表紙|[右左]上|冒頭|ヘッダー?|フッター?|透かし|1枚目)に(?:は|も)?[{_OPEN}]*\s*$"
)
_SEEN = re.compile(
    rf"[{_CLOSE}]?(?:と|の|が)(?:表示|記載|印字|押印|印|スタンプ)?(?:が|の)?"
    r"(?:ある|あり|された|されて|付いた|付いて|入った|入って|押された|押されて|書かれた|書かれて)"
)
# A row of a table, or a sentence before a bracket: no title.
_PROSE = re.compile(r"[。|]|[るすたいうくむぶつぬ]\s*$")
_ENUMERATED = re.compile(r"\s*(?:[、,・/]|又は|または|及び|や)\s*$")


@dataclass(frozen=True)
class Page:
    """The folded text of a page, its marks blanked out in `bare`, and what it came from."""

    text: str
    bare: str
    source: Source

    @cached_property
    def _lines(self) -> list[int]:
        """Where each line begins that says anything."""
        return [match.start() for match in _LINE.finditer(self.text)]

    def is_first(self, line_start: int) -> bool:
        return line_start <= min(self._lines, default=0)

    def is_edge(self, line_start: int) -> bool:
        """Whether the line is among the first or last that say anything."""
        edges = self._lines[:_EDGE_LINES] + self._lines[-_EDGE_LINES:]
        return line_start in edges


@dataclass(frozen=True)
class Place:
    """Where a mark stands: what is before and after it, on its line and in its statement."""

    page: Page
    start: int
    end: int

    @cached_property
    def line_start(self) -> int:
        """Of an endless line, where what is looked at begins."""
        nearest = max(0, self.start - _REACH)
        found = self.page.text.rfind("\n", nearest, self.start)
        return nearest if found < 0 else found + 1

    @cached_property
    def line_end(self) -> int:
        furthest = min(len(self.page.text), self.end + _REACH)
        found = self.page.text.find("\n", self.end, furthest)
        return furthest if found < 0 else found

    @property
    def before(self) -> str:
        return self.page.text[self.line_start : self.start]

    @property
    def after(self) -> str:
        return self.page.text[self.end : self.line_end]

    @property
    def bare_line(self) -> str:
        """The line without its marks."""
        return self.page.bare[self.line_start : self.line_end]

    @property
    def statement(self) -> str:
        """The statement that holds the mark, up to the full stops around it."""
        begin = max(self.before.rfind("。"), self.before.rfind("?")) + 1
        stop = re.search(r"[。?]", self.after)
        tail = self.after[: stop.end()] if stop else self.after
        return self.before[begin:] + self.page.text[self.start : self.end] + tail

    @property
    def enclosing(self) -> str:
        """The bracket that opens right before the mark and closes right after it, or nothing."""
        before, after = self.before.rstrip(), self.after.lstrip()
        opening = before[-1:]
        closing = {**_QUOTES, **_BRACKETS}.get(opening)
        return opening if closing and after.startswith(closing) else ""


def how_made(place: Place) -> str:
    """Why the mark counts as made, in one Japanese phrase; empty where it is only spoken of."""
    for rule in _RULES:
        decided = rule(place)
        if decided is not None:
            return decided
    return ""


_Rule = Callable[[Place], str | None]
_SPOKEN = ""


def _of_unticked_box(place: Place) -> str | None:
    return _SPOKEN if re.search(r"[□☐]\s*$", place.before) else None


def _as_example(place: Place) -> str | None:
    return _SPOKEN if _EXAMPLE.search(place.before) else None


def _seen_by_user(place: Place) -> str | None:
    """A person says where on the text at hand the mark stands."""
    if place.page.source != "user" or not _SEEN_AT.search(place.before):
        return None
    is_seen = _SEEN.match(place.after) and not _ASKED.search(place.statement)
    return "資料に表示されていると述べられています" if is_seen else None


def _ticked(place: Place) -> str | None:
    is_ticked = re.search(r"[☑☒✓✔]\s*$", place.before)
    is_chosen = re.search(r"■\s*$", place.before) and re.search(r"[□☐]", place.bare_line)
    return "選択欄で選ばれています" if is_ticked or is_chosen else None


def _in_file_name(place: Place) -> str | None:
    if place.enclosing in _QUOTES:
        return None
    token = re.split(r"[\s。、?「」『』:]", place.before)[-1]
    if "。" in token or not _FILE_TAIL.match(place.after):
        return None
    return "ファイル名に付いています"


def _alone_on_line(place: Place) -> str | None:
    bullet = _BULLET.match(place.bare_line)
    rest = place.bare_line[bullet.end() :] if bullet else place.bare_line
    if _BESIDE.sub("", rest).strip():
        return None
    if bullet and not place.page.is_first(place.line_start):
        return _SPOKEN
    return "単独の行に表示されています"


def _declared(place: Place) -> str | None:
    before = place.before
    cut = max(before.rfind("。"), before.rfind("?"))
    before = before[cut + 1 :].rstrip("「『【(\"“' ")
    if _RULEBOOK.search(before) or not _SUBJECT.search(before):
        return None
    if not _STATED.match(place.after) or _ASKED.search(re.split(r"[。、]", place.after)[0]):
        return None
    return "資料自体についてそう述べられています"


def _stated_alone(place: Place) -> str | None:
    """「部外秘です。」 and the like, with nothing that it is said of."""
    is_opening = re.search(rf"(?:^|[。\n(※{_OPEN}])[\s※]*$", place.before)
    if is_opening and _STATED_ALONE.match(place.after):
        return "資料自体についてそう述べられています"
    return None


def _to_be_handled(place: Place) -> str | None:
    """A person wants something done with a text that bears the mark."""
    if place.page.source != "user" or not _ITS_TEXT.match(place.after):
        return None
    if not _TRANSFORMED.search(place.after) or re.search(
        r"場合|とき|際|方法|ルール|どう|教えて|知りたい|(?:て|で)も?(?:いい|よい|良い|構|大丈夫)",
        place.after,
    ):
        return None
    return "この表示のある資料の処理を頼まれています"


def _quoted(place: Place) -> str | None:
    return _SPOKEN if place.enclosing in _QUOTES else None


def _in_field(place: Place) -> str | None:
    fields = list(_FIELD.finditer(place.before))
    if not fields or len(place.before) - fields[-1].end() > _TITLE_CHARS:
        return None
    stands_apart = re.search(rf"(?:[:=\s_{_OPEN}])$", place.before)
    if stands_apart and re.match(rf"\s*$|[\s_{_CLOSE}(/・]", place.after):
        closed = re.match(rf"[{_CLOSE}]+", place.after)
        if not _SPOKEN_OF.match(place.after[closed.end() :] if closed else ""):
            return "見出しの欄に付いています"
    return None


def _in_bracket(place: Place) -> str | None:
    """At the beginning or end of a title, in brackets: 【部外秘】, (取扱注意・会議後回収)."""
    inside = _bracket_around(place)
    if inside is None:
        return None
    before, after = inside
    if _SPOKEN_OF.match(after):
        wants = place.page.source == "user" and HANDLING.search(place.statement)
        asks = _ASKED.search(
            re.sub(r"(?:くれ|もらえ|いただけ)(?:ます|ません)か", "", place.statement)
        )
        return "題名に付いています" if wants and not asks and before.strip() else _SPOKEN
    is_title = len(place.before) + len(place.after) <= _TITLE_CHARS and not _PROSE.search(before)
    if not before.strip():
        is_defined = _ABOUT.search(after) and not place.page.is_first(place.line_start)
        return _SPOKEN if is_defined else "行の頭に表示されています"
    if is_title and (not after.strip() or after[:1].isspace()):
        return "題名に付いています"
    return None


def _bracket_around(place: Place) -> tuple[str, str] | None:
    """Before and after the bracket that holds nothing but marks, or None."""
    opened = max(place.before.rfind(each) for each in _BRACKETS)
    if opened < 0:
        return None
    closed = place.after.find(_BRACKETS[place.before[opened]])
    if closed < 0:
        return None
    bare = place.page.bare
    held = bare[place.line_start + opened + 1 : place.start] + bare[place.end : place.end + closed]
    if _BESIDE.sub("", held).strip():
        return None
    return place.before[:opened], place.after[closed + 1 :]


def _in_heading(place: Place) -> str | None:
    """Set apart by spaces on a line of the head or foot of a page."""
    is_first = not place.before.strip(" \t※*■★●◆")
    is_last = not _BESIDE.sub("", place.after).strip()
    after = place.after.lstrip("※*■★●◆")[:1]
    is_apart = (is_first or place.before[-1:].isspace()) and (
        is_last or after.isspace() or after in _BRACKETS
    )
    is_encircled = (
        is_first and place.page.text[place.start] == "㊙" and not place.after[:1].isspace()
    )
    if is_encircled and _SPOKEN_OF.match(place.after):
        return _SPOKEN
    if not ((is_first or is_last) and is_apart) and not is_encircled:
        return None
    if (
        not place.page.is_edge(place.line_start)
        or _BULLET.match(place.before)
        or _ENUMERATED.search(place.before)
    ):
        return None
    if "|" in place.bare_line or len(place.bare_line.strip()) > _TITLE_CHARS:
        return None
    if _ABOUT.search(place.bare_line):
        return None
    return "頁の頭か末尾に表示されています"


_RULES: tuple[_Rule, ...] = (
    _of_unticked_box,
    _as_example,
    _ticked,
    _in_file_name,
    _alone_on_line,
    _declared,
    _seen_by_user,
    _quoted,
    _to_be_handled,
    _stated_alone,
    _in_field,
    _in_bracket,
    _in_heading,
)
