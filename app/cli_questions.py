"""`yorisoi search` and `yorisoi ask`."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Annotated, Any

import typer
from rich.panel import Panel
from rich.table import Table

from app.answering.answer import Answer, Citation, Completed, Event, Evidence, Failed
from app.answering.question import checked
from app.bootstrap import Application
from app.cli_console import out
from app.cli_jsonl import respond_to_lines, text_field
from app.cli_options import AudienceOption, chosen_audience
from app.cli_state import CommandLine
from app.errors import BadInputError, YorisoiError
from rag.local_model import LOCAL
from rag.passage import Passage, SearchScope

MAX_TOP_K = 100
EXTRACTIVE = "extractive"
_START_SECONDS = 120

QuestionArgument = Annotated[
    str | None, typer.Argument(metavar="質問", help="知りたいこと（--jsonl のときは要りません）")
]
JsonlOption = Annotated[
    bool, typer.Option("--jsonl", help='標準入力の {"id","question"} を1行ずつ読み、1行ずつ返す')
]


def add_commands(cli: typer.Typer, line: CommandLine) -> None:
    _add_search(cli, line)
    _add_ask(cli, line)


def _add_search(cli: typer.Typer, line: CommandLine) -> None:
    @cli.command("search")
    def search(
        question: QuestionArgument = None,
        jsonl: JsonlOption = False,
        audience: AudienceOption = "staff",
        top_k: Annotated[
            int, typer.Option("--top-k", metavar="件数", help=f"返す件数（1〜{MAX_TOP_K}）")
        ] = 10,
    ) -> None:
        """質問に近い文書の箇所を探します。"""
        scope = SearchScope(chosen_audience(audience) or "staff")
        if not 1 <= top_k <= MAX_TOP_K:
            raise BadInputError(f"--top-k は 1〜{MAX_TOP_K} で指定してください。")
        _check_input(question, is_jsonl=jsonl)
        with line.store("search") as application:
            application.prepare_search()
            find = _finder(application, scope, top_k)
            if jsonl:
                respond_to_lines(
                    sys.stdin.buffer,
                    sys.stdout.buffer,
                    lambda record: {"passages": [_as_json(p) for p in find(_question(record))]},
                )
            else:
                _show_passages(find(question or ""))


def _add_ask(cli: typer.Typer, line: CommandLine) -> None:
    @cli.command("ask")
    def ask(
        question: QuestionArgument = None,
        jsonl: JsonlOption = False,
        audience: AudienceOption = "staff",
        provider: Annotated[
            str | None,
            typer.Option(
                "--provider",
                metavar="名前",
                help="extractive（資料の抜粋だけ）、local（内蔵のモデル）、openai（設定した接続先）",
            ),
        ] = None,
    ) -> None:
        """文書にもとづいて、根拠つきで答えます。"""
        seen = chosen_audience(audience) or "staff"
        _check_input(question, is_jsonl=jsonl)
        # The built-in model can be named whatever the settings say of the server.
        changes = {"llm": LOCAL} if provider == LOCAL else {}
        with (
            line.store("ask", **changes) as application,
            _writing(application, provider),
        ):
            application.prepare_search()
            application.screen.warm_up()

            def answer(text: str) -> Answer:
                writes = provider != EXTRACTIVE
                events = application.answering.ask(
                    text, audience=seen, writes=writes, level="L1" if seen == "public" else "L2"
                )
                return last_answer(events)

            if jsonl:
                respond_to_lines(
                    sys.stdin.buffer,
                    sys.stdout.buffer,
                    lambda record: answer_as_json(answer(_question(record))),
                )
            else:
                _show_answer(answer(checked(question or "")))


def _check_input(question: str | None, *, is_jsonl: bool) -> None:
    if is_jsonl and question is not None:
        raise BadInputError("質問と --jsonl は、どちらか一方だけにしてください。")
    if not is_jsonl and question is None:
        raise BadInputError(
            "質問を指定してください。標準入力から読むときは --jsonl を付けてください。"
        )


def _writing(application: Application, provider: str | None) -> AbstractContextManager[object]:
    """What must run while questions are answered. By default the built-in model is not started:
    it takes seconds and more than a gigabyte. Raises BadInputError for one that is not there.
    """
    model = application.language_model
    if provider in {None, EXTRACTIVE}:
        return nullcontext()
    if provider != model.name:
        usable = "、".join(dict.fromkeys((EXTRACTIVE, *filter(None, (model.name,)))))
        raise BadInputError(
            f"プロバイダー「{provider}」は登録されていません。いま使えるのは {usable} です。"
        )
    return model.running(_START_SECONDS)


def _question(record: Mapping[str, Any]) -> str:
    return checked(text_field(record, "question"))


def _finder(
    application: Application, scope: SearchScope, top_k: int
) -> Callable[[str], list[Passage]]:
    return lambda question: application.retriever.search(checked(question), scope, top_k)


def _as_json(passage: Passage) -> dict[str, Any]:
    return {
        "document_id": passage.document.document_id,
        "title": passage.document.title,
        "section": " > ".join(passage.section),
        "page": passage.page,
        "text": passage.text,
        "score": round(passage.score, 6),
    }


def last_answer(events: Iterator[Event]) -> Answer:
    """The finished answer; evidence that was found stands, whatever failed after it."""
    answer: Answer | None = None
    failure = "回答を作れませんでした。しばらく待ってから、もう一度お試しください。"
    for event in events:
        match event:
            case Evidence(answer=found) | Completed(answer=found):
                answer = found
            case Failed(message=message):
                failure = message
    if answer is None:
        raise YorisoiError(failure)
    return answer


def answer_as_json(answer: Answer) -> dict[str, Any]:
    return {
        "status": answer.status,
        "answer": answer.shown,
        "premise": answer.premise,
        "citations": [
            {
                "document_id": citation.document_id,
                "title": citation.title,
                "page": citation.page,
                "quote": citation.quote,
            }
            for citation in answer.citations
        ],
        "provider": answer.provider,
        "generated": answer.generated,
    }


def _show_passages(passages: list[Passage]) -> None:
    console = out()
    if not passages:
        console.print("近い箇所は見つかりませんでした。文書が取り込まれているか確かめてください。")
        return
    table = Table("順位", "文書", "箇所", show_lines=True)
    table.add_column("本文", overflow="fold")
    for number, passage in enumerate(passages, start=1):
        page = f"p.{passage.page}" if passage.page is not None else ""
        place = " ".join(part for part in (" > ".join(passage.section), page) if part)
        table.add_row(str(number), passage.document.title, place, passage.text.strip())
    console.print(table)


def _show_answer(answer: Answer) -> None:
    console = out()
    console.print(Panel(answer.shown, title="回答" if answer.status == "answered" else "案内"))
    for number, citation in enumerate(answer.citations, start=1):
        console.print(f"[{number}] {_place(citation)}")
        console.print(f"    「{' '.join(citation.quote.split())}」")
    if answer.status == "answered" and not answer.generated:
        console.print("（資料の抜粋です。AIが作った文ではありません）")


def _place(citation: Citation) -> str:
    page = f"p.{citation.page}" if citation.page is not None else ""
    return "　".join(part for part in (citation.title, citation.section, page) if part)
