"""`yorisoi init`: asked or told, and never overwriting without a yes."""

from __future__ import annotations

import pytest

from app.installation import Desk, load_installation


def test_everything_may_be_told(yorisoi):
    ran = yorisoi(
        "init", "--name", "霧島市", "--phone", "0995-00-0000", "--hours", "平日 8:15〜17:00",
        "--desk", "こども課,0995-00-0001,平日 8:15〜17:00", "--desk", "税務課、0995-00-0002",
    )  # fmt: skip

    assert (ran.status, ran.out) == (0, "")
    installation = load_installation(yorisoi.data_dir)
    assert (installation.municipality, installation.demo) == ("霧島市", False)
    assert installation.desks == (
        Desk(name="こども課", phone="0995-00-0001", hours="平日 8:15〜17:00"),
        Desk(name="税務課", phone="0995-00-0002"),
    )


def test_what_is_not_told_is_asked(yorisoi):
    answers = "霧島市\n0995-00-0000\n\nこども課\n0995-00-0001\n\n\n"

    ran = yorisoi("init", stdin=answers)

    assert ran.status == 0
    for label in ("自治体名", "代表電話", "開庁時間", "部署"):
        assert label in ran.err
    installation = load_installation(yorisoi.data_dir)
    assert installation.hours == "平日 8:30〜17:15"
    assert [desk.name for desk in installation.desks] == ["こども課"]


@pytest.mark.parametrize(
    ("stdin", "status", "name"),
    [("y\n", 0, "鹿児島市"), ("n\n", 130, "霧島市"), ("", 130, "霧島市")],
)
def test_existing_installation_is_replaced_only_after_a_yes(yorisoi, stdin, status, name):
    yorisoi("init", "--name", "霧島市")

    assert yorisoi("init", "--name", "鹿児島市", stdin=stdin).status == status
    assert load_installation(yorisoi.data_dir).municipality == name


def test_force_replaces_without_asking(yorisoi):
    yorisoi("init", "--name", "霧島市")

    assert yorisoi("init", "--name", "鹿児島市", "--force").status == 0
    assert load_installation(yorisoi.data_dir).municipality == "鹿児島市"


@pytest.mark.parametrize(
    "arguments",
    [["--name", "　"], ["--name", "長" * 41], ["--name", "霧島市", "--desk", ",0995"]],
)
def test_values_that_cannot_be_meant_are_refused(yorisoi, arguments):
    ran = yorisoi("init", *arguments)

    assert ran.status == 2
    assert not (yorisoi.data_dir / "installation.yaml").exists()
