"""Which databases a member may point the bot at: none of the bot's own machine or network."""

from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from bot.connectors.addresses import is_public, resolve
from bot.errors import ProjectError
from store.database import async_url

# What a URL may say beside host, port and names. Others name files of the bot's machine
# (sslkey, passfile, service) or change how tables are found (options).
_PARAMETERS = frozenset({"sslmode", "channel_binding", "target_session_attrs", "gssencmode"})


def parsed(url: str) -> URL:
    """The URL with the driver we use. Raises ProjectError, which never repeats the URL."""
    try:
        return async_url(url.strip())
    except ArgumentError:
        raise ProjectError(
            "That is not the URL of a database. It looks like "
            "postgresql://user:password@host:5432/database."
        ) from None
    except ValueError:
        raise ProjectError(
            "A project is a PostgreSQL database (postgresql://user:password@host:5432/database). "
            "Other kinds are not supported yet."
        ) from None


def check_added(url: URL, *, allow_private: bool) -> None:
    """Raises ProjectError where a member may not add this database; asks no name server yet."""
    if url.get_backend_name() == "sqlite":
        if not allow_private:
            raise ProjectError(
                "Projects on SQLite are files of the machine that Patchbay runs on, so they cannot "
                "be added from Slack. Use a PostgreSQL database, or ask whoever runs Patchbay."
            )
        if url.query or url.database in (None, "", ":memory:"):
            raise ProjectError("Give the path of the SQLite file: sqlite:////path/to/file.db.")
        return
    if not url.database:
        raise ProjectError(
            "The URL names no database. It looks like "
            "postgresql://user:password@host:5432/database."
        )
    if allow_private:
        return
    odd = sorted(set(url.query) - _PARAMETERS)
    if odd:
        raise ProjectError(
            f"The URL’s parameter “{odd[0][:40]}” is not allowed here. Leave it out, then try "
            "again."
        )
    host = url.host or ""
    if not host or host.startswith("/") or "," in host:
        raise ProjectError(
            "The URL must name one host, e.g. postgresql://user:password@db.example.com/database."
        )


def same_database(one: URL, other: URL) -> bool:
    if one.get_backend_name() != other.get_backend_name():
        return False
    if one.get_backend_name() == "sqlite":
        return _file(one) == _file(other)

    def place(url: URL) -> tuple[str, str, int, str]:
        return (
            (url.host or "").lower(),
            str(url.query.get("host", "")),
            url.port or 5432,
            url.database or "",
        )

    return place(one) == place(other)


def _file(url: URL) -> Path | None:
    return Path(url.database).resolve() if url.database else None


async def public_address(host: str, port: int) -> str:
    """An address of the host. Raises ProjectError where one of them is not on the internet."""
    try:
        addresses = await resolve(host, port)
    except (OSError, UnicodeError):
        raise ProjectError(f"The host {host} cannot be found. Check its name in the URL.") from None
    if not addresses or not all(is_public(address) for address in addresses):
        raise ProjectError(
            f"The host {host} is on a private network, which this Patchbay may not reach. Use a "
            "database with a public address, or ask whoever runs Patchbay to set "
            "PATCHBAY_ALLOW_PRIVATE_NETWORKS."
        )
    return addresses[0]


async def open_guarded(**parameters: Any) -> "psycopg.AsyncConnection[Any]":
    """A new connection to the very address that was checked: a name cannot change in between."""
    host, port = str(parameters.get("host", "")), int(parameters.get("port") or 5432)
    address = await public_address(host, port)
    return await psycopg.AsyncConnection.connect(**{**parameters, "hostaddr": address})
