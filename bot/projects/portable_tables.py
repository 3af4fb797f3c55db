"""Tables of any database, as SQLAlchemy's inspector reads and its compiler makes them."""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Inspector,
    Integer,
    MetaData,
    Numeric,
    Select,
    SmallInteger,
    Table,
    Unicode,
    UnicodeText,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.dialects import mssql, mysql
from sqlalchemy.engine import Dialect as Sql
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.exc import CompileError
from sqlalchemy.schema import CreateColumn, CreateTable
from sqlalchemy.types import TypeEngine

from bot.projects.shape import Column as ShapeColumn
from bot.projects.shape import Limits, NewColumn, TableShape
from store.vocabulary import FieldType

_MYSQL = ("mysql", "mariadb")
_SECONDS_OF_SQL_SERVER: TypeEngine[Any] = mssql.DATETIME2(6)  # type: ignore[no-untyped-call]
_TEXTS = (FieldType.STRING, FieldType.EMAIL, FieldType.JSON)


def tables(connection: Connection) -> list[str]:
    return sorted(inspect(connection).get_table_names())


def shape(connection: Connection, name: str) -> TableShape | None:
    inspector = inspect(connection)
    if name not in inspector.get_table_names():
        return None
    key = _names(inspector, inspector.get_pk_constraint(name)["constrained_columns"])
    json = _checked_as_json(connection, name)
    columns = [
        _column(inspector, column, key, json)
        for column in inspector.get_columns(name)
        if "computed" not in column and not _is_always_its_own(column)
    ]
    uniques = _uniques(inspector, name)
    if key:
        uniques.add(key)
    return TableShape(name, tuple(columns), frozenset(uniques))


def _names(inspector: Inspector, found: Iterable[str | None]) -> frozenset[str]:
    """MySQL's columns come with the backticks in their names doubled, as its SQL has them."""
    names = (str(name) for name in found)
    if inspector.dialect.name not in _MYSQL:
        return frozenset(names)
    return frozenset(name.replace("``", "`") for name in names)


def _column(
    inspector: Inspector, column: ReflectedColumn, key: Collection[str], json: Collection[str]
) -> ShapeColumn:
    [name] = _names(inspector, [column["name"]])
    kind, limits = _nearest(column["type"])
    counts_up = column.get("autoincrement") is True or column.get("identity") is not None
    return ShapeColumn(
        name=name,
        type=FieldType.JSON if name in json else kind,
        native=_native(inspector.dialect, column["type"]),
        nullable=column["nullable"],
        in_primary_key=name in key,
        has_default=counts_up or column.get("default") is not None,
        limits=limits,
    )


def _is_always_its_own(column: ReflectedColumn) -> bool:
    """A number that the database gives and lets nobody else give."""
    identity = column.get("identity")
    return identity is not None and identity["always"]


def _nearest(native: TypeEngine[Any]) -> tuple[FieldType, Limits]:
    """The nearest field type, and what a column of the native one refuses."""
    match native:
        case Boolean() | mysql.TINYINT(display_width=1) | mysql.BIT(length=None | 1):
            return FieldType.BOOLEAN, Limits()
        case mysql.BIT(length=length):
            return FieldType.INTEGER, Limits(bits=int(length or 1) + 1)
        case mysql.YEAR():
            return FieldType.INTEGER, Limits(bits=16)
        case Integer():
            return FieldType.INTEGER, Limits(bits=_bits(native))
        case Float():
            is_single = isinstance(native, mysql.FLOAT) and (native.precision or 0) < 25
            return FieldType.DECIMAL, Limits(is_float=True, is_single=is_single)
        case Numeric():
            return FieldType.DECIMAL, Limits(digits=native.precision, decimals=native.scale)
        case Date():
            return FieldType.DATE, Limits()
        case DateTime():
            return FieldType.DATETIME, Limits()
        case JSON():
            return FieldType.JSON, Limits()
        case mysql.VARCHAR() | mysql.CHAR() | mssql.NVARCHAR() | mssql.NCHAR():
            return FieldType.STRING, Limits(length=native.length)  # of others it may be in bytes
    return FieldType.STRING, Limits()


def _bits(native: Integer) -> int:
    """Signed: a column without signs counts as one of a bit more."""
    more = 1 if getattr(native, "unsigned", False) else 0
    match native:
        case mssql.TINYINT():
            return 9
        case mysql.TINYINT():
            return 8 + more
        case mysql.MEDIUMINT():
            return 24 + more
        case SmallInteger():
            return 16 + more
        case BigInteger():
            return 64 + more
    return 32 + more


def _native(sql: Sql, native: TypeEngine[Any]) -> str:
    try:
        declared = native.compile(dialect=sql)
    except CompileError:  # a type that SQLAlchemy does not know
        return "other"
    return re.split(r" (?:CHARACTER SET|COLLATE) ", declared)[0].lower()


def _checked_as_json(connection: Connection, name: str) -> set[str]:
    """MariaDB's JSON is text with a rule, and only the rule tells it from other text."""
    if not getattr(connection.dialect, "is_mariadb", False):
        return set()
    rules = connection.scalars(
        text(
            "SELECT check_clause FROM information_schema.check_constraints "
            "WHERE constraint_schema = DATABASE() AND table_name = :name"
        ),
        {"name": name},
    )
    found = (re.fullmatch(r"json_valid\(`(.+)`\)", rule) for rule in rules)
    return {match[1].replace("``", "`") for match in found if match}


def _uniques(inspector: Inspector, name: str) -> set[frozenset[str]]:
    """Whole columns that no two rows share: no expression, no beginning, no part of the rows."""
    found = {
        _names(inspector, index["column_names"])
        for index in inspector.get_indexes(name)
        if index["unique"]
        and "expressions" not in index
        and not any(
            value for option, value in index.get("dialect_options", {}).items() if _narrows(option)
        )
    }
    named = {
        _names(inspector, unique["column_names"])
        for unique in inspector.get_unique_constraints(name)
        if inspector.dialect.name not in _MYSQL  # there they are those indexes
    }
    return found | named


def _narrows(option: str) -> bool:
    return option.endswith(("_length", "_where"))


def rows(table: str) -> Select[int]:
    return select(func.count()).select_from(Table(table, MetaData(), quote=True))


def create_table(sql: Sql, name: str, columns: Sequence[NewColumn]) -> str:
    length = _key_length(columns)
    made = Table(
        name,
        MetaData(),
        *(_declared(sql, column, length) for column in columns),
        quote=True,
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
    )
    return str(CreateTable(made).compile(dialect=sql))


def add_column(sql: Sql, table: str, column: NewColumn) -> str:
    made = _declared(sql, column)
    Table(table, MetaData(), made, quote=True)
    name = sql.identifier_preparer.format_table(made.table)
    return f"ALTER TABLE {name} ADD {CreateColumn(made).compile(dialect=sql)}"


def _declared(sql: Sql, column: NewColumn, key_length: int = 0) -> Column[Any]:
    return Column(
        column.name,
        _key_text(sql, key_length)
        if column.primary_key and column.type in _TEXTS
        else _declared_type(sql, column.type),
        primary_key=column.primary_key,
        autoincrement=False,  # keys come from the service
        quote=True,
    )


def _declared_type(sql: Sql, kind: FieldType) -> TypeEngine[Any]:
    is_mysql, is_mssql = sql.name in _MYSQL, sql.name == "mssql"
    match kind:
        case FieldType.INTEGER:
            return BigInteger()
        case FieldType.BOOLEAN:
            return Boolean()
        case FieldType.DATE:
            return Date()
        case FieldType.DECIMAL:  # where there is a limit, as far as it goes
            return Numeric(65, 30) if is_mysql else Numeric(38, 12) if is_mssql else Numeric()
        case FieldType.DATETIME:
            if is_mysql:
                return mysql.DATETIME(fsp=6)
            return _SECONDS_OF_SQL_SERVER if is_mssql else DateTime()
        case FieldType.JSON if is_mysql:
            return mysql.JSON()
    return mysql.LONGTEXT(charset="utf8mb4", collation=_exact(sql)) if is_mysql else UnicodeText()


def _key_text(sql: Sql, length: int) -> TypeEngine[Any]:
    if sql.name not in _MYSQL:
        return Unicode(length)
    return mysql.VARCHAR(length, charset="utf8mb4", collation=_exact(sql))


def _key_length(columns: Sequence[NewColumn]) -> int:
    """Characters of each text of a key: 255, or as many as an index of 3,072 bytes has room for."""
    key = [column for column in columns if column.primary_key]
    texts = sum(column.type in _TEXTS for column in key)
    return min(255, (3072 - 32 * (len(key) - texts)) // 4 // max(texts, 1))


def _exact(sql: Any) -> str:
    """The collation to which only equal texts are equal, closing blanks and all."""
    version = sql.server_version_info or ()
    if sql.is_mariadb and version >= (10, 2, 2):
        return "utf8mb4_nopad_bin"
    if not sql.is_mariadb and version >= (8, 0, 17):
        return "utf8mb4_0900_bin"
    return "utf8mb4_bin"
