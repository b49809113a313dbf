"""Measurements of single parts, for `yorisoi bench`."""
