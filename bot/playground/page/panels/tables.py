"""Reads the tables of a database without ever writing; blocking, for a thread of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, NullPool, create_engine, func, inspect, select, text
from sqlalchemy import column as column_named
from sqlalchemy import table as table_named
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from store.database import async_url

MOST_ROWS = 10_000  # of one table; of larger ones these are shown, and changes are not marked
LONGEST = 200  # characters of a cell

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ColumnShown:
    name: str
    type: str  # as the database calls it
    is_key: bool


@dataclass(frozen=True, slots=True)
class Row:
    key: Key  # the primary key's values; the whole row where there is none
    cells: list[str | None]  # None: NULL


@dataclass(frozen=True, slots=True)
class Contents:
    name: str
    columns: tuple[ColumnShown, ...]
    rows: tuple[Row, ...]  # by their key
    prints: dict[Key, int]  # what each row is like
    count: int

    @property
    def is_whole(self) -> bool:
        return self.count <= MOST_ROWS


class Tables:
    def __init__(self, url: str) -> None:
        self._url = async_url(url)
        self._file = Path(self._url.database or "") if _is_sqlite(self._url) else None
        self._engine: Engine | None = None

    @property
    def label(self) -> str:
        """Which database it is, without its password."""
        if self._file is not None:
            return f"SQLite, {self._file.name}"
        return f"PostgreSQL, {self._url.database}"

    def mark(self) -> str:
        """Another one when something was written; empty where the database does not answer."""
        if self._file is not None:
            return "|".join(_stamp(path) for path in (self._file, _wal(self._file)))
        try:
            with self._open().connect() as connection:
                return str(connection.execute(text(_WRITTEN)).one())
        except SQLAlchemyError:
            return ""

    def read(self) -> dict[str, Contents]:
        """Every table by name. Raises SQLAlchemyError."""
        if self._file is not None and not self._file.exists():
            return {}
        with self._open().connect() as connection:
            names = sorted(inspect(connection).get_table_names())
            return {name: _contents(connection, name) for name in names}

    def close(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def _open(self) -> Engine:
        if self._engine is None:
            self._engine = _sqlite(self._file) if self._file else _postgresql(self._url)
        return self._engine


# A row counts once more whenever it is written, in whatever way.
_WRITTEN = """
    SELECT count(*), sum(n_tup_ins + n_tup_upd + n_tup_del),
      (SELECT count(*) FROM information_schema.columns WHERE table_schema = current_schema())
    FROM pg_stat_user_tables WHERE schemaname = current_schema()
"""


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _sqlite(file: Path) -> Engine:
    name = f"file:{quote(str(file.absolute()))}"
    url = URL.create("sqlite", database=name, query={"mode": "ro", "uri": "true"})
    return create_engine(url, poolclass=NullPool, connect_args={"timeout": 5})


def _postgresql(url: URL) -> Engine:
    return create_engine(
        url,
        pool_size=1,
        pool_pre_ping=True,
        execution_options={"postgresql_readonly": True},
    )


def _wal(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")


def _stamp(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return "-"
    return f"{found.st_mtime_ns}:{found.st_size}"


def _contents(connection: Connection, name: str) -> Contents:
    inspector = inspect(connection)
    key = inspector.get_pk_constraint(name)["constrained_columns"]
    columns = tuple(
        ColumnShown(found["name"], str(found["type"]).lower(), found["name"] in key)
        for found in inspector.get_columns(name)
    )
    names = [column.name for column in columns]
    source = table_named(name, *(column_named(each) for each in names))
    count = connection.scalar(select(func.count()).select_from(source)) or 0
    query = select(source).order_by(*(source.c[each] for each in key)).limit(MOST_ROWS)
    places = [names.index(each) for each in key] or list(range(len(names)))
    rows, prints = [], {}
    for values in connection.execute(query):
        row = Row(tuple(_spelled(values[place]) or "" for place in places), _cells(values))
        rows.append(row)
        prints[row.key] = hash(tuple(values)) if _hashable(values) else hash(tuple(row.cells))
    return Contents(name, columns, tuple(rows), prints, count)


def _hashable(values: Sequence[Any]) -> bool:
    return not any(isinstance(value, dict | list) for value in values)


def _cells(values: Sequence[Any]) -> list[str | None]:
    return [_cut(_spelled(value)) for value in values]


def _spelled(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return str(value)


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
