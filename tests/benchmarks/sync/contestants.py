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
    folder: Path  # for what it keeps beside
    shop: str
    stock: Stock
    label: str  # no other start has it


class Contestant(Protocol):
    name: str

    def joins(self, case: Case, database: str) -> bool: ...

    async def set_up(self, start: Start) -> None:
        """Begins anew, with nothing in the database."""

    async def run(self, case: Case, number: int) -> Report:
        """Measures it. `number`: of records that were asked for. Raises ChildFailed."""

    def check(self, case: Case, number: int, report: Report) -> None:
        """Raises WrongResult where it did not do what it should have."""

    def clear(self) -> None:
        """Drops the database."""


class PatchbayItself:
    name = ENGINE

    def __init__(self, template: Path) -> None:
        """`template`: a migrated database of the bot's."""
        self._template = template

    def joins(self, case: Case, database: str) -> bool:
        return True

    async def set_up(self, start: Start) -> None:
        folder = start.folder / f"{start.label}_{self.name}"
        folder.mkdir()
        self._databases = start.databases
        self._url = start.databases.create(folder.name)
        self._world = await world.set_up(
            folder, self._template, self._url, start.shop, start.stock.data_type
        )

    async def run(self, case: Case, number: int) -> Report:
        spec = {
            "workspace_id": world.WORKSPACE,
            "integration_id": self._world.integration_id,
            "trigger": case.trigger,
        }
        log = self._world.folder / "patchbay.log"
        module = "tests.benchmarks.sync.engine"
        return await measured(module, spec, log, self._world.environment)

    def check(self, case: Case, number: int, report: Report) -> None:
        who = _who(self, case, self._databases)
        if report["state"] != "succeeded":
            raise WrongResult(f"{who}: the run {report['state']}: {report['error']}")
        check_counts(who, report["counts"], **case.counts(number))
        check_table(who, self._url, case.stock, _truth(case, number))
        if case.stock is Stock.BAD:
            check_rejects(who, self._world.bot_database, case.records(number))

    def clear(self) -> None:
        self._databases.drop(self._url)


class Floor:
    name = FLOOR

    def joins(self, case: Case, database: str) -> bool:
        return case.floor_of is None

    async def set_up(self, start: Start) -> None:
        self._start = start
        self._url = start.databases.create(f"{start.label}_{self.name}")
        _create_table(self._url, start.stock.data_type)

    async def run(self, case: Case, number: int) -> Report:
        is_sqlite = self._url.startswith("sqlite")
        spec = {
            "shop": self._start.shop,
            "database": str(path_of(self._url)) if is_sqlite else self._url,
            "data_type": case.stock.data_type,
            "columns": [field.column for field in mapped(case.stock.data_type)],
            "since": case.since,
            "way": case.floor,
        }
        log = self._start.folder / "floor.log"
        return await measured("tests.benchmarks.sync.floors", spec, log, {})

    def check(self, case: Case, number: int, report: Report) -> None:
        who = _who(self, case, self._start.databases)
        if report["records"] != case.sent(number):
            raise WrongResult(f"{who}: {report['records']:,} records read")
        check_table(who, self._url, case.stock, _truth(case, number))

    def clear(self) -> None:
        self._start.databases.drop(self._url)


def _who(tool: Contestant, case: Case, databases: Databases) -> str:
    return f"{tool.name}, {case.title}, {databases.name}"


def _truth(case: Case, number: int) -> Any:
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
