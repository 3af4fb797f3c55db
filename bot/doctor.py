"""`python -m bot doctor`: is everything set so that the bot can work, and if not, what to do."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot import surroundings
from bot.findings import Finding, bad, good, remark
from bot.findings import report as report
from bot.scopes import SCOPES
from bot.settings import OAuthClient, Settings
from bot.surroundings import PATIENCE, first_line
from handlers.samples import Sample, samples

VIEWS_PATIENCE = 30  # seconds for all views together
AT_ONCE = 5  # views that Slack is asked about at a time
SHORTEST = 4  # characters of a secret; taking shorter ones out would leave no sentence


async def examine(settings: Settings) -> list[Finding]:
    """Every finding, in the order a person would mend them. Changes nothing anywhere."""
    looks = (
        surroundings.secrets,
        surroundings.addresses,
        surroundings.database,
        surroundings.project,
        surroundings.catalog,
        _slack,
        surroundings.email,
    )
    found = await asyncio.gather(*(_all_of(look(settings)) for look in looks))
    hide = _hiding(settings)
    return [
        replace(finding, what=hide(finding.what), what_to_do=hide(finding.what_to_do))
        for findings in found
        for finding in findings
    ]


async def _all_of(findings: AsyncIterator[Finding]) -> list[Finding]:
    return [finding async for finding in findings]


async def _slack(settings: Settings) -> AsyncIterator[Finding]:
    if not settings.socket_mode and not settings.slack_signing_secret.get_secret_value():
        yield bad(
            "Slack", "no SLACK_SIGNING_SECRET", "copy it from the app's page “Basic Information”"
        )
    app_token = settings.slack_app_token
    if app_token is not None and not app_token.get_secret_value().startswith("xapp-"):
        yield bad(
            "Slack",
            "SLACK_APP_TOKEN is no app-level token",
            "make one (xapp-…) with connections:write under “Basic Information”",
        )
    if settings.slack_bot_token is not None:
        async for finding in _workspace(settings, settings.slack_bot_token.get_secret_value()):
            yield finding
    elif settings.slack_client_id and settings.slack_client_secret:
        async for finding in _many_workspaces(settings):
            yield finding
    else:
        yield bad(
            "Slack",
            "no SLACK_BOT_TOKEN",
            "create the app from manifest.yml, install it, and copy its bot token",
        )


async def _many_workspaces(settings: Settings) -> AsyncIterator[Finding]:
    try:
        await _client(settings).api_test()
    except (SlackClientError, OSError, TimeoutError) as error:
        yield bad("Slack", f"no answer to api.test: {_reason(error)}", _WAY_OUT)
    else:
        yield good("Slack", "installable in many workspaces at /slack/install")


async def _workspace(settings: Settings, token: str) -> AsyncIterator[Finding]:
    client = _client(settings, token)
    try:
        who = await client.auth_test()
    except SlackApiError as error:
        yield bad(
            "Slack",
            f"auth.test answers {_reason(error)}",
            "check SLACK_BOT_TOKEN; where it was revoked, reinstall the app and copy the new one",
        )
        return
    except (SlackClientError, OSError, TimeoutError) as error:
        yield bad("Slack", f"no answer to auth.test: {_reason(error)}", _WAY_OUT)
        return
    if not who.get("bot_id"):
        yield bad(
            "Slack",
            "SLACK_BOT_TOKEN is a member's token",
            "copy the bot token (xoxb-…) from “OAuth & Permissions”",
        )
        return
    yield good("Slack", f"{who['team']} as {who['user']}")
    yield _scopes(who.headers)
    async for finding in _views(client):
        yield finding


_WAY_OUT = "check SLACK_API_URL, and that this machine may call Slack (PATCHBAY_SLACK_PROXY?)"


def _client(settings: Settings, token: str | None = None) -> AsyncWebClient:
    return AsyncWebClient(
        token,
        base_url=settings.slack_api_url,
        proxy=settings.slack_proxy,
        timeout=PATIENCE,
        retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=2)],
    )


def _scopes(headers: Any) -> Finding:
    given = {
        scope.strip()
        for name, value in dict(headers).items()
        if str(name).lower() == "x-oauth-scopes"
        for scope in str(value).split(",")
    }
    missing = sorted(set(SCOPES) - given)
    if missing:
        return bad(
            "scopes",
            f"missing: {', '.join(missing)}",
            "update the app from manifest.yml and reinstall it to the workspace",
        )
    return good("scopes", f"all {len(SCOPES)}")


async def _views(client: AsyncWebClient) -> AsyncIterator[Finding]:
    """Holds typical views and messages of every builder against Slack's own schema."""
    typical = [sample for sample in samples() if sample.size == "typical"]
    turns = asyncio.Semaphore(AT_ONCE)

    refused: list[Finding] = []
    unchecked: list[str] = []  # why

    async def check(sample: Sample) -> None:
        async with turns:
            try:
                refused.extend(await _view(client, sample))
            except (SlackClientError, OSError, TimeoutError) as error:
                unchecked.append(_reason(error))

    try:
        async with asyncio.timeout(VIEWS_PATIENCE):
            await asyncio.gather(*(check(sample) for sample in typical))
    except TimeoutError:
        unchecked.append("it takes too long")
    for finding in refused:
        yield finding
    if unchecked:
        yield remark(
            "views",
            f"Slack did not check all of them: {unchecked[0]}",
            "run doctor again in a minute; the bot works without it",
        )
    elif not refused:
        yield good("views", f"Slack accepts all {len(typical)}")


async def _view(client: AsyncWebClient, sample: Sample) -> list[Finding]:
    """What Slack says against it. Raises SlackClientError where it did not look at it."""
    try:
        # in the body: the client's own method puts it into the URL, where a view has no room
        payload = {sample.kind: json.dumps(sample.payload)}
        await client.api_call("blocks.validate", data=payload)
    except SlackApiError as error:
        if error.response.get("error") != f"invalid_{sample.kind}":
            raise
        return [
            bad(
                "views",
                f"{sample.name}: {problem.get('message')} ({problem.get('pointer')})",
                "update Patchbay; if it is the newest, report this: Slack's rules have changed",
            )
            for problem in error.response.get("errors") or [{"message": "refused", "pointer": "/"}]
        ]
    return []


def _reason(error: BaseException) -> str:
    if isinstance(error, SlackApiError) and error.response.get("error"):
        return str(error.response["error"])
    return first_line(error)


def _hiding(settings: Settings) -> Callable[[str], str]:
    """Takes every secret of the settings out of a text: libraries' errors may quote them."""
    texts = {text for value in dict(settings).values() for text in _texts(value)}
    texts |= {password for text in texts for password in _passwords(text)}
    secrets = sorted((text for text in texts if len(text) >= SHORTEST), key=len, reverse=True)

    def hide(text: str) -> str:
        for secret in secrets:
            text = text.replace(secret, "***")
        return text

    return hide


def _texts(value: object) -> list[str]:
    if isinstance(value, SecretStr):
        return [value.get_secret_value()]
    if isinstance(value, list | dict):
        inner = value.values() if isinstance(value, dict) else value
        return [text for each in inner for text in _texts(each)]
    return _texts(value.client_secret) if isinstance(value, OAuthClient) else []


def _passwords(url: str) -> set[str]:
    """Those within a URL, as they stand there and as they are meant."""
    try:
        password = urlsplit(url).password or ""
    except ValueError:
        return set()
    return {password, unquote(password)}
