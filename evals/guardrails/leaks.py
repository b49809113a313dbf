"""Personal strings asked of a real server by eight people at once, then looked for everywhere."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from app.accounts.roles import Role
from app.settings import Settings
from evals.bench.server import SERVER_LOG, Account, serving
from evals.bench.visitor import Visitor
from evals.errors import MeasurementError
from evals.golden import load
from evals.guardrails.planting import Planted, plant, secrets_in, secrets_in_file
from evals.guardrails.provider import MODEL, Recorded, recording_provider
from evals.harness import fill, open_application, residents_corpus, settings_for
from evals.place import Place
from evals.report import Figure, Section, Unit
from evals.watch import Watcher
from rag.embedder import Embedder

REQUESTS = 1_000
PLANTED = 100  # looked for in every file
_PEOPLE = 8
_TURNS = 4  # of a conversation
_DATABASE = "yorisoi.db*"


@dataclass(frozen=True)
class Leaks:
    """How many requests there were, and in how many places strings were found."""

    asked: int
    requests: int
    provider: int
    database: int
    logs: int
    files: int


def measure_leaks(
    settings: Settings, embedder: Embedder | None, limit: int | None, watch: Watcher
) -> list[Section]:
    """On a store of its own. `limit`: the number of requests. Raises MeasurementError."""
    wanted = limit or REQUESTS
    questions = [each.question for each in load("residents", "dev") if each.answerable]
    planted = plant(questions, 2 * wanted)  # not every question finds evidence to write from
    with TemporaryDirectory(prefix="yorisoi-leaks-") as folder, recording_provider() as provider:
        own = settings_for(Path(folder) / "data", settings.embedding_model)
        watch.stage("住民向けページを取り込んでいます", None)
        accounts = _prepare(own, embedder)
        environment = {
            "YORISOI_LLM": "openai",
            "YORISOI_LLM_BASE_URL": provider.address,
            "YORISOI_LLM_MODEL": MODEL,
        }
        watch.stage("サーバーを起動しています", None)
        with serving(own, accounts, environment) as (visitors, _):
            watch.stage(f"{_PEOPLE}人が同時に、個人情報を書いて尋ねています", wanted)
            asked = _ask_all(visitors, planted, provider, wanted, watch.advance)
        watch.stage("尋ねた個人情報を探しています", None)
        return [leaks_section(_search(own.data_dir, asked, provider))]


def _prepare(settings: Settings, embedder: Embedder | None) -> list[Account]:
    with open_application(settings, embedder) as application:
        fill(application, residents_corpus())
        with application.open_accounts() as accounts:
            issued = [accounts.add_user(f"asks-{i}", "測定", Role.STAFF) for i in range(_PEOPLE)]
    return [Account(each.username, each.password) for each in issued]


def _ask_all(
    visitors: Sequence[Visitor],
    planted: Sequence[Planted],
    provider: Recorded,
    wanted: int,
    on_progress: Callable[[int], None],
) -> list[Planted]:
    """Until the provider has had enough requests; gives what was asked."""
    left = iter(planted)
    lock = threading.Lock()
    asked: list[Planted] = []

    def following() -> Planted | None:
        with lock:
            on_progress(len(provider.bodies))
            each = next(left, None) if len(provider.bodies) < wanted else None
            asked.extend([each] if each else [])
            return each

    def converse(visitor: Visitor) -> None:
        conversation = ""
        for turn, each in enumerate(iter(following, None)):
            conversation = visitor.say(each.question, conversation if turn % _TURNS else "")

    with ThreadPoolExecutor(len(visitors)) as people:
        list(people.map(converse, visitors))
    return asked


def _search(data_dir: Path, asked: Sequence[Planted], provider: Recorded) -> Leaks:
    if not provider.bodies:
        raise MeasurementError(
            "どの質問も、文章を生成する接続先に届きませんでした。接続先の決まりを確かめてください。"
        )
    planted = asked[:PLANTED]
    database = set(data_dir.glob(_DATABASE))
    logs = {data_dir / SERVER_LOG, *data_dir.rglob("*.log")}
    rest = set(_files(data_dir)) - database - logs
    return Leaks(
        asked=len(asked),
        requests=len(provider.bodies),
        provider=secrets_in(provider.texts(), asked),
        database=_found(database, planted),
        logs=_found(logs, planted),
        files=_found(rest, planted),
    )


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _found(paths: set[Path], planted: Sequence[Planted]) -> int:
    return sum(secrets_in_file(path, planted) for path in paths)


def leaks_section(leaks: Leaks) -> Section:
    """What was found, place by place; 0 everywhere is what was promised."""
    place = Place("guardrails", "generated")

    def found(name: str, label: str, value: int) -> Figure:
        return place.figure(f"leaks/{name}", label, value, Unit.COUNT, is_better_high=False)

    return Section(
        title="伏せた値が、外へ出ない・平文で残らない",
        note=f"{_PEOPLE} 人が同時に、個人情報を書いた質問 {leaks.asked:,} 件を、"
        f"動いているサーバーに尋ねた。接続先には {leaks.requests:,} 回送った。"
        f"ファイルでは、はじめの {PLANTED} 件を探す。",
        figures=[
            place.figure("leaks/requests", "接続先に送った回数", leaks.requests, Unit.COUNT),
            found("provider", "接続先に送った内容にあった値", leaks.provider),
            found("database", "データベースのファイルにあった値", leaks.database),
            found("logs", "サーバーの記録にあった値", leaks.logs),
            found("files", "データフォルダーのほかのファイルにあった値", leaks.files),
        ],
    )
