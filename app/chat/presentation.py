"""How an answer is shown: its heading, its label, its sources with the quotes marked."""

from dataclasses import dataclass
from urllib.parse import quote as url_quote

from app.answering.answer import Answer, Citation
from app.chat.service import AskedQuestion
from app.pages import japanese_date, japanese_time

EXTRACT_LABEL = "資料の抜粋（AIの生成文ではありません）"
GENERATED_LABEL = "AIが書いた文を含みます（資料と照らし合わせ、確認してから使ってください）"
NO_ANSWER_LABEL = "自動の案内（AIの生成文ではありません）"
DEMO_BANNER = "架空のデモ資料です"


@dataclass(frozen=True)
class Segment:
    text: str
    is_quote: bool


@dataclass(frozen=True)
class Source:
    """A passage with all quotes taken from it."""

    number: int
    citation: Citation
    segments: tuple[Segment, ...]
    link: str

    @property
    def place(self) -> str:
        page = f"p.{self.citation.page}" if self.citation.page is not None else ""
        return "　".join(part for part in (self.citation.section, page) if part)


@dataclass(frozen=True)
class AnswerView:
    heading: str
    label: str
    tone: str
    sources: tuple[Source, ...]
    nearest: tuple[Source, ...]
    is_demo: bool
    copy_text: str


def view_answer(asked: AskedQuestion) -> AnswerView:
    answer = asked.answer
    sources = _sources(answer.citations)
    shown = {_key(citation) for citation in answer.citations}
    nearest = _sources(tuple(found for found in answer.nearest if _key(found) not in shown))
    return AnswerView(
        heading=heading(answer),
        label=label(answer),
        tone=tone(answer),
        sources=sources,
        nearest=nearest,
        is_demo=any(citation.is_demo for citation in answer.citations),
        copy_text=_copy_text(asked, sources),
    )


def heading(answer: Answer) -> str:
    if answer.status == "abstained":
        return "資料には見当たりません"
    if answer.status == "blocked":
        return "この質問にはお答えできません"
    if answer.status == "escalated":
        return "担当者が対応する内容です"
    if answer.premise == "contradicted":
        return "いいえ。資料の記載と違います"
    return "回答"


def label(answer: Answer) -> str:
    if answer.generated:
        return GENERATED_LABEL
    return EXTRACT_LABEL if answer.status == "answered" else NO_ANSWER_LABEL


def tone(answer: Answer) -> str:
    """A word for the style sheet; the heading says the same in words."""
    if answer.status != "answered":
        return answer.status
    return "contradicted" if answer.premise == "contradicted" else "answered"


def mark_quotes(passage: str, quotes: tuple[str, ...]) -> tuple[Segment, ...]:
    """Cut the passage so that each quote is a segment of its own; white space does not count."""
    places = [index for index, char in enumerate(passage) if not char.isspace()]
    squeezed = "".join(passage[index] for index in places)
    marked = [False] * len(passage)
    for quote in quotes:
        wanted = "".join(quote.split())
        start = squeezed.find(wanted) if wanted else -1
        if start >= 0:
            first, last = places[start], places[start + len(wanted) - 1]
            marked[first : last + 1] = [True] * (last + 1 - first)
    return _runs(passage, marked)


def document_link(citation: Citation) -> str:
    anchor = f"#p{citation.page}" if citation.page is not None else ""
    return f"/documents/{url_quote(citation.document_id, safe='/')}{anchor}"


def _runs(text: str, marked: list[bool]) -> tuple[Segment, ...]:
    segments: list[Segment] = []
    start = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or marked[index] != marked[start]:
            segments.append(Segment(text[start:index], marked[start]))
            start = index
    return tuple(segments)


def _key(citation: Citation) -> tuple[str, int | None, str]:
    return (citation.document_id, citation.page, citation.passage)


def _sources(citations: tuple[Citation, ...]) -> tuple[Source, ...]:
    groups: dict[tuple[str, int | None, str], list[Citation]] = {}
    for citation in citations:
        groups.setdefault(_key(citation), []).append(citation)
    return tuple(
        Source(
            number=number,
            citation=group[0],
            segments=mark_quotes(group[0].passage, tuple(citation.quote for citation in group)),
            link=document_link(group[0]),
        )
        for number, group in enumerate(groups.values(), start=1)
    )


def _copy_text(asked: AskedQuestion, sources: tuple[Source, ...]) -> str:
    answer = asked.answer
    lines = [f"【質問】{asked.question}", "", f"【{heading(answer)}】{answer.text}", ""]
    lines += [f"※ {notice}" for notice in answer.notices]
    if sources:
        lines += ["【根拠】", *(_source_line(source) for source in sources), ""]
    lines += [f"※ {label(answer)}", f"※ 職員の確認前　よりそい {japanese_time(asked.created_at)}"]
    return "\n".join(lines)


def _source_line(source: Source) -> str:
    citation = source.citation
    published = japanese_date(citation.published)
    origin = "、".join(part for part in (citation.issuer, published) if part)
    parts = [f"{source.number}. {citation.title}", source.place, f"（{origin}）" if origin else ""]
    if citation.is_expired:
        parts.append("［期限切れ］")
    if citation.is_demo:
        parts.append(f"［{DEMO_BANNER}］")
    return "　".join(part for part in parts if part)
