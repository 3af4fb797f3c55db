"""Every listener module, in the order Bolt tries them. A new noun is one file and one line."""

from slack_bolt.async_app import AsyncApp
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore

from bot.engine import Engine
from handlers import (
    alerts,
    authorizations,
    authorized,
    commands,
    custom,
    errors,
    history,
    home,
    installation,
    integrations,
    mapping,
    members,
    preview,
    progress,
    projects,
    receipts,
    rejects,
    sources,
    transfers,
)
from handlers.clients import Clients


def register(
    app: AsyncApp,
    engine: Engine,
    clients: Clients,
    installations: AsyncInstallationStore | None = None,
) -> None:
    errors.register(app)
    receipts.register(app, engine)  # before every listener: each delivery is taken in once
    installation.register(app, engine, clients, installations)
    for noun in (
        commands,
        sources,
        authorizations,
        transfers,
        mapping,
        preview,
        custom,
        projects,
        integrations,
        history,
        rejects,
        members,
        home,
        alerts,
    ):
        noun.register(app, engine)
    authorized.register(engine, clients.for_workspace)
    projects.watch(engine, clients.for_workspace)
    progress.register(engine, clients.for_workspace)
    commands.register_last(app)  # what nobody else took
