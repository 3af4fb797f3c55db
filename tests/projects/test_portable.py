"""The SQL that SQLAlchemy writes keeps the promises elsewhere too: here on PostgreSQL.

PostgreSQL has better SQL of ours for its projects; to this it is one more database that somebody
may have, and one whose server the tests have at hand.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import make_url
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql
from sqlalchemy.engine import Dialect as Sql
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import create_async_engine

from bot.projects.database import ProjectDatabase
from bot.projects.portable import Portable
from bot.projects.portable_batch import can_fill, merge_of, stage_of
from bot.projects.shape import Column, Loaded, NewColumn, TableShape, Target
from store.vocabulary import FieldType, UpdateType
from tests.projects.conftest import Sql as RunSql
from tests.projects.conftest import sql_at

# The promises, told anew with the fixtures below.
from tests.projects.test_database import (  # noqa: F401
    test_composite_keys,
    test_keys_from_json_are_taken_too,
    test_odd_names_work_everywhere,
    test_what_is_gone_is_said_so,
)
from tests.projects.test_loading import (  # noqa: F401
    test_a_key_that_is_the_whole_row,
    test_bad_rows_stop_nobody,
    test_equal_keys_in_a_table_without_a_key,
    test_load_does_what_the_model_does,
    test_the_last_of_equal_keys_wins_and_counts_once,
)

BOTH = frozenset({UpdateType.CREATED, UpdateType.UPDATED})


@pytest.fixture
def project_url(request: pytest.FixtureRequest) -> str:
    created: str = request.getfixturevalue("postgresql").create()
    return created


@pytest.fixture
def sql(project_url: str) -> RunSql:
    return sql_at(project_url)


@pytest.fixture
async def project(project_url: str) -> AsyncIterator[ProjectDatabase]:
    engine = create_async_engine(make_url(project_url).set(drivername="postgresql+psycopg"))
    yield ProjectDatabase(engine, Portable(engine.dialect), "Elsewhere")
    await engine.dispose()


async def test_a_table_is_made_and_read(project: ProjectDatabase) -> None:
    columns = [
        NewColumn("k", FieldType.STRING, primary_key=True),
        NewColumn("n", FieldType.INTEGER),
        NewColumn("amount", FieldType.DECIMAL),
        NewColumn("note", FieldType.EMAIL),
        NewColumn("is_paid", FieldType.BOOLEAN),
        NewColumn("day", FieldType.DATE),
        NewColumn("seen", FieldType.DATETIME),
    ]
    await project.create_table("t", columns)
    await project.add_column("t", NewColumn("tags", FieldType.JSON))
    shape = await project.table("t")
    assert [column.type for column in shape.columns] == [
        FieldType.STRING,
        FieldType.INTEGER,
        FieldType.DECIMAL,
        FieldType.STRING,
        FieldType.BOOLEAN,
        FieldType.DATE,
        FieldType.DATETIME,
        FieldType.STRING,
    ]
    assert (shape.primary_key, shape.uniques) == (("k",), {frozenset({"k"})})
    target = Target("t", tuple(column.name for column in shape.columns), ("k",))
    row = ("a", 2**63 - 1, "12.50", "x", True, "2024-02-29", "2024-02-29 23:59:59.5+00:00", "[1]")
    assert await project.load(target, [row], BOTH) == Loaded(created=1)
    moment = datetime(2024, 2, 29, 23, 59, 59, 500000, UTC)
    as_objects = (*row[:2], Decimal("12.5"), "x", True, moment.date(), moment, "[1]")
    assert await project.load(target, [as_objects], BOTH) == Loaded(unchanged=1)


async def test_what_others_made_is_read_too(project: ProjectDatabase, sql: RunSql) -> None:
    sql(
        "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, b smallint NOT NULL, "
        "c bigint DEFAULT 1, d numeric(10,2), e double precision, f timestamptz, g serial, "
        "h int GENERATED ALWAYS AS (b + 1) STORED, i date UNIQUE)"
    )
    sql("CREATE UNIQUE INDEX ON t (d) WHERE d > 0")
    sql("CREATE UNIQUE INDEX ON t (lower(e::text))")
    shape = await project.table("t")
    assert [(c.name, c.type, c.limits.bits, c.is_required) for c in shape.columns] == [
        ("b", FieldType.INTEGER, 16, True),
        ("c", FieldType.INTEGER, 64, False),
        ("d", FieldType.DECIMAL, 64, False),
        ("e", FieldType.DECIMAL, 64, False),
        ("f", FieldType.DATETIME, 64, False),
        ("g", FieldType.INTEGER, 32, False),
        ("i", FieldType.DATE, 64, False),
    ]
    assert shape.columns[2].limits.digits == 10
    assert shape.columns[3].limits.is_float
    assert shape.uniques >= {frozenset({"i"})}
    assert not shape.uniques & {frozenset({"d"}), frozenset({"e"})}
    target = Target("t", ("b", "f"), ("b",))
    sql("ALTER DATABASE " + sql("SELECT current_database()")[0][0] + " SET TimeZone = 'Asia/Tokyo'")
    assert await project.load(target, [(1, "2024-01-01 00:00:00+00:00")], BOTH) == Loaded(created=1)
    assert sql("SELECT extract(epoch FROM f)::int FROM t") == [(1704067200,)]


TABLE = TableShape(
    "orders",
    (
        Column("id", FieldType.INTEGER, "bigint", nullable=False, in_primary_key=True),
        Column("note", FieldType.STRING, "text", nullable=True, in_primary_key=False),
    ),
)


@pytest.mark.parametrize(
    ("sql", "fits"),
    [
        (postgresql.dialect(), True),
        (mysql.dialect(), True),
        (mssql.dialect(), True),
        (oracle.dialect(), False),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_dialect_without_the_words_is_known_beforehand(sql: Sql, fits: bool) -> None:
    assert can_fill(sql) is fits


def test_sql_server_is_written_to_in_its_own_words() -> None:
    """Its server is none that tests can have; this is what it would be asked."""
    sql = mssql.dialect()
    stage = stage_of("mssql", TABLE, ("id", "note"))
    merge = merge_of("mssql", TABLE, ("id", "note"), ("id",))
    made = " ".join(str(stage.create.compile(dialect=sql)).split())
    assert "INTO [#patchbay_batch" in made
    update = " ".join(str(merge.update.compile(dialect=sql)).split())
    assert update.startswith("UPDATE [orders] SET [note]=[#patchbay_batch")
    assert "CAST([orders].[note] AS VARBINARY(max)) INTERSECT" in update
    table = Portable(sql).create_table(
        "orders",
        [NewColumn("id", FieldType.STRING, primary_key=True), NewColumn("at", FieldType.DATETIME)],
    )
    assert "[id] NVARCHAR(255) NOT NULL" in table
    assert "[at] DATETIME2(6) NULL" in table
    assert (
        Portable(sql)
        .add_column("orders", NewColumn("n", FieldType.DECIMAL))
        .endswith("ADD [n] NUMERIC(38, 12) NULL")
    )


def test_mysql_ends_no_transaction_by_making_room_for_a_batch() -> None:
    stage = stage_of("mysql", TABLE, ("id", "note"))
    for statement in (stage.drop, stage.create):
        assert " TEMPORARY TABLE " in str(statement.compile(dialect=mysql.dialect()))


def test_errors_of_a_driver_that_nobody_knows() -> None:
    told = (None, "the project’s table refuses it by one of its rules")
    objection = Portable(mssql.dialect()).objection
    for kind in (IntegrityError, DataError):
        assert objection(kind("INSERT", (), Exception("secret"))) == told
    assert objection(OperationalError("INSERT", (), Exception("no line"))) is None
