"""Puts this part together, for `app.bootstrap`."""

from __future__ import annotations

from sqlalchemy.orm import Session, sessionmaker

from app.clock import Clock
from app.db import transaction
from app.governance.provider import JAPAN, ContractType, Provider, TrainingUse
from app.governance.repository import ProviderRepository
from app.governance.risk import RiskSignals
from app.governance.routing import ForeignRegion, Router
from app.governance.service import Governance, ProviderService
from guardrails.classification import Level
from rag.local_model import LOCAL


def make_governance(
    session_factory: sessionmaker[Session],
    clock: Clock,
    usable: str = "",
    foreign_region: ForeignRegion = "block",
) -> Governance:
    """`usable`: name of the model that this process can reach, or empty. All that goes to one is
    masked.
    """

    def open_registry(session: Session) -> ProviderService:
        return ProviderService(ProviderRepository(session), clock)

    def registered() -> list[Provider]:
        with transaction(session_factory) as session:
            found = open_registry(session).providers()
        if usable in {"", LOCAL} or any(provider.name == usable for provider in found):
            return found
        return [*found, _of_settings(usable)]

    router = Router(
        registered,
        lambda: [usable] if usable else [],
        clock,
        foreign_region=foreign_region,
        masks=True,
    )
    return Governance(router, open_registry, RiskSignals(session_factory, clock))


def _of_settings(name: str) -> Provider:
    """A server on this machine that the settings name (no other is reached), until it is
    registered. Somebody else runs it, so it may see less than the built-in model.
    """
    return Provider(
        name=name,
        contract_type=ContractType.INTERNAL,
        training_use=TrainingUse.NO,
        region=JAPAN,
        max_level=Level.L2,
        is_enabled=True,
        is_built_in=True,
    )
