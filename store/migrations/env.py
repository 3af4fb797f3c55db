"""Alembic's entry: one connection, one transaction, batch mode for SQLite's ALTER TABLE."""

import os
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON, Enum, create_engine, event
from sqlalchemy.pool import NullPool

from store.models import Base
from store.models.base import Utc


def plain_types(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Revisions are written in plain SQL types, so that they outlive our classes."""
    if kind == "type" and isinstance(item, Utc):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String({item.length})"
    if kind == "type" and isinstance(item, JSON):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


url = context.config.attributes.get("url") or os.environ["PATCHBAY_DATABASE_URL"]
engine = create_engine(url, poolclass=NullPool)

if engine.dialect.name == "sqlite":

    @event.listens_for(engine, "connect")
    def _wait_for_the_lock(connection, _record):  # type: ignore[no-untyped-def]
        connection.execute("PRAGMA busy_timeout = 30000")


with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=plain_types,
    )
    with context.begin_transaction():
        if engine.dialect.name == "postgresql":
            # two processes that start together: the second one waits, then finds nothing to do
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7282253)")
        context.run_migrations()

engine.dispose()
