"""Socket Mode: Slack's requests come over a connection that we opened, so they bear no signature.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import time

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.courtesy import answering
from bot.web.metrics import Metrics


class SocketMode(AsyncSocketModeHandler):
    """`await connect_async()`, and in the end `await close_async()`."""

    def __init__(self, app: AsyncApp, token: str, proxy: str | None, metrics: Metrics) -> None:
        super().__init__(app, token, proxy=proxy)
        self._metrics = metrics

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        started = time.perf_counter()
        with answering():
            await super().handle(client, req)
        self._metrics.acknowledgement.observe(time.perf_counter() - started)
