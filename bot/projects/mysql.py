"""MySQL and MariaDB: sessions, one writer at a time, and what their errors say of a row."""

import re
from functools import partial
from hashlib import sha256
from typing import Any

from sqlalchemy import event, exc, func, select
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.projects.mysql_connection import connect, tls_mode
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


def open_engine(url: URL, *, guarded: bool, own: str | None = None) -> AsyncEngine:
    """`guarded`: each connection checks anew that the host is not on a private network.

    `own`: a database beside the URL's, made when it is missing, where all tables are. Raises
    ProjectError for a ssl-mode that there is not.
    """
    own = f"{url.database}_{own}" if own else None
    connected = partial(connect, guarded=guarded, mode=tls_mode(url), own=own)
    socket_path = {name: at for name, at in url.query.items() if name == "unix_socket"}
    engine = create_async_engine(
        url.set(query=socket_path),
        connect_args={
            "async_creator_fn": connected,
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


async def prepare(connection: AsyncConnection, table: str) -> None:
    """One of our writers at a time per table. The lock is the session's: `_release` ends it."""
    place = f"{connection.dialect.default_schema_name}\0{table.casefold()}"
    lock = f"patchbay:{sha256(place.encode()).hexdigest()[:40]}"
    held: set[str] = (await connection.get_raw_connection()).info.setdefault(_LOCKS, set())
    if lock in held:
        return
    if not await connection.scalar(select(func.get_lock(lock, _LOCK_SECONDS))):
        raise exc.TimeoutError("another writer has the table")
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


def objection(error: exc.DBAPIError) -> Objection | None:
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
    if found is None:
        return "one of its rules"
    name = found[1].rpartition(".")[2].replace("``", "`")
    return f"“{name}”"


WAYS = Ways(prepare, objection)
