"""A service that serves pages byte for byte, and an engine that syncs them into a real table.

One engine, one server and one loop for many examples: each has a table and an integration of its
own, put straight into the databases.
"""

import asyncio
import sqlite3
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from pydantic import SecretStr
from sqlalchemy import make_url, select

from bot.connectors.catalog import Catalog
from bot.connectors.grammar import Service
from bot.connectors.http import HttpPool
from bot.engine import Engine
from bot.projects.databases import ProjectDatabases
from bot.settings import Settings
from bot.sync.requests import request_run
from bot.sync.worker import Worker
from store.database import Database
from store.models import (
    Authorization,
    Integration,
    IntegrationTransfer,
    MappingPair,
    Project,
    Reject,
    Run,
    Source,
    Transfer,
    Workspace,
)
from store.vault import Vault
from store.vocabulary import (
    AuthKind,
    FieldType,
    IntegrationState,
    ScheduleKind,
    TransferState,
    Trigger,
    UpdateType,
)
from tests.connectors.serving import Asked, RawServer, raw
from tests.sync.reference import Column, Way

Result = TypeVar("Result")
WORKSPACE = "T1"
OURS = "ours"  # a column of each table that no mapping knows
CHANGED = "changed"  # the field that an incremental sync goes by


@dataclass(frozen=True)
class Wire:
    """How records, and the way to the next page, stand in an answer."""

    records: str
    paginator: dict[str, Any]
    body: bytes
    following: bytes = b'"%d"'


WIRES = {
    "cursor": Wire(
        "data",
        {"type": "cursor", "cursor": "next", "param": "page"},
        b'{"data": %(records)s, "more": {"data": [1]}, "next": %(next)s}',
    ),
    "cursor first": Wire(
        "data",
        {"type": "cursor", "cursor": "meta.next", "param": "page"},
        b'\n{"meta":{"next":%(next)s},"data":%(records)s}\n',
    ),
    "said twice": Wire(
        "data",
        {"type": "cursor", "cursor": "next", "param": "page"},
        b'{"data":[],"next":%(next)s,"data":%(records)s}',
    ),
    "address": Wire(
        "result.items",
        {"type": "next_url", "path": "next"},
        b'{"result":{"count":1,"items":%(records)s},"next":%(next)s}',
        b'"?page=%d"',
    ),
    "header": Wire("", {"type": "link_header"}, b"%(records)s"),
}


def pages_of(wire: Wire, lists: Sequence[bytes]) -> list[bytes]:
    """The answers to the requests, one for each JSON list of records."""
    pages = []
    for number, records in enumerate(lists, 1):
        following = wire.following % number if number < len(lists) else b"null"
        pages.append(wire.body % {b"records": records, b"next": following})
    return pages


@dataclass(frozen=True)
class Exchange:
    """An integration of one transfer into one table."""

    integration_id: int
    transfer_id: int
    table: str
    way: Way


@dataclass(frozen=True)
class Said:
    """What the bot keeps of a run."""

    run: Run
    rejects: list[tuple[str, str, str | None]]  # key, payload, field
    cursor: str | None


class Bench:
    """Made by `bench`. Its methods run the loop until their work is done."""

    def __init__(self, runner: asyncio.Runner, engine: Engine, server: RawServer) -> None:
        self.engine = engine
        self.is_sqlite = engine.database.is_sqlite
        self._runner = runner
        self._source_id = self._project_id = 0
        self._pages: dict[str, list[bytes]] = {}
        self._made = 0
        self.served = 0  # the number of the page that was asked for last, from 1
        self.asked = asyncio.Event()  # set whenever one is
        self._sql: Any = _connected(engine.settings.project_url.get_secret_value())
        server.handler = self._answer

    async def _answer(self, asked: Asked, _writer: asyncio.StreamWriter) -> bytes:
        pages = self._pages[asked.path]
        number = int(asked.query.get("page", "0"))
        self.served = number + 1
        self.asked.set()
        if number + 1 < len(pages):
            return raw(pages[number], link=f'<?page={number + 1}>; rel="next"')
        return raw(pages[number])

    def sql(self, statement: str, rows: Sequence[Sequence[Any]] | None = None) -> list[Any]:
        """Runs it in the project's database, for each of the rows where some are given."""
        cursor = self._sql.cursor()
        if rows is not None:
            cursor.executemany(statement, rows)
            return []
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []

    def make(self, way: Way, wire: Wire, *, has_key: bool, incremental: bool) -> Exchange:
        """An empty table, and an active integration that fills it. `has_key`: the table has the
        mapping's key as its primary key, or else no rule that says so.
        """
        self._made += 1
        table = f"t{self._made}"
        columns = [_declared(pair.column, pair.is_key) for pair in way.pairs]
        if has_key:
            key = ", ".join(quoted(pair.column.name) for pair in way.key)
            columns.append(f"PRIMARY KEY ({key})")
        self.sql(f"CREATE TABLE {table} ({OURS} text DEFAULT 'ours', {', '.join(columns)})")
        definition = _definition(way, wire, table, incremental)
        return self.run(self._add(way, table, definition))

    async def _add(self, way: Way, table: str, definition: dict[str, Any]) -> Exchange:
        now = self.engine.clock.now()
        owned = {"workspace_id": WORKSPACE, "created_by": "U1", "created_at": now}
        async with self.engine.database.begin() as session:
            integration = Integration(
                **owned,
                name=table,
                name_key=table,
                source_id=self._source_id,
                state=IntegrationState.ACTIVE,
                schedule_kind=ScheduleKind.HOURLY,
                cron="0 * * * *",
                timezone="UTC",
                policy={"hold_rows": 1_000_000},  # nobody is here to confirm deletions
                activated_at=now,
            )
            transfer = Transfer(
                **owned,
                source_id=self._source_id,
                data_type=definition["id"],
                definition=definition,
                project_id=self._project_id,
                table_name=table,
                state=TransferState.ACTIVE,
                pairs=[
                    MappingPair(
                        source_field=pair.source,
                        source_type=pair.kind,
                        project_field=pair.column.name,
                        project_type=pair.column.kind,
                        transform=pair.transform,
                        is_primary_key=pair.is_key,
                        position=position,
                    )
                    for position, pair in enumerate(way.pairs)
                ],
            )
            session.add_all([integration, transfer])
            await session.flush()
            session.add(
                IntegrationTransfer(
                    integration_id=integration.id,
                    transfer_id=transfer.id,
                    **{update.value: update in way.updates for update in UpdateType},
                )
            )
        return Exchange(integration.id, transfer.id, table, way)

    def sync(self, exchange: Exchange, pages: list[bytes]) -> Said:
        """Queues a run over these pages, does it, and looks at what it left."""
        return self.run(self._sync(exchange, pages))

    async def _sync(self, exchange: Exchange, pages: list[bytes]) -> Said:
        run_id = await self.queue(exchange, pages)
        assert await Worker(self.engine).run_one()
        return await self.look(exchange, run_id)

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Does it on the loop on which the service answers."""
        return self._runner.run(work)

    async def queue(self, exchange: Exchange, pages: list[bytes]) -> int:
        """Asks for a run over these pages; its id."""
        self._pages[f"/{exchange.table}"] = pages
        async with self.engine.database.begin() as session:
            integration = await session.get_one(Integration, exchange.integration_id)
            now = self.engine.clock.now()
            return (await request_run(session, integration, Trigger.MANUAL, now=now)).id

    async def look(self, exchange: Exchange, run_id: int) -> Said:
        async with self.engine.database.read() as session:
            run = await session.get_one(Run, run_id)
            kept = await session.execute(
                select(Reject.record_key, Reject.payload, Reject.field).where(
                    Reject.integration_id == exchange.integration_id
                )
            )
            cursor = await session.scalar(
                select(IntegrationTransfer.cursor).where(
                    IntegrationTransfer.integration_id == exchange.integration_id
                )
            )
            return Said(run, [(key, payload, field) for key, payload, field in kept], cursor)

    async def open(self, service_url: str) -> None:
        """What all examples share."""
        now = self.engine.clock.now()
        owned = {"workspace_id": WORKSPACE, "created_by": "U1", "created_at": now}
        named = {"name": "Scripted", "name_key": "scripted"}
        async with self.engine.database.begin() as session:
            session.add(Workspace(id=WORKSPACE, name="Test", created_at=now))
            await session.flush()
            authorization = Authorization(
                **owned,
                **named,
                service="scripted",
                kind=AuthKind.NONE,
                params={"base_url": service_url},
                secret=self.engine.vault.seal({}),
            )
            project = Project(**owned, **named)
            session.add_all([authorization, project])
            await session.flush()
            source = Source(**owned, **named, service="scripted", authorization_id=authorization.id)
            session.add(source)
            await session.flush()
        self._source_id, self._project_id = source.id, project.id

    def close(self) -> None:
        self._sql.close()


@contextmanager
def bench(database_url: str, project_url: str) -> Iterator[Bench]:
    """An engine on these databases (the first with our schema, and otherwise empty)."""
    settings = quick_settings(database_url, project_url)
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        server = runner.run(stack.enter_async_context(RawServer(_nobody)))
        engine = make_engine(settings)
        made = Bench(runner, engine, server)
        try:
            runner.run(made.open(server.url))
            yield made
        finally:
            made.close()
            runner.run(close_engine(engine))
            runner.run(stack.aclose())


def quick_settings(database_url: str, project_url: str, secret_key: str | None = None) -> Settings:
    return Settings(
        _env_file=None,
        database_url=SecretStr(database_url),
        project_url=SecretStr(project_url),
        secret_keys=[SecretStr(secret_key or Vault.new_key())],
        allow_private_networks=True,
        retry_base_delay=0.001,
        retry_max_delay=0.01,
        request_attempts=3,
        request_timeout=30,
    )


def make_engine(settings: Settings) -> Engine:
    """It knows one service: ours, without a rate limit."""
    vault = Vault([key.get_secret_value() for key in settings.secret_keys])
    service = Service.model_validate(
        {
            "id": "scripted",
            "name": "Scripted",
            "base_url": "{base_url}",
            "custom": True,
            "params": [{"name": "base_url", "label": "Base URL", "kind": "url"}],
            "auth": [{"type": "none", "label": "No authorization"}],
        }
    )
    return Engine(
        settings=settings,
        database=Database(settings.database_url.get_secret_value()),
        vault=vault,
        catalog=Catalog([service]),
        http=HttpPool(settings),
        projects=ProjectDatabases(settings, vault),
    )


async def close_engine(engine: Engine) -> None:
    await engine.http.close()
    await engine.projects.close()
    await engine.database.close()


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _definition(way: Way, wire: Wire, name: str, incremental: bool) -> dict[str, Any]:
    """The transfer's data type, in the catalog's grammar."""
    fields = {pair.source: pair.kind.value for pair in way.pairs}
    fields |= {way.deleted: fields.get(way.deleted, "string")} if way.deleted else {}
    followed = {"field": CHANGED, "param": "since", "overlap_seconds": 60}
    return {
        "id": name,
        "name": "Things",
        "primary_key": [pair.source for pair in way.key],
        "list": {"path": f"/{name}", "records": wire.records, "without": way.without},
        "paginator": wire.paginator,
        "incremental": followed if incremental else None,
        "updates": {"created": True, "updated": True, "deleted": way.deleted},
        "fields": fields | ({CHANGED: FieldType.DATETIME.value} if incremental else {}),
    }


def _declared(column: Column, is_key: bool) -> str:
    rules = " NOT NULL" if column.required or is_key else ""
    if column.unlucky is not None:
        rules += f" CHECK ({quoted(column.name)} <> {column.unlucky})"
    return f"{quoted(column.name)} {column.native}{rules}"


def _connected(url: str) -> Any:
    if url.startswith("sqlite"):
        return sqlite3.connect(make_url(url).database or "", isolation_level=None, timeout=30)
    return psycopg.connect(url, autocommit=True, options="-c timezone=UTC")


async def _nobody(_asked: Asked, _writer: asyncio.StreamWriter) -> bytes:
    return raw(b"", 404)
