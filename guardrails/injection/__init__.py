"""Texts that give orders to the language model instead of telling or asking something."""

from guardrails.injection.screen import Screen, ScreenVerdict, Source

__all__ = ["Screen", "ScreenVerdict", "Source"]
