"""Which databases a member may point the bot at: none of the bot's own machine or network."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from bot.connectors.addresses import is_public, resolve
from bot.errors import ProjectError
from bot.projects.portable_batch import can_fill
from store.database import async_url

TLS_PARAMETER = "ssl-mode"  # as MySQL's own URLs have it

_EXAMPLE = "postgresql://user:password@host:5432/database or mysql://user:password@host/database"

# What a URL may say beside host, port and names. Others name files of the bot's machine
# (sslkey, passfile, service) or change how tables are found (options).
_PARAMETERS = {
    "postgresql": frozenset({"sslmode", "channel_binding", "target_session_attrs", "gssencmode"}),
    "mysql": frozenset({TLS_PARAMETER, "charset"}),
}
_PORTS = {"postgresql": 5432, "mysql": 3306}

_ALIASES = {"mariadb": "mysql"}  # the server says itself which of the two it is
# Asynchronous drivers that SQLAlchemy knows, and the extra of ours that brings one.
_DRIVERS = {"mysql": "aiomysql", "mssql": "aioodbc"}
_EXTRAS = {"mysql": "mysql"}


def parsed(url: str) -> URL:
    """The URL with the driver we use. Raises ProjectError, which never repeats the URL."""
    try:
        asked = make_url(url.strip())
    except (ArgumentError, ValueError):  # the latter of a port that is no number
        raise ProjectError(
            f"That is not the URL of a database. It looks like {_EXAMPLE}."
        ) from None
    with suppress(ValueError):
        return async_url(url.strip())
    return _of_other_kind(asked)


def _of_other_kind(asked: URL) -> URL:
    backend = asked.get_backend_name()
    kind = _ALIASES.get(backend, backend)
    if kind in _DRIVERS:
        asked = asked.set(drivername=f"{kind}+{_DRIVERS[kind]}")
    try:
        dialect = asked.get_dialect()
        if not dialect.is_async or not can_fill(dialect()):
            raise _unknown()
        dialect.import_dbapi()
    except NoSuchModuleError:
        raise _unknown() from None
    except ImportError:
        raise _not_installed(kind, asked.get_driver_name()) from None
    return asked


def _unknown() -> ProjectError:
    return ProjectError(
        f"A project is a PostgreSQL, MySQL or MariaDB database ({_EXAMPLE}). This kind is not "
        "supported yet."
    )


def _not_installed(kind: str, driver: str) -> ProjectError:
    package = f"patchbay[{_EXTRAS[kind]}]" if kind in _EXTRAS else driver
    return ProjectError(
        "This Patchbay has no driver for databases of this kind. Ask whoever runs it to install "
        f"one (pip install '{package}') and to start it anew."
    )


def check_added(url: URL, *, allow_private: bool) -> None:
    """Raises ProjectError where a member may not add this database; asks no name server yet."""
    backend = url.get_backend_name()
    if backend == "sqlite":
        if not allow_private:
            raise ProjectError(
                "Projects on SQLite are files of the machine that Patchbay runs on, so they cannot "
                "be added from Slack. Use a database server, or ask whoever runs Patchbay."
            )
        if url.query or url.database in (None, "", ":memory:"):
            raise ProjectError("Give the path of the SQLite file: sqlite:////path/to/file.db.")
        return
    if not url.database:
        raise ProjectError(f"The URL names no database. It looks like {_EXAMPLE}.")
    if allow_private:
        return
    if backend not in _PARAMETERS:
        raise ProjectError(
            "Databases of this kind cannot be added from Slack, for Patchbay cannot tell where "
            "their drivers connect to. Ask whoever runs Patchbay."
        )
    odd = sorted(set(url.query) - _PARAMETERS[backend])
    if odd:
        raise ProjectError(
            f"The URL’s parameter “{odd[0][:40]}” is not allowed here. Leave it out, then try "
            "again."
        )
    host = url.host or ""
    if not host or host.startswith("/") or "," in host:
        raise ProjectError(f"The URL must name one host, e.g. {_EXAMPLE}.")


def same_database(one: URL, other: URL) -> bool:
    if one.get_backend_name() != other.get_backend_name():
        return False
    if one.get_backend_name() == "sqlite":
        return _file(one) == _file(other)

    def place(url: URL) -> tuple[str, str, int, str]:
        return (
            (url.host or "").lower(),
            str(url.query.get("host", "")),
            url.port or _PORTS.get(url.get_backend_name(), 0),
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
