"""Connections to accounts: with a stored authorization, or with credentials not stored yet."""

from datetime import UTC, datetime

import structlog

from bot.connectors import oauth
from bot.connectors.connection import Connection
from bot.connectors.credentials import Credentials
from bot.connectors.grammar import Service
from bot.connectors.turns import Turn
from bot.engine import Engine
from bot.errors import AuthorizationLost, NotFound
from store import authorizations
from store.models import Authorization
from store.vault import VaultError
from store.vocabulary import AuthKind

log = structlog.get_logger(__name__)


async def connect(
    engine: Engine, authorization_id: int, known: Authorization | None = None
) -> Connection:
    """A connection with a stored authorization; its tokens are renewed when they have to be.

    `known`: its row, where the caller has just read it. Raises NotFound, and AuthorizationLost
    where the secret cannot be read.
    """
    row = known or await _row(engine, authorization_id)
    service = engine.catalog.get(row.service)

    async def renew(stale: Credentials) -> Credentials:
        work = _renewed(engine, service, authorization_id, stale)
        return await engine.http.turns.unbroken(work)

    return Connection(
        service=service,
        credentials=_opened(engine, row),
        pool=engine.http,
        settings=engine.settings,
        now=engine.clock.now,
        renew=renew,
        turn=engine.http.turns.turn(authorization_id, service.rate_limit),
    )


def connection_with(engine: Engine, service: Service, credentials: Credentials) -> Connection:
    """A connection with credentials that are about to be checked; they are not renewed."""
    return Connection(
        service=service,
        credentials=credentials,
        pool=engine.http,
        settings=engine.settings,
        now=engine.clock.now,
        turn=Turn(service.rate_limit),
    )


async def _renewed(
    engine: Engine, service: Service, authorization_id: int, stale: Credentials
) -> Credentials:
    """Credentials in place of `stale` ones: stored meanwhile by somebody else, or refreshed.

    One at a time per authorization, since a rotating refresh token works only once.
    """
    async with engine.http.turns.lock(authorization_id):
        row = await _row(engine, authorization_id)
        kept = _opened(engine, row)
        if kept != stale:
            return kept
        try:
            return await _refreshed(engine, service, row, kept)
        except AuthorizationLost:
            # another process may have used the refresh token first, and stored its successor
            newer = _opened(engine, await _row(engine, authorization_id))
            if newer != stale:
                return newer
            raise


async def _refreshed(
    engine: Engine, service: Service, row: Authorization, kept: Credentials
) -> Credentials:
    method = service.method(AuthKind.OAUTH2)
    client = oauth.oauth_client(engine.settings, service)
    if kept.kind is not AuthKind.OAUTH2 or not kept.secret.get("refresh_token"):
        raise AuthorizationLost(
            f"{service.name} does not accept this authorization any more: it was revoked, has "
            "expired or does not cover this data. Authorize it again."
        )
    if method is None or client is None:
        raise AuthorizationLost(
            f"Patchbay is not registered with {service.name} any more, so the authorization could "
            "not be renewed. Ask whoever runs Patchbay to check PATCHBAY_OAUTH_CLIENTS, then "
            "authorize it again."
        )
    now = engine.clock.now()
    secret = await oauth.refresh(
        engine.http, service, method, client, kept.params, kept.secret, now=now
    )
    end = secret["expires_at"]
    async with engine.database.begin() as session:
        stored = await authorizations.replace_secret(
            session,
            row.id,
            old=row.secret,
            new=engine.vault.seal(secret),
            expires_at=datetime.fromtimestamp(end, UTC) if end is not None else None,
        )
    log.info("authorization.refreshed", authorization_id=row.id, service=service.id, stored=stored)
    if not stored:  # a member authorized it again at the same moment: theirs stands
        return _opened(engine, await _row(engine, row.id))
    return Credentials(kind=kept.kind, params=kept.params, secret=secret)


async def _row(engine: Engine, authorization_id: int) -> Authorization:
    async with engine.database.read() as session:
        row = await authorizations.by_id(session, authorization_id)
    if row is None:
        raise NotFound(
            "The authorization of this source does not exist any more. "
            "Choose another one in the source, or create one."
        )
    return row


def _opened(engine: Engine, row: Authorization) -> Credentials:
    try:
        secret = engine.vault.open(row.secret)
    except VaultError as error:
        raise AuthorizationLost(
            f"Patchbay cannot read the secret of “{row.name}”: its own key was changed. Authorize "
            "it again, or ask whoever runs Patchbay to put the old key back into "
            "PATCHBAY_SECRET_KEYS."
        ) from error
    return Credentials(kind=row.kind, params=dict(row.params), secret=secret)
