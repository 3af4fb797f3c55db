"""PostgreSQL's tables: read from its catalog, made, and given fields."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.projects.names import MAX_BYTES, quoted
from bot.projects.shape import Column, Limits, NewColumn, TableShape
from bot.projects.statements import escaped, fetch
from store.vocabulary import FieldType

_DECLARED = {
    FieldType.INTEGER: "bigint",
    FieldType.DECIMAL: "numeric",
    FieldType.STRING: "text",
    FieldType.EMAIL: "text",
    FieldType.BOOLEAN: "boolean",
    FieldType.DATE: "date",
    FieldType.DATETIME: "timestamptz",
    FieldType.JSON: "jsonb",
}
_NEAREST = {
    "int2": FieldType.INTEGER,
    "int4": FieldType.INTEGER,
    "int8": FieldType.INTEGER,
    "numeric": FieldType.DECIMAL,
    "float4": FieldType.DECIMAL,
    "float8": FieldType.DECIMAL,
    "money": FieldType.DECIMAL,
    "bool": FieldType.BOOLEAN,
    "date": FieldType.DATE,
    "timestamp": FieldType.DATETIME,
    "timestamptz": FieldType.DATETIME,
    "json": FieldType.JSON,
    "jsonb": FieldType.JSON,
}
# Ordinary tables that the search path finds and whose rows may be read.
_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND pg_table_is_visible(c.oid)
  AND s.nspname NOT IN ('pg_catalog', 'information_schema') AND s.nspname NOT LIKE 'pg\\_temp%%'
  AND has_table_privilege(c.oid, 'SELECT')
ORDER BY c.relname
"""

_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), coalesce(b.typname, t.typname),
       CASE WHEN b.oid IS NULL THEN a.atttypmod ELSE t.typtypmod END,
       a.attnotnull OR t.typnotnull, a.atthasdef OR a.attidentity <> '',
       coalesce(a.attnum = ANY (k.indkey), false)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON b.oid = t.typbasetype
LEFT JOIN pg_index k ON k.indrelid = c.oid AND k.indisprimary
WHERE c.relname = %s AND pg_table_is_visible(c.oid) AND c.relkind IN ('r', 'p')
  AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity <> 'a'
ORDER BY a.attnum
"""

# What ON CONFLICT can name: whole, valid and immediate unique indexes on plain columns.
_UNIQUES = """
SELECT array(SELECT a.attname::text FROM unnest(i.indkey[0:i.indnkeyatts - 1]) AS n
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = n)
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE c.relname = %s AND pg_table_is_visible(c.oid) AND c.relkind IN ('r', 'p')
  AND i.indisunique AND i.indisvalid AND i.indimmediate
  AND i.indpred IS NULL AND i.indexprs IS NULL
"""


async def tables(connection: AsyncConnection) -> list[str]:
    return [row[0] for row in await fetch(connection, _TABLES)]


async def shape(connection: AsyncConnection, name: str) -> TableShape | None:
    if len(name.encode()) > MAX_BYTES or "\0" in name:
        return None
    columns = [_column(*row) for row in await fetch(connection, _COLUMNS, (name,))]
    if not columns:
        return None
    uniques = await fetch(connection, _UNIQUES, (name,))
    return TableShape(name, tuple(columns), frozenset(frozenset(row[0]) for row in uniques))


def _column(
    name: str, native: str, base: str, modifier: int, notnull: bool, default: bool, key: bool
) -> Column:
    return Column(
        name=name,
        type=_NEAREST.get(base, FieldType.STRING),
        native=native,
        nullable=not notnull,
        in_primary_key=key,
        has_default=default,
        limits=_limits(base, modifier),
    )


def _limits(base: str, modifier: int) -> Limits:
    if base in ("varchar", "bpchar") and modifier >= 4:
        return Limits(length=modifier - 4)
    if base == "numeric" and modifier >= 4:
        scale = ((modifier - 4) & 0x7FF ^ 1024) - 1024  # eleven bits, signed
        return Limits(digits=(modifier - 4 >> 16) & 0xFFFF, decimals=scale)
    if base in ("int2", "int4"):
        return Limits(bits=16 if base == "int2" else 32)
    return Limits(is_float=base in ("float4", "float8"), is_single=base == "float4")


def create_table(name: str, columns: Sequence[NewColumn]) -> str:
    lines = [_declaration(column) for column in columns]
    key = [quoted(column.name) for column in columns if column.primary_key]
    if key:
        lines.append(f"PRIMARY KEY ({', '.join(key)})")
    return escaped(f"CREATE TABLE {quoted(name)} ({', '.join(lines)})")


def add_column(table: str, column: NewColumn) -> str:
    return escaped(f"ALTER TABLE {quoted(table)} ADD COLUMN {_declaration(column)}")


def _declaration(column: NewColumn) -> str:
    return f"{quoted(column.name)} {_DECLARED[column.type]}"
