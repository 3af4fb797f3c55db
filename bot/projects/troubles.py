"""What a driver says of a failed connection or statement, as a sentence for a member."""

import sqlite3
import ssl

import psycopg
from sqlalchemy.exc import DBAPIError, TimeoutError

from bot.errors import ProjectError


def project_error(error: Exception, name: str) -> ProjectError:
    """`name`: the project's. Nothing of the driver's own words goes in: they may hold a secret."""
    code, sentence = _explained(error)
    told = ProjectError(sentence.replace("{project}", f"project “{name}”" if name else "project"))
    told.code = code
    return told


def _explained(error: Exception) -> tuple[str, str]:
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, psycopg.Error):
        return _postgresql(cause)
    if isinstance(cause, sqlite3.Error):
        return _sqlite(cause)
    number = mysql_number(cause)
    if cause is not None and number is not None:
        return _mysql(cause, number)
    if isinstance(error, TimeoutError):  # SQLAlchemy's: no free connection, or no lock in time
        return _BUSY
    if isinstance(cause, OSError):
        return _UNREACHABLE
    return _FAILED


_UNREACHABLE = (
    "project_unreachable",
    "The database of the {project} cannot be reached. Check that it is running and that host and "
    "port are right, then try again.",
)
_PASSWORD = (
    "project_password",
    "The database of the {project} refused the user name or password. Check both in the "
    "project’s URL.",
)
_UNKNOWN = (
    "project_unknown",
    "The server of the {project} has no database of that name. Check the last part of the URL.",
)
_DENIED = (
    "project_denied",
    "The database of the {project} does not permit this to its user. Ask whoever looks after the "
    "database to grant it.",
)
_MISSING = (
    "project_missing",
    "A table or field of the {project} is not there any more. Look at the mapping and choose anew.",
)
_EXISTS = (
    "project_exists",
    "The {project} has a table or field of that name already. Choose another name.",
)
_BUSY = (
    "project_busy",
    "The database of the {project} is busy or locked by somebody else. Try again in a few minutes.",
)
_FULL = (
    "project_full",
    "The database of the {project} has no room left, or takes no changes now. Ask whoever looks "
    "after it.",
)
_TLS = (
    "project_tls",
    "No secure connection to the database of the {project} could be made. Check the URL’s sslmode "
    "(PostgreSQL) or ssl-mode (MySQL, MariaDB).",
)
_NAME = (
    "project_name",
    "The database of the {project} cannot keep this name. Use letters, digits and _, and fewer of "
    "them.",
)
_WIDE = (
    "project_wide",
    "A table of the {project} cannot have so many fields. Map fewer of them.",
)
_FAILED = (
    "project_failed",
    "The database of the {project} could not do this. Try again; if it happens again, ask whoever "
    "looks after the database.",
)

_STATES = {
    "28P01": _PASSWORD,
    "28000": _PASSWORD,
    "3D000": _UNKNOWN,
    "42501": _DENIED,
    "42P01": _MISSING,
    "42703": _MISSING,
    "3F000": _MISSING,
    "42P07": _EXISTS,
    "42701": _EXISTS,
    "55P03": _BUSY,
    "57014": _BUSY,
    "40P01": _BUSY,
    "40001": _BUSY,
    "53300": _BUSY,
    "53100": _FULL,
    "53200": _FULL,
    "25006": _FULL,
    "57P03": _UNREACHABLE,
}

# libpq gives no SQLSTATE for what happens before a connection stands; its English words it does.
_SAID = [
    ("password authentication failed", _PASSWORD),
    ("no password supplied", _PASSWORD),
    ("pg_hba.conf", _PASSWORD),
    ('role "', _PASSWORD),
    ('database "', _UNKNOWN),
    ("too many clients", _BUSY),
    ("remaining connection slots", _BUSY),
    ("ssl", _TLS),
    ("certificate", _TLS),
]


def _postgresql(cause: psycopg.Error) -> tuple[str, str]:
    if cause.sqlstate:
        if cause.sqlstate.startswith("08"):
            return _UNREACHABLE
        return _STATES.get(cause.sqlstate, _FAILED)
    if not isinstance(cause, psycopg.OperationalError):
        return _FAILED
    said = str(cause).lower()
    return next((told for words, told in _SAID if words in said), _UNREACHABLE)


_NUMBERS = {
    1045: _PASSWORD,
    1130: _PASSWORD,
    1698: _PASSWORD,
    1049: _UNKNOWN,
    1044: _DENIED,
    1142: _DENIED,
    1143: _DENIED,
    1227: _DENIED,
    1051: _MISSING,
    1054: _MISSING,
    1091: _MISSING,
    1146: _MISSING,
    1050: _EXISTS,
    1060: _EXISTS,
    1040: _BUSY,
    1203: _BUSY,
    1205: _BUSY,
    1213: _BUSY,
    1226: _BUSY,
    1305: _BUSY,  # our savepoint went with a transaction that was ended to end a deadlock
    1317: _BUSY,
    3024: _BUSY,
    1021: _FULL,
    1114: _FULL,
    1290: _FULL,
    1836: _FULL,
    1059: _NAME,
    1103: _NAME,
    1166: _NAME,
    1300: _NAME,
    1117: _WIDE,
    1118: _WIDE,
    1053: _UNREACHABLE,
    2002: _UNREACHABLE,
    2003: _UNREACHABLE,
    2005: _UNREACHABLE,
    2006: _UNREACHABLE,
    2013: _UNREACHABLE,
    2026: _TLS,
}


def mysql_number(cause: BaseException | None) -> int | None:
    """The error's number where it is of one of MySQL's drivers; they may not be installed."""
    if cause is None or type(cause).__module__.partition(".")[0] not in ("pymysql", "aiomysql"):
        return None
    return cause.args[0] if cause.args and isinstance(cause.args[0], int) else None


def _mysql(cause: BaseException, number: int) -> tuple[str, str]:
    if isinstance(cause.__cause__, ssl.SSLError):
        return _TLS
    if number == 1005 and "errno: 185" in str(cause):  # “can't create table”, for its width
        return _WIDE
    return _NUMBERS.get(number, _FAILED)


def _sqlite(cause: sqlite3.Error) -> tuple[str, str]:
    said = str(cause).lower()
    for words, told in (
        ("unable to open", _UNREACHABLE),
        ("not a database", _UNREACHABLE),
        ("no such", _MISSING),
        ("has no column", _MISSING),
        ("already exists", _EXISTS),
        ("duplicate column", _EXISTS),
        ("locked", _BUSY),
        ("readonly", _DENIED),
        ("disk", _FULL),
    ):
        if words in said:
            return told
    return _FAILED
