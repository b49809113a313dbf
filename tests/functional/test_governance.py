"""The registry of providers and the list of risks, through HTTP."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app.accounts.roles import Role
from app.db import transaction
from app.governance.risk import RiskKind
from app.governance.wiring import make_governance

CLOUD = {
    "name": "cloud-1",
    "contract_type": "個別契約",
    "training_use": "no",
    "region": "jp",
    "max_level": "L2",
    "evidence_reference": "契約書 第12条",
    "evidence_on": "2026-04-01",
    "evidence_expires_on": "2027-03-31",
    "base_url": "https://llm.example.lg.jp/v1",
    "model": "model-x",
}
REPORT = {"kind": "wrong"}


@pytest.fixture
def router_of(container, clock):
    def make(name):
        return make_governance(container.session_factory, clock, name).router

    return make


def registered(container, name):
    with transaction(container.session_factory) as session:
        return container.governance.providers(session).provider(name)


def ask(staff):
    return staff.ask("補助率は？").headers["location"]


def test_the_built_in_model_is_there_by_itself(admin, router_of):
    page = admin.get("/admin/providers").text
    assert "local" in page
    assert "庁内" in page
    assert router_of("local").choose("L3").is_open
    assert not router_of("local").choose("L4").is_open


def test_a_provider_is_used_only_after_it_was_approved(admin, container, router_of):
    assert admin.post("/admin/providers/new", CLOUD).status_code == 303
    assert "承認されていません" in router_of("cloud-1").choose("L1").reason
    page = admin.get("/admin/providers/confirm?action=approve&name=cloud-1").text
    assert "承認しますか" in page
    assert admin.post("/admin/providers/approve", {"name": "cloud-1"}).status_code == 303
    assert router_of("cloud-1").choose("L2").is_open
    assert registered(container, "cloud-1").approved_by


def test_a_change_takes_the_approval_back(admin, container, router_of):
    admin.post("/admin/providers/new", CLOUD)
    admin.post("/admin/providers/approve", {"name": "cloud-1"})
    same = admin.post("/admin/providers/edit", CLOUD)
    assert same.status_code == 303
    assert registered(container, "cloud-1").is_enabled
    admin.post("/admin/providers/edit", {**CLOUD, "training_use": "unknown"})
    assert not router_of("cloud-1").choose("L1").is_open
    page = admin.get("/admin/providers").text
    actions = re.findall(r'data-label="操作">(追加|変更|承認|停止)</td>', page)
    assert actions == ["変更", "承認", "追加"]


def test_a_stopped_provider_gets_nothing(admin, router_of):
    admin.post("/admin/providers/new", CLOUD)
    admin.post("/admin/providers/approve", {"name": "cloud-1"})
    admin.post("/admin/providers/disable", {"name": "cloud-1"})
    assert "停止" in router_of("cloud-1").choose("L1").reason


def test_evidence_that_expires_stops_a_provider_by_itself(admin, clock, router_of):
    admin.post("/admin/providers/new", CLOUD)
    admin.post("/admin/providers/approve", {"name": "cloud-1"})
    clock.now += timedelta(days=200)
    assert "期限" in router_of("cloud-1").choose("L1").reason


def test_without_evidence_nothing_can_be_approved(admin, container):
    admin.post("/admin/providers/new", {**CLOUD, "evidence_expires_on": ""})
    refused = admin.post("/admin/providers/approve", {"name": "cloud-1"})
    assert refused.status_code == 422
    assert "証拠" in refused.text
    assert not registered(container, "cloud-1").is_enabled


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": "名前"}, "name"),
        ({"name": "local"}, "name"),
        ({"contract_type": "口約束"}, "contract_type"),
        ({"training_use": ""}, "training_use"),
        ({"region": "日本"}, "region"),
        ({"max_level": "L4"}, "max_level"),
        ({"contract_type": "定型約款"}, "max_level"),
        ({"evidence_on": "昨日"}, "evidence_on"),
        ({"evidence_expires_on": "2026-01-01"}, "evidence_expires_on"),
        ({"base_url": "https://user:secret@llm.example.jp/"}, "base_url"),
    ],
)
def test_what_cannot_be_true_is_refused_and_what_was_typed_stays(admin, changed, field):
    page = admin.post("/admin/providers/new", {**CLOUD, **changed})
    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    assert "model-x" in page.text


def test_the_facts_of_the_built_in_model_cannot_be_changed(admin, container):
    refused = admin.post("/admin/providers/edit", {**CLOUD, "name": "local"})
    assert refused.status_code == 422
    assert registered(container, "local").contract_type == "庁内"


def test_a_provider_that_is_not_registered_cannot_be_approved(admin):
    assert admin.post("/admin/providers/approve", {"name": "nobody"}).status_code == 404


def test_a_server_of_the_settings_may_see_up_to_level_two_until_it_is_registered(admin, router_of):
    assert router_of("cloud-1").choose("L2").is_open
    assert not router_of("cloud-1").choose("L3").is_open
    admin.post("/admin/providers/new", {**CLOUD, "contract_type": "定型約款", "max_level": "L1"})
    assert not router_of("cloud-1").choose("L1").is_open


@pytest.mark.parametrize("path", ["/admin/providers", "/admin/risks", "/admin/risks/export"])
def test_an_auditor_reads_and_staff_do_not(browser_of, staff, path):
    assert browser_of(Role.AUDITOR).get(path).status_code == 200
    assert staff.get(path).status_code == 403


def test_an_auditor_changes_nothing(browser_of):
    auditor = browser_of(Role.AUDITOR)
    assert auditor.post("/admin/providers/disable", {"name": "local"}).status_code == 403
    assert "提供者を加える" not in auditor.get("/admin/providers").text


def test_a_reported_risk_goes_through_its_states(staff, admin, container):
    question = ask(staff)
    identity = re.search(r"data-turn=\"(\w+)\"", staff.get(question).text)[1]
    thanks = staff.post(f"/questions/{identity}/risk", REPORT)
    assert "報告しました" in thanks.text
    for state in ("受付", "調査", "対応"):
        signal = container.governance.risks.newest()[0]
        assert signal.state == state
        moved = admin.post(f"/admin/risks/{signal.id}/advance", {"state": state})
        assert moved.status_code == 303
    assert container.governance.risks.newest()[0].state == "完了"
    page = admin.get("/admin/risks").text
    assert "内容の誤り" in page
    assert "補助率" not in page


def test_of_two_who_move_a_risk_at_once_the_second_is_told(admin, container):
    container.governance.risks.record(RiskKind.INJECTION, level="L2")
    signal = container.governance.risks.newest()[0]
    admin.post(f"/admin/risks/{signal.id}/advance", {"state": "受付"})
    second = admin.post(f"/admin/risks/{signal.id}/advance", {"state": "受付"})
    assert second.status_code == 422
    assert container.governance.risks.newest()[0].state == "調査"


def test_the_risk_of_another_persons_question_cannot_be_reported(staff, browser_of):
    question = ask(staff)
    identity = re.search(r"data-turn=\"(\w+)\"", staff.get(question).text)[1]
    other = browser_of(Role.COUNSELLOR)
    assert other.post(f"/questions/{identity}/risk", REPORT).status_code == 404


@pytest.mark.parametrize("kind", ["", "injection", "何か"])
def test_people_report_only_what_people_can_see(staff, kind):
    question = ask(staff)
    identity = re.search(r"data-turn=\"(\w+)\"", staff.get(question).text)[1]
    assert staff.post(f"/questions/{identity}/risk", {"kind": kind}).status_code == 422


def test_risks_are_exported_as_a_table(admin, container):
    container.governance.risks.record(
        "outbound_personal_data", conversation_id="c" * 32, level="L2"
    )
    table = admin.get("/admin/risks/export")
    assert table.headers["content-type"].startswith("text/csv")
    header, line = table.content.decode("utf-8-sig").splitlines()
    assert header.startswith("番号,種類")
    assert "個人情報の送信を止めた" in line
    assert "c" * 32 in line


def test_a_guard_that_cannot_record_its_signal_goes_on(container):
    container.governance.risks.record("no such kind")
    assert list(container.governance.risks.newest()) == []
