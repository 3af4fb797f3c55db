"""Slack's tokens, one installation a workspace, encrypted at rest."""

from copy import copy
from typing import TypeVar

from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.models.bot import Bot
from slack_sdk.oauth.installation_store.models.installation import Installation
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore

from store import members
from store.database import Database
from store.models.installation import TOKENS
from store.vault import Vault

Holder = TypeVar("Holder", Bot, Installation)


class SealedInstallations(AsyncInstallationStore):
    """slack_sdk's SQLAlchemy store behind the vault: tokens go in sealed and come out open."""

    def __init__(self, database: Database, vault: Vault, client_id: str) -> None:
        engine = database.engine.execution_options(sqlite_begin="IMMEDIATE")
        self._inner = AsyncSQLAlchemyInstallationStore(client_id=client_id, engine=engine)
        self._database = database
        self._vault = vault

    async def async_save(self, installation: Installation) -> None:
        # the inner one saves the bot's row too, from the same (sealed) values
        await self._inner.async_save(self._sealed(installation))
        if installation.team_id is not None:
            async with self._database.begin() as session:
                await members.is_installed(session, installation.team_id)

    async def async_save_bot(self, bot: Bot) -> None:
        await self._inner.async_save_bot(self._sealed(bot))

    async def async_find_bot(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        is_enterprise_install: bool | None = False,
    ) -> Bot | None:
        found = await self._inner.async_find_bot(
            enterprise_id=enterprise_id,
            team_id=team_id,
            is_enterprise_install=is_enterprise_install,
        )
        return self._opened(found) if found else None

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        found = await self._inner.async_find_installation(
            enterprise_id=enterprise_id,
            team_id=team_id,
            user_id=user_id,
            is_enterprise_install=is_enterprise_install,
        )
        return self._opened(found) if found else None

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        await self._inner.async_delete_bot(enterprise_id=enterprise_id, team_id=team_id)

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        await self._inner.async_delete_installation(
            enterprise_id=enterprise_id, team_id=team_id, user_id=user_id
        )

    def _sealed(self, holder: Holder) -> Holder:
        sealed = copy(holder)
        for name in TOKENS:
            token = getattr(holder, name, None)
            if token is not None:
                setattr(sealed, name, self._vault.seal(token).decode())
        return sealed

    def _opened(self, holder: Holder) -> Holder:
        for name in TOKENS:
            token = getattr(holder, name, None)
            if token is not None:
                setattr(holder, name, self._vault.open(token.encode()))
        return holder
