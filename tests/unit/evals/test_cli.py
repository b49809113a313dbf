import io
import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from rich.console import Console
from rich.progress import Progress
from typer.testing import CliRunner

from evals import cli
from evals.errors import BadOptionError
from evals.report import Figure, Report, Section

REPORT = Report(
    kind="eval",
    title="評価",
    model="e5-small",
    created=datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
    sections=[Section("検索", figures=[Figure("seed/dev/a", "当たり", 0.8)])],
)


def run(*arguments: str):
    return CliRunner().invoke(cli.app, arguments)


@pytest.mark.parametrize("option", [("eval", "--limit", "3"), ("bench", "--quick")])
def test_partial_run_cannot_become_the_baseline(option):
    error = run(*option, "--save-baseline").exception
    assert isinstance(error, BadOptionError)
    assert option[1] in error.message


@pytest.mark.parametrize("command", ["eval", "bench"])
def test_missing_seed_path_is_said_before_anything_is_measured(command, tmp_path):
    error = run(command, "--seed-path", str(tmp_path / "none")).exception
    assert isinstance(error, BadOptionError)
    assert error.exit_code == 2


@pytest.mark.parametrize("command", ["eval", "bench"])
def test_reports_that_cannot_be_written_are_said_before_anything_is_measured(command, tmp_path):
    (tmp_path / "file").touch()
    error = run(command, "--output", str(tmp_path / "file" / "reports")).exception
    assert isinstance(error, BadOptionError)
    assert "--output" in error.message


@pytest.mark.parametrize(
    "arguments", [("eval", "--limit", "0"), ("eval", "--split", "all3"), ("eval", "--llm", "x")]
)
def test_bad_option_is_refused(arguments):
    assert run(*arguments).exit_code == 2


def test_reports_are_written_and_named_by_day(tmp_path, capsys):
    (tmp_path / "reports").mkdir()
    cli._finish(REPORT, tmp_path / "baseline.json", tmp_path / "reports", save_baseline=True)
    written = sorted(path.name for path in (tmp_path / "reports").iterdir())
    assert written == ["eval-2026-11-23.html", "eval-2026-11-23.json"]
    saved = json.loads((tmp_path / "baseline.json").read_text(encoding="utf-8"))
    assert saved["e5-small"]["figures"] == {"seed/dev/a": 0.8}
    printed = capsys.readouterr().out
    assert "eval-2026-11-23.html" in printed
    assert "基準として保存しました" in printed


def test_bars_count_on_a_terminal():
    progress = Progress(console=Console(quiet=True))
    bars = cli._Bars(progress)
    bars.stage("検索", 4)
    bars.advance(2)
    assert [task.completed for task in progress.tasks] == [1, 2]


def test_a_log_gets_a_line_for_each_stage_and_one_each_half_minute():
    seconds = iter([0.0, 0.0, 10.0, 31.0, 40.0])
    written = io.StringIO()
    lines = cli._Lines(Console(file=written), lambda: next(seconds))
    lines.stage("回答しています", 4)
    for done in (1, 2, 3):
        lines.advance(done)
    assert written.getvalue().splitlines() == ["回答しています", "回答しています 2/4（31秒）"]


def test_importing_the_commands_loads_nothing_heavy():
    code = (
        "import sys, evals.cli;"
        "heavy = {'torch', 'chromadb', 'langchain_core', 'sqlalchemy', 'numpy'} & set(sys.modules);"
        "sys.exit(', '.join(heavy) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
