"""OAuth 2, authorization code with PKCE and refresh: Authlib speaks it, our pool sends it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import structlog
from authlib.oauth2 import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7009 import prepare_revoke_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from bot.connectors.bodies import BadBody, decoded
from bot.connectors.grammar import AuthMethod, Service
from bot.connectors.http import Answer, HttpPool
from bot.connectors.sending import misbehaves, send
from bot.connectors.templates import fill_url
from bot.errors import AuthorizationLost, ServiceError, ServiceRefuses
from bot.settings import OAuthClient, Settings
from store.vocabulary import AuthKind

log = structlog.get_logger(__name__)

_HEADERS = {
    "Accept": "application/json",
    "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8",
}
# what services call a refresh token that is used up, revoked or too old
_LOST = {"invalid_grant", "bad_refresh_token", "invalid_token", "expired_token", "access_denied"}
_CLIENT = {"invalid_client", "unauthorized_client", "incorrect_client_credentials"}


def oauth_client(settings: Settings, service: Service) -> OAuthClient | None:
    """How this installation is registered with the service; None where it is not.

    PATCHBAY_OAUTH_CLIENTS first, else the public client that the service file names.
    """
    if service.id in settings.oauth_clients:
        return settings.oauth_clients[service.id]
    method = service.method(AuthKind.OAUTH2)
    if method is None or method.client_id is None:
        return None
    return OAuthClient(client_id=method.client_id)


def authorize_url(
    service: Service,
    method: AuthMethod,
    client: OAuthClient,
    params: Mapping[str, str],
    redirect_uri: str,
    state: str,
    verifier: str,
) -> str:
    """Where the member's browser goes to be asked for consent."""
    pkce = (
        {
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        if method.pkce
        else {}
    )
    url: str = prepare_grant_uri(
        fill_url(method.authorize_url or "", params),
        client_id=client.client_id,
        response_type="code",
        redirect_uri=redirect_uri,
        scope=list(method.scopes) or None,
        state=state,
        **pkce,
    )
    return url


async def exchange(
    pool: HttpPool,
    service: Service,
    method: AuthMethod,
    client: OAuthClient,
    params: Mapping[str, str],
    redirect_uri: str,
    code: str,
    verifier: str,
    *,
    now: datetime | None = None,
) -> dict[str, Any]:
    """The secret for a code that the browser brought back. Raises ServiceError kinds."""
    proof = {"code_verifier": verifier} if method.pkce else {}
    body = prepare_token_request(
        "authorization_code", redirect_uri=redirect_uri, code=code, **proof
    )
    token = await _token(pool, service, method, client, params, body)
    return _secret(token, None, now or datetime.now(UTC))


async def refresh(
    pool: HttpPool,
    service: Service,
    method: AuthMethod,
    client: OAuthClient,
    params: Mapping[str, str],
    secret: Mapping[str, Any],
    *,
    now: datetime | None = None,
) -> dict[str, Any]:
    """A new secret for one that has expired; its refresh token counts as used from here on.

    Raises AuthorizationLost where the service does not take the refresh token any more.
    """
    body = prepare_token_request("refresh_token", refresh_token=secret["refresh_token"])
    token = await _token(pool, service, method, client, params, body)
    return _secret(token, secret["refresh_token"], now or datetime.now(UTC))


async def revoke(
    pool: HttpPool,
    service: Service,
    method: AuthMethod,
    client: OAuthClient,
    params: Mapping[str, str],
    secret: Mapping[str, Any],
) -> None:
    """Tells the service that the tokens are not needed any more; goes on where it fails."""
    if method.revoke_url is None:
        return
    url = fill_url(method.revoke_url, params)
    for kind in ("refresh_token", "access_token"):
        if secret.get(kind):
            body, _ = prepare_revoke_token_request(secret[kind], kind)
            try:
                answer = await _post(pool, service, client, url, body)
            except ServiceError as error:
                log.info("oauth.revoke_failed", service=service.id, token=kind, code=error.code)
            else:
                log.info("oauth.revoked", service=service.id, token=kind, status=answer.status)


async def _token(
    pool: HttpPool,
    service: Service,
    method: AuthMethod,
    client: OAuthClient,
    params: Mapping[str, str],
    body: str,
) -> dict[str, Any]:
    """What the token endpoint answers. An OAuth error may come with any status, 200 included."""
    answer = await _post(pool, service, client, fill_url(method.token_url or "", params), body)
    try:
        token = await decoded(answer.body, answer.content_type)
    except BadBody as error:
        if answer.status >= 400:
            raise _refused(service, f"HTTP {answer.status}") from error
        raise misbehaves(service.name, str(error)) from error
    if not isinstance(token, dict):
        raise misbehaves(service.name, "an answer about a token that is no object")
    if answer.status >= 400 or "error" in token:
        code = token.get("error")
        raise _refused(service, code if isinstance(code, str) else f"HTTP {answer.status}")
    if not isinstance(token.get("access_token"), str) or not token["access_token"]:
        raise misbehaves(service.name, "an answer without an access token")
    return token


async def _post(
    pool: HttpPool, service: Service, client: OAuthClient, url: str, body: str
) -> Answer:
    secret = client.client_secret.get_secret_value() if client.client_secret else None
    way = "client_secret_post" if secret else "none"
    _, headers, signed = ClientAuth(client.client_id, secret, way).prepare(
        "POST", url, dict(_HEADERS), body
    )
    return await send(service.name, pool.settings, lambda: pool.post(url, signed, headers))


def _refused(service: Service, code: str) -> ServiceError:
    if code in _LOST:
        return AuthorizationLost(
            f"{service.name} does not accept this authorization any more ({code}): it was revoked "
            "or has expired. Authorize it again."
        )
    if code in _CLIENT:
        return ServiceRefuses(
            f"{service.name} does not know this installation of Patchbay ({code}). Ask whoever "
            "runs Patchbay to check its registration in PATCHBAY_OAUTH_CLIENTS."
        )
    return ServiceRefuses(
        f"{service.name} did not complete the sign-in ({code[:80]}). Try to authorize again."
    )


def _secret(token: Mapping[str, Any], refresh_token: str | None, now: datetime) -> dict[str, Any]:
    """`refresh_token`: the one to keep where the service does not replace it."""
    renewed = token.get("refresh_token")
    return {
        "access_token": token["access_token"],
        "refresh_token": renewed if isinstance(renewed, str) and renewed else refresh_token,
        "expires_at": _expiry(token.get("expires_in"), now),
    }


def _expiry(seconds: Any, now: datetime) -> int | None:
    try:
        span = int(seconds)
    except (TypeError, ValueError, OverflowError):
        return None
    most = 10 * 365 * 24 * 3600  # ten years: longer is as good as never
    return int(now.timestamp()) + span if 0 < span < most else None
