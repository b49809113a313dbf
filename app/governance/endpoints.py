from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from app.accounts.roles import Permission
from app.accounts.service import SignedIn
from app.clock import TOKYO
from app.dependencies import ContainerDep, CurrentUser, FormDep, RenderDep, SessionDep, require
from app.forms import FormFields
from app.governance.provider import ContractType, Provider, TrainingUse
from app.governance.service import (
    ProviderFieldError,
    ProviderService,
    parse_choice,
    parse_date,
)
from app.pages import Render
from guardrails.classification import Level

PATH = "/admin/providers"
router = APIRouter(prefix=PATH)

_FIELDS = (
    "name", "contract_type", "training_use", "region", "max_level", "evidence_reference",
    "evidence_on", "evidence_expires_on", "base_url", "model",
)  # fmt: skip
_ACTIONS = {
    "approve": ("承認", "この内容を確かめ、使えるようにします。承認した人と日時を記録します。"),
    "disable": ("停止", "この提供者には、これから何も渡しません。"),
}


def get_registry(container: ContainerDep, session: SessionDep) -> ProviderService:
    return container.governance.providers(session)


RegistryDep = Annotated[ProviderService, Depends(get_registry)]


@router.get("", dependencies=[require(Permission.READ_GOVERNANCE)])
def show_providers(
    render: RenderDep, container: ContainerDep, account: CurrentUser, registry: RegistryDep
) -> Response:
    return _list(render, container, account, registry)


@router.get("/new", dependencies=[require(Permission.MANAGE_GOVERNANCE)])
def show_new(render: RenderDep) -> Response:
    return _form(render, {"region": "JP", "max_level": "L1"}, is_new=True)


@router.post("/new", dependencies=[require(Permission.MANAGE_GOVERNANCE)])
def add(render: RenderDep, account: CurrentUser, registry: RegistryDep, form: FormDep) -> Response:
    try:
        registry.add(read_provider(form, form.line("name")), by=account.display_name)
    except ProviderFieldError as error:
        return _form(render, _typed(form), is_new=True, error=error)
    return RedirectResponse(PATH, HTTPStatus.SEE_OTHER)


@router.get("/edit", dependencies=[require(Permission.MANAGE_GOVERNANCE)])
def show_edit(render: RenderDep, registry: RegistryDep, name: str) -> Response:
    provider = registry.provider(name)
    return _form(render, {field: str(getattr(provider, field) or "") for field in _FIELDS})


@router.post("/edit", dependencies=[require(Permission.MANAGE_GOVERNANCE)])
def edit(render: RenderDep, account: CurrentUser, registry: RegistryDep, form: FormDep) -> Response:
    try:
        registry.edit(read_provider(form, form.line("name")), by=account.display_name)
    except ProviderFieldError as error:
        return _form(render, _typed(form), error=error)
    return RedirectResponse(PATH, HTTPStatus.SEE_OTHER)


@router.get("/confirm", dependencies=[require(Permission.MANAGE_GOVERNANCE)])
def show_confirmation(render: RenderDep, registry: RegistryDep, name: str, action: str) -> Response:
    """What is about to be done, to be confirmed; an unknown action is taken for a stop."""
    chosen = action if action in _ACTIONS else "disable"
    label, effect = _ACTIONS[chosen]
    return render(
        "governance/confirm.html",
        provider=registry.provider(name),
        action=chosen,
        label=label,
        effect=effect,
        current_path=PATH,
    )


@router.post("/approve", dependencies=[require(Permission.MANAGE_GOVERNANCE)])
def approve(account: CurrentUser, registry: RegistryDep, form: FormDep) -> Response:
    registry.approve(form.line("name"), by=account.display_name)
    return RedirectResponse(PATH, HTTPStatus.SEE_OTHER)


@router.post("/disable", dependencies=[require(Permission.MANAGE_GOVERNANCE)])
def disable(account: CurrentUser, registry: RegistryDep, form: FormDep) -> Response:
    registry.disable(form.line("name"), by=account.display_name)
    return RedirectResponse(PATH, HTTPStatus.SEE_OTHER)


def read_provider(form: FormFields, name: str) -> Provider:
    """What was typed. Raises ProviderFieldError."""
    return Provider(
        name=name,
        contract_type=parse_choice("contract_type", ContractType, form.line("contract_type")),
        training_use=parse_choice("training_use", TrainingUse, form.line("training_use")),
        region=form.line("region").upper(),
        max_level=parse_choice("max_level", Level, form.line("max_level")),
        evidence_reference=form.line("evidence_reference"),
        evidence_on=parse_date("evidence_on", form.line("evidence_on")),
        evidence_expires_on=parse_date("evidence_expires_on", form.line("evidence_expires_on")),
        base_url=form.line("base_url"),
        model=form.line("model"),
    )


def _typed(form: FormFields) -> dict[str, str]:
    return {field: form.line(field) for field in _FIELDS}


def _list(render: Render, container: Any, account: SignedIn, registry: ProviderService) -> Response:
    today = container.clock().astimezone(TOKYO).date()
    providers = registry.providers()
    return render(
        "governance/providers.html",
        rows=[(provider, provider.lapse(today)) for provider in providers],
        changes=registry.changes(),
        may_manage=account.may(Permission.MANAGE_GOVERNANCE),
        foreign_region=container.settings.foreign_region,
        trainings={each.value: each.label for each in TrainingUse},
    )


def _form(
    render: Render,
    typed: dict[str, str],
    *,
    is_new: bool = False,
    error: ProviderFieldError | None = None,
) -> Response:
    return render(
        "governance/provider_form.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        typed={field: typed.get(field, "") for field in _FIELDS},
        is_new=is_new,
        error=error,
        contracts=list(ContractType),
        trainings=list(TrainingUse),
        levels=[Level.L1, Level.L2, Level.L3],
        current_path=PATH,
    )
