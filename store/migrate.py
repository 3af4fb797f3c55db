"""Brings a database to the schema that this version of the bot works with."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from store.database import async_url

_INI = Path(__file__).with_name("alembic.ini")


def config(url: str) -> Config:
    """Alembic's configuration for the database at `url` (SQLite or PostgreSQL)."""
    made = Config(str(_INI))
    made.attributes["url"] = _blocking(url)
    return made


def upgrade(url: str) -> None:
    """Runs every migration that has not run yet. Blocking: before the loop, or in a thread."""
    command.upgrade(config(url), "head")


def pending(url: str) -> bool:
    """Whether the database is behind (or ahead of) this version of the bot."""
    head = ScriptDirectory.from_config(config(url)).get_current_head()
    engine = create_engine(_blocking(url))
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision() != head
    finally:
        engine.dispose()


def _blocking(url: str) -> str:
    """The URL with a blocking driver: a migration is no place for an event loop."""
    parsed = async_url(url)
    driver = "sqlite" if parsed.get_backend_name() == "sqlite" else "postgresql+psycopg"
    return parsed.set(drivername=driver).render_as_string(hide_password=False)
