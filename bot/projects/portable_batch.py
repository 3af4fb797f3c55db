"""The statements that bring a table up to a batch in a temporary table, written by SQLAlchemy."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    CreateTableAs,
    Date,
    DateTime,
    Delete,
    ExecutableDDLElement,
    Insert,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Select,
    Table,
    UnicodeText,
    Update,
    and_,
    case,
    cast,
    delete,
    distinct,
    exists,
    false,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.mssql import VARBINARY
from sqlalchemy.engine import Dialect as Sql
from sqlalchemy.exc import CompileError
from sqlalchemy.schema import DropTable
from sqlalchemy.types import TypeEngine

from bot.projects.dialect import Row
from bot.projects.shape import Column as ShapeColumn
from bot.projects.shape import TableShape
from bot.projects.texts import in_utc
from store.vocabulary import FieldType

# No table of a project's has this name; only a process of its own knows it.
_NAME = f"patchbay_batch_{secrets.token_hex(6)}"
_PLACE = f"patchbay_place_{secrets.token_hex(6)}"

# How values travel to the database. What a column is like is its own affair.
_TRAVELS_AS: dict[FieldType, TypeEngine[Any]] = {
    FieldType.INTEGER: BigInteger(),
    FieldType.DECIMAL: Numeric(),
    FieldType.BOOLEAN: Boolean(),
    FieldType.DATE: Date(),
    FieldType.DATETIME: DateTime(),
}
_TEXT = UnicodeText()
_OCTETS_OF_SQL_SERVER: TypeEngine[Any] = VARBINARY("max")  # type: ignore[no-untyped-call]

# Where text may be compared without regard to case, accents or closing blanks.
_LENIENT = frozenset({"mysql", "mariadb", "mssql"})


@dataclass(frozen=True, slots=True)
class Stage:
    """Statements that make the temporary table of some columns, and fill it."""

    drop: ExecutableDDLElement
    create: CreateTableAs
    clear: Delete
    put: Insert


@dataclass(frozen=True, slots=True)
class Merge:
    """Statements between a table and what was put there, by a key."""

    ambiguous: Select[int]  # a row, where two of the batch have the same key to the database
    found: Select[int, int]  # one row: how many are `present`, and how many of these are `changed`
    update: Update
    insert: Insert
    delete: Delete
    present: Select[int]  # the places of those that are there


@lru_cache(maxsize=256)
def stage_of(kind: str, table: TableShape, columns: tuple[str, ...]) -> Stage:
    """`kind`: SQLAlchemy's name of the dialect."""
    real, batch = _both(kind, table, columns)
    return Stage(_drop(kind, batch), _create(kind, batch, real), delete(batch), insert(batch))


@lru_cache(maxsize=256)
def merge_of(kind: str, table: TableShape, columns: tuple[str, ...], key: tuple[str, ...]) -> Merge:
    """`kind`: SQLAlchemy's name of the dialect. `key`: some of the columns."""
    real, batch = _both(kind, table, columns)
    keys = [_at(columns.index(name)) for name in key]
    others = [_at(position) for position, name in enumerate(columns) if name not in key]
    same_key = and_(*(real.c[at] == batch.c[at] for at in keys))
    differs = or_(
        false(),
        *(_differs(kind, real.c[at], batch.c[at]) for at in others),
    )
    joined = batch.join(real, same_key)
    return Merge(
        ambiguous=select(literal_column("1", Integer))
        .select_from(batch)
        .group_by(*(batch.c[at] for at in keys))
        .having(func.count() > 1)
        .limit(1),
        found=select(
            func.count(distinct(batch.c.place)).label("present"),
            func.count(distinct(case((differs, batch.c.place)))).label("changed"),
        ).select_from(joined),
        update=update(real)
        .values({real.c[at]: batch.c[at] for at in others})
        .where(same_key, differs),
        insert=_insert(real, batch, keys),
        delete=delete(real).where(same_key),
        present=select(batch.c.place).distinct().select_from(joined),
    )


def can_fill(sql: Sql) -> bool:
    """Whether SQLAlchemy has the words for all of this in the dialect."""
    columns = tuple(
        ShapeColumn(name, FieldType.STRING, "text", nullable=True, in_primary_key=False)
        for name in ("id", "name")
    )
    table = TableShape("any", columns)
    stage = stage_of(sql.name, table, ("id", "name"))
    merge = merge_of(sql.name, table, ("id", "name"), ("id",))
    try:
        for statement in (stage.create, merge.found, merge.update, merge.insert, merge.delete):
            statement.compile(dialect=sql)
    except (CompileError, NotImplementedError):
        return False
    return True


@lru_cache(maxsize=256)
def _both(kind: str, table: TableShape, columns: tuple[str, ...]) -> tuple[Table, Table]:
    """The real table and the temporary one, whose columns can be had as c0, c1… of both."""

    def columns_of_both() -> list[Column[Any]]:
        return [
            Column(name, _type(known(table, name)), key=_at(position), quote=True)
            for position, name in enumerate(columns)
        ]

    name = f"#{_NAME}" if kind == "mssql" else _NAME
    place = Column(_PLACE, Integer, key="place", quote=False)
    return (
        Table(table.name, MetaData(), *columns_of_both(), quote=True),
        Table(name, MetaData(), place, *columns_of_both(), quote=True),
    )


def _at(position: int) -> str:
    return f"c{position}"


def _type(shape: ShapeColumn) -> TypeEngine[Any]:
    return DateTime(timezone=True) if _has_zone(shape) else _TRAVELS_AS.get(shape.type, _TEXT)


def _has_zone(shape: ShapeColumn) -> bool:
    native = shape.native.upper()
    return shape.type is FieldType.DATETIME and ("WITH TIME ZONE" in native or "OFFSET" in native)


def _create(kind: str, batch: Table, real: Table) -> CreateTableAs:
    """Columns of the real ones' types, but without their rules: an outer join's may be empty."""
    nothing = select(literal_column("1").label("one")).subquery("nothing")
    columns = select(literal_column("0", Integer).label(_PLACE), *real.c)
    empty = columns.select_from(nothing.outerjoin(real, false())).where(false())
    return CreateTableAs(empty, batch.name, temporary=kind != "mssql")


def _drop(kind: str, batch: Table) -> ExecutableDDLElement:
    if kind in ("mysql", "mariadb"):  # without the word, it would end the transaction
        drop = f"DROP TEMPORARY TABLE IF EXISTS `{batch.name}`"
        return DDL(drop)  # type: ignore[no-untyped-call]
    return DropTable(batch, if_exists=True)


def _insert(real: Table, batch: Table, key: Sequence[str]) -> Insert:
    there = real.alias("there")
    is_there = exists().where(*(there.c[name] == batch.c[name] for name in key))
    columns = [column for column in batch.c if column.key != "place"]
    new = select(*columns).where(~is_there).order_by(batch.c.place)
    return insert(real).from_select([column.key for column in columns], new)


def _differs(kind: str, old: ColumnElement[Any], new: ColumnElement[Any]) -> ColumnElement[bool]:
    """A change of case is a change, whatever the column's collation thinks of it."""
    if kind in _LENIENT and old.type is _TEXT:
        octets = _OCTETS_OF_SQL_SERVER if kind == "mssql" else LargeBinary()
        old, new = cast(old, octets), cast(new, octets)
    return old.is_distinct_from(new)


def known(table: TableShape, name: str) -> ShapeColumn:
    column = table.column(name)
    if column is None:  # the caller compares target and table first
        raise LookupError(name)
    return column


def records(
    table: TableShape, columns: Sequence[str], rows: Sequence[Row], part: range
) -> list[dict[str, Any]]:
    """What `put` takes, for the rows of `part`."""
    encoders = [
        (position, encode)
        for position, encode in enumerate(_encoder(known(table, name)) for name in columns)
        if encode is not None
    ]
    names = ("place", *map(_at, range(len(columns))))
    made = []
    for place in part:
        values = list(rows[place])
        for position, encode in encoders:
            if values[position] is not None:
                values[position] = encode(values[position])
        made.append(dict(zip(names, (place, *values), strict=True)))
    return made


def _encoder(column: ShapeColumn) -> Callable[[Any], Any] | None:
    """Drivers want objects, and a time without its zone where the column keeps none: UTC's."""
    match column.type:
        case FieldType.DECIMAL:
            return Decimal
        case FieldType.DATE:
            return _date
        case FieldType.DATETIME:
            return _aware if _has_zone(column) else _naive
    return None


def _date(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _aware(value: datetime | str) -> datetime:
    return in_utc(datetime.fromisoformat(value) if isinstance(value, str) else value)


def _naive(value: datetime | str) -> datetime:
    return _aware(value).replace(tzinfo=None)
