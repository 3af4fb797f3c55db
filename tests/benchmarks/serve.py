"""`python -m tests.benchmarks.serve store | bare URL | bot`: one thing in a process of its own."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from starlette.applications import Starlette

from bot import logs
from bot.app import build
from bot.heap import freeze_heap
from bot.playground.host import SIGNING_SECRET, make_settings
from bot.playground.store import DemoStore
from bot.web import slack
from bot.web.metrics import Metrics
from bot.web.serving import Serving
from store import migrate
from tests.benchmarks.processes import READY


async def _store(ready: Callable[[str], None], stop: asyncio.Event) -> None:
    async with DemoStore(customers=int(os.environ["CUSTOMERS"]), orders=10, products=10) as store:
        ready(store.url)
        await stop.wait()


async def _bare(ready: Callable[[str], None], stop: asyncio.Event) -> None:
    """The least that Bolt can do: no store, no receipts, an acknowledgement and nothing else."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-bare")

    app = AsyncApp(signing_secret=SIGNING_SECRET, authorize=authorize)

    @app.command("/patchbay")
    async def command(ack: AsyncAck) -> None:
        await ack()

    serving = Serving(Starlette(routes=slack.routes(app, Metrics())))
    await serving.start()
    ready(serving.url)
    await stop.wait()
    await serving.stop()


async def _bot(ready: Callable[[str], None], stop: asyncio.Event) -> None:
    """The bot as `run` hosts it, on the embedded default."""
    port = int(os.environ["PORT"])
    settings = make_settings(
        Path(os.environ["FOLDER"]),
        port=port,
        public_url=f"http://127.0.0.1:{port}",
        slack_api_url=os.environ["SLACK_URL"],
        tick_seconds=1.0,
    )
    patchbay = build(settings)
    serving = Serving(patchbay.asgi, port)
    await serving.start()
    await patchbay.start()
    freeze_heap()
    ready(serving.url)
    await stop.wait()
    await serving.stop()
    await patchbay.stop()


async def _main(what: str) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    serve = {"store": _store, "bare": _bare, "bot": _bot}[what]
    await serve(lambda url: print(f"{READY}{url}", flush=True), stop)


if __name__ == "__main__":
    logs.configure("console", level=40)
    if sys.argv[1] == "bot":
        migrate.upgrade(f"sqlite:///{Path(os.environ['FOLDER']) / 'patchbay.db'}")
    asyncio.run(_main(sys.argv[1]))
