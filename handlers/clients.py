"""Slack clients by workspace: one token from the settings, or one for each installation."""

from typing import Any

from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.errors import NotFound
from bot.settings import Settings

_DEAD = ("account_inactive", "invalid_auth", "token_revoked")  # what a removed bot's token gets
FRESH = 60.0  # seconds that an installation is remembered: authorizing must not cost a look-up


class Clients(AsyncAuthorize):
    """Answers Bolt's "who may this request speak for?", and gives the outbox its clients."""

    def __init__(
        self, settings: Settings, clock: Clock, installations: AsyncInstallationStore | None
    ) -> None:
        self._clock = clock
        self._installations = installations
        self._known: dict[str, tuple[float, AuthorizeResult]] = {}
        self._token = settings.slack_bot_token
        # Said here and nowhere else: a 429 is waited out once; a lost connection is not tried
        # again, since the message may have gone out.
        self.base = AsyncWebClient(
            base_url=settings.slack_api_url,
            proxy=settings.slack_proxy,
            retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=1)],
        )

    async def __call__(
        self, *, team_id: str | None, enterprise_id: str | None = None, **_: Any
    ) -> AuthorizeResult | None:
        try:
            return await self._find(team_id, enterprise_id)
        except SlackApiError as error:
            if error.response.get("error") not in _DEAD or self._token is None:
                raise
            # Slack's last events tell of this very removal, and have to come through
            token = self._token.get_secret_value()
            return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token)

    async def for_workspace(self, workspace_id: str) -> AsyncWebClient:
        """Raises NotFound where the bot is not installed (any more)."""
        found = await self._find(workspace_id, None)
        if found is None:
            raise NotFound("Patchbay is not installed in this workspace.")
        return AsyncWebClient(
            token=found.bot_token,
            base_url=self.base.base_url,
            proxy=self.base.proxy,
            session=self.base.session,
            retry_handlers=[],  # the outbox repeats by itself, after looking
        )

    def forget(self, workspace_id: str) -> None:
        self._known.pop(workspace_id, None)

    async def _find(self, team_id: str | None, enterprise_id: str | None) -> AuthorizeResult | None:
        if team_id is None:
            return None
        now = self._clock.now().timestamp()
        remembered = self._known.get(team_id)
        if remembered and now - remembered[0] < FRESH:
            return remembered[1]
        found = await self._look_up(team_id, enterprise_id)
        if found is not None:
            self._known[team_id] = (now, found)
        return found

    async def _look_up(self, team_id: str, enterprise_id: str | None) -> AuthorizeResult | None:
        if self._installations is None:
            token = self._token.get_secret_value() if self._token else None
            answer = await self.base.auth_test(token=token)
            if answer["team_id"] != team_id:
                return None
            return AuthorizeResult(
                enterprise_id=answer.get("enterprise_id"),
                team_id=team_id,
                team=answer.get("team"),
                url=answer.get("url"),
                bot_id=answer.get("bot_id"),
                bot_user_id=answer.get("user_id"),
                bot_token=token,
            )
        bot = await self._installations.async_find_bot(enterprise_id=enterprise_id, team_id=team_id)
        if bot is None:
            return None
        return AuthorizeResult(
            enterprise_id=bot.enterprise_id,
            team_id=team_id,
            team=bot.team_name,
            bot_id=bot.bot_id,
            bot_user_id=bot.bot_user_id,
            bot_token=bot.bot_token,
            bot_scopes=bot.bot_scopes,
        )
