from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime

import pytest

from app.pages import japanese_date, japanese_time, path_quote, seconds


def test_dates_are_japanese_and_times_are_tokyo():
    assert japanese_date(date(2026, 4, 1)) == "2026年4月1日"
    assert japanese_date(None) == ""
    assert japanese_time(datetime(2026, 12, 31, 15, 5, tzinfo=UTC)) == "2027年1月1日 0:05"


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(0, "0.1秒未満"), (99.9, "0.1秒未満"), (100, "0.1秒"), (1234, "1.2秒"), (61_000, "61.0秒")],
)
def test_time_taken_is_readable(milliseconds, text):
    assert seconds(milliseconds) == text


def test_document_ids_make_one_path():
    assert path_quote("a/b c?d#e%f") == "a/b%20c%3Fd%23e%25f"


def test_web_is_there_without_the_heavy_libraries():
    """Loading torch takes ten seconds; sign-in and health must not wait for it."""
    program = (
        "import sys, app.main; "
        "print([name for name in ('torch', 'chromadb', 'sentence_transformers', 'langchain') "
        "if name in sys.modules])"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )

    assert finished.stdout.strip() == "[]"
