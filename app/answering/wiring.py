"""How the writer of sentences is put together. Called by `app.bootstrap`."""

from collections.abc import Callable

from app.answering.masking import Leak, Masking
from app.answering.writing import LARGE_MODEL_UNITS, SMALL_MODEL_UNITS, AnswerWriter
from app.clock import TOKYO, Clock
from app.governance.risk import RiskKind, RiskSignals
from app.governance.routing import Router
from app.installation import Installation
from app.language_model import LanguageModel
from app.settings import Settings
from guardrails.output.contacts import Contact, ContactList, load_hotlines
from guardrails.output.guards import OutputGuard, make_output_guard
from guardrails.output.personal_data import PersonalDataAnalyzer
from rag.tokenizer import Tokenizer


def make_writer(  # noqa: PLR0913, PLR0917 - collaborators
    language_model: LanguageModel,
    tokenizer: Tokenizer,
    settings: Settings,
    router: Router,
    masking: Masking,
    guard: OutputGuard,
) -> AnswerWriter:
    units = SMALL_MODEL_UNITS if settings.llm == "local" else LARGE_MODEL_UNITS
    seconds = settings.llm_deadline_seconds
    return AnswerWriter(
        language_model.model, tokenizer, seconds, units, router=router, masking=masking, guard=guard
    )


def leak_recorder(risks: RiskSignals) -> Callable[[Leak], None]:
    """What is done about a request that was stopped: people look into it."""

    def record(leak: Leak) -> None:
        kind = RiskKind.OUTBOUND_PERSONAL_DATA if leak.labels else RiskKind.GUARD_FAILED
        risks.record(kind, conversation_id=leak.conversation_id or "")

    return record


def make_guard(
    tokenizer: Tokenizer,
    installation: Installation,
    clock: Clock,
    analyzer: PersonalDataAnalyzer | None = None,
) -> OutputGuard:
    """Allows the hotlines and the desks of the installation. Without `analyzer` nobody looks for
    personal data.
    """
    contacts = ContactList(
        (*load_hotlines(), *_desks(installation)), lambda: clock().astimezone(TOKYO).date()
    )
    return make_output_guard(tokenizer.parse, contacts, analyzer)


def _desks(installation: Installation) -> list[Contact]:
    named = [(installation.municipality, installation.phone, installation.hours)]
    named += [(desk.name, desk.phone, desk.hours) for desk in installation.desks]
    return [
        Contact(names=(name,), phones=(phone,), hours=hours)
        for name, phone, hours in named
        if phone
    ]
