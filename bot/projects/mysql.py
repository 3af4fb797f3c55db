"""MySQL and MariaDB: how to connect, one writer at a time, and what their errors say of a row."""

import re
import socket
import ssl
from functools import lru_cache, partial
from hashlib import sha256
from typing import Any

import aiomysql
from pymysql.constants import CLIENT, CR
from pymysql.err import OperationalError
from sqlalchemy import event, func, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, TimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import ProjectError
from bot.projects.addresses import TLS_PARAMETER, public_address
from bot.projects.portable import REFUSED, Objection, Ways
from bot.projects.troubles import mysql_number

_LOCK_SECONDS = 30  # how long a batch waits for somebody who locked the table
_LOCKS = "patchbay_locks"

# A value that does not fit is refused, not cut; key 0 is 0; times are UTC's; texts of errors are
# those that are read below. MariaDB alone lets a session make tables of over 197 text fields.
_SESSION = f"""SET
    sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_AUTO_VALUE_ON_ZERO',
    time_zone = '+00:00', lc_messages = 'en_US',
    lock_wait_timeout = {_LOCK_SECONDS}, innodb_lock_wait_timeout = {_LOCK_SECONDS}
    /*M! , innodb_strict_mode = OFF */"""
_MODES = ("DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY")


def open_engine(url: URL, *, guarded: bool, own: str | None = None) -> AsyncEngine:
    """`guarded`: each connection checks anew that the host is not on a private network.

    `own`: a database beside the URL's, made when it is missing, where all tables are. Raises
    ProjectError for a ssl-mode that there is not.
    """
    connect = partial(
        _connect, guarded=guarded, mode=_mode(url), own=f"{url.database}_{own}" if own else None
    )
    socket_path = {name: at for name, at in url.query.items() if name == "unix_socket"}
    engine = create_async_engine(
        url.set(query=socket_path),
        connect_args={
            "async_creator_fn": connect,
            "connect_timeout": 10,
            "charset": "utf8mb4",
            "program_name": "patchbay",
            "init_command": _SESSION,
            "local_infile": False,  # whose server it is, reads none of our files
        },
        isolation_level="READ COMMITTED",  # what others committed is seen, what they add not locked
        hide_parameters=True,
        pool_pre_ping=True,
        pool_recycle=1800,
        pool_size=3,
        max_overflow=10,
    )
    event.listen(engine.sync_engine, "reset", _release)
    return engine


def _mode(url: URL) -> str:
    asked = str(url.query.get(TLS_PARAMETER, "PREFERRED")).upper()
    if asked not in _MODES:
        raise ProjectError(
            f"The URL’s {TLS_PARAMETER} is one of {', '.join(_MODES[:-1])} and {_MODES[-1]}."
        )
    return asked


class _Connection(aiomysql.Connection):  # type: ignore[misc]
    """One that speaks to nobody in the clear where the URL forbids that."""

    must_encrypt = False

    async def _request_authentication(self) -> None:
        if self.must_encrypt and not self.server_capabilities & CLIENT.SSL:
            raise OperationalError(CR.CR_SSL_CONNECTION_ERROR, "no TLS offered")
        await super()._request_authentication()


class _Tls(ssl.SSLContext):
    """Asks for the certificate of `name`, whichever of its addresses was connected to."""

    name: str | None = None

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        return super().wrap_bio(incoming, outgoing, server_side, self.name, session)


@lru_cache(maxsize=64)  # the system's certificates take long to read
def _tls(mode: str, name: str) -> _Tls | None:
    if mode == "DISABLED":
        return None
    context = _Tls(ssl.PROTOCOL_TLS_CLIENT)
    context.name = name
    context.check_hostname = mode == "VERIFY_IDENTITY"
    if mode.startswith("VERIFY"):
        context.load_default_certs()
    else:
        context.verify_mode = ssl.CERT_NONE
    return context


async def _connect(
    *, guarded: bool, mode: str, own: str | None, **parameters: Any
) -> aiomysql.Connection:
    """A new connection; a guarded one to the very address that was checked."""
    host, port = str(parameters.get("host") or "localhost"), int(parameters.get("port") or 3306)
    address = await public_address(host, port) if guarded else host
    place = {"host": address, "port": port, "ssl": _tls(mode, host)}
    connection = _Connection(**{**parameters, **place})
    connection.must_encrypt = mode in _MODES[2:]
    await connection._connect()
    try:
        _notice_the_dead(connection)
        if own is not None:
            await _use(connection, own)
    except BaseException:
        connection.close()
        raise
    return connection


def _notice_the_dead(connection: aiomysql.Connection) -> None:
    """Within minutes, not hours, where the network swallows all packets."""
    line = connection._writer.get_extra_info("socket")
    if line.family == socket.AF_UNIX:
        return
    for option, value in (("TCP_KEEPIDLE", 30), ("TCP_USER_TIMEOUT", 60_000)):
        if hasattr(socket, option):  # not every system has each
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


async def _use(connection: aiomysql.Connection, database: str) -> None:
    name = database.replace("`", "``")
    async with connection.cursor() as cursor:
        await cursor.execute(
            "SELECT 1 FROM information_schema.schemata WHERE schema_name = %s", (database,)
        )
        if not await cursor.fetchone():
            await cursor.execute(f"CREATE DATABASE IF NOT EXISTS `{name}` CHARACTER SET utf8mb4")
    await connection.select_db(database)


async def prepare(connection: AsyncConnection, table: str) -> None:
    """One of our writers at a time per table. The lock is the session's: `_release` ends it."""
    place = f"{connection.dialect.default_schema_name}\0{table.casefold()}"
    lock = f"patchbay:{sha256(place.encode()).hexdigest()[:40]}"
    held: set[str] = (await connection.get_raw_connection()).info.setdefault(_LOCKS, set())
    if lock in held:
        return
    if not await connection.scalar(select(func.get_lock(lock, _LOCK_SECONDS))):
        raise TimeoutError("another writer has the table")
    held.add(lock)


def _release(connection: Any, record: Any, state: Any) -> None:
    """As it comes back into the pool, after its transaction has ended."""
    if not state.asyncio_safe:  # it is thrown away, and its locks with it
        return
    locks: set[str] = record.info.get(_LOCKS, set())
    cursor = connection.cursor()
    while locks:
        cursor.execute("DO RELEASE_LOCK(%s)", (locks.pop(),))
    cursor.close()


def objection(error: DBAPIError) -> Objection | None:
    number = mysql_number(error.orig)
    if number not in _ABOUT_ROWS:
        return None
    said = str(error.orig.args[1]) if error.orig is not None and len(error.orig.args) > 1 else ""
    field, rule = _field(said), _rule(said)
    match _ABOUT_ROWS[number]:
        case "empty":
            shown = f"“{field}”" if field else "a field"
            return field, f"{shown} must not be empty in the project’s table"
        case "taken":
            return None, f"another row of the project’s table already has this value ({rule})"
        case "no parent":
            return None, f"it refers to a row that the project does not have ({rule})"
        case "check":
            return None, f"the project’s table refuses it by its rule {rule}"
        case "":
            return field, REFUSED
        case reason:
            return field, reason


_TOO_LONG = "a text is longer than its project field allows"
_RANGE = "a number is out of the range of its project field"
_FORM = "a value does not have the form that its project field needs"

_ABOUT_ROWS = {
    1048: "empty",
    1364: "empty",  # left out, and without a default
    1062: "taken",
    1586: "taken",
    1216: "no parent",
    1452: "no parent",
    3819: "check",
    4025: "check",
    1406: _TOO_LONG,
    1118: "it is too large for a row of the project’s table",
    1264: _RANGE,
    1690: _RANGE,
    1265: _FORM,
    1292: _FORM,
    1300: _FORM,
    1366: _FORM,
    1411: _FORM,
    3140: _FORM,  # no JSON
    1217: "",
    1369: "",
    1451: "",
    1526: "",  # no partition for it
    1644: "",  # what a trigger raises
}


def _field(said: str) -> str | None:
    """The column that a message names at its end, behind all that it may quote."""
    found = re.search(r"[`']([^`']+)[`'](?: at row \d+| cannot be null| doesn't have a .*)$", said)
    return found[1] if found else None


def _rule(said: str) -> str:
    """The rule's own name; a message may quote values before it, or whole definitions after it."""
    found = re.search(r"for key '([^']+)'$", said) or re.search(
        r"(?:CONSTRAINT|[Cc]heck constraint) [`'](.+?)[`'] (?:FOREIGN|failed|is violated)", said
    )
    return f"“{found[1].rpartition('.')[2]}”" if found else "one of its rules"


WAYS = Ways(prepare, objection)
