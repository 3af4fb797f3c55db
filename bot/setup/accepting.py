"""The moment of truth: the service is asked, and only what it accepts is kept.

Whatever happens is told by the signal `Authorized`, for the modal that waits.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alerts.incidents import resolve_for_authorization
from bot.connectors.accounts import connection_with
from bot.connectors.catalog import AuthMethod, Service
from bot.connectors.credentials import Credentials
from bot.engine import Engine
from bot.errors import AuthorizationLost, NotFound, Refused
from bot.setup.names import free_name, name_key
from bot.setup.source_draft import SourceDraft
from bot.signals import Authorized
from store import authorization_requests, authorizations, drafts
from store.models import Authorization, AuthorizationRequest
from store.vocabulary import AuthKind, AuthorizationState

log = structlog.get_logger(__name__)

Why = Literal["unknown", "used", "expired"]

GONE: dict[Why, str] = {
    "unknown": "This link is not one of Patchbay's, or it was made for another browser.",
    "used": "This link was used already, and it works only once.",
    "expired": "This link is more than 30 minutes old, so it does not work any more.",
}


class LinkGone(NotFound):
    """The one-time link does not open anything (any more)."""

    def __init__(self, why: Why) -> None:
        super().__init__(
            f"{GONE[why]} Go back to Slack; if you still need it, press “Try again” there, "
            "or create the authorization again."
        )
        self.why = why


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that is still good, with what it is for."""

    request: AuthorizationRequest
    service: Service
    method: AuthMethod


@dataclass(frozen=True, slots=True)
class Verdict:
    """The service accepted it."""

    service: str  # the service's name
    name: str  # the authorization's
    account: str  # what the service calls the account; may be empty

    @property
    def sentence(self) -> str:
        if self.account and self.account != self.service:
            return f"{self.service} accepted it: you are connected to “{self.account}”."
        return f"{self.service} accepted it: the connection works."


async def accept(engine: Engine, opened: Opened, secret: dict[str, Any]) -> Verdict:
    """Asks the service, then keeps the authorization and tells who waits."""
    request, service = opened.request, opened.service
    account = await _checked(engine, opened, secret)
    authorization = await _keep(engine, opened, secret, account)
    log.info(
        "authorization.accepted",
        workspace_id=request.workspace_id,
        authorization_id=authorization.id,
        service=service.id,
        renewed=request.authorization_id is not None,
    )
    await tell(engine, request, authorization_id=authorization.id)
    return Verdict(service.name, authorization.name, account)


async def _checked(engine: Engine, opened: Opened, secret: dict[str, Any]) -> str:
    service, request = opened.service, opened.request
    credentials = Credentials(kind=request.kind, params=dict(request.params), secret=secret)
    try:
        return await connection_with(engine, service, credentials).check()
    except AuthorizationLost as error:
        what = {
            AuthKind.API_KEY: "this key",
            AuthKind.BEARER: "this token",
            AuthKind.BASIC: "this user name and password",
            AuthKind.NONE: "requests without an authorization",
            AuthKind.OAUTH2: "the permission that it has just given",
        }[request.kind]
        raise AuthorizationLost(
            f"{service.name} does not accept {what}. "
            "Check that it is complete and still valid, then try again."
        ) from error


async def _keep(
    engine: Engine, opened: Opened, secret: dict[str, Any], account: str
) -> Authorization:
    for _ in range(3):
        try:
            async with engine.database.begin() as session:
                request = await authorization_requests.get(
                    session, opened.request.token_hash, lock=True
                )
                if request is None or request.used_at is not None:
                    raise LinkGone("used")
                authorization = await _target(session, engine, request)
                _fill(engine, authorization, request, secret, account)
                await session.flush()
                if request.authorization_id is not None:
                    await resolve_for_authorization(
                        session,
                        engine,
                        authorization,
                        by=request.member_id,
                        resolution=f"{opened.service.name} was authorized again",
                    )
                await _select_in_draft(session, request, authorization.id)
                request.used_at = engine.clock.now()
                request.pkce_verifier = None
            return authorization
        except IntegrityError:  # another one took the name at the same moment
            continue
    raise Refused("This name was taken at the same moment, several times. Try again.")


async def _target(
    session: AsyncSession, engine: Engine, request: AuthorizationRequest
) -> Authorization:
    """The row to be written: the one to be renewed, or a new one under a free name."""
    if request.authorization_id is not None:
        found = await authorizations.get(session, request.workspace_id, request.authorization_id)
        if found is None:
            raise NotFound("This authorization was deleted meanwhile. Create another one in Slack.")
        return found
    listed = await authorizations.listed(session, request.workspace_id, request.service)
    name = free_name(request.name, {other.name_key for other in listed})
    authorization = Authorization(
        workspace_id=request.workspace_id,
        service=request.service,
        name=name,
        name_key=name_key(name),
        created_by=request.member_id,
        created_at=engine.clock.now(),
    )
    session.add(authorization)
    return authorization


def _fill(
    engine: Engine,
    authorization: Authorization,
    request: AuthorizationRequest,
    secret: dict[str, Any],
    account: str,
) -> None:
    expires_at = secret.get("expires_at")
    authorization.kind = request.kind
    authorization.params = request.params
    authorization.secret = engine.vault.seal(secret)
    authorization.account = account
    authorization.state = AuthorizationState.OK
    authorization.expires_at = datetime.fromtimestamp(expires_at, UTC) if expires_at else None
    authorization.checked_at = engine.clock.now()


async def _select_in_draft(
    session: AsyncSession, request: AuthorizationRequest, authorization_id: int
) -> None:
    if request.draft_id is None:
        return
    draft = await drafts.get(session, request.workspace_id, request.member_id, request.draft_id)
    if draft is not None and draft.saved_as is None:
        filled = SourceDraft.model_validate(draft.data)
        draft.data = filled.model_copy(update={"authorization": authorization_id}).dump()


async def tell(
    engine: Engine,
    request: AuthorizationRequest,
    *,
    authorization_id: int | None = None,
    problem: str | None = None,
) -> None:
    await engine.signals.send(
        Authorized(
            workspace_id=request.workspace_id,
            member_id=request.member_id,
            service=request.service,
            authorization_id=authorization_id,
            draft_id=request.draft_id,
            view_id=request.view_id,
            problem=problem,
            below=request.below,
        )
    )
