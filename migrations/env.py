"""Alembic's environment. `app.db.migrate` hands its connection in; the command line makes one."""

from __future__ import annotations

from alembic import context

import app.accounts.models
import app.chat.models
import app.knowledge.models  # noqa: F401 - a model is known by being imported
from app.db import Base, make_engine
from app.settings import Settings


def _run(connection: object) -> None:
    context.configure(
        connection=connection,  # type: ignore[arg-type]
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    engine = make_engine(Settings().sqlalchemy_url, foreign_keys=False)
    with engine.begin() as own:
        _run(own)
    engine.dispose()
