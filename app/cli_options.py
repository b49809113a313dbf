"""Options that several commands have, and what may be said with them."""

from typing import Annotated

import typer

from app.errors import BadInputError
from app.knowledge.metadata import AUDIENCES, LEVELS
from rag.passage import Audience

AudienceOption = Annotated[
    str, typer.Option("--audience", metavar="public|staff", help="だれが見てよい文書か")
]


def chosen_audience(name: str | None) -> Audience | None:
    if name is not None and name not in AUDIENCES:
        raise BadInputError(f"--audience は {' か '.join(AUDIENCES)} で指定してください。")
    return name


def chosen_level(name: str | None) -> str | None:
    if name is not None and name not in LEVELS:
        raise BadInputError(
            f"--level は {' か '.join(LEVELS)} で指定してください。L3 以上の文書は登録できません。"
        )
    return name
