"""What a project's tables look like, and what goes into them: plain values, no database."""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from bot.projects.names import distinct, slug
from store.vocabulary import FieldType

if TYPE_CHECKING:
    from bot.connectors.catalog import DataType


@dataclass(frozen=True, slots=True)
class Limits:
    """What a column refuses (or would round away) although the type is right; None: no limit."""

    length: int | None = None  # characters of a text
    bits: int = 64  # of a whole number, signed
    digits: int | None = None  # of a decimal number, in all
    decimals: int | None = None  # of a decimal number, after the point
    is_float: bool = False  # binary floating point: about 15 digits, in twos
    is_single: bool = False  # … and only about 6
    is_text: bool = False  # a decimal number kept as text: one form for each, its shortest


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: FieldType  # the nearest one
    native: str  # as the database calls it, e.g. "character varying(20)"
    nullable: bool
    in_primary_key: bool
    has_default: bool = False  # the database fills it where an insert leaves it out
    limits: Limits = Limits()

    @property
    def is_required(self) -> bool:
        """Whether a new row must bring a value for it."""
        return not self.nullable and not self.has_default


@dataclass(frozen=True)
class TableShape:
    name: str
    columns: tuple[Column, ...]  # those that may be filled: generated ones are left out
    uniques: frozenset[frozenset[str]] = frozenset()  # columns that no two rows share

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    def column(self, name: str) -> Column | None:
        return self._by_name.get(name)

    @property
    def primary_key(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.in_primary_key)


@dataclass(frozen=True, slots=True)
class NewColumn:
    name: str
    type: FieldType
    primary_key: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """Where rows go: `columns` in the order of a row's values, `key` some of them."""

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a batch. A key that occurs twice in it counts once, as its last row.

    skipped: rows left out because their type of update was not asked for.
    rejects: (index in the batch, project field where known, reason).
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    rejects: list[tuple[int, str | None, str]] = field(default_factory=list)


def proposed_table(
    service_id: str, data_type: "DataType", taken: Collection[str] = ()
) -> tuple[str, list[NewColumn]]:
    """A table for the data type: ("demo_store_customers", columns), no name twice.

    Nested paths become one name ("address.city" → "address_city"), the primary key comes first.
    `taken`: tables that exist; the proposed name is another one.
    """
    key = list(data_type.primary_key)
    fields = key + [name for name in data_type.fields if name not in key]
    used: set[str] = set()
    columns = []
    for path in fields:
        name = distinct(slug(path), used)
        used.add(name)
        kind = data_type.fields.get(path, FieldType.STRING)
        columns.append(NewColumn(name, kind, primary_key=path in key))
    name = distinct(slug(f"{service_id}_{data_type.id}"), {other.casefold() for other in taken})
    return name, columns
