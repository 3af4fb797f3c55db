"""Calls Slack for messages that nobody is waiting for, and says what a failure means.

Nothing is repeated here: who calls decides, since a message whose answer was lost may be there.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.alerts.sending import Hopeless, RetryLater, Undeliverable
from bot.engine import Engine
from bot.errors import PatchbayError

log = structlog.get_logger(__name__)

ClientFor = Callable[[str], Awaitable[AsyncWebClient]]
Answer = dict[str, Any] | AsyncSlackResponse
Ask = Callable[[AsyncWebClient], Awaitable[AsyncSlackResponse]]

# What will not mend by itself, as a sentence for those who are told instead.
UNDELIVERABLE = {
    "is_archived": "it is archived.",
    "channel_not_found": "it does not exist any more, or Patchbay cannot see it.",
    "not_in_channel": "Patchbay is not a member there and cannot join by itself; /invite it.",
    "user_disabled": "the account is deactivated.",
    "user_not_found": "the member is not in this workspace any more.",
    "users_not_found": "the member is not in this workspace any more.",
    "user_not_visible": "Patchbay cannot see this member.",
    "cannot_dm_bot": "bots get no direct messages.",
    "messages_tab_disabled": "Patchbay’s messages tab is switched off.",
    "restricted_action": "the workspace does not let Patchbay post there.",
    "restricted_action_read_only_channel": "the workspace does not let Patchbay post there.",
    "restricted_action_thread_only_channel": "only replies are allowed there.",
    "restricted_action_non_threadable_channel": "threads are not allowed there.",
}
HOPELESS = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "token_expired",
        "token_revoked",
    }
)
# Slack's own words for "some part of it may have succeeded before it failed".
UNCERTAIN = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})


class SlackRefused(Exception):
    """An error code that is none of the above: what it means depends on the call."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Outgoing:
    def __init__(self, engine: Engine, client_for: ClientFor) -> None:
        self._engine = engine
        self._client_for = client_for
        self._held: dict[tuple[str, str], datetime] = {}

    async def ask(self, workspace_id: str, method: str, ask: Ask) -> AsyncSlackResponse:
        """Calls `method` once; a workspace's 429 holds only that method of that workspace.

        Raises RetryLater, Undeliverable, Hopeless and SlackRefused.
        """
        self._wait_is_over(workspace_id, method)
        try:
            client = await self._client(workspace_id)
            return await ask(client)
        except SlackApiError as error:
            raise self._meaning(error, workspace_id, method) from error
        except aiohttp.ClientConnectorError as error:
            raise RetryLater("Slack cannot be reached") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            reason = f"Slack did not answer ({type(error).__name__})"
            raise RetryLater(reason, maybe_sent=True) from error

    async def _client(self, workspace_id: str) -> AsyncWebClient:
        try:
            given = await self._client_for(workspace_id)
        except PatchbayError as error:
            raise Hopeless(error.sentence) from error
        return AsyncWebClient(
            token=given.token,
            base_url=given.base_url,
            timeout=given.timeout,
            ssl=given.ssl,
            proxy=given.proxy,
            session=given.session,
            headers=given.headers,
            retry_handlers=[],  # whatever the given one does, these calls are made once
        )

    def _wait_is_over(self, workspace_id: str, method: str) -> None:
        until = self._held.get((workspace_id, method))
        if until is None:
            return
        left = (until - self._engine.clock.now()).total_seconds()
        if left > 0:
            raise RetryLater(f"{method}: ratelimited", left)
        del self._held[workspace_id, method]

    def _meaning(self, error: SlackApiError, workspace_id: str, method: str) -> Exception:
        response = error.response
        if not isinstance(response, AsyncSlackResponse):  # no JSON: something between us and Slack
            return RetryLater("Slack’s answer could not be read", maybe_sent=True)
        data = response.data if isinstance(response.data, dict) else {}
        code = str(data.get("error") or f"http_{response.status_code}")
        if response.status_code == 429 or code == "ratelimited":
            seconds = _retry_after(response)
            held = self._engine.clock.now() + timedelta(seconds=seconds)
            self._held[workspace_id, method] = held
            log.warning(
                "slack.rate_limited", workspace_id=workspace_id, method=method, seconds=seconds
            )
            return RetryLater(f"{method}: ratelimited", seconds)
        if code in UNDELIVERABLE:
            return Undeliverable(UNDELIVERABLE[code])
        if code in HOPELESS:
            return Hopeless(f"{method}: {code}")
        if code in UNCERTAIN or response.status_code >= 500:
            return RetryLater(f"{method}: {code}", maybe_sent=True)
        return SlackRefused(code)


def _retry_after(response: AsyncSlackResponse) -> float:
    """Seconds that Slack asks us to wait."""
    for name, value in response.headers.items():
        if name.lower() == "retry-after":
            try:
                return max(1.0, float(value))
            except ValueError:
                break
    return 30.0
