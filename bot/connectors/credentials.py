"""What proves who asks, and where it goes in a request."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.connectors.grammar import AuthMethod, Service
from bot.connectors.http import Sign
from bot.connectors.templates import fill
from bot.errors import AuthorizationLost, ServiceRefuses
from store.vocabulary import AuthKind

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_LEEWAY = 60  # seconds before its end at which a token counts as expired


@dataclass(frozen=True, slots=True)
class Credentials:
    """Permission to talk to one account. `secret`, by kind: {"key"} for api_key and bearer,
    {"username", "password"} for basic, {"access_token", "refresh_token", "expires_at"} (seconds
    since 1970; the last two may be None) for oauth2, {} for none. It never prints.
    """

    kind: AuthKind
    params: dict[str, str]
    secret: dict[str, Any] = field(repr=False)

    def expired(self, now: datetime) -> bool:
        """Whether it is an access token whose time is up."""
        end = self.secret.get("expires_at")
        return isinstance(end, int) and end <= now.timestamp() + _LEEWAY

    def leak_in(self, text: str) -> bool:
        """Whether a secret value stands in the text."""
        return any(
            isinstance(value, str) and value in text for value in self.secret.values() if value
        )


def signer(service: Service, credentials: Credentials) -> Sign:
    """What adds these credentials to a request.

    Raises AuthorizationLost where the service takes no such kind any more, or the secret could
    not be sent; ServiceRefuses for a key's place that is neither a header nor a parameter.
    """
    method = service.method(credentials.kind)
    if method is None:
        raise AuthorizationLost(
            f"{service.name} is not connected this way any more. Authorize it again."
        )
    added = dict(_headers(service, method, credentials))
    query = key_parameter(service, credentials)
    key = _sendable(service, credentials.secret["key"]) if query else ""

    def sign(headers: dict[str, str], parameters: dict[str, str]) -> None:
        headers.update(added)
        if query:
            parameters[query] = key

    return sign


def key_parameter(service: Service, credentials: Credentials) -> str | None:
    """The query parameter that carries the key, where one does."""
    method = service.method(credentials.kind)
    if method is None or credentials.kind is not AuthKind.API_KEY:
        return None
    place = fill(method.place or method.query or "", credentials.params).strip()
    if method.place is not None:
        return place[1:] if place.startswith("?") else None
    return place or None


def _headers(
    service: Service, method: AuthMethod, credentials: Credentials
) -> Iterator[tuple[str, str]]:
    secret = credentials.secret
    if credentials.kind is AuthKind.OAUTH2:
        token = _sendable(service, secret["access_token"])
        yield "Authorization", f"{method.prefix or 'Bearer'} {token}"
    elif credentials.kind is AuthKind.BEARER:
        yield "Authorization", f"{method.prefix or 'Bearer'} {_sendable(service, secret['key'])}"
    elif credentials.kind is AuthKind.BASIC:
        pair = f"{secret['username']}:{secret['password']}".encode()
        yield "Authorization", f"Basic {base64.b64encode(pair).decode()}"
    elif credentials.kind is AuthKind.API_KEY and not key_parameter(service, credentials):
        name = fill(method.header or method.place or "", credentials.params).strip()
        if not _HEADER_NAME.match(name):
            raise ServiceRefuses(
                f"“{name}” cannot be the name of a header, so {service.name} cannot be asked. "
                "Authorize again with a name like X-Api-Key, or ?api_key for a parameter in the "
                "address."
            )
        key = _sendable(service, secret["key"])
        yield name, f"{method.prefix} {key}" if method.prefix else key


def _sendable(service: Service, value: str) -> str:
    key = value.strip()
    if not key or not key.isascii() or not key.isprintable():
        raise AuthorizationLost(
            f"This key of {service.name} is empty or contains characters that no key has. "
            "Copy it again from where the service shows it, and authorize again."
        )
    return key
