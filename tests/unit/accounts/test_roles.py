from __future__ import annotations

import pytest

from app.accounts.roles import PERMISSIONS, Permission, Role

OWN = {Permission.USE_OWN_ACCOUNT, Permission.ASK, Permission.READ_OWN_HISTORY}
POWERS = {
    Permission.HANDLE_CASES: {Role.COUNSELLOR},
    Permission.MANAGE_KNOWLEDGE: {Role.KNOWLEDGE_ADMIN},
    Permission.READ_AUDIT: {Role.AUDITOR},
    Permission.MANAGE_USERS: {Role.SYSTEM_ADMIN},
    Permission.MANAGE_GOVERNANCE: {Role.SYSTEM_ADMIN},
    Permission.READ_GOVERNANCE: {Role.SYSTEM_ADMIN, Role.AUDITOR},
}


@pytest.mark.parametrize("role", Role)
def test_everyone_may_use_the_ordinary_pages(role):
    assert PERMISSIONS[role] >= OWN


@pytest.mark.parametrize(("permission", "roles"), POWERS.items())
def test_each_power_is_with_the_roles_that_need_it(permission, roles):
    assert {role for role in Role if permission in PERMISSIONS[role]} == roles


@pytest.mark.parametrize("role", Role)
def test_roles_have_japanese_labels(role):
    assert role.label
    assert role.label != role.value
