"""Tables read, made and given fields, on SQLite and PostgreSQL."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bot.errors import ProjectError, Refused
from bot.projects.databases import ProjectDatabase
from bot.projects.shape import NewColumn, Target
from store.vocabulary import FieldType, UpdateType
from tests.projects.conftest import Sql

BOTH = frozenset({UpdateType.CREATED, UpdateType.UPDATED})
EVERY_TYPE = [
    NewColumn("id", FieldType.INTEGER, primary_key=True),
    NewColumn("amount", FieldType.DECIMAL),
    NewColumn("title", FieldType.STRING),
    NewColumn("email", FieldType.EMAIL),
    NewColumn("active", FieldType.BOOLEAN),
    NewColumn("born", FieldType.DATE),
    NewColumn("seen", FieldType.DATETIME),
    NewColumn("tags", FieldType.JSON),
]
ODD_NAMES = ['we"ird', "two words", "per%cent %s", "a:b ?", "客户 ü", "select", "x" * 63, "'; --"]


async def test_a_made_table_is_read_as_it_was_asked_for(project: ProjectDatabase) -> None:
    await project.create_table("everything", EVERY_TYPE)
    table = await project.table("everything")
    assert [column.name for column in table.columns] == [column.name for column in EVERY_TYPE]
    for column, wanted in zip(table.columns, EVERY_TYPE, strict=True):
        kept = FieldType.STRING if wanted.type is FieldType.EMAIL else wanted.type
        assert column.type is kept
        assert column.in_primary_key is column.is_required or column.has_default
        assert column.nullable is not wanted.primary_key
    assert table.primary_key == ("id",)
    assert table.uniques == {frozenset({"id"})}
    assert await project.tables() == ["everything"]


async def test_every_type_comes_back_equal(project: ProjectDatabase) -> None:
    await project.create_table("everything", EVERY_TYPE)
    target = Target("everything", tuple(column.name for column in EVERY_TYPE), ("id",))
    row = (
        2**63 - 1,
        Decimal("12345678901234567890.10"),
        "O’Neil \\ \" ' % {}",
        "a@example.com",
        False,
        date(1, 1, 1),
        datetime(2024, 2, 29, 23, 59, 59, 999999, UTC),
        '{"a":[1,2.50,null]}',
    )
    nothing = (1, *[None] * 7)
    loaded = await project.load(target, [row, nothing], BOTH)
    assert (loaded.created, loaded.rejects) == (2, [])
    again = await project.load(target, [row, nothing], BOTH)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)


async def test_a_cent_is_never_lost(project: ProjectDatabase, sql: Sql) -> None:
    await project.create_table("money", EVERY_TYPE[:2])
    target = Target("money", ("id", "amount"), ("id",))
    amounts = ["0.10", "99999999999999999999.99", "-0.01", "1E+3", "0.000000000000000000001", "-0"]
    rows = [(number, Decimal(amount)) for number, amount in enumerate(amounts)]
    await project.load(target, rows, BOTH)
    kept = sql("SELECT id, amount FROM money ORDER BY id")
    assert [(number, Decimal(amount)) for number, amount in kept] == rows
    texts = [f"{amount:f}" for _, amount in rows]
    longer = [(n, Decimal(text + ("00" if "." in text else ".00"))) for n, text in enumerate(texts)]
    assert (await project.load(target, longer, BOTH)).unchanged == len(rows)


async def test_odd_names_work_everywhere(project: ProjectDatabase) -> None:
    columns = [NewColumn("id", FieldType.STRING, primary_key=True)]
    columns += [NewColumn(name, FieldType.JSON) for name in ODD_NAMES]
    for name in ODD_NAMES:
        await project.create_table(name, columns)
        await project.add_column(name, NewColumn('late % " :x', FieldType.DECIMAL))
        shape = await project.table(name)
        target = Target(name, tuple(column.name for column in shape.columns), ("id",))
        row = ("k", *["[]"] * len(ODD_NAMES), Decimal("1.5"))
        assert (await project.load(target, [row], BOTH)).created == 1
        changed = ("k", *["{}"] * len(ODD_NAMES), Decimal("1.5"))
        assert (await project.load(target, [changed], BOTH)).updated == 1
        assert await project.present(target, [("k",), ("l",)]) == {("k",)}
        assert await project.count(name) == 1
        assert await project.delete(target, [("k",)]) == 1
    assert await project.tables() == sorted(ODD_NAMES)


async def test_composite_keys(project: ProjectDatabase) -> None:
    columns = [
        NewColumn("shop", FieldType.STRING, primary_key=True),
        NewColumn("number", FieldType.INTEGER, primary_key=True),
        NewColumn("day", FieldType.DATE, primary_key=True),
        NewColumn("note", FieldType.STRING),
    ]
    await project.create_table("lines", columns)
    target = Target("lines", ("note", "shop", "number", "day"), ("shop", "number", "day"))
    day = date(2024, 1, 1)
    rows = [("x", "a", 1, day), ("y", "a", 2, day), ("z", "b", 1, day)]
    assert (await project.load(target, rows, BOTH)).created == 3
    rows[1] = ("changed", "a", 2, day)
    loaded = await project.load(target, rows, BOTH)
    assert (loaded.updated, loaded.unchanged) == (1, 2)
    keys = [("a", 2, day), ("b", 2, day)]
    assert await project.present(target, keys) == {("a", 2, day)}
    assert await project.delete(target, keys) == 1
    assert await project.count("lines") == 2


async def test_an_added_field_is_there_and_empty(project: ProjectDatabase, sql: Sql) -> None:
    await project.create_table("people", EVERY_TYPE[:1])
    await project.load(Target("people", ("id",), ("id",)), [(1,)], BOTH)
    await project.add_column("people", NewColumn("seen", FieldType.DATETIME))
    column = (await project.table("people")).column("seen")
    assert column is not None
    assert (column.type, column.nullable) == (FieldType.DATETIME, True)
    assert sql("SELECT id, seen FROM people") == [(1, None)]


async def test_fields_that_are_not_mapped_stay_untouched(
    project: ProjectDatabase, sql: Sql
) -> None:
    await project.create_table("people", EVERY_TYPE[:3])
    sql("INSERT INTO people (id, title) VALUES (1, 'ours')")
    loaded = await project.load(
        Target("people", ("id", "amount"), ("id",)), [(1, Decimal(5)), (2, Decimal(6))], BOTH
    )
    assert (loaded.created, loaded.updated) == (1, 1)
    assert sql("SELECT id, title FROM people ORDER BY id") == [(1, "ours"), (2, None)]


async def test_names_that_are_taken(project: ProjectDatabase) -> None:
    await project.create_table("people", EVERY_TYPE[:1])
    with pytest.raises(ProjectError, match="has a table “people” already"):
        await project.create_table("people", EVERY_TYPE[:1])
    with pytest.raises(ProjectError, match="has a field “ID” already"):
        await project.add_column("people", NewColumn("ID", FieldType.STRING))
    with pytest.raises(Refused, match="same name"):
        await project.create_table(
            "others", [NewColumn("a", FieldType.STRING), NewColumn("A", FieldType.STRING)]
        )


async def test_what_is_gone_is_said_so(project: ProjectDatabase, sql: Sql) -> None:
    with pytest.raises(ProjectError, match="no table “nowhere”"):
        await project.table("nowhere")
    with pytest.raises(ProjectError, match="not there any more"):
        await project.count("nowhere")
    await project.create_table("people", EVERY_TYPE[:2])
    await project.table("people")
    target = Target("people", ("id", "amount"), ("id",))
    sql("ALTER TABLE people DROP COLUMN amount")
    with pytest.raises(ProjectError, match="not there any more"):
        await project.load(target, [(1, Decimal(1))], BOTH)
    with pytest.raises(ProjectError, match="no field “amount”"):
        await project.load(target, [(1, Decimal(1))], BOTH)
    sql("DROP TABLE people")
    with pytest.raises(ProjectError):
        await project.load(target, [(1, Decimal(1))], BOTH)


async def test_keys_from_json_are_taken_too(project: ProjectDatabase) -> None:
    columns = [
        NewColumn("amount", FieldType.DECIMAL, primary_key=True),
        NewColumn("seen", FieldType.DATETIME, primary_key=True),
        NewColumn("born", FieldType.DATE, primary_key=True),
    ]
    await project.create_table("odd", columns)
    target = Target("odd", ("amount", "seen", "born"), ("amount", "seen", "born"))
    row = (Decimal("1.50"), datetime(2024, 1, 1, 12, tzinfo=UTC), date(2024, 1, 1))
    await project.load(target, [row], BOTH)
    as_text = ("1.5", "2024-01-01T14:00:00+02:00", "2024-01-01")
    assert await project.present(target, [as_text]) == {as_text}
    assert await project.delete(target, [as_text]) == 1


async def test_nothing_asked_nothing_done(project: ProjectDatabase) -> None:
    target = Target("nowhere", ("id",), ("id",))
    assert (await project.load(target, [], BOTH)).created == 0
    assert await project.delete(target, []) == 0
    assert await project.present(target, []) == set()
