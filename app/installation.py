"""Whose installation this is: a real municipality, or よりそい市, the fictional one of the demo."""

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.errors import BadInputError, StoreUnavailableError

FILE_NAME = "installation.yaml"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Desk(_Strict):
    """A desk that people are sent to when the documents do not answer."""

    name: str = Field(min_length=1, max_length=60)
    phone: str = Field(default="", max_length=40)
    hours: str = Field(default="", max_length=100)


class Installation(_Strict):
    """`demo`: fictional documents are welcome. A real installation takes and shows none."""

    municipality: str = Field(min_length=1, max_length=40)
    phone: str = Field(default="", max_length=40)
    hours: str = Field(default="", max_length=100)
    desks: tuple[Desk, ...] = ()
    demo: bool = False

    @property
    def first_desk(self) -> str:
        """Whom to ask when the documents are silent: the first desk, else the municipality."""
        desk = self.desks[0] if self.desks else Desk(name=self.municipality, phone=self.phone)
        hours = desk.hours or self.hours
        phone = f"電話 {desk.phone}" if desk.phone else ""
        details = "、".join(part for part in (phone, hours) if part)
        return f"{desk.name}（{details}）" if details else desk.name


DEMO = Installation(
    municipality="よりそい市",
    phone="000-000-0100",
    hours="平日 午前8時30分〜午後5時15分",
    desks=(Desk(name="市役所代表", phone="000-000-0100", hours="平日 午前8時30分〜午後5時15分"),),
    demo=True,
)


def load_installation(data_dir: Path) -> Installation:
    """What `yorisoi init` wrote; the demo where it was never run."""
    path = data_dir / FILE_NAME
    try:
        parsed = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Installation.model_validate(parsed)
    except FileNotFoundError:
        return DEMO
    except NotADirectoryError as error:
        raise _no_folder(data_dir) from error
    except OSError as error:
        raise StoreUnavailableError(f"{path} を読めません。権限を確かめてください。") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInputError(
            f"{path} を YAML として読めません。直すか、`yorisoi init` をやり直してください。"
        ) from error
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"]) or "全体の形"
        raise BadInputError(
            f"{path} の {field} が正しくありません。直すか、`yorisoi init` をやり直してください。"
        ) from error


def save_installation(data_dir: Path, installation: Installation) -> Path:
    """Replaces the file in one step."""
    path = data_dir / FILE_NAME
    text = yaml.safe_dump(installation.model_dump(mode="json"), allow_unicode=True, sort_keys=False)
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(".yaml.new")
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except (FileExistsError, NotADirectoryError) as error:
        raise _no_folder(data_dir) from error
    except OSError as error:
        raise StoreUnavailableError(
            f"{path} に書き込めません。フォルダーの権限と空きを確かめてください。"
        ) from error
    return path


def _no_folder(data_dir: Path) -> StoreUnavailableError:
    return StoreUnavailableError(
        f"データフォルダー {data_dir} はフォルダーではありません（同じ名前のファイルがあります）。"
        "--data-dir か YORISOI_DATA_DIR で、別の場所を指定してください。"
    )
