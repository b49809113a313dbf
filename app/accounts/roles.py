"""Who may do what: one table. Endpoints name a permission, never a role."""

from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    STAFF = "staff"
    COUNSELLOR = "counsellor"
    KNOWLEDGE_ADMIN = "knowledge_admin"
    AUDITOR = "auditor"
    SYSTEM_ADMIN = "system_admin"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Role.STAFF: "職員",
    Role.COUNSELLOR: "専門スタッフ",
    Role.KNOWLEDGE_ADMIN: "知識管理者",
    Role.AUDITOR: "CAIO監査",
    Role.SYSTEM_ADMIN: "システム管理者",
}


class Permission(StrEnum):
    USE_OWN_ACCOUNT = "use_own_account"
    ASK = "ask"
    READ_OWN_HISTORY = "read_own_history"
    READ_SHARED = "read_shared"
    BROWSE_PROGRAMMES = "browse_programmes"
    READ_KNOWLEDGE = "read_knowledge"
    READ_SYSTEM_CARD = "read_system_card"
    HANDLE_CASES = "handle_cases"
    MANAGE_KNOWLEDGE = "manage_knowledge"
    READ_AUDIT = "read_audit"
    MANAGE_USERS = "manage_users"
    REPORT_RISKS = "report_risks"
    READ_GOVERNANCE = "read_governance"
    MANAGE_GOVERNANCE = "manage_governance"


_EVERYONE = frozenset(
    {
        Permission.USE_OWN_ACCOUNT,
        Permission.ASK,
        Permission.READ_OWN_HISTORY,
        Permission.READ_SHARED,
        Permission.BROWSE_PROGRAMMES,
        Permission.READ_KNOWLEDGE,
        Permission.READ_SYSTEM_CARD,
        Permission.REPORT_RISKS,
    }
)

PERMISSIONS = MappingProxyType(
    {
        Role.STAFF: _EVERYONE,
        Role.COUNSELLOR: _EVERYONE | {Permission.HANDLE_CASES},
        Role.KNOWLEDGE_ADMIN: _EVERYONE | {Permission.MANAGE_KNOWLEDGE},
        # Auditors look and do not touch; they ask questions to see what staff see.
        Role.AUDITOR: _EVERYONE | {Permission.READ_AUDIT, Permission.READ_GOVERNANCE},
        # Running the system is not a reason to read the residents' cases or the audit.
        Role.SYSTEM_ADMIN: _EVERYONE
        | {Permission.MANAGE_USERS, Permission.READ_GOVERNANCE, Permission.MANAGE_GOVERNANCE},
    }
)


def is_permitted(role: Role, permission: Permission) -> bool:
    return permission in PERMISSIONS[role]
