"""The migrations make exactly the tables that the models describe, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from store import migrate
from store.database import async_url
from store.models import Base


def blocking(url: str) -> str:
    parsed = async_url(url)
    driver = "sqlite" if parsed.get_backend_name() == "sqlite" else "postgresql+psycopg"
    return parsed.set(drivername=driver).render_as_string(hide_password=False)


def test_migrations_match_the_models(database_url: str) -> None:
    engine = create_engine(blocking(database_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_nothing_is_pending_after_an_upgrade(database_url: str) -> None:
    assert not migrate.pending(database_url)
    migrate.upgrade(database_url)  # a second time changes nothing
    assert not migrate.pending(database_url)


def test_an_empty_database_is_pending(project_url: str) -> None:
    assert migrate.pending(project_url)
