"""Secrets at rest: encrypted with the first key, readable with any of them (rotation)."""

import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class VaultError(Exception):
    """A secret cannot be read with the keys at hand."""


class Secret(str):
    """Text that must not reach a log: prints as `***`. Use `.reveal()` where it is needed."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return "***"

    def reveal(self) -> str:
        return str.__str__(self)


class Vault:
    def __init__(self, keys: list[str]) -> None:
        """`keys`: URL-safe base64 Fernet keys; the first one encrypts.

        Raises ValueError where there is none or one is malformed.
        """
        if not keys:
            raise ValueError("the vault needs at least one key")
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    @staticmethod
    def new_key() -> str:
        return Fernet.generate_key().decode()

    def seal(self, value: Any) -> bytes:
        """Encrypts anything JSON can hold."""
        return self._fernet.encrypt(json.dumps(value).encode())

    def open(self, sealed: bytes) -> Any:
        """Raises VaultError where no key fits."""
        try:
            return json.loads(self._fernet.decrypt(sealed))
        except InvalidToken as error:
            raise VaultError("no key in PATCHBAY_SECRET_KEYS opens this secret") from error
