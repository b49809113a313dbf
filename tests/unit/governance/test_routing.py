"""Every rule of the router: who may see what, and the sentence that says why."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.clock import fixed_clock
from app.governance.provider import ContractType, Provider, TrainingUse
from app.governance.routing import Router
from guardrails.classification import Level

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
CONTRACT = Provider(
    "cloud",
    ContractType.INDIVIDUAL,
    TrainingUse.NO,
    "JP",
    Level.L2,
    evidence_reference="契約書 第12条",
    evidence_on=date(2026, 4, 1),
    evidence_expires_on=date(2027, 3, 31),
    is_enabled=True,
    approved_by="情報政策課長",
    approved_at=NOW,
)
LOCAL = Provider(
    "local",
    ContractType.INTERNAL,
    TrainingUse.NO,
    "JP",
    Level.L3,
    is_enabled=True,
    is_built_in=True,
)
TERMS = replace(CONTRACT, contract_type=ContractType.TERMS)
ABROAD = replace(CONTRACT, region="US")


def choose(provider, level, *, personal=False, masks=True, region="block", usable=("cloud",)):
    router = Router(
        lambda: [provider], lambda: usable, fixed_clock(NOW), foreign_region=region, masks=masks
    )
    return router.choose(level, personal)


@pytest.mark.parametrize(
    ("provider", "level"),
    [
        pytest.param(CONTRACT, "L1", id="public text under a contract"),
        pytest.param(CONTRACT, "L2", id="up to what the contract allows"),
        pytest.param(TERMS, "L1", id="public text under mere terms"),
        pytest.param(ABROAD, "L1", id="public text abroad"),
        pytest.param(
            replace(CONTRACT, evidence_expires_on=date(2026, 11, 23)), "L2", id="on the last day"
        ),
        pytest.param(replace(CONTRACT, training_use=TrainingUse.UNKNOWN), "L2", id="no person in"),
    ],
)
def test_what_the_registry_allows_is_allowed(provider, level):
    route = choose(provider, level)
    assert route.provider is provider
    assert provider.name in route.reason
    assert level in route.reason


@pytest.mark.parametrize(
    ("provider", "level", "because"),
    [
        pytest.param(TERMS, "L2", "定型約款", id="mere terms, whatever is written"),
        pytest.param(
            replace(TERMS, max_level=Level.L3), "L2", "L1まで", id="terms with L3 written"
        ),
        pytest.param(CONTRACT, "L3", "L2まで", id="above its own limit"),
        pytest.param(CONTRACT, "L4", "L4の内容はどの生成AIにも", id="what is secret"),
        pytest.param(
            replace(CONTRACT, max_level=Level.L4), "L4", "どの生成AIにも", id="L4 written"
        ),
        pytest.param(replace(CONTRACT, is_enabled=False), "L1", "停止", id="stopped"),
        pytest.param(
            replace(CONTRACT, is_enabled=False, approved_at=None), "L1", "承認", id="never approved"
        ),
        pytest.param(replace(CONTRACT, approved_at=None), "L1", "承認", id="enabled by nobody"),
        pytest.param(replace(CONTRACT, evidence_reference=""), "L1", "証拠", id="no evidence"),
        pytest.param(
            replace(CONTRACT, evidence_on=None), "L1", "証拠", id="evidence without a day"
        ),
        pytest.param(replace(CONTRACT, evidence_expires_on=None), "L1", "証拠", id="no expiry"),
        pytest.param(
            replace(CONTRACT, evidence_expires_on=date(2026, 11, 22)), "L1", "期限", id="expired"
        ),
        pytest.param(ABROAD, "L2", "国外（US）", id="abroad"),
        pytest.param(replace(CONTRACT, region=""), "L2", "国外（不明）", id="region not known"),
        pytest.param(replace(CONTRACT, name="another"), "L1", "登録されていません", id="unknown"),
    ],
)
def test_what_the_registry_does_not_allow_stays_in_the_building(provider, level, because):
    route = choose(provider, level)
    assert route.provider is None
    assert because in route.reason
    assert route.reason.endswith("資料の抜粋で答えます。")
    assert route.reason.count("。") == 1


@pytest.mark.parametrize("training", [TrainingUse.YES, TrainingUse.UNKNOWN])
def test_who_may_learn_from_it_gets_no_personal_data_even_masked(training):
    route = choose(replace(CONTRACT, training_use=training), "L1", personal=True)
    assert route.provider is None
    assert "個人情報" in route.reason


@pytest.mark.parametrize("training", [TrainingUse.NO, TrainingUse.OPT_OUT])
def test_masked_personal_data_counts_as_level_two(training):
    route = choose(replace(CONTRACT, training_use=training), "L1", personal=True)
    assert route.is_open
    assert route.level == "L2"


def test_personal_data_that_is_not_masked_counts_as_level_three():
    assert not choose(CONTRACT, "L1", personal=True, masks=False).is_open
    assert choose(LOCAL, "L1", personal=True, masks=False, usable=("local",)).level == "L3"


def test_the_built_in_model_needs_no_evidence_and_ends_at_level_three():
    assert choose(LOCAL, "L3", usable=("local",)).provider is LOCAL
    assert not choose(LOCAL, "L4", usable=("local",)).is_open
    stopped = choose(replace(LOCAL, is_enabled=False), "L1", usable=("local",))
    assert "停止" in stopped.reason


@pytest.mark.parametrize(
    ("region", "level", "personal", "masks", "is_open"),
    [
        ("block", "L1", False, True, True),
        ("block", "L1", True, True, False),
        ("mask_only", "L2", True, True, True),
        ("mask_only", "L2", False, False, True),
        ("mask_only", "L1", True, False, False),
        ("mask_only", "L3", False, True, False),
        ("allow", "L3", False, True, True),
    ],
)
def test_the_switch_says_what_may_go_abroad(region, level, personal, masks, is_open):
    provider = replace(ABROAD, max_level=Level.L3)
    route = choose(provider, level, personal=personal, masks=masks, region=region)
    assert route.is_open is is_open


def test_the_preferred_one_of_several_is_taken_and_each_refusal_is_told():
    both = [replace(CONTRACT, name="terms", contract_type=ContractType.TERMS), LOCAL]
    router = Router(lambda: both, lambda: ("terms", "local"), fixed_clock(NOW))
    assert router.choose("L1").provider is both[0]
    assert router.choose("L2").provider is LOCAL
    refused = router.choose("L3", has_personal_data=False)
    assert refused.provider is LOCAL
    nobody = Router(lambda: both[:1], lambda: ("terms", "local"), fixed_clock(NOW)).choose("L2")
    assert "「terms」" in nobody.reason
    assert "「local」" in nobody.reason


def test_without_any_model_that_can_be_reached_the_quotes_answer():
    assert "使える生成AIがありません" in choose(CONTRACT, "L1", usable=()).reason


@pytest.mark.parametrize("level", ["L5", "", "l1"])
def test_a_level_that_is_none_closes_the_gate(level):
    assert not choose(CONTRACT, level).is_open


def test_a_registry_that_cannot_be_read_closes_the_gate():
    def broken():
        raise OSError("disk")

    route = Router(broken, lambda: ("cloud",), fixed_clock(NOW)).choose("L1")
    assert route.provider is None
    assert "確かめられなかった" in route.reason
