"""The projects' databases: one pool of connections for each URL."""

from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import ProjectError
from bot.projects import postgresql, sqlite
from bot.projects.addresses import check_added, parsed, same_database
from bot.projects.database import ProjectDatabase
from bot.projects.dialect import Dialect
from bot.settings import Settings
from store.models import Project
from store.vault import Vault, VaultError

__all__ = ["ProjectDatabase", "ProjectDatabases"]

# Tables that together give away a database of the bot's own.
_OURS = frozenset({"workspaces", "authorizations", "mapping_pairs", "deliveries"})


class ProjectDatabases:
    def __init__(self, settings: Settings, vault: Vault) -> None:
        self._settings = settings
        self._vault = vault
        self._engines: dict[tuple[str, bool], AsyncEngine] = {}
        self._databases: dict[tuple[str, bool, str], ProjectDatabase] = {}

    async def get(self, project: Project) -> ProjectDatabase:
        """The project's database; connects on first use. Raises ProjectError."""
        is_default = project.url is None
        url = self._url(project)
        self._refuse_our_own(url)
        if not is_default:
            check_added(url, allow_private=self._settings.allow_private_networks)
        text = url.render_as_string(hide_password=False)
        found = self._databases.get((text, is_default, project.name))
        if found is None:
            engine = self._engines.get((text, is_default))
            if engine is None:
                engine = self._engines[text, is_default] = self._open(url, is_default)
            found = ProjectDatabase(engine, _dialect(url), project.name)
            self._databases[text, is_default, project.name] = found
        return found

    async def probe(self, url: str) -> None:
        """Connects once. Raises ProjectError where a project cannot be added with this URL."""
        checked = parsed(url)
        check_added(checked, allow_private=self._settings.allow_private_networks)
        self._refuse_our_own(checked)
        engine = self._open(checked, is_default=False)
        try:
            tables = await ProjectDatabase(engine, _dialect(checked), "").tables()
        finally:
            await engine.dispose()
        if set(tables) >= _OURS:
            raise _our_own()

    async def close(self) -> None:
        for engine in self._engines.values():
            await engine.dispose()
        self._engines.clear()
        self._databases.clear()

    def _url(self, project: Project) -> URL:
        if project.url is None:
            return parsed(self._settings.project_url.get_secret_value())
        try:
            return parsed(str(self._vault.open(project.url)))
        except VaultError:
            raise ProjectError(
                f"The URL of the project “{project.name}” cannot be read any more: the key that "
                "sealed it is gone from PATCHBAY_SECRET_KEYS. Add the project anew."
            ) from None

    def _refuse_our_own(self, url: URL) -> None:
        if same_database(url, parsed(self._settings.database_url.get_secret_value())):
            raise _our_own()

    def _open(self, url: URL, is_default: bool) -> AsyncEngine:
        if url.get_backend_name() == "sqlite":
            return sqlite.open_engine(url, ours=is_default)
        guarded = not is_default and not self._settings.allow_private_networks
        return postgresql.open_engine(url, guarded=guarded)


def _dialect(url: URL) -> Dialect:
    return sqlite if url.get_backend_name() == "sqlite" else postgresql


def _our_own() -> ProjectError:
    return ProjectError(
        "That is the database in which Patchbay keeps its own affairs, so it cannot be a project. "
        "Use another database."
    )
