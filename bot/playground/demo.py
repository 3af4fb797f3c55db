"""`python -m bot demo`: everything on this machine, to look around in or to watch the story."""

import asyncio
import json
import logging
import shutil
import signal
import tempfile
from pathlib import Path

from rich.console import Console

from bot import logs
from bot.clock import ShiftedClock
from bot.playground.host import Playground, playground
from bot.playground.store import DemoStore
from bot.playground.story import STORY
from bot.playground.walk import Walk

FOLDER = Path(".patchbay-demo")
CUSTOMERS = 2_000  # of the demo store during the walk

console = Console()


def main(*, walk: bool, json_file: Path | None, port: int, fresh: bool) -> int:
    """Returns the exit code: 0, or 1 where the walk found something different."""
    logs.configure("console", logging.ERROR if walk else logging.WARNING)
    if walk:
        played = asyncio.run(_walk(port))
        if json_file is not None:
            json_file.write_text(json.dumps(played.figures(), indent=2) + "\n")
        return 0 if played.passed else 1
    if fresh:
        shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(exist_ok=True)
    return asyncio.run(_look_around(port))


async def _walk(port: int) -> Walk:
    console.print("\n [bold]Patchbay, the whole story[/] over Slack's protocol, HTTP, SQL, SMTP\n")
    with tempfile.TemporaryDirectory(prefix="patchbay-") as folder:
        clock = ShiftedClock()
        store = DemoStore(customers=CUSTOMERS, clock=clock)
        async with playground(Path(folder), port=port, store=store, clock=clock) as ground:
            walk = Walk(ground, console)
            await walk.play(STORY)
    return walk


async def _look_around(port: int) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(wanted, stop.set)
    async with playground(FOLDER, port=port) as ground:
        _where_to_look(ground)
        await stop.wait()
    return 0


def _where_to_look(ground: Playground) -> None:
    shown = {
        "Patchbay": f"{ground.web.url}  (/health, /metrics)",
        "Slack's stand-in": ground.slack.api_url,
        "Demo Store": f"{ground.store.url}  (API key {ground.store.api_key})",
        "Mailbox": ground.mailbox.url,
        "Project": ground.settings.project_url.get_secret_value(),
    }
    console.print("\n [bold]Everything is running.[/] Ctrl-C stops it.\n")
    for name, where in shown.items():
        console.print(f" {name:<18}{where}", highlight=False)
    console.print()
