"""Rules of the house that no linter knows. An exception stands here, by name, with its reason."""

import ast
import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("app", "evals", "guardrails", "ingest", "migrations", "rag")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))

MAX_FUNCTION_LINES = 60
MAX_FILE_LINES = 400
MEANINGLESS_NAMES = {
    "base",
    "common",
    "core",
    "helper",
    "helpers",
    "manager",
    "misc",
    "util",
    "utils",
}
READS_ENVIRONMENT = {
    "app/settings.py",
    "rag/models.py",  # the user's data folder, where models lie by default
    "evals/bench/server.py",  # passes PYTHONPATH on to the server that it measures
}


def _place(path: Path, line: int | None = None) -> str:
    name = path.relative_to(ROOT).as_posix()
    return f"{name}:{line}" if line else name


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_there_is_something_to_check():
    assert len(MODULES) > 50


def test_files_are_short_enough_to_read():
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert not {_place(path): n for path, n in lengths.items() if n > MAX_FILE_LINES}


def test_functions_are_short_enough_to_read():
    lengths = {
        _place(path, node.lineno): (node.end_lineno or 0) - node.lineno + 1
        for path in MODULES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert not {place: n for place, n in lengths.items() if n > MAX_FUNCTION_LINES}


def test_modules_are_named_after_what_they_hold():
    parts = {path: path.relative_to(ROOT).with_suffix("").parts for path in MODULES}
    assert not [_place(path) for path in MODULES if set(parts[path]) & MEANINGLESS_NAMES]


def test_settings_are_read_in_one_place():
    """Handing the environment to a child, or setting it for a library, is no reading."""
    assert not [
        _place(path, node.lineno)
        for path in MODULES
        if _place(path) not in READS_ENVIRONMENT
        for node in ast.walk(_tree(path))
        if _reads_environment(node)
    ]


def _reads_environment(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="os"), attr="getenv")):
            return True
        case ast.Call(func=ast.Attribute(value=environ, attr="get")):
            return _is_environ(environ)
        case ast.Subscript(value=environ, ctx=ast.Load()):
            return _is_environ(environ)
    return False


def _is_environ(node: ast.AST) -> bool:
    return ast.unparse(node) in {"os.environ", "environ"}


@pytest.mark.parametrize(
    ("code", "is_reading"),
    [
        ("os.environ.get('A')", True),
        ("os.environ['A']", True),
        ("os.getenv('A')", True),
        ("os.environ['A'] = '1'", False),
        ("os.environ.setdefault('A', '1')", False),
        ("os.environ | {'A': '1'}", False),
        ("settings.get('A')", False),
    ],
)
def test_what_counts_as_reading(code, is_reading):
    assert any(_reads_environment(node) for node in ast.walk(ast.parse(code))) is is_reading


def test_every_package_that_is_imported_is_declared():
    project = _project()
    declared = {_name(line) for line in project["dependencies"]}
    bench = {_name(line) for line in project["optional-dependencies"]["bench"]}
    distributions = importlib.metadata.packages_distributions()
    assert not {
        f"{_place(path)}: {module}"
        for path in MODULES
        for module in _imported(path)
        if not {_name(each) for each in distributions.get(module, [module])}
        & (declared | (bench if _place(path).startswith("evals/") else set()))
    }


def test_every_declared_package_is_pinned():
    project = _project()
    declared = chain(project["dependencies"], *project["optional-dependencies"].values())
    assert {_name(line) for line in declared} <= {_name(line) for line in _pins()}


def test_pins_are_exact_and_of_no_one_platform():
    assert not [line for line in _pins() if not re.fullmatch(r"[\w.-]+==\d[\da-z.]*", line)]
    assert not [
        line for line in _pins() if line.startswith(("nvidia-", "triton", "pip=", "yorisoi"))
    ]


def _pins() -> list[str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def _project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _name(requirement: str) -> str:
    """`Foo_Bar[extra]>=1; marker` → `foo-bar`."""
    return re.sub(r"[-_.]+", "-", re.match(r"[A-Za-z0-9._-]+", requirement)[0]).lower()


def _imported(path: Path) -> Iterator[str]:
    """Top-level packages of others that a module imports."""
    for node in ast.walk(_tree(path)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        for name in names:
            top = name.partition(".")[0]
            if top not in sys.stdlib_module_names and top not in PACKAGES:
                yield top
