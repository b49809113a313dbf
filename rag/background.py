"""Ordinary questions, for what all questions have in common."""

from __future__ import annotations

from pathlib import Path

_BACKGROUND_QUESTIONS = Path(__file__).with_name("background_questions.txt")


def background_questions() -> tuple[str, ...]:
    """Ordinary questions whose common part the retriever takes off every question."""
    lines = _BACKGROUND_QUESTIONS.read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip())
