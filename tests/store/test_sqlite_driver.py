"""The driver does what SQLAlchemy expects of one, in fewer ways to its thread."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from store.sqlite_driver import Connection, connect


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'x.db'}"
    engine = create_async_engine(url, connect_args={"async_creator_fn": connect})
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


async def test_a_statement_goes_to_the_thread_once(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ways: list[Any] = []
    execute = Connection._execute

    async def watched(self: Connection, work: Any, *arguments: Any, **named: Any) -> Any:
        ways.append(work)
        return await execute(self, work, *arguments, **named)  # type: ignore[no-untyped-call]

    async with engine.connect() as connection:
        await connection.exec_driver_sql("SELECT 1")
        monkeypatch.setattr(Connection, "_execute", watched)
        assert (await connection.exec_driver_sql("SELECT id FROM t")).all() == []
    assert len([work for work in ways if work.__name__ == "work"]) == 1
