"""What the bot stands on beside Slack, as `python -m bot doctor` looks at it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import aiosmtplib
import sqlalchemy.exc

from bot.alerts.email import server_of
from bot.connectors.catalog import Catalog, CatalogError, load_catalog
from bot.connectors.oauth import oauth_client
from bot.errors import ProjectError
from bot.findings import Finding, bad, good, remark
from bot.projects.databases import ProjectDatabases
from bot.settings import Settings
from store import migrate
from store.database import Database, async_url
from store.models import Project
from store.vault import Vault
from store.vocabulary import AuthKind

PATIENCE = 10  # seconds for each answer from outside


async def secrets(settings: Settings) -> AsyncIterator[Finding]:
    keys = [key.get_secret_value() for key in settings.secret_keys]
    if not keys:
        yield bad(
            "secrets",
            "PATCHBAY_SECRET_KEYS is not set",
            f"set this new one and keep a copy of it: PATCHBAY_SECRET_KEYS={Vault.new_key()}",
        )
        return
    try:
        Vault(keys)
    except ValueError:
        yield bad(
            "secrets",
            "a key in PATCHBAY_SECRET_KEYS is malformed",
            f"a key looks like {Vault.new_key()}; several are separated by commas",
        )
    else:
        count = "1 key" if len(keys) == 1 else f"{len(keys)} keys, the first one encrypts"
        yield good("secrets", count)


async def addresses(settings: Settings) -> AsyncIterator[Finding]:
    url = urlsplit(settings.public_url)
    if url.scheme == "https" and url.hostname:
        yield good("address", settings.public_url)
    elif url.scheme == "http" and url.hostname in ("localhost", "127.0.0.1", "::1"):
        yield remark(
            "address",
            f"{settings.public_url} is this machine only",
            "members elsewhere cannot open the authorization pages: set PATCHBAY_PUBLIC_URL",
        )
    else:
        yield bad(
            "address",
            f"{settings.public_url} is not an https address",
            "set PATCHBAY_PUBLIC_URL to the https address under which browsers reach the bot",
        )


async def database(settings: Settings) -> AsyncIterator[Finding]:
    address = settings.database_url.get_secret_value()
    try:
        if _is_new_file(address):
            yield remark("database", "SQLite, not made yet", "python -m bot migrate")
            return
        database = Database(address)
        try:
            async with asyncio.timeout(PATIENCE):
                await database.ping()
                pending = await asyncio.to_thread(migrate.pending, address)
        finally:
            await database.close()
    except (sqlalchemy.exc.SQLAlchemyError, OSError, TimeoutError, ValueError) as error:
        yield bad(
            "database",
            f"no answer: {first_line(error)}",
            "check PATCHBAY_DATABASE_URL, and that the server runs and lets this machine in",
        )
        return
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    if pending:
        yield remark("database", f"{kind}, not at this version", "python -m bot migrate")
    else:
        yield good("database", f"{kind}, up to date")


async def project(settings: Settings) -> AsyncIterator[Finding]:
    # where many workspaces share the bot each has a corner of it; here it is looked at as a whole
    whole = settings.model_copy(update={"slack_client_id": None})
    projects = ProjectDatabases(whole, Vault([Vault.new_key()]))
    address = settings.project_url.get_secret_value()
    try:
        async with asyncio.timeout(PATIENCE):
            database = await projects.get(Project(workspace_id="", name="Default", url=None))
            if _is_new_file(address):
                yield good("project", "SQLite, made with the first table")
                return
            tables = await database.tables()
    except (ProjectError, TimeoutError) as error:
        yield bad(
            "project",
            error.sentence if isinstance(error, ProjectError) else "no answer",
            "check PATCHBAY_PROJECT_URL, and that the server runs and lets this machine in",
        )
    else:
        yield good("project", "1 table" if len(tables) == 1 else f"{len(tables)} tables")
    finally:
        await projects.close()


def _is_new_file(address: str) -> bool:
    """Whether it is an SQLite file that only has to be made: looking at it would do so."""
    try:
        url = async_url(address)
    except (sqlalchemy.exc.ArgumentError, ValueError):
        return False
    if url.get_backend_name() != "sqlite" or not url.database:
        return False
    path = Path(url.database)
    return path.parent.is_dir() and not path.exists()


async def catalog(settings: Settings) -> AsyncIterator[Finding]:
    try:
        catalog = load_catalog(settings.catalog_dir)
    except CatalogError as error:
        yield bad("services", str(error), "correct the service file, or take it out of the folder")
        return
    yield good("services", ", ".join(service.name for service in catalog.services.values()))
    for name in _without_registration(settings, catalog):
        yield remark(
            "services",
            f"{name}: signing in is not offered, Patchbay is not registered there",
            "add it to PATCHBAY_OAUTH_CLIENTS, or let members use a key",
        )
    for unknown in sorted(set(settings.oauth_clients) - set(catalog.services)):
        yield remark(
            "services",
            f"PATCHBAY_OAUTH_CLIENTS names “{unknown}”, which is no service",
            f"the services are called {', '.join(catalog.services)}",
        )


def _without_registration(settings: Settings, catalog: Catalog) -> list[str]:
    return [
        service.name
        for service in catalog.services.values()
        if any(method.type is AuthKind.OAUTH2 for method in service.auth)
        and oauth_client(settings, service) is None
    ]


async def email(settings: Settings) -> AsyncIterator[Finding]:
    if settings.smtp_url is None:
        yield remark(
            "e-mail",
            "PATCHBAY_SMTP_URL is not set: no alerts by e-mail",
            "set it: smtp://user:password@host:587?starttls=true",
        )
        return
    try:
        await _say_hello(settings.smtp_url.get_secret_value())
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        yield bad(
            "e-mail",
            f"the mail server does not let us in: {first_line(error)}",
            "check PATCHBAY_SMTP_URL: host, port, user, password and starttls",
        )
    else:
        yield good("e-mail", f"as {settings.email_from}")


async def _say_hello(url: str) -> None:
    """Connects and logs in; sends nothing."""
    server = server_of(url)
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        username=server.username,
        password=server.password,
        use_tls=server.tls,
        start_tls=server.starttls,
        timeout=PATIENCE,
    )
    async with client:
        await client.noop()


def first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
