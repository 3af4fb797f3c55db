"""Who may read the store: API keys, and OAuth 2 grants with PKCE and rotating refresh tokens."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock

CLIENT_ID = "patchbay-demo"  # a public client: no secret, PKCE instead
CODE_LIVES = timedelta(seconds=60)


class InvalidGrant(Exception):
    """The code, the verifier or the refresh token is not (or no longer) good."""


@dataclass(frozen=True, slots=True)
class Code:
    redirect_uri: str
    challenge: str
    scope: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Tokens:
    access_token: str
    refresh_token: str
    scope: str
    expires_in: int  # seconds


class Grants:
    def __init__(self, clock: Clock, lifetime: timedelta) -> None:
        self.api_key = _new("key")
        self._clock = clock
        self._lifetime = lifetime
        self._codes: dict[str, Code] = {}
        self._access: dict[str, datetime] = {}  # token: until when
        self._refresh: dict[str, tuple[str, str]] = {}  # token: (scope, its access token)

    def allows(self, bearer: str | None, api_key: str | None) -> bool:
        if bearer is not None:
            until = self._access.get(bearer)
            return until is not None and self._clock.now() < until
        return api_key is not None and secrets.compare_digest(
            api_key.encode(), self.api_key.encode()
        )

    def code(self, redirect_uri: str, challenge: str, scope: str) -> str:
        code = _new("code")
        expires_at = self._clock.now() + CODE_LIVES
        self._codes[code] = Code(redirect_uri, challenge, scope, expires_at)
        return code

    def exchange(self, code: str, verifier: str, redirect_uri: str) -> Tokens:
        """A code works once. Raises InvalidGrant."""
        known = self._codes.pop(code, None)
        if known is None or self._clock.now() >= known.expires_at:
            raise InvalidGrant("the code is unknown, used or expired")
        if known.redirect_uri != redirect_uri:
            raise InvalidGrant("redirect_uri is another one than before")
        if not secrets.compare_digest(s256(verifier), known.challenge):
            raise InvalidGrant("code_verifier does not match")
        return self._grant(known.scope)

    def refresh(self, refresh_token: str) -> Tokens:
        """The old pair of tokens is gone afterwards. Raises InvalidGrant."""
        known = self._refresh.pop(refresh_token, None)
        if known is None:
            raise InvalidGrant("the refresh token is unknown, used or revoked")
        scope, access = known
        self._access.pop(access, None)
        return self._grant(scope)

    def revoke(self, token: str) -> None:
        self._access.pop(token, None)
        known = self._refresh.pop(token, None)
        if known is not None:
            self._access.pop(known[1], None)

    def expire_access(self) -> None:
        """Every access token ends now; refresh tokens stay good."""
        self._access.clear()

    def revoke_all(self) -> None:
        """Every token, code and key stops working; there is a new API key afterwards."""
        self._access.clear()
        self._refresh.clear()
        self._codes.clear()
        self.api_key = _new("key")

    def kept(self) -> dict[str, Any]:
        """What still works, as JSON for `restore`; codes are too short-lived."""
        return {
            "api_key": self.api_key,
            "access": {token: until.isoformat() for token, until in self._access.items()},
            "refresh": {token: list(known) for token, known in self._refresh.items()},
        }

    def restore(self, kept: dict[str, Any]) -> None:
        self.api_key = kept["api_key"]
        self._access = {
            token: datetime.fromisoformat(until) for token, until in kept["access"].items()
        }
        self._refresh = {
            token: (scope, access) for token, (scope, access) in kept["refresh"].items()
        }

    def _grant(self, scope: str) -> Tokens:
        access, refresh = _new("access"), _new("refresh")
        self._access[access] = self._clock.now() + self._lifetime
        self._refresh[refresh] = (scope, access)
        return Tokens(access, refresh, scope, int(self._lifetime.total_seconds()))


def s256(verifier: str) -> str:
    """PKCE's challenge for a verifier (RFC 7636, 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _new(kind: str) -> str:
    return f"demo_{kind}_{secrets.token_urlsafe(24)}"
