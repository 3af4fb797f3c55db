"""Authorizations as they are shown. Names are unescaped text; secrets are never among it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors.catalog import Param, Service
from bot.engine import Engine
from bot.setup import authorizations as setup
from bot.setup.actor import Actor
from bot.setup.source_draft import WantedAuthorization
from store import authorizations
from store.models import Authorization
from store.vocabulary import AuthKind, AuthorizationState


@dataclass(frozen=True, slots=True)
class AuthorizationLine:
    id: int
    name: str
    account: str  # what the service calls the account; may be empty
    is_ok: bool
    checked_at: datetime | None
    may_edit: bool


@dataclass(frozen=True, slots=True)
class AuthorizationList:
    """A service's authorizations, to pick one from."""

    service_id: str
    service_name: str
    lines: tuple[AuthorizationLine, ...]
    chosen: int | None  # the id of the one picked so far


@dataclass(frozen=True, slots=True)
class ParamInput:
    name: str
    label: str
    hint: str
    value: str
    is_url: bool


@dataclass(frozen=True, slots=True)
class AuthorizationForm:
    """A new authorization, as far as it is filled in."""

    service_id: str
    service_name: str
    name: str
    kinds: tuple[tuple[AuthKind, str, str], ...]  # kind, label, hint
    kind: AuthKind
    params: tuple[ParamInput, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A link that waits for being used in the browser."""

    service_name: str
    name: str
    kind: AuthKind
    url: str
    expires_at: datetime
    renews: bool


def as_line(authorization: Authorization, actor: Actor) -> AuthorizationLine:
    return AuthorizationLine(
        id=authorization.id,
        name=authorization.name,
        account=authorization.account,
        is_ok=authorization.state is AuthorizationState.OK,
        checked_at=authorization.checked_at,
        may_edit=actor.may_edit(authorization.created_by),
    )


async def load_list(
    session: AsyncSession, actor: Actor, service: Service, chosen: int | None
) -> AuthorizationList:
    found = await authorizations.listed(session, actor.workspace_id, service.id)
    return AuthorizationList(
        service_id=service.id,
        service_name=service.name,
        lines=tuple(as_line(each, actor) for each in found),
        chosen=chosen,
    )


async def load_form(
    session: AsyncSession,
    engine: Engine,
    actor: Actor,
    service: Service,
    wanted: WantedAuthorization,
) -> AuthorizationForm:
    """The first way that can be used here is chosen, and the name filled in.

    Raises Refused where the service can be connected in no way here.
    """
    methods = setup.methods_of(engine, service)
    kinds = [method.type for method in methods]
    kind = wanted.kind if wanted.kind in kinds else (kinds or [AuthKind.OAUTH2])[0]
    method = setup.method_of(engine, service, kind)
    name = wanted.name or await setup.suggested_name(session, actor.workspace_id, service)
    return AuthorizationForm(
        service_id=service.id,
        service_name=service.name,
        name=name,
        kinds=tuple((each.type, each.label, each.hint) for each in methods),
        kind=kind,
        params=tuple(_input(param, wanted) for param in setup.params_of(service, method)),
    )


def _input(param: Param, wanted: WantedAuthorization) -> ParamInput:
    return ParamInput(
        name=param.name,
        label=param.label,
        hint=param.hint,
        value=wanted.params.get(param.name) or param.default,
        is_url=param.kind == "url",
    )


def as_waiting(engine: Engine, wanted: setup.Wanted, link: setup.Link) -> Waiting:
    return Waiting(
        service_name=engine.catalog.get(wanted.service).name,
        name=wanted.name,
        kind=wanted.kind,
        url=link.url,
        expires_at=link.expires_at,
        renews=wanted.authorization_id is not None,
    )
