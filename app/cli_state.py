"""What all commands share: where the data is, and the application opened for one command."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from app.accounts.service import AccountService
from app.bootstrap import Application, Overrides, build
from app.cli_console import pull_progress
from app.clock import Clock
from app.db import transaction
from app.embedders import pull_embedder
from app.errors import BadInputError
from app.governance.service import ProviderService
from app.logging import configure_logging
from app.screening import Screening, make_screen
from app.settings import Settings


@dataclass
class CommandLine:
    """Filled by the options before the command. `overrides` are the stand-ins of tests."""

    overrides: Overrides = field(default_factory=Overrides)
    data_dir: Path | None = None
    is_debug: bool = False

    def settings(self) -> Settings:
        try:
            return Settings(data_dir=self.data_dir) if self.data_dir else Settings()
        except ValidationError as error:
            names = {f"YORISOI_{str(fault['loc'][0]).upper()}" for fault in error.errors()}
            raise BadInputError(
                f"設定 {'、'.join(sorted(names))} の値が正しくありません。"
                ".env と環境変数を直してください。"
            ) from error

    def screen(self) -> Screening:
        """Needs no store; its model may be missing."""
        return self.overrides.screen or make_screen(self.settings(), self.overrides.embedder)

    @contextmanager
    def records(self, command: str, **changes: str) -> Iterator[Application]:
        """The application for a command that needs only the database. `changes`: to settings."""
        settings = self.settings().model_copy(update=changes)
        application = build(settings, command=f"yorisoi {command}", overrides=self.overrides)
        try:
            yield application
        finally:
            application.close()

    @contextmanager
    def store(self, command: str, **changes: str) -> Iterator[Application]:
        """The application for a command that also needs vectors and the model."""
        with self.records(command, **changes) as application:
            application.store_lock.acquire()
            if self.overrides.embedder is None:
                with pull_progress() as on_progress:
                    pull_embedder(application.settings, on_progress)
            yield application

    @contextmanager
    def accounts(self, command: str) -> Iterator[AccountService]:
        """Accounts need neither vectors nor model: this works while the server runs."""
        with self.records(command) as application, application.open_accounts() as accounts:
            yield accounts

    @contextmanager
    def providers(self, command: str) -> Iterator[tuple[ProviderService, Clock]]:
        """The registry of providers, in one transaction."""
        with (
            self.records(command) as application,
            transaction(application.session_factory) as session,
        ):
            yield application.container.governance.providers(session), application.clock

    def quieten(self) -> None:
        """A command says what matters itself; libraries' logs and warnings are for --debug."""
        if self.is_debug:
            configure_logging("INFO")
        else:
            logging.basicConfig(handlers=[logging.NullHandler()], force=True)
            warnings.simplefilter("ignore")
