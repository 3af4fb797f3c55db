"""`python -m bot demo`: everything on this machine, to look around in or to watch the story."""

import asyncio
import json
import logging
import os
import shutil
import signal
import sys
import tempfile
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx
from rich.console import Console

from bot import logs
from bot.clock import ShiftedClock
from bot.playground import keeping, people
from bot.playground.host import Playground, playground
from bot.playground.page.app import Page
from bot.playground.page.guard import LOOPBACK
from bot.playground.page.panels import Panels
from bot.playground.store import DemoStore
from bot.playground.story import STORY
from bot.playground.walk import Walk
from bot.web.serving import is_free

FOLDER = Path(".patchbay-demo")
CUSTOMERS = 2_000  # of the demo store during the walk
KEEP_EVERY = 5.0  # seconds, where something happened

console = Console()


class CannotStart(Exception):
    """Says in a sentence what is in the way."""


def walk(json_file: Path | None) -> int:
    """Plays the story. Returns the exit code: 1 where it found something different."""
    logs.configure("console", logging.ERROR)
    played = asyncio.run(_walk())
    if json_file is not None:
        json_file.write_text(json.dumps(played.figures(), indent=2) + "\n")
    return 0 if played.passed else 1


def look_around(*, host: str, port: int, fresh: bool, browser: bool) -> int:
    """Serves the page until Ctrl-C. Raises CannotStart."""
    if host not in LOOPBACK:
        raise CannotStart(
            f"the playground asks nobody who they are, so it does not listen on {host}: "
            f"only on {', '.join(sorted(LOOPBACK))}"
        )
    logs.configure("console", logging.WARNING)
    _refuse_second()
    if fresh:
        shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(exist_ok=True)
    return asyncio.run(_look_around(host, port, browser))


async def _walk() -> Walk:
    console.print("\n [bold]Patchbay, the whole story[/] over Slack's protocol, HTTP, SQL, SMTP\n")
    with tempfile.TemporaryDirectory(prefix="patchbay-") as folder:
        clock = ShiftedClock()
        store = DemoStore(customers=CUSTOMERS, clock=clock)
        async with playground(Path(folder), store=store, clock=clock) as ground:
            walk = Walk(ground, console)
            await walk.play(STORY)
    return walk


async def _look_around(host: str, port: int, browser: bool) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(wanted, stop.set)
    async with opened(FOLDER, host=host, port=port) as (ground, page):
        _where_to_look(ground, page)
        if browser and _has_browser():
            await asyncio.to_thread(webbrowser.open, page.url)
        await stop.wait()
        console.print(" Stopping…")
    return 0


@asynccontextmanager
async def opened(
    folder: Path, *, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[tuple[Playground, Page]]:
    """The playground with its page, as an earlier one left it in `folder`. Raises CannotStart."""
    kept = keeping.load(folder)
    before = kept.ports if kept else keeping.Ports()
    clock = ShiftedClock()
    store = DemoStore(port=before.store if is_free(before.store) else 0, clock=clock)
    if kept is not None:
        clock.skip(timedelta(seconds=kept.skipped_seconds))
        store.restore(kept.store)
    prepare = partial(keeping.restore, kept) if kept else None
    bot_port = before.bot if is_free(before.bot) else 0
    async with playground(
        folder, port=bot_port, store=store, clock=clock, prepare=prepare
    ) as ground:
        await people.seat(ground)
        page = Page(
            ground.slack,
            host=host,
            port=port or (before.page if is_free(before.page) else 0),
            beside=Panels(ground),
            roles=lambda: people.roles(ground),
        )
        if kept is not None:
            page.session.read |= {(member, channel): ts for member, channel, ts in kept.read}
        try:
            await page.start()
        except OSError as error:
            raise CannotStart(f"cannot listen on {host}:{port}: {error.strerror}") from error
        keep = asyncio.create_task(_keep(folder, ground, page))
        try:
            yield ground, page
        finally:
            keep.cancel()
            await page.stop()
            _save(folder, ground, page)


async def _keep(folder: Path, ground: Playground, page: Page) -> None:
    """Every now and then, so that little is lost where it cannot stop in peace."""
    saved = None
    while True:
        mark = keeping.mark(ground)
        if mark != saved:
            _save(folder, ground, page)
            saved = mark
        await asyncio.sleep(KEEP_EVERY)


def _save(folder: Path, ground: Playground, page: Page) -> None:
    ports = keeping.Ports(page=page.port, bot=ground.settings.port, store=ground.store.port)
    keeping.save(folder, keeping.take(ground, page.session, ports))


def _refuse_second() -> None:
    """Two demos on the same databases would disturb each other."""
    kept = keeping.load(FOLDER)
    if kept is None or not kept.ports.page:
        return
    url = f"http://127.0.0.1:{kept.ports.page}"
    try:
        answer = httpx.get(f"{url}/api/members", timeout=2, trust_env=False)
    except httpx.HTTPError:
        return
    if answer.headers.get("content-type") == "application/json" and "members" in answer.json():
        raise CannotStart(f"a demo with this folder is running already: {url}")


def _has_browser() -> bool:
    """A text browser in this terminal would be none."""
    shown = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return sys.platform in ("darwin", "win32") or bool(shown)


def _where_to_look(ground: Playground, page: Page) -> None:
    shown = {
        "The bot": f"{ground.web.url}  (/health, /metrics)",
        "Slack's stand-in": ground.slack.api_url,
        "Demo Store": f"{ground.store.url}  (API key {ground.store.api_key})",
        "Mailbox": ground.mailbox.url,
        "Project": ground.settings.project_url.get_secret_value(),
    }
    console.print(f"\n [bold]Patchbay's playground:[/] [link={page.url}]{page.url}[/link]\n")
    for name, where in shown.items():
        console.print(f" {name:<18}{where}", highlight=False, soft_wrap=True, style="dim")
    console.print(
        f"\n Ctrl-C stops it. Databases, messages, the store and the mails stay in {FOLDER}/;\n"
        " open windows do not. `--fresh` begins anew.\n",
        soft_wrap=True,
    )
