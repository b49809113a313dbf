"""`yorisoi providers`: the registry without a browser."""

from __future__ import annotations

ADD = (
    "providers", "add", "cloud-1", "--contract", "個別契約", "--training", "no", "--max-level", "L2",
    "--evidence", "契約書 第12条", "--evidence-on", "2026-04-01", "--by", "課長",
)  # fmt: skip


def test_a_provider_is_added_approved_listed_and_stopped(yorisoi):
    assert yorisoi(*ADD, "--evidence-until", "2099-03-31").status == 0
    assert "承認されて" in yorisoi("providers", "list").out
    assert yorisoi("providers", "approve", "cloud-1", "--by", "課長").status == 0
    listed = yorisoi("providers", "list").out
    assert "使えます" in listed
    assert "local" in listed
    assert yorisoi("providers", "disable", "cloud-1", "--by", "課長").status == 0
    assert "停止" in yorisoi("providers", "list").out


def test_without_an_expiry_it_is_not_approved_and_says_what_to_do(yorisoi):
    yorisoi(*ADD)
    ran = yorisoi("providers", "approve", "cloud-1", "--by", "課長")
    assert ran.status == 2
    assert "証拠を登録し直して" in ran.err


def test_a_contract_that_is_none_is_bad_input(yorisoi):
    ran = yorisoi("providers", "add", "x", "--contract", "口約束", "--by", "課長")
    assert ran.status == 2
    assert "定型約款" in ran.err
