"""Says of an unexpected error where it happened, without its message: that may quote a person."""

import traceback
from pathlib import PurePath

_MAX_FRAMES = 12


def describe_fault(error: BaseException) -> str:
    """`ValueError at service.py:41 in ask < endpoints.py:30 in submit …`, causes included."""
    parts: list[str] = []
    current: BaseException | None = error
    while current is not None and len(parts) < 4:
        frames = traceback.extract_tb(current.__traceback__)[-_MAX_FRAMES:]
        places = " < ".join(
            f"{PurePath(frame.filename).name}:{frame.lineno} in {frame.name}"
            for frame in reversed(frames)
        )
        parts.append(f"{type(current).__name__} at {places}" if places else type(current).__name__)
        current = current.__cause__ or current.__context__
    return " caused by ".join(parts)
