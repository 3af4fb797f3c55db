"""The tools that are measured: each has a database of its own, is run, and is held to the truth."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg

from tests.benchmarks.sync import world
from tests.benchmarks.sync.cases import Case
from tests.benchmarks.sync.children import measured
from tests.benchmarks.sync.databases import Databases, path_of
from tests.benchmarks.sync.figures import ENGINE, FLOOR
from tests.benchmarks.sync.records import Field, Stock, mapped
from tests.benchmarks.sync.verify import (
    Content,
    WrongResult,
    check_counts,
    check_rejects,
    check_table,
    truth,
)

Report = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Start:
    """Where a tool begins: an empty database, and a shop."""

    databases: Databases
    folder: Path  # where every tool has one
    shop: str
    stock: Stock
    label: str  # no other start has it

    def folder_of(self, tool: str) -> Path:
        """A new folder for a tool; its name will do as the name of a database."""
        word = "".join(letter for letter in tool.lower() if letter.isalnum())
        made = self.folder / f"{self.label}_{word}"
        made.mkdir()
        return made


class Entry(Protocol):
    """A tool on its database, through one or more cases."""

    async def run(self, case: Case, number: int) -> Report:
        """Measures it. `number`: of records that were asked for. Raises ChildFailed."""

    def check(self, case: Case, number: int, report: Report) -> None:
        """Raises WrongResult where it did not do what it should have."""

    def clear(self) -> None:
        """Drops the database."""


class Contestant(Protocol):
    @property
    def name(self) -> str: ...

    def joins(self, case: Case, database: str) -> bool: ...

    async def enter(self, start: Start) -> Entry:
        """Begins anew, with nothing in the database."""


class Patchbay:
    name = ENGINE

    def __init__(self, template: Path) -> None:
        """`template`: a migrated database of the bot's."""
        self._template = template

    def joins(self, case: Case, database: str) -> bool:
        return True

    async def enter(self, start: Start) -> Entry:
        folder = start.folder_of(self.name)
        url = start.databases.create(folder.name)
        made = await world.set_up(folder, self._template, url, start.shop, start.stock.data_type)
        return _PatchbayEntry(start.databases, made)


@dataclass(frozen=True, slots=True)
class _PatchbayEntry:
    databases: Databases
    world: world.World

    async def run(self, case: Case, number: int) -> Report:
        spec = {
            "workspace_id": world.WORKSPACE,
            "integration_id": self.world.integration_id,
            "rehearsal_id": self.world.rehearsal_id,
            "stock": Stock.WIDE if case.stock is Stock.WIDE else Stock.PLAIN,
            "trigger": case.trigger,
        }
        log = self.world.folder / "patchbay.log"
        return await measured("tests.benchmarks.sync.engine", spec, log, self.world.environment)

    def check(self, case: Case, number: int, report: Report) -> None:
        who = whose(ENGINE, case, self.databases)
        if report["state"] != "succeeded":
            raise WrongResult(f"{who}: the run {report['state']}: {report['error']}")
        check_counts(who, report["counts"], **case.counts(number))
        check_table(who, self.world.project_url, case.stock, wanted(case, number))
        if case.stock is Stock.BAD:
            check_rejects(who, self.world.bot_database, case.records(number))

    def clear(self) -> None:
        self.databases.drop(self.world.project_url)


class Floor:
    name = FLOOR

    def joins(self, case: Case, database: str) -> bool:
        return case.floor_of is None

    async def enter(self, start: Start) -> Entry:
        folder = start.folder_of(self.name)
        url = start.databases.create(folder.name)
        _create_table(url, start.stock.data_type)
        return _FloorEntry(start, folder, url)


@dataclass(frozen=True, slots=True)
class _FloorEntry:
    start: Start
    folder: Path
    url: str

    async def run(self, case: Case, number: int) -> Report:
        spec = {
            "shop": self.start.shop,
            "database": str(path_of(self.url)) if self.url.startswith("sqlite") else self.url,
            "data_type": case.stock.data_type,
            "columns": [field.column for field in mapped(case.stock.data_type)],
            "since": case.since,
            "way": case.floor,
        }
        return await measured("tests.benchmarks.sync.floors", spec, self.folder / "log", {})

    def check(self, case: Case, number: int, report: Report) -> None:
        who = whose(FLOOR, case, self.start.databases)
        if report["records"] != case.sent(number):
            raise WrongResult(f"{who}: {report['records']:,} records read")
        check_table(who, self.url, case.stock, wanted(case, number))

    def clear(self) -> None:
        self.start.databases.drop(self.url)


def whose(tool: str, case: Case, databases: Databases) -> str:
    """Whose result it is, for a message."""
    return f"{tool}, {case.title}, {databases.name}"


def wanted(case: Case, number: int) -> Content:
    """What the table should hold after the case."""
    return truth(case.stock, case.records(number), case.state)


_POSTGRESQL_TYPES = {
    "integer": "bigint",
    "decimal": "numeric",
    "boolean": "boolean",
    "datetime": "timestamptz",
}
_SQLITE_TYPES = {"integer": "INTEGER", "decimal": "REAL", "boolean": "BOOLEAN"}


def _create_table(url: str, table: str) -> None:
    fields = mapped(table)
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(path_of(url))) as connection:
            connection.execute(_declared(table, fields, _SQLITE_TYPES))
        return
    with psycopg.connect(url) as connection:
        connection.execute(_declared(table, fields, _POSTGRESQL_TYPES))


def _declared(table: str, fields: Sequence[Field], types: dict[str, str]) -> str:
    columns = [f"{field.column} {types.get(field.kind, 'text')}" for field in fields]
    return f"CREATE TABLE {table} ({', '.join(columns)}, PRIMARY KEY ({fields[0].column}))"
