"""`yorisoi eval` and `yorisoi bench`, mounted by `app.cli`. Nothing heavy loads before they run."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from evals.report import Report

app = typer.Typer(help="検索と回答の正しさ、速さとメモリを測る", no_args_is_help=True)

_REPORTS = Path("reports")
_TELL_EVERY_SECONDS = 30
_WIDTH_WITHOUT_TERMINAL = 140  # tables stay readable in a log


class SetChoice(StrEnum):
    SEED = "seed"
    RESIDENTS = "residents"
    GUARDRAILS = "guardrails"
    LEAKS = "leaks"
    ALL = "all"


class SplitChoice(StrEnum):
    DEV = "dev"
    HELD = "held"
    ALL = "all"


class LlmChoice(StrEnum):
    OFF = "off"
    LOCAL = "local"
    OPENAI = "openai"


SeedPath = Annotated[
    Path | None,
    typer.Option("--seed-path", metavar="場所", help="講演資料（シード）のファイルかフォルダー"),
]
Model = Annotated[
    str | None,
    typer.Option("--embedding-model", metavar="名前", help="埋め込みモデル（既定は設定のもの）"),
]
SaveBaseline = Annotated[
    bool, typer.Option("--save-baseline", help="今回の値を、次から比べる基準として保存する")
]
Output = Annotated[
    Path, typer.Option("--output", metavar="フォルダー", help="レポートを書くフォルダー")
]


@app.command("eval")
def eval_command(
    question_set: Annotated[
        SetChoice,
        typer.Option(
            "--set",
            help="何を測るか（guardrails は個人情報・攻撃・機密の印・書いた文の守り、"
            "leaks は伏せた値が外へ出ないこと。all は leaks のほかすべて）",
        ),
    ] = SetChoice.ALL,
    split: Annotated[
        SplitChoice, typer.Option("--split", help="dev は調整用、held は数だけ見る")
    ] = SplitChoice.ALL,
    seed_path: SeedPath = None,
    embedding_model: Model = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, metavar="件数", help="質問を減らして試す")
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", metavar="フォルダー", help="取り込みを残し、次を早くする"),
    ] = None,
    llm: Annotated[
        LlmChoice,
        typer.Option(
            "--llm",
            help="文章生成ありの回答も、根拠だけの回答と並べて測る（local は内蔵のモデル、"
            "openai は設定した接続先。1問に数秒から十数秒）",
        ),
    ] = LlmChoice.OFF,
    output: Output = _REPORTS,
    save_baseline: SaveBaseline = False,
) -> None:
    """検索と回答を評価用の質問で測り、基準と比べたレポートを書きます。"""
    from evals.baseline import EVAL_BASELINE  # noqa: PLC0415 - see the module's docstring
    from evals.golden import SPLITS  # noqa: PLC0415
    from evals.run import SETS, EvalPlan, run_eval  # noqa: PLC0415

    plan = EvalPlan(
        sets=[each for each in SETS if question_set in {SetChoice.ALL.value, each}],
        splits=[each for each in SPLITS if split in {SplitChoice.ALL.value, each}],
        model=embedding_model,
        seed_path=seed_path,
        limit=limit,
        keep=keep,
        llm=llm.value,
        guardrails=question_set in {SetChoice.ALL, SetChoice.GUARDRAILS},
        leaks=question_set is SetChoice.LEAKS,
    )
    _check(seed_path, output, "--limit" if limit and save_baseline else "")
    with _bars() as bars:
        report = run_eval(plan, bars)
    _finish(report, EVAL_BASELINE, output, save_baseline=save_baseline)


@app.command("bench")
def bench_command(
    quick: Annotated[bool, typer.Option("--quick", help="少ない量で短く測る")] = False,
    seed_path: SeedPath = None,
    embedding_model: Model = None,
    llm: Annotated[
        LlmChoice | None,
        typer.Option(
            "--llm",
            help="文章を生成しているあいだの速さも測る（指定がなければ、内蔵のモデルがあるとき）",
        ),
    ] = None,
    output: Output = _REPORTS,
    save_baseline: SaveBaseline = False,
) -> None:
    """速さとメモリを測り、参照実装・LangChain・基準と比べたレポートを書きます。"""
    from evals.baseline import BENCH_BASELINE  # noqa: PLC0415 - see the module's docstring
    from evals.bench.run import BenchPlan, run_bench  # noqa: PLC0415

    _check(seed_path, output, "--quick" if quick and save_baseline else "")
    with _bars() as bars:
        plan = BenchPlan(quick, embedding_model, seed_path, llm.value if llm else None)
        report = run_bench(plan, bars)
    _finish(report, None if quick else BENCH_BASELINE, output, save_baseline=save_baseline)


def _finish(report: "Report", baseline: Path | None, output: Path, *, save_baseline: bool) -> None:
    from evals import baseline as baselines  # noqa: PLC0415 - see the module's docstring
    from evals import page, tables  # noqa: PLC0415
    from evals.report import write_json  # noqa: PLC0415

    known = baselines.load(baseline, report.model) if baseline else baselines.Baseline({})
    console = _console()
    tables.show(console, report, known.figures, known.saved)
    path = output / f"{report.kind}-{report.created:%Y-%m-%d}.html"
    page.write(report, known.figures, known.saved, path)
    write_json(report, known.figures, path.with_suffix(".json"))
    console.print(f"レポート: {path}", highlight=False, soft_wrap=True)
    if save_baseline and baseline:
        count = baselines.save(baseline, report)
        console.print(f"{count} 件の値を基準として保存しました: {baseline}", soft_wrap=True)


def _check(seed_path: Path | None, output: Path, partial: str) -> None:
    """Refuse before minutes are spent. `partial`: the option that rules out a baseline."""
    from evals.errors import BadOptionError  # noqa: PLC0415 - see the module's docstring

    if partial:
        raise BadOptionError(
            f"{partial} で測った値は基準にできません。どちらかのオプションを外してください。"
        )
    if seed_path is not None and not seed_path.exists():
        raise BadOptionError(
            f"「{seed_path}」が見つかりません。--seed-path の場所を確かめてください。"
        )
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadOptionError(
            f"「{output}」にレポートを書けません。--output で別のフォルダーを指定してください。"
        ) from error


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=_WIDTH_WITHOUT_TERMINAL)


class _Bars:
    """A bar for the stage at hand; what is done keeps its line."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("準備しています", total=None)

    def stage(self, title: str, total: int | None) -> None:
        task = self._progress.tasks[self._task]
        self._progress.update(task.id, total=task.total or 1, completed=task.total or 1)
        self._task = self._progress.add_task(title, total=total)

    def advance(self, done: int) -> None:
        self._progress.update(self._task, completed=done)


class _Lines:
    """For a log: a line for each stage, and now and then how far it is."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._begun = self._told = clock()
        self._title = ""
        self._total: int | None = None

    def stage(self, title: str, total: int | None) -> None:
        self._begun = self._told = self._clock()
        self._title, self._total = title, total
        self._say(title)

    def advance(self, done: int) -> None:
        now = self._clock()
        if now - self._told >= _TELL_EVERY_SECONDS:
            self._told = now
            of = f"/{self._total}" if self._total else ""
            self._say(f"{self._title} {done}{of}（{now - self._begun:.0f}秒）")

    def _say(self, text: str) -> None:
        self._console.print(text, highlight=False, markup=False, soft_wrap=True)


@contextmanager
def _bars() -> Iterator[_Bars | _Lines]:
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(console)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        yield _Bars(progress)
