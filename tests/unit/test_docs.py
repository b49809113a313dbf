"""Documents that say what is: settings, commands, links and decisions are held to the code."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
import typer
import yaml

from app.cli import make_cli
from app.cli_state import CommandLine
from app.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_FENCE = re.compile(r"```.*?```", re.DOTALL)
_VARIABLE = re.compile(r"YORISOI_[A-Z]+(?:_[A-Z]+)*")
_COMMAND = re.compile(r"(?<![/\w.:-])(?<!-u )(?:\.venv/bin/)?yorisoi ([a-z]+)\b(?![./:-])")
_OF_TESTS = {"YORISOI_TEST_CHROMIUM", "YORISOI_TEST_POSTGRESQL_URL"}


def _place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "docs" / "reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", [".env.example", "docs/settings.md", "docs/cli.md"])
def test_pages_made_from_the_code_are_up_to_date(reference, name):
    assert _text(ROOT / name) == reference.pages()[ROOT / name], "make docs"


def test_every_setting_says_in_japanese_what_it_is():
    undescribed = [
        name
        for name, field in Settings.model_fields.items()
        if not re.search(r"[ぁ-んァ-ヶ一-龠]", field.description or "")
    ]
    assert not undescribed


def test_every_command_and_option_says_in_japanese_what_it_is(reference):
    silent = re.findall(r"^\| (.*?) \| *\|$", reference.cli_page(), re.MULTILINE)
    assert not silent


@pytest.mark.parametrize("page", PAGES, ids=_place)
def test_links_lead_somewhere(page):
    dead = []
    for target in _LINK.findall(_CODE.sub("", _text(page))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        if not file.exists() or (anchor and anchor not in _anchors(file)):
            dead.append(target)
    assert not dead


def _anchors(page: Path) -> set[str]:
    """As GitHub makes them from headings."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", _text(page)), re.MULTILINE)
    plain = (re.sub(r"[^\w\s-]", "", heading.lower()) for heading in headings)
    return {re.sub(r"\s", "-", heading.strip()) for heading in plain}


def test_variables_that_are_written_about_exist():
    known = {f"YORISOI_{name.upper()}" for name in Settings.model_fields} | _OF_TESTS
    files = [*PAGES, ROOT / "Dockerfile", ROOT / "compose.yaml", ROOT / "Makefile"]
    assert not {
        f"{_place(file)}: {name}"
        for file in files
        for name in _VARIABLE.findall(_text(file))
        if name not in known
    }


def test_targets_of_make_that_are_written_about_exist():
    targets = set(re.findall(r"^([a-z-]+):", _text(ROOT / "Makefile"), re.MULTILINE))
    used = {
        (_place(page), name)
        for page in PAGES
        for code in _CODE.findall(_text(page))
        for name in re.findall(r"\bmake ((?:[a-z-]+ ?)+)", code)
    }
    assert used
    assert not [(place, names) for place, names in used if set(names.split()) - targets]


def test_targets_of_make_are_explained():
    phony = set(re.findall(r"^\.PHONY: (\S+)$", _text(ROOT / "Makefile"), re.MULTILINE))
    explained = set(re.findall(r"^([a-z-]+):.*## \S", _text(ROOT / "Makefile"), re.MULTILINE))
    assert phony == explained


def test_commands_that_are_written_about_exist():
    cli = typer.main.get_command(make_cli(CommandLine(), ["eval"]))
    known = set(cli.commands) | {"コマンド"}
    used = {
        f"{_place(page)}: {name}"
        for page in PAGES
        for code in _CODE.findall(_text(page))
        for name in _COMMAND.findall(code)
        if name not in known
    }
    assert not used


def test_decisions_are_numbered_once_and_begin_with_their_number():
    numbers = [path.name[:4] for path in DECISIONS]
    assert len(set(numbers)) == len(numbers) > 1
    misnamed = [
        _place(path) for path in DECISIONS if not _text(path).startswith(f"# {path.name[:4]}")
    ]
    assert not misnamed


def test_compose_is_yaml_and_publishes_on_loopback_only():
    services = yaml.safe_load(_text(ROOT / "compose.yaml"))["services"]
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
