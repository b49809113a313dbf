"""`yorisoi serve`, `yorisoi run` and `yorisoi worker`."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated

import typer

from app import collector
from app.bootstrap import Application
from app.cli_console import ingest_progress, say
from app.cli_ingest import show_report
from app.cli_state import CommandLine
from app.daily import run_daily
from app.errors import BadInputError, YorisoiError
from app.knowledge.report import IngestOptions, IngestReport, Outcome
from app.logging import configure_logging
from ingest.manifest import DOCUMENTS_FOLDER, FILE_NAME, corpus_sha256, load_manifest

HostOption = Annotated[str | None, typer.Option("--host", help="待ち受けるアドレス")]
PortOption = Annotated[
    int | None, typer.Option("--port", help="待ち受けるポート（0 なら空いているもの）")
]
_BACKLOG = 2048


def add_commands(cli: typer.Typer, line: CommandLine) -> None:
    @cli.command("serve")
    def serve(host: HostOption = None, port: PortOption = None) -> None:
        """Web を動かします。検索の準備は裏で進み、終わりしだい質問できます。"""
        with line.records("serve") as application:
            application.store_lock.acquire()
            serve_application(application, host, port, may_pull=False)

    @cli.command("run")
    def run(host: HostOption = None, port: PortOption = None) -> None:
        """モデルと同梱の文書をそろえて、Web を動かします（make run）。"""
        with line.store("run") as application:
            ingest_corpus(application)
            show_accounts(application)
            serve_application(application, host, port, may_pull=True)

    @cli.command("worker")
    def worker() -> None:
        """待ち行列の仕事をします（まだ使えません）。"""
        raise BadInputError(
            "worker はまだ使えません。待ち行列に入る仕事がまだないためです。"
            "`yorisoi serve` だけで動きます。"
        )


def serve_application(
    application: Application, host: str | None, port: int | None, *, may_pull: bool
) -> None:
    """Serve until interrupted. Connections are accepted before anything heavy is loaded.

    `may_pull`: whether a language model that is not here may be pulled meanwhile.
    """
    import uvicorn  # noqa: PLC0415 - other commands need no web server

    from app.main import create_app  # noqa: PLC0415 - the same

    settings = application.settings
    configure_logging(settings.log_level)
    listener = _listen(host or settings.host, settings.port if port is None else port)
    address = _address(listener)
    web = create_app(
        application.container,
        lifespan=make_lifespan(
            application, lambda: say(f"よりそいを起動しました: {address}"), may_pull=may_pull
        ),
    )
    # No access log: addresses of pages may hold what a person looked for.
    config = uvicorn.Config(web, log_config=None, access_log=False, server_header=False)
    # Uvicorn passes the signal on once it has shut down: it must not kill us before we clean up.
    signal.signal(signal.SIGTERM, _stop)
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        say("停止しました。")


def _stop(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def ingest_corpus(application: Application) -> None:
    """Bring the bundled documents in where they are missing or have changed."""
    corpus_dir = application.settings.corpus_dir
    knowledge = application.knowledge
    if not (corpus_dir / FILE_NAME).is_file():
        say("同梱の文書は見つかりません。`yorisoi ingest` で文書を取り込んでください。")
        return
    manifest = load_manifest(corpus_dir)
    fingerprint = corpus_sha256(corpus_dir, manifest)
    if knowledge.corpus_sha256() == fingerprint and knowledge.count_live():
        return
    without = frozenset() if application.installation.demo else manifest.demo_ids
    say("同梱の文書を取り込んでいます…")
    with ingest_progress() as on_progress:
        report = knowledge.ingest(
            [corpus_dir / DOCUMENTS_FOLDER], IngestOptions(sync=True, without=without), on_progress
        )
    knowledge.remember_corpus(fingerprint)
    _say_corpus(report)


def show_accounts(application: Application) -> None:
    """Accounts of the demo, whose passwords are shown this once; advice in a real installation."""
    with application.open_accounts() as accounts:
        if not application.installation.demo:
            if not accounts.users():
                say(
                    "利用者がまだいません。`yorisoi users add 名前 --name 表示名 "
                    "--role system_admin` で作ってください。"
                )
            return
        created = accounts.ensure_demo_accounts()
    if created:
        say("デモの利用者を作りました。パスワードが表示されるのは、この一度だけです。")
    for account in created:
        say(f"  {account.role_label}: {account.username} / {account.password}")


def _say_corpus(report: IngestReport) -> None:
    needs_person = {Outcome.HELD, Outcome.FAILED}
    if any(outcome.status in needs_person for outcome in report.documents):
        show_report(report)
    else:
        count = len(report.documents)
        say(f"同梱の文書 {count:,} 件をそろえました（{report.seconds:.0f}秒）。")


def _listen(host: str, port: int) -> socket.socket:
    """A socket that already queues connections; raises in Japanese if the port is taken."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(_BACKLOG)
    except (OSError, OverflowError, UnicodeError) as error:
        raise YorisoiError(
            f"{host} のポート {port} で待ち受けられません。ほかで使われていないか、"
            "アドレスが正しいかを確かめるか、--port で別のポートを指定してください。"
        ) from error
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "localhost", "::": "localhost"}.get(host, host)  # noqa: S104 - only shown
    return f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"


def make_lifespan(
    application: Application, announce: Callable[[], None], *, may_pull: bool = False
) -> Callable[[object], AbstractAsyncContextManager[None]]:
    """What runs beside the requests: loading, and erasing what is past its time of keeping."""

    @asynccontextmanager
    async def lifespan(_web: object) -> AsyncIterator[None]:
        def warmed_up() -> None:
            collector.spare_what_stays()
            # After what a search needs, so that the two do not compete for disk and memory.
            application.language_model.start(may_pull=may_pull, say=say)

        application.warm_up.start(then=warmed_up)
        daily = asyncio.create_task(run_daily(application.erase_old, application.clock))
        announce()
        try:
            yield
        finally:
            daily.cancel()
            application.language_model.stop()

    return lifespan
