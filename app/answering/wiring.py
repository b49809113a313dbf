"""How the writer of sentences is put together. Called by `app.bootstrap`."""

from app.answering.masking import Masking
from app.answering.writing import LARGE_MODEL_UNITS, SMALL_MODEL_UNITS, AnswerWriter
from app.clock import TOKYO, Clock
from app.installation import Installation
from app.language_model import LanguageModel
from app.settings import Settings
from guardrails.output.contacts import Contact, ContactList, load_hotlines
from guardrails.output.guards import OutputGuard, make_output_guard
from guardrails.output.personal_data import PersonalDataAnalyzer
from rag.tokenizer import Tokenizer


def make_writer(
    language_model: LanguageModel,
    tokenizer: Tokenizer,
    settings: Settings,
    masking: Masking,
    guard: OutputGuard,
) -> AnswerWriter:
    units = SMALL_MODEL_UNITS if settings.llm == "local" else LARGE_MODEL_UNITS
    seconds = settings.llm_deadline_seconds
    return AnswerWriter(
        language_model.model, tokenizer, seconds, units, masking=masking, guard=guard
    )


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
