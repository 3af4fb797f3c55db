"""What a one-time link leads to: the way to the service and back, or a secret typed there."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors import oauth
from bot.connectors.catalog import Service
from bot.engine import Engine
from bot.errors import NotAllowed, PatchbayError, Refused
from bot.settings import OAuthClient
from bot.setup.accepting import GONE, LinkGone, Opened, Verdict, accept, tell
from bot.setup.authorizations import hash_of, method_of
from store import authorization_requests, members
from store.models import AuthorizationRequest
from store.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the browser goes for the service's consent, and what binds the answer to it."""

    url: str
    cookie: str  # its name
    nonce: str  # its value


async def open_link(engine: Engine, token: str) -> Opened:
    """Raises LinkGone; tells the waiting modal where the link is too old."""
    return await _opened(engine, hash_of(token))


async def _opened(engine: Engine, token_hash: str) -> Opened:
    async with engine.database.read() as session:
        request = await authorization_requests.get(session, token_hash)
        if request is None:
            raise LinkGone("unknown")
        await _must_still_be_allowed(session, request)
    if request.used_at is not None:
        raise LinkGone("used")
    if request.expires_at <= engine.clock.now():
        gone = LinkGone("expired")
        await tell(engine, request, problem=GONE["expired"])
        raise gone
    service = engine.catalog.get(request.service)
    return Opened(request, service, method_of(engine, service, request.kind))


async def _must_still_be_allowed(session: AsyncSession, request: AuthorizationRequest) -> None:
    member = await members.get(session, request.workspace_id, request.member_id)
    if member is not None and (member.is_gone or member.role is Role.VIEWER):
        raise NotAllowed("The member who asked for this may not create authorizations any more.")


def cookie_of(token_hash: str) -> str:
    """Each link has its own cookie, so that two of them do not disturb each other."""
    return f"patchbay_{token_hash[:16]}"


async def depart(engine: Engine, token: str, cookies: Mapping[str, str]) -> Departure:
    """Prepares the way to the service's consent page. Opening the link twice changes nothing."""
    opened = await open_link(engine, token)
    request = opened.request
    cookie = cookie_of(request.token_hash)
    kept = _kept(engine, request)
    if kept is None or not _same(cookies.get(cookie, ""), kept["nonce"]):
        kept = {"verifier": secrets.token_urlsafe(48), "nonce": secrets.token_urlsafe(32)}
        async with engine.database.begin() as session:
            row = await authorization_requests.get(session, request.token_hash, lock=True)
            if row is None or row.used_at is not None:
                raise LinkGone("used")
            row.pkce_verifier = engine.vault.seal(kept)
    url = oauth.authorize_url(
        opened.service,
        opened.method,
        _client(engine, opened.service),
        request.params,
        redirect_uri(engine),
        f"{request.token_hash}.{kept['nonce']}",
        kept["verifier"],
    )
    return Departure(url, cookie, kept["nonce"])


async def arrive(
    engine: Engine, state: str, cookies: Mapping[str, str], code: str | None, error: str | None
) -> Verdict:
    """The browser came back from the service, with a code or with an error.

    Raises LinkGone where this browser did not set out with that state, Refused where the owner
    said no, ServiceError kinds where the service did not accept its own permission.
    """
    token_hash, _, nonce = state.partition(".")
    opened = await _opened(engine, token_hash)
    request = opened.request
    kept = _kept(engine, request)
    if kept is None or not all(
        _same(given, kept["nonce"]) for given in (nonce, cookies.get(cookie_of(token_hash), ""))
    ):
        raise LinkGone("unknown")
    try:
        if code is None:
            raise _denied(opened.service, error)
        secret = await oauth.exchange(
            engine.http,
            opened.service,
            opened.method,
            _client(engine, opened.service),
            request.params,
            redirect_uri(engine),
            code,
            kept["verifier"],
            now=engine.clock.now(),
        )
        return await accept(engine, opened, secret)
    except LinkGone:
        raise
    except PatchbayError as problem:
        await tell(engine, request, problem=problem.sentence)
        raise


def _denied(service: Service, error: str | None) -> Refused:
    if error in (None, "access_denied"):
        return Refused(
            f"{service.name} was told not to allow it, so nothing was connected. "
            "Go back to Slack and press “Try again” if that was not meant."
        )
    return Refused(
        f"{service.name} did not give its permission (it says “{str(error)[:80]}”), so nothing "
        "was connected. Go back to Slack and try again, or choose another way to authorize."
    )


async def complete(engine: Engine, token: str, secret: dict[str, str]) -> Verdict:
    """With what was typed on the one-time page: {"key"}, {"username", "password"}, or nothing.

    Raises LinkGone, ServiceError kinds. A secret that is refused leaves the link open.
    """
    opened = await open_link(engine, token)
    try:
        return await accept(engine, opened, secret)
    except LinkGone:
        raise
    except PatchbayError as problem:
        await tell(engine, opened.request, problem=problem.sentence)
        raise


def _kept(engine: Engine, request: AuthorizationRequest) -> dict[str, str] | None:
    """The PKCE verifier, and the nonce of the browser that set out with it."""
    if request.pkce_verifier is None:
        return None
    kept: dict[str, str] = engine.vault.open(request.pkce_verifier)
    return kept


def _client(engine: Engine, service: Service) -> OAuthClient:
    client = oauth.oauth_client(engine.settings, service)
    assert client is not None  # method_of() has looked
    return client


def redirect_uri(engine: Engine) -> str:
    return f"{engine.settings.public_url.rstrip('/')}/oauth/callback"


def _same(given: str, kept: str) -> bool:
    return hmac.compare_digest(given.encode(), kept.encode())
