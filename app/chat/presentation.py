"""How an answer is shown: its heading, its label, its sources with the quotes marked."""

from dataclasses import dataclass
from urllib.parse import quote as url_quote

from app.answering.answer import Answer, Citation
from app.chat.attaching import ATTACHMENT_PREFIX
from app.chat.copying import source_line
from app.chat.records import AskedQuestion, Confirmation, UnreadableQuestion, Writing
from app.language_model import LanguageModelState, LanguageModelStatus
from app.pages import japanese_time

EXTRACT_LABEL = "資料の抜粋（AIの生成文ではありません）"
GENERATED_LABEL = "AIが書いた文を含みます（資料と照らし合わせ、確認してから使ってください）"
NO_ANSWER_LABEL = "自動の案内（AIの生成文ではありません）"
EXTRACTIVE = "extractive"
_QUOTES_ANSWER = "下の資料の抜粋が回答です。"
_WRITING_NOTES = {
    Writing.NONE: "",
    Writing.NOTHING: f"AIの文に、根拠に合うものはありませんでした。{_QUOTES_ANSWER}",
    Writing.STOPPED: f"途中で止めたため、AIの文はありません。{_QUOTES_ANSWER}",
    Writing.FAILED: f"AIの文を作れませんでした。{_QUOTES_ANSWER}",
    Writing.UNAVAILABLE: f"AIの文は、いまは作れません。{_QUOTES_ANSWER}",
    Writing.REFUSED: "この内容は、生成AIに渡していません。",
}
_NOTES_WITH_SENTENCES = {
    Writing.STOPPED: "途中で止めたため、AIの文は途中までです。",
    Writing.FAILED: "AIの文は途中で途切れました。下の資料の抜粋で確かめてください。",
}
_CHECKED = "資料と1文ずつ照合済み"
_PROVIDER_STATES = {
    Writing.NOTHING: "採用した文はありません",
    Writing.STOPPED: "途中で止めました",
    Writing.FAILED: "途中で失敗しました",
    Writing.UNAVAILABLE: "準備中か、止まっていました",
    Writing.REFUSED: "渡していません",
}


@dataclass(frozen=True)
class Segment:
    text: str
    is_quote: bool


@dataclass(frozen=True)
class Source:
    """A passage with all quotes taken from it. `preview` shows its page beside the answer."""

    number: int
    citation: Citation
    segments: tuple[Segment, ...]
    link: str
    preview: str

    @property
    def place(self) -> str:
        page = f"p.{self.citation.page}" if self.citation.page is not None else ""
        return "　".join(part for part in (self.citation.section, page) if part)

    @property
    def is_attachment(self) -> bool:
        return self.citation.document_id.startswith(ATTACHMENT_PREFIX)


@dataclass(frozen=True)
class TurnView:
    asked: AskedQuestion
    heading: str
    label: str
    tone: str
    provider: str
    sources: tuple[Source, ...]
    nearest: tuple[Source, ...]
    is_demo: bool
    writing_note: str
    state: str
    copy_text: str

    @property
    def is_question_back(self) -> bool:
        return bool(self.asked.choices)

    @property
    def may_write_again(self) -> bool:
        return self.asked.writing in {Writing.STOPPED, Writing.FAILED, Writing.UNAVAILABLE}


@dataclass(frozen=True)
class UnreadableView:
    """A turn whose key is gone."""

    asked: UnreadableQuestion


def view_turn(
    turn: AskedQuestion | UnreadableQuestion, *, checked_by: str, base: str = ""
) -> TurnView | UnreadableView:
    """`base`: before the addresses of previews, for readers of a share."""
    if isinstance(turn, UnreadableQuestion):
        return UnreadableView(turn)
    answer = turn.answer
    preview = f"{base}/questions/{turn.id}/sources"
    sources = group_sources(answer.citations, preview, 1)
    shown = {_key(citation) for citation in answer.citations}
    others = tuple(found for found in answer.nearest if _key(found) not in shown)
    return TurnView(
        asked=turn,
        heading=heading_of(turn),
        label=label(answer),
        tone="choice" if turn.choices else tone(answer),
        provider=provider_line(turn),
        sources=sources,
        nearest=group_sources(others, preview, len(sources) + 1),
        is_demo=any(citation.is_demo for citation in answer.citations),
        writing_note=writing_note(turn),
        state=state_line(turn, checked_by),
        copy_text=_copy_text(turn, sources, checked_by),
    )


def all_sources(asked: AskedQuestion) -> tuple[Source, ...]:
    """Every source of an answer, numbered as it is shown."""
    view = view_turn(asked, checked_by="")
    assert isinstance(view, TurnView)
    return (*view.sources, *view.nearest)


def heading_of(asked: AskedQuestion) -> str:
    return "どの制度についてですか" if asked.choices else heading(asked.answer)


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


def provider_line(asked: AskedQuestion) -> str:
    """Which model had a part in it, said of every answer."""
    answer = asked.answer
    if not answer.generated:
        return f"生成AI：{_PROVIDER_STATES.get(asked.writing, '使っていません')}"
    name = "" if answer.provider in {"", EXTRACTIVE} else f"{answer.provider}、"
    return f"生成AI：{name}{answer.generated}文（1文ずつ資料と照合済み）"


def writing_note(asked: AskedQuestion) -> str:
    """How it went with the sentences above the evidence; empty where none were to come."""
    if asked.answer.sentences:
        return _NOTES_WITH_SENTENCES.get(asked.writing, _CHECKED)
    note = _WRITING_NOTES.get(asked.writing, "")
    return note + (asked.route or _QUOTES_ANSWER) if asked.writing is Writing.REFUSED else note


def writing_line(status: LanguageModelStatus) -> str:
    """What the page says of the language model before a question is asked."""
    if status.is_on:
        return "資料の抜粋の上に、資料と照合したAIの文を示します。"
    if status.state is LanguageModelState.OFF:
        return "生成AIは使っていません。資料の抜粋で答えます。"
    return f"{status.message}いまは、資料の抜粋でお答えします。"


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
    return runs(passage, marked)


def document_link(citation: Citation) -> str:
    if citation.document_id.startswith(ATTACHMENT_PREFIX):
        return ""
    anchor = f"#p{citation.page}" if citation.page is not None else ""
    return f"/documents/{url_quote(citation.document_id, safe='/')}{anchor}"


def runs(text: str, marked: list[bool]) -> tuple[Segment, ...]:
    """The text cut where the marking changes."""
    segments: list[Segment] = []
    start = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or marked[index] != marked[start]:
            segments.append(Segment(text[start:index], marked[start]))
            start = index
    return tuple(segments)


def _key(citation: Citation) -> tuple[str, int | None, str]:
    return (citation.document_id, citation.page, citation.passage)


def group_sources(
    citations: tuple[Citation, ...], preview: str, first_number: int
) -> tuple[Source, ...]:
    groups: dict[tuple[str, int | None, str], list[Citation]] = {}
    for citation in citations:
        groups.setdefault(_key(citation), []).append(citation)
    return tuple(
        Source(
            number=number - first_number + 1,
            citation=group[0],
            segments=mark_quotes(group[0].passage, tuple(citation.quote for citation in group)),
            link=document_link(group[0]),
            preview=f"{preview}/{number}",
        )
        for number, group in enumerate(groups.values(), start=first_number)
    )


def _copy_text(asked: AskedQuestion, sources: tuple[Source, ...], checked_by: str) -> str:
    answer = asked.answer
    corrected = asked.remarks.correction
    written = corrected or "\n".join((*answer.sentences, answer.text))
    title = "修正した回答" if corrected else heading_of(asked)
    lines = [f"【質問】{asked.question}", "", f"【{title}】{written}", ""]
    lines += [f"※ {notice}" for notice in (*answer.notices, *_unfinished(asked))]
    if sources:
        places = ((source.number, source.citation, source.place) for source in sources)
        lines += ["【根拠】", *(source_line(*place) for place in places), ""]
    lines += [
        f"※ {label(answer)}",
        f"※ {state_line(asked, checked_by)}　よりそい {japanese_time(asked.created_at)}",
    ]
    return "\n".join(lines)


def _unfinished(asked: AskedQuestion) -> tuple[str, ...]:
    """What a reader of a copy must know of the sentences in it."""
    note = _NOTES_WITH_SENTENCES.get(asked.writing, "") if asked.answer.sentences else ""
    return (note,) if note else ()


def state_line(asked: AskedQuestion, checked_by: str) -> str:
    """What a person has done about it, who and when; copies carry it."""
    state = asked.confirmation
    if state is Confirmation.UNCONFIRMED or asked.confirmed_at is None:
        return "未確認（職員の確認前）"
    when = japanese_time(asked.confirmed_at)
    return f"{state.label}（{'　'.join(part for part in (checked_by, when) if part)}）"
