"""Authorizations: which ways a service offers, the one-time link, and whether one still works."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors import accounts, oauth
from bot.connectors.catalog import AuthMethod, Param, Service
from bot.connectors.templates import places
from bot.engine import Engine
from bot.errors import AuthorizationLost, NotFound, Refused
from bot.setup.actor import Actor
from bot.setup.names import checked_name, free_name
from store import authorization_requests, authorizations, sources
from store.models import Authorization, AuthorizationRequest
from store.vocabulary import AuthKind, AuthorizationState

log = structlog.get_logger(__name__)

LINK_VALID = timedelta(minutes=30)
FRESH = timedelta(minutes=10)  # for so long a check need not be repeated


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a member asks for: a new authorization, or an existing one anew."""

    service: str
    name: str
    kind: AuthKind
    params: Mapping[str, str]
    authorization_id: int | None = None  # to be renewed in place
    draft_id: int | None = None  # the source draft that gets it selected
    view_id: str | None = None  # the modal that waits for it
    below: Mapping[str, Any] | None = None  # the page under that modal, as its handler knows it


@dataclass(frozen=True, slots=True)
class Link:
    """Where the member authorizes; whoever has it can use it once."""

    token: str
    url: str
    expires_at: datetime


def methods_of(engine: Engine, service: Service) -> list[AuthMethod]:
    """The ways that can be used here: OAuth 2 only where this installation is registered."""
    return [
        method
        for method in service.auth
        if method.type is not AuthKind.OAUTH2
        or oauth.oauth_client(engine.settings, service) is not None
    ]


def method_of(engine: Engine, service: Service, kind: AuthKind) -> AuthMethod:
    """Raises Refused where the service offers no such way, or not here."""
    for method in methods_of(engine, service):
        if method.type is kind:
            return method
    raise Refused(
        f"{service.name} cannot be connected in this way here. Choose another one, or ask "
        f"whoever runs Patchbay to register it with {service.name}."
    )


async def suggested_name(session: AsyncSession, workspace_id: str, service: Service) -> str:
    """The service's name, or the first of “… 2”, “… 3” that is free."""
    return free_name(service.name, await _taken(session, workspace_id, service.id))


def params_of(service: Service, method: AuthMethod) -> list[Param]:
    """What to ask for this way: all params but those that only other ways use."""
    own = {place for text in method.templates().values() for place in places(text)}
    others = {
        place
        for other in service.auth
        for text in other.templates().values()
        for place in places(text)
    }
    shared = {place for text in _addresses(service) for place in places(text)}
    return [p for p in service.params if p.name not in others - own - shared]


def _addresses(service: Service) -> list[str]:
    lists = [data_type.list.path for data_type in service.data_types.values()]
    return [service.base_url, service.check.path, *lists]


def filled_in(
    service: Service, method: AuthMethod, typed: Mapping[str, str | None]
) -> dict[str, str]:
    """The service's params from what was typed, defaults where nothing was.

    Raises Refused whose `field` is the param's name.
    """
    asked = {param.name for param in params_of(service, method)}
    return {
        param.name: _filled_in(param, typed.get(param.name))
        if param.name in asked
        else param.default
        for param in service.params
    }


def _filled_in(param: Param, typed: str | None) -> str:
    value = (typed or "").strip() or param.default
    if not value:
        raise Refused(f"Enter the {param.label}.", param.name)
    if param.kind == "url":
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Refused(f"The {param.label} starts with https:// (or http://).", param.name)
        return value.rstrip("/")
    return value


async def begin(engine: Engine, actor: Actor, wanted: Wanted) -> Link:
    """Makes the one-time link. Raises Refused (fields: name, params' names), NotAllowed."""
    actor.must_create("authorizations")
    service = engine.catalog.get(wanted.service)
    method = method_of(engine, service, wanted.kind)
    name = checked_name(wanted.name)
    params = filled_in(service, method, wanted.params)
    token = secrets.token_urlsafe(32)
    now = engine.clock.now()
    async with engine.database.begin() as session:
        if wanted.authorization_id is not None:
            await find_to_edit(session, actor, wanted.authorization_id)
        session.add(
            AuthorizationRequest(
                token_hash=hash_of(token),
                workspace_id=actor.workspace_id,
                member_id=actor.member_id,
                service=service.id,
                name=name,
                kind=wanted.kind,
                params=params,
                authorization_id=wanted.authorization_id,
                draft_id=wanted.draft_id,
                view_id=wanted.view_id,
                below=dict(wanted.below) if wanted.below else None,
                created_at=now,
                expires_at=now + LINK_VALID,
            )
        )
    log.info("authorization.begun", workspace_id=actor.workspace_id, service=service.id)
    url = f"{engine.settings.public_url.rstrip('/')}/authorize/{token}"
    return Link(token, url, now + LINK_VALID)


async def begin_renewal(
    engine: Engine,
    actor: Actor,
    authorization_id: int,
    view_id: str,
    draft_id: int | None = None,
    *,
    below: Mapping[str, Any] | None = None,
) -> tuple[Wanted, Link]:
    """A link to authorize an existing one anew, in the same way as before."""
    async with engine.database.read() as session:
        authorization = await find_to_edit(session, actor, authorization_id)
    wanted = Wanted(
        service=authorization.service,
        name=authorization.name,
        kind=authorization.kind,
        params=authorization.params,
        authorization_id=authorization.id,
        draft_id=draft_id,
        view_id=view_id,
        below=below,
    )
    return wanted, await begin(engine, actor, wanted)


async def begin_again(engine: Engine, actor: Actor, view_id: str) -> tuple[Wanted, Link]:
    """Another link for what this modal waits for. Raises NotFound where it waits for nothing."""
    async with engine.database.read() as session:
        last = await authorization_requests.latest_for_view(
            session, actor.workspace_id, actor.member_id, view_id
        )
    if last is None:
        raise NotFound("This window is too old to go on with. Close it and start again.")
    wanted = Wanted(
        service=last.service,
        name=last.name,
        kind=last.kind,
        params=last.params,
        authorization_id=last.authorization_id,
        draft_id=last.draft_id,
        view_id=view_id,
        below=last.below,
    )
    return wanted, await begin(engine, actor, wanted)


async def find(session: AsyncSession, workspace_id: str, authorization_id: int) -> Authorization:
    """Raises NotFound."""
    authorization = await authorizations.get(session, workspace_id, authorization_id)
    if authorization is None:
        raise NotFound(
            "This authorization does not exist any more: somebody deleted it. "
            "Choose another one, or create one."
        )
    return authorization


async def find_to_edit(session: AsyncSession, actor: Actor, authorization_id: int) -> Authorization:
    """As `find`. Raises NotAllowed unless the actor may change it."""
    authorization = await find(session, actor.workspace_id, authorization_id)
    actor.must_edit(authorization.created_by, authorization.name)
    return authorization


async def usable(session: AsyncSession, workspace_id: str, service_id: str) -> list[Authorization]:
    """Those of the service that are accepted, as far as is known."""
    listed = await authorizations.listed(session, workspace_id, service_id)
    return [each for each in listed if each.state is AuthorizationState.OK]


def is_fresh(authorization: Authorization, now: datetime) -> bool:
    """Whether it was found good so lately that it need not be checked again."""
    return (
        authorization.state is AuthorizationState.OK
        and authorization.checked_at is not None
        and now - authorization.checked_at < FRESH
    )


async def check(engine: Engine, actor: Actor, authorization_id: int) -> None:
    """Asks the service whether it still works. Raises ServiceError kinds, NotFound."""
    async with engine.database.read() as session:
        authorization = await find(session, actor.workspace_id, authorization_id)
    if authorization.state is AuthorizationState.LOST:
        raise AuthorizationLost(
            f"The authorization “{authorization.name}” is not accepted any more. "
            "Authorize it again, or choose another one."
        )
    connection = await accounts.connect(engine, authorization_id)
    try:
        account = await connection.check()
    except AuthorizationLost:
        await _note(engine, actor, authorization_id, AuthorizationState.LOST)
        raise
    await _note(engine, actor, authorization_id, AuthorizationState.OK, account)


async def _note(
    engine: Engine,
    actor: Actor,
    authorization_id: int,
    state: AuthorizationState,
    account: str = "",
) -> None:
    async with engine.database.begin() as session:
        authorization = await find(session, actor.workspace_id, authorization_id)
        authorization.state = state
        authorization.account = account or authorization.account
        authorization.checked_at = engine.clock.now()


async def remove(engine: Engine, actor: Actor, authorization_id: int) -> None:
    """Forgets it and its secret, and tells the service so; twice is no error.

    Raises Refused, naming them, while sources use it.
    """
    async with engine.database.begin() as session:
        if await authorizations.get(session, actor.workspace_id, authorization_id) is None:
            return
        authorization = await find_to_edit(session, actor, authorization_id)
        using = await sources.names_using(session, actor.workspace_id, authorization_id)
        if using:
            raise Refused(
                f"“{authorization.name}” is used by {', '.join(f'“{name}”' for name in using)}. "
                "Choose another authorization there, or delete those sources; then try again."
            )
        await session.delete(authorization)
    log.info("authorization.removed", authorization_id=authorization_id)
    if authorization.kind is AuthKind.OAUTH2:
        await _revoke(engine, authorization)


async def _revoke(engine: Engine, authorization: Authorization) -> None:
    service = engine.catalog.get(authorization.service)
    method = service.method(AuthKind.OAUTH2)
    client = oauth.oauth_client(engine.settings, service)
    if method is not None and client is not None:
        secret = engine.vault.open(authorization.secret)
        await oauth.revoke(engine.http, service, method, client, authorization.params, secret)


async def _taken(session: AsyncSession, workspace_id: str, service_id: str) -> set[str]:
    listed = await authorizations.listed(session, workspace_id, service_id)
    return {authorization.name_key for authorization in listed}


def hash_of(token: str) -> str:
    """All that is kept of a link."""
    return hashlib.sha256(token.encode()).hexdigest()
