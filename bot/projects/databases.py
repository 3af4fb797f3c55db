"""The projects' databases: one pool of connections for each URL."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import ProjectError
from bot.projects import postgresql, sqlite
from bot.projects.addresses import check_added, parsed, same_database
from bot.projects.database import ProjectDatabase
from bot.projects.dialect import Dialect
from bot.projects.names import slug
from bot.projects.portable import Portable
from bot.settings import Settings
from store.models import Project
from store.vault import Vault, VaultError

__all__ = ["ProjectDatabase", "ProjectDatabases"]

# Tables that together give away a database of the bot's own.
_OURS = frozenset({"workspaces", "authorizations", "mapping_pairs", "deliveries"})


@dataclass(frozen=True, slots=True)
class _Place:
    """Which database, and where in it."""

    url: URL
    is_default: bool = False  # the setting's, which whoever runs the bot answers for
    schema: str | None = None


class ProjectDatabases:
    def __init__(self, settings: Settings, vault: Vault) -> None:
        self._settings = settings
        self._vault = vault
        self._engines: dict[_Place, AsyncEngine] = {}
        self._databases: dict[tuple[_Place, str], ProjectDatabase] = {}

    async def get(self, project: Project) -> ProjectDatabase:
        """The project's database; connects on first use. Raises ProjectError."""
        place = self._place(project)
        self._refuse_our_own(place.url)
        if not place.is_default:
            check_added(place.url, allow_private=self._settings.allow_private_networks)
        found = self._databases.get((place, project.name))
        if found is None:
            engine = self._engines.get(place)
            if engine is None:
                engine = self._engines[place] = self._open(place)
            found = ProjectDatabase(engine, _dialect(engine), project.name)
            self._databases[place, project.name] = found
        return found

    async def probe(self, url: str) -> None:
        """Connects once. Raises ProjectError where a project cannot be added with this URL."""
        checked = parsed(url)
        check_added(checked, allow_private=self._settings.allow_private_networks)
        self._refuse_our_own(checked)
        engine = self._open(_Place(checked))
        try:
            tables = await ProjectDatabase(engine, _dialect(engine), "").tables()
        finally:
            await engine.dispose()
        if set(tables) >= _OURS:
            raise _our_own()

    async def close(self) -> None:
        for engine in self._engines.values():
            await engine.dispose()
        self._engines.clear()
        self._databases.clear()

    def _place(self, project: Project) -> _Place:
        if project.url is None:
            url = parsed(self._settings.project_url.get_secret_value())
            return self._own_corner(url, project.workspace_id)
        try:
            return _Place(parsed(str(self._vault.open(project.url))))
        except VaultError:
            raise ProjectError(
                f"The URL of the project “{project.name}” cannot be read any more: the key that "
                "sealed it is gone from PATCHBAY_SECRET_KEYS. Add the project anew."
            ) from None

    def _own_corner(self, url: URL, workspace_id: str) -> _Place:
        """Where many workspaces share the bot, each has a file or a schema of its own."""
        settings = self._settings
        if settings.slack_client_id is None or settings.slack_client_secret is None:
            return _Place(url, is_default=True)
        corner = slug(f"workspace_{workspace_id}")
        if url.get_backend_name() != "sqlite":  # a schema; MySQL says database to that
            return _Place(url, is_default=True, schema=corner)
        path = Path(url.database or "patchbay-project.db")
        own = path.with_name(f"{path.stem}-{corner}{path.suffix}")
        return _Place(url.set(database=str(own)), is_default=True)

    def _refuse_our_own(self, url: URL) -> None:
        if same_database(url, parsed(self._settings.database_url.get_secret_value())):
            raise _our_own()

    def _open(self, place: _Place) -> AsyncEngine:
        guarded = not place.is_default and not self._settings.allow_private_networks
        match place.url.get_backend_name():
            case "sqlite":
                return sqlite.open_engine(place.url, ours=place.is_default)
            case "postgresql":
                return postgresql.open_engine(place.url, guarded=guarded, schema=place.schema)
            case "mysql":
                from bot.projects import mysql  # its driver is an optional part

                return mysql.open_engine(place.url, guarded=guarded, own=place.schema)
        if place.schema is not None:
            raise ProjectError(
                "Databases of this kind cannot be shared by many workspaces. Set "
                "PATCHBAY_PROJECT_URL to a PostgreSQL, MySQL, MariaDB or SQLite database."
            )
        return create_async_engine(place.url, hide_parameters=True, pool_pre_ping=True)


def _dialect(engine: AsyncEngine) -> Dialect:
    match engine.dialect.name:
        case "sqlite":
            return sqlite
        case "postgresql":
            return postgresql
        case "mysql":
            from bot.projects import mysql  # its driver is an optional part

            return Portable(engine.dialect, mysql.WAYS)
    return Portable(engine.dialect)


def _our_own() -> ProjectError:
    return ProjectError(
        "That is the database in which Patchbay keeps its own affairs, so it cannot be a project. "
        "Use another database."
    )
