"""The driver does what SQLAlchemy expects of one, in fewer ways to its thread."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, make_url, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from store.sqlite_driver import Connection, connect, open_engine

PUT = "INSERT INTO t (v) VALUES ('x')"
LOOK = "SELECT v FROM t"


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(make_url(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}"), timeout=0.1)

    @event.listens_for(engine.sync_engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.cursor().execute("PRAGMA journal_mode = WAL")

    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)"))
    yield engine
    await engine.dispose()


async def test_rows_counts_and_errors_come_through(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        many = [{"id": number, "v": "x"} for number in range(5)]
        put = text("INSERT INTO t VALUES (:id, :v)")
        assert (await connection.execute(put, many)).rowcount == 5
        one = await connection.exec_driver_sql("INSERT INTO t (v) VALUES (?) RETURNING id", ("y",))
        assert one.scalar_one() == 5
        assert (await connection.exec_driver_sql("UPDATE t SET v = 'z' WHERE id > 2")).rowcount == 3
        with pytest.raises(IntegrityError):
            await connection.execute(put, {"id": 1, "v": "twice"})
        with pytest.raises(OperationalError):
            await connection.exec_driver_sql("SELECT nothing FROM t")
        found = await connection.exec_driver_sql("SELECT id, v FROM t WHERE id > 3 ORDER BY id")
        assert list(found.keys()) == ["id", "v"]
        assert [tuple(row) for row in found] == [(4, "z"), (5, "z")]
        assert (await connection.exec_driver_sql("SELECT id FROM t WHERE id > 9")).first() is None


async def test_rows_in_parts(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        numbers = "INSERT INTO t SELECT value, 'x' FROM json_each('[1,2,3,4,5]')"
        await connection.exec_driver_sql(numbers)
        found = await connection.exec_driver_sql("SELECT id FROM t ORDER BY id")
        assert [row[0] for row in found.fetchmany(2)] == [1, 2]
        assert found.fetchone() == (3,)
        assert [row[0] for row in found.fetchall()] == [4, 5]
        assert found.fetchall() == []


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is waited for of the driver's thread."""
    found: list[str] = []
    execute = Connection._execute

    async def watched(self: Connection, work: Any, *arguments: Any, **named: Any) -> Any:
        found.append(work.__name__)
        return await execute(self, work, *arguments, **named)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(Connection, "_execute", watched)
    return found


async def looked(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return len((await connection.exec_driver_sql(LOOK)).all())


async def fails_half_way(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.exec_driver_sql(PUT)
        raise KeyError


def writing(engine: AsyncEngine) -> AsyncEngine:
    return engine.execution_options(sqlite_begin="IMMEDIATE")


async def test_a_transaction_goes_to_the_thread_for_its_statements_and_its_commit(
    engine: AsyncEngine, ways: list[str]
) -> None:
    assert await looked(engine) == 0
    assert ways == ["whole"]
    ways.clear()
    async with writing(engine).begin() as connection:
        await connection.exec_driver_sql(PUT)
        await connection.exec_driver_sql(PUT)
    assert ways == ["whole", "whole", "commit"]
    ways.clear()
    async with writing(engine).begin():
        pass  # nothing was begun
    assert ways == []
    assert await looked(engine) == 2


async def test_what_is_rolled_back_is_gone_and_lets_others_write(engine: AsyncEngine) -> None:
    for _ in range(3):
        with pytest.raises(KeyError):
            await fails_half_way(writing(engine))
    async with writing(engine).begin() as connection:
        await connection.exec_driver_sql(PUT)
    assert await looked(engine) == 1


async def test_a_reader_sees_one_state_and_the_next_one_the_news(engine: AsyncEngine) -> None:
    async with engine.connect() as reader:
        assert (await reader.exec_driver_sql(LOOK)).all() == []
        async with writing(engine).begin() as writer:
            await writer.exec_driver_sql(PUT)
        assert (await reader.exec_driver_sql(LOOK)).all() == []
    assert await looked(engine) == 1


async def test_one_who_may_not_begin_is_told_and_can_again(engine: AsyncEngine) -> None:
    async with writing(engine).begin() as first:
        await first.exec_driver_sql(PUT)
        with pytest.raises(OperationalError, match="locked"):
            async with writing(engine).begin() as second:
                await second.exec_driver_sql(PUT)
    for _ in range(3):
        async with writing(engine).begin() as connection:
            await connection.exec_driver_sql(PUT)
    assert await looked(engine) == 4


async def test_one_who_is_cancelled_half_way_leaves_nothing_begun(engine: AsyncEngine) -> None:
    slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 300000) "

    async def work() -> None:
        async with writing(engine).begin() as connection:
            await connection.exec_driver_sql(f"{slow}INSERT INTO t SELECT i, 'x' FROM n")

    working = asyncio.create_task(work())
    await asyncio.sleep(0.01)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    async with asyncio.timeout(10):
        while True:  # until the statement under way is through
            with suppress(OperationalError):
                async with writing(engine).begin() as connection:
                    await connection.exec_driver_sql(PUT)
                break
    assert await looked(engine) == 1


async def test_without_our_begin_the_drivers_own_is_ended(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'y.db'}"
    engine = create_async_engine(url, connect_args={"async_creator_fn": connect})
    async with engine.begin() as connection:
        await connection.exec_driver_sql("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)")
        await connection.exec_driver_sql(PUT)
    with pytest.raises(KeyError):
        await fails_half_way(engine)
    assert await looked(engine) == 1
    await engine.dispose()
