"""What a listener, a web route or a worker may reach. A process has one."""

from dataclasses import dataclass, field

from bot.background import Background
from bot.clock import Clock
from bot.connectors.catalog import Catalog, load_catalog
from bot.connectors.http import HttpPool
from bot.projects.databases import ProjectDatabases
from bot.queue import Wakeup
from bot.settings import Settings
from bot.signals import Signals
from store.database import Database
from store.vault import Vault


@dataclass(frozen=True, slots=True)
class Engine:
    settings: Settings
    database: Database
    vault: Vault
    catalog: Catalog
    http: HttpPool
    projects: ProjectDatabases
    clock: Clock = field(default_factory=Clock)
    signals: Signals = field(default_factory=Signals)
    queue: Wakeup = field(default_factory=Wakeup)  # "there are runs to do"
    outbox: Wakeup = field(default_factory=Wakeup)  # "there are deliveries owed"
    background: Background = field(default_factory=Background)


def make_engine(settings: Settings, clock: Clock | None = None) -> Engine:
    """Raises ValueError without usable secret keys, CatalogError for a bad service file."""
    vault = Vault([key.get_secret_value() for key in settings.secret_keys])
    return Engine(
        settings=settings,
        database=Database(settings.database_url.get_secret_value()),
        vault=vault,
        catalog=load_catalog(settings.catalog_dir),
        http=HttpPool(settings),
        projects=ProjectDatabases(settings, vault),
        clock=clock or Clock(),
    )
