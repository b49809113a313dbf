from __future__ import annotations

from app.fault import describe_fault

SECRET = "山田太郎"


def fail() -> None:
    raise ValueError(SECRET)


def test_fault_is_placed_without_its_message():
    try:
        fail()
    except ValueError as error:
        described = describe_fault(error)

    assert described.startswith("ValueError at test_fault.py:")
    assert "in fail" in described
    assert SECRET not in described


def test_causes_are_named():
    try:
        try:
            fail()
        except ValueError as error:
            raise RuntimeError(SECRET) from error
    except RuntimeError as error:
        described = describe_fault(error)

    assert described.startswith("RuntimeError at")
    assert "caused by ValueError at" in described
    assert SECRET not in described
