"""MariaDB databases that others made, with types and rules of their own."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.errors import ProjectError
from bot.projects.databases import ProjectDatabase, ProjectDatabases
from bot.projects.shape import Limits, Loaded, NewColumn, Target
from store.models import Project
from store.vault import Vault
from store.vocabulary import FieldType, UpdateType
from tests.mariadb import MariaDB
from tests.projects.conftest import Sql, sql_at

BOTH = frozenset({UpdateType.CREATED, UpdateType.UPDATED})

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # not the bot's


@pytest.fixture
def url(mariadb: MariaDB) -> str:
    return mariadb.create()


@pytest.fixture
def theirs(url: str) -> Sql:
    return sql_at(url)


@pytest.fixture
async def project(databases: ProjectDatabases, vault: Vault, url: str) -> ProjectDatabase:
    return await databases.get(Project(name="Theirs", url=vault.seal(url)))


async def test_types_are_read_as_the_nearest_with_their_limits(
    project: ProjectDatabase, theirs: Sql
) -> None:
    theirs(
        "CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, a tinyint, b smallint unsigned, "
        "c mediumint, d bigint unsigned, e numeric(10,2), f float, g double, h boolean, i date, "
        "j datetime, k timestamp NOT NULL DEFAULT current_timestamp, l json, m varchar(20), "
        "n char(3), o text, p uuid, q enum('good', 'bad'), r set('x', 'y'), s year, t bit, "
        "u bit(7), v blob, w time, x int GENERATED ALWAYS AS (a + 1) STORED, y text NOT NULL)"
    )
    table = await project.table("t")
    types = {column.name: (column.type, column.limits) for column in table.columns}
    no = Limits()
    assert types == {
        "id": (FieldType.INTEGER, Limits(bits=32)),
        "a": (FieldType.INTEGER, Limits(bits=8)),
        "b": (FieldType.INTEGER, Limits(bits=17)),
        "c": (FieldType.INTEGER, Limits(bits=24)),
        "d": (FieldType.INTEGER, Limits(bits=65)),
        "e": (FieldType.DECIMAL, Limits(digits=10, decimals=2)),
        "f": (FieldType.DECIMAL, Limits(is_float=True, is_single=True)),
        "g": (FieldType.DECIMAL, Limits(is_float=True)),
        "h": (FieldType.BOOLEAN, no),
        "i": (FieldType.DATE, no),
        "j": (FieldType.DATETIME, no),
        "k": (FieldType.DATETIME, no),
        "l": (FieldType.JSON, no),
        "m": (FieldType.STRING, Limits(length=20)),
        "n": (FieldType.STRING, Limits(length=3)),
        "o": (FieldType.STRING, no),
        "p": (FieldType.STRING, no),
        "q": (FieldType.STRING, no),
        "r": (FieldType.STRING, no),
        "s": (FieldType.INTEGER, Limits(bits=16)),
        "t": (FieldType.BOOLEAN, no),
        "u": (FieldType.INTEGER, Limits(bits=8)),
        "v": (FieldType.STRING, no),
        "w": (FieldType.STRING, no),
        "y": (FieldType.STRING, no),
    }
    assert [column.name for column in table.columns if column.is_required] == ["y"]
    assert [column.native for column in table.columns][5:9] == [
        "decimal(10, 2)",
        "float",
        "double",
        "tinyint(1)",
    ]


async def test_values_of_every_type_are_unchanged_the_second_time(
    project: ProjectDatabase, theirs: Sql
) -> None:
    theirs(
        "CREATE TABLE t (id bigint PRIMARY KEY, a numeric(10,1), b char(5), c varchar(5), "
        "d datetime, e json, f timestamp(3) NULL, g uuid, h enum('good', 'bad'), i float, "
        "j set('x','y'), k blob, l time, m year, n bit(7), o boolean, p double, "
        "q varchar(9) CHARACTER SET latin1)"
    )
    target = Target("t", ("id", *"abcdefghijklmnopq"), ("id",))
    row = (
        1,
        Decimal("1.0"),
        "ab",
        "abcde",
        datetime(2024, 1, 1, 12, 0, 0, 400000, UTC),
        '{"b": 1}',
        datetime(2024, 1, 1, 12, 0, 0, 400000, UTC),
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        "good",
        Decimal("0.1"),
        "x,y",
        "bytes",
        "11:12:13",
        2024,
        77,
        True,
        Decimal("0.1"),
        "é",
    )
    assert await project.load(target, [row], BOTH) == Loaded(created=1)
    assert await project.load(target, [row], BOTH) == Loaded(unchanged=1)
    as_texts = tuple("0.1" if value == Decimal("0.1") else value for value in row)
    as_texts = ("1", "1.0", *as_texts[2:4], "2024-01-01 12:00:00.4+00:00", *as_texts[5:])
    assert await project.load(target, [as_texts], BOTH) == Loaded(unchanged=1)
    changed = (*row[:5], '{"b": 2}', *row[6:])
    assert await project.load(target, [changed], BOTH) == Loaded(updated=1)
    assert theirs("SELECT concat(d), e, concat(f), h, n + 0, q FROM t") == [
        (
            "2024-01-01 12:00:00",
            '{"b": 2}',
            "2024-01-01 12:00:00.400",
            "good",
            77,
            "é",
        )
    ]


async def test_times_are_utc_whatever_the_server_thinks(
    project: ProjectDatabase, theirs: Sql
) -> None:
    theirs("CREATE TABLE t (id int PRIMARY KEY, a datetime(6), b timestamp NULL)")
    target = Target("t", ("id", "a", "b"), ("id",))
    row = (1, "2024-07-01 12:00:00+02:00", "2024-07-01 10:00:00+00:00")
    assert await project.load(target, [row], BOTH) == Loaded(created=1)
    [(seconds, kept)] = theirs("SELECT unix_timestamp(b), concat(a) FROM t")
    assert datetime.fromtimestamp(int(seconds), UTC) == datetime(2024, 7, 1, 10, tzinfo=UTC)
    assert kept == "2024-07-01 10:00:00.000000"


async def test_case_accents_and_closing_blanks_are_changes(
    project: ProjectDatabase, theirs: Sql
) -> None:
    theirs(
        "CREATE TABLE t (id int PRIMARY KEY, a varchar(9), b varchar(9) CHARACTER SET latin1, "
        "c text, d enum('one', 'two'))"
    )
    target = Target("t", ("id", *"abcd"), ("id",))
    steps = ["Ada", "ada", "adá", "adá "]
    for step in steps:
        row = (1, step, step, step, "one")
        loaded = await project.load(target, [row], BOTH)
        assert (loaded.created + loaded.updated, loaded.unchanged) == (1, 0)
        assert await project.load(target, [row], BOTH) == Loaded(unchanged=1)
        assert theirs("SELECT a, b, c FROM t") == [(step, step, step)]


async def test_what_a_column_cannot_hold_is_a_reject(project: ProjectDatabase, theirs: Sql) -> None:
    theirs(
        "CREATE TABLE t (id int PRIMARY KEY, a varchar(3), b enum('good', 'bad'), c numeric(4,2), "
        "d int REFERENCES t (id), e varchar(9) CHARACTER SET latin1 UNIQUE, f json, "
        "g timestamp NULL, h int CHECK (h <> 13), i smallint NOT NULL)"
    )
    target = Target("t", ("id", *"abcdefghi"), ("id",))
    good = ("abc", "good", Decimal("1.5"), None, None, "[]", None, None, 1)

    def with_(number: int, name: str, value: object) -> tuple[object, ...]:
        place = "abcdefghi".index(name)
        return (number, *good[:place], value, *good[place + 1 :])

    rows = [
        (1, *good),
        with_(2, "a", "abcd"),
        with_(3, "b", "awful"),
        with_(4, "c", Decimal(100)),
        with_(5, "d", 99),
        (2**40, *good),
        with_(6, "d", 1),
        with_(7, "e", "客"),
        with_(8, "e", "x"),
        with_(9, "e", "X"),
        with_(10, "f", "no json"),
        with_(11, "g", "1969-01-01 00:00:00+00:00"),
        with_(12, "h", 13),
        with_(13, "i", None),
        with_(14, "i", 40_000),
    ]
    loaded = await project.load(target, rows, BOTH)
    form = "a value does not have the form that its project field needs"
    out = "a number is out of the range of its project field"
    rule = "the project’s table refuses it by its rule"
    assert loaded.rejects == [
        (1, "a", "a text is longer than its project field allows"),
        (2, "b", form),
        (3, "c", out),
        (4, None, "it refers to a row that the project does not have (“t_ibfk_1”)"),
        (5, "id", out),
        (7, "e", form),
        (9, None, "another row of the project’s table already has this value (“e”)"),
        (10, None, f"{rule} “f”"),
        (11, "g", form),
        (12, None, f"{rule} “h”"),
        (13, "i", "“i” must not be empty in the project’s table"),
        (14, "i", out),
    ]
    assert loaded.created == 3
    assert theirs("SELECT id FROM t ORDER BY id") == [(1,), (6,), (8,)]


async def test_rows_that_stay_as_they_are_are_not_written(
    project: ProjectDatabase, theirs: Sql
) -> None:
    theirs("CREATE TABLE t (id int PRIMARY KEY, v text)")
    theirs("CREATE TABLE seen (id int)")
    theirs("CREATE TRIGGER log AFTER UPDATE ON t FOR EACH ROW INSERT INTO seen VALUES (new.id)")
    target = Target("t", ("id", "v"), ("id",))
    await project.load(target, [(1, "a"), (2, "b"), (3, None)], BOTH)
    loaded = await project.load(target, [(1, "a"), (2, "B"), (3, None)], BOTH)
    assert loaded == Loaded(updated=1, unchanged=2)
    assert theirs("SELECT id FROM seen") == [(2,)]


async def test_a_trigger_may_refuse_a_row(project: ProjectDatabase, theirs: Sql) -> None:
    theirs("CREATE TABLE t (id int PRIMARY KEY)")
    theirs(
        "CREATE TRIGGER no BEFORE INSERT ON t FOR EACH ROW BEGIN IF new.id = 2 THEN "
        "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'secret'; END IF; END"
    )
    loaded = await project.load(Target("t", ("id",), ("id",)), [(1,), (2,), (3,)], BOTH)
    assert loaded.created == 2
    assert loaded.rejects == [(1, None, "the project’s table refuses it by one of its rules")]


async def test_only_whole_columns_are_unique(project: ProjectDatabase, theirs: Sql) -> None:
    theirs(
        "CREATE TABLE t (a int, b int, c int UNIQUE, d text, e int, UNIQUE (b, a), "
        "UNIQUE (d(10)), KEY (e))"
    )
    assert (await project.table("t")).uniques == {frozenset({"a", "b"}), frozenset({"c"})}


async def test_one_key_in_two_spellings_is_one_row(project: ProjectDatabase, theirs: Sql) -> None:
    theirs("CREATE TABLE n (k numeric(4,0) PRIMARY KEY, v text)")
    theirs("CREATE TABLE s (k varchar(9) PRIMARY KEY, v text)")
    for name, one, other in (("n", Decimal("1.2"), Decimal("1.3")), ("s", "Ada", "ada")):
        target = Target(name, ("k", "v"), ("k",))
        rows = [(one, "a"), (other, "b")]
        loaded = await project.load(target, rows, BOTH)
        assert (loaded.created, loaded.updated, loaded.rejects) == (1, 1, [])
        assert theirs(f"SELECT v FROM {name}") == [("b",)]
        assert await project.present(target, [(one,), (other,)]) == {(one,), (other,)}
        assert await project.delete(target, [(one,), (other,)]) == 1


async def test_our_own_text_keys_are_told_apart_to_the_blank(project: ProjectDatabase) -> None:
    columns = [NewColumn("k", FieldType.STRING, primary_key=True)]
    await project.create_table("t", columns)
    rows = [("a",), ("A",), ("á",), ("a ",), ("",)]
    target = Target("t", ("k",), ("k",))
    assert await project.load(target, rows, BOTH) == Loaded(created=5)
    assert await project.load(target, rows, BOTH) == Loaded(unchanged=5)
    assert await project.delete(target, [("a",)]) == 1


async def test_a_key_of_many_texts(project: ProjectDatabase) -> None:
    """An index has room for 3,072 bytes."""
    columns = [NewColumn(f"k{n}", FieldType.STRING, primary_key=True) for n in range(6)]
    columns += [NewColumn(f"n{n}", FieldType.DECIMAL, primary_key=True) for n in range(4)]
    await project.create_table("t", columns)
    shape = await project.table("t")
    assert shape.columns[0].limits == Limits(length=122)
    target = Target("t", tuple(column.name for column in columns), shape.primary_key)
    row = (*["客" * 122] * 6, *[Decimal("0.5")] * 4)
    assert await project.load(target, [row], BOTH) == Loaded(created=1)


async def test_keys_that_no_row_can_have_are_in_no_row(
    project: ProjectDatabase, theirs: Sql
) -> None:
    theirs("CREATE TABLE t (a varchar(3), b smallint, PRIMARY KEY (a, b))")
    target = Target("t", ("a", "b"), ("a", "b"))
    rows = [(f"{n}", n) for n in range(50)]
    await project.load(target, rows, BOTH)
    keys = [("long, by far", 1), *rows[:30], ("1", 2**40), *rows[30:], ("x", "a word")]
    assert await project.present(target, keys) == set(rows)
    assert await project.delete(target, keys) == 50


async def test_key_zero_is_no_wish_for_the_next_number(
    project: ProjectDatabase, theirs: Sql
) -> None:
    theirs("CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, v text)")
    target = Target("t", ("id", "v"), ("id",))
    assert await project.load(target, [(0, "a")], BOTH) == Loaded(created=1)
    assert await project.load(target, [(0, "a")], BOTH) == Loaded(unchanged=1)
    without = Target("t", ("v",), ("v",))  # mapped by another field, the number is the table's
    assert await project.load(without, [("b",)], BOTH) == Loaded(created=1)
    assert theirs("SELECT id, v FROM t ORDER BY id") == [(0, "a"), (1, "b")]


async def test_a_name_with_every_sign(project: ProjectDatabase) -> None:
    name = "`a``b` %s '\""
    columns = [
        NewColumn(name, FieldType.INTEGER, primary_key=True),
        NewColumn("a`", FieldType.JSON),
    ]
    await project.create_table(name, columns)
    shape = await project.table(name)
    assert [column.type for column in shape.columns] == [FieldType.INTEGER, FieldType.JSON]
    target = Target(name, (name, "a`"), (name,))
    assert await project.load(target, [(1, "[]")], BOTH) == Loaded(created=1)
    loaded = await project.load(target, [(2, "{")], BOTH)
    assert loaded.rejects == [(0, None, "the project’s table refuses it by its rule “a`”")]


async def test_a_name_that_it_cannot_keep_is_said_so(project: ProjectDatabase) -> None:
    with pytest.raises(ProjectError, match="cannot keep this name") as refused:
        await project.create_table("a😀", [NewColumn("id", FieldType.INTEGER)])
    assert refused.value.code == "project_name"


async def test_a_table_of_our_own_as_wide_as_can_be(project: ProjectDatabase) -> None:
    columns = [NewColumn(f"c{n}", FieldType.STRING, primary_key=n == 0) for n in range(1100)]
    with pytest.raises(ProjectError, match="cannot have so many fields"):
        await project.create_table("t", columns)
    await project.create_table("t", columns[:1000])
    target = Target("t", tuple(column.name for column in columns[:1000]), ("c0",))
    rows = [("k", *["x"] * 999), ("l", *["x" * 30] * 999)]
    loaded = await project.load(target, rows, BOTH)
    assert loaded.created == 1
    assert loaded.rejects == [(1, None, "it is too large for a row of the project’s table")]
