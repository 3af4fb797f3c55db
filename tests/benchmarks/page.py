"""How fast the playground's page answers, with few messages and with many; and what it leaks.

    python -m tests.benchmarks page [--json FILE]

A real Chromium on loopback, the bot behind it in this process. An action is measured inside the
browser from the click (or the key) to the frame in which its answer is drawn.
"""

import asyncio
import json
import logging
import shutil
import statistics
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from playwright.async_api import Browser, CDPSession, Page, async_playwright
from rich.console import Console
from rich.table import Table

from bot import logs
from bot.playground.demo import opened
from bot.playground.host import PEOPLE, Playground
from bot.playground.page.app import Page as Served
from bot.playground.slack.messages import Message
from tests.browser.conftest import ARGUMENTS
from tests.browser.finding import find

TIMES = 30  # of each action
MANY = 5_000  # messages
SWITCHES = 201  # of members; a multiple of three ends with the member it began with
WARM_UP = 12  # switches before the first count: caches fill once

# Runs `act` and answers with the milliseconds until `drawn()` was true in a frame.
WATCH = """
window.timed = (act, drawn) => new Promise((resolve, reject) => {
  const begun = performance.now();
  const look = () => {
    if (drawn()) requestAnimationFrame(() => resolve(performance.now() - begun));
    else if (performance.now() - begun > 5000) reject(new Error('never drawn'));
    else requestAnimationFrame(look);
  };
  act();
  look();
});
window.rows = () => [...document.querySelectorAll('.pane .row')];
window.button = (words, root = document) =>
  [...root.querySelectorAll('button')].find((one) => one.textContent.trim() === words);
window.sends = (text, shown) => {
  const field = document.querySelector('.pane textarea');
  field.value = text;
  field.dispatchEvent(new InputEvent('input', {bubbles: true}));
  const before = rows().at(-1);
  const key = new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true});
  return timed(() => field.dispatchEvent(key),
    () => rows().at(-1) !== before && rows().at(-1).textContent.includes(shown));
};
window.scrolls = async () => {
  const box = document.querySelector('.pane .scroll');
  const frames = [];
  for (let turn = 0; turn < 60; turn += 1) {
    const begun = performance.now();
    box.scrollTop -= 500;
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    frames.push((performance.now() - begun) / 2);
  }
  return frames;
};
"""


@dataclass(frozen=True)
class Figures:
    """Milliseconds."""

    case: str
    times: int
    p50: float
    p95: float
    slowest: float

    @classmethod
    def of(cls, case: str, took: list[float]) -> "Figures":
        cut = statistics.quantiles(took, n=20)
        return cls(case, len(took), round(cut[9], 1), round(cut[18], 1), round(max(took), 1))


@dataclass(frozen=True)
class Leaks:
    """Counted in the browser after garbage was collected, and on the server."""

    after: str
    listeners: int
    nodes: int
    heap_mb: float
    streams: int


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
        yield browser
        await browser.close()


async def tab_of(browser: Browser, page: Served, place: str) -> Page:
    tab = await browser.new_page(viewport={"width": 1280, "height": 800})
    await tab.goto(f"{page.url}/?as=U_ALICE{place}")
    await tab.locator(".pane textarea, .home-blocks .blocks").wait_for()
    await tab.evaluate(WATCH)
    await tab.wait_for_timeout(500)
    return tab


async def times(tab: Page, script: str, after: str = "", count: int = TIMES) -> list[float]:
    """Milliseconds of each; `after` tidies up, unmeasured."""
    took = []
    for _ in range(count):
        took.append(float(await tab.evaluate(script)))
        await tab.wait_for_timeout(60)
        if after:
            await tab.evaluate(after)
            await tab.wait_for_timeout(120)
    return took


OPEN_FORM = (
    "timed(() => button('Create a new Integration Source').click(),"
    " () => document.querySelector('dialog[open]')?.textContent.includes('Name'))"
)
CLOSE_FORM = "button('Cancel', document.querySelector('dialog')).click()"


async def measure_actions(browser: Browser, page: Served) -> list[Figures]:
    tab = await tab_of(browser, page, "#C_GENERAL")
    figures = [
        Figures.of("a message is written", await times(tab, "sends('Hello', 'Hello')")),
        Figures.of("/patchbay help", await times(tab, "sends('/patchbay help', 'Members')")),
    ]
    await tab.close()
    tab = await tab_of(browser, page, "#home")
    figures.append(Figures.of("a form is opened", await times(tab, OPEN_FORM, CLOSE_FORM)))
    await tab.close()
    return figures


async def measure_many(browser: Browser, ground: Playground, page: Served) -> list[Figures]:
    """The same channel with nothing and with very much in it."""
    figures = []
    channel = ground.slack.workspace.channels["C_ALERTS"]
    for count in (50, MANY):
        for number in range(len(channel.messages), count):
            stamp = f"{1_780_000_000 + number * 60}.000100"
            text = f"Message {number}: *bold*, a <https://example.com|link> and :wave:"
            user = PEOPLE[number // 3 % 3][0]
            channel.messages.append(Message(channel.id, stamp, user, text))
        tab = await tab_of(browser, page, "#C_ALERTS")
        if count == MANY:
            await load_all(tab)
        figures += [
            Figures.of(f"written among {count}", await times(tab, "sends('Hello', 'Hello')")),
            Figures.of(f"a frame, scrolling {count}", await tab.evaluate("scrolls()")),
            Figures.of(
                f"opening the channel of {count}",
                await times(
                    tab,
                    "timed(() => document.querySelector('[data-place=C_ALERTS]').click(),"
                    " () => rows().length >= 50)",
                    "document.querySelector('[data-place=C_GENERAL]').click()",
                ),
            ),
        ]
        await tab.close()
    return figures


async def load_all(tab: Page) -> None:
    """Scrolls up until the first message is there, and down again."""
    await tab.evaluate(
        """async () => {
          const box = document.querySelector('.pane .scroll');
          while (!document.querySelector('.pane .intro > div')) {
            box.scrollTop = 0;
            await new Promise((done) => setTimeout(done, 10));
          }
          button('Latest messages').click();
        }"""
    )


async def measure_leaks(browser: Browser, page: Served) -> list[Leaks]:
    tab = await tab_of(browser, page, "")
    session = await tab.context.new_cdp_session(tab)
    await session.send("Performance.enable")
    await switch(tab, WARM_UP)
    counted = [await count(tab, session, page, f"{WARM_UP} switches")]
    await switch(tab, SWITCHES)
    counted.append(await count(tab, session, page, f"{SWITCHES} more"))
    await tab.close()
    return counted


async def switch(tab: Page, times: int) -> None:
    names = [person[1] for person in PEOPLE]
    for turn in range(times):
        name = names[(turn + 1) % 3]
        await tab.evaluate(
            "name => [...document.querySelectorAll('.acting .entry-main')]"
            ".find((one) => one.textContent.includes(name)).click()",
            name,
        )
        await tab.wait_for_function(  # a Boolean: a handle of an element would keep it
            "name => document.title.includes(name)"
            " && document.querySelector('.pane .row, .intro h2') !== null",
            arg=name,
        )


async def count(tab: Page, session: CDPSession, page: Served, after: str) -> Leaks:
    await tab.wait_for_timeout(1000)
    for _ in range(3):
        await session.send("HeapProfiler.collectGarbage")
    answer = await session.send("Performance.getMetrics")
    metrics = {one["name"]: one["value"] for one in answer["metrics"]}
    return Leaks(
        after,
        int(metrics["JSEventListeners"]),
        int(metrics["Nodes"]),
        round(metrics["JSHeapUsedSize"] / 1e6, 2),
        page.streams.open.total(),
    )


async def measure() -> tuple[list[Figures], list[Leaks]]:
    with tempfile.TemporaryDirectory() as folder:
        async with opened(Path(folder)) as (ground, page), chromium() as browser:
            leaks = await measure_leaks(browser, page)
            figures = await measure_actions(browser, page)
            figures += await measure_many(browser, ground, page)
    return figures, leaks


def main(json_file: Path | None) -> None:
    logs.configure("console", logging.WARNING)
    figures, leaks = asyncio.run(measure())
    table = Table("", "times", "p50 ms", "p95 ms", "slowest ms")
    for one in figures:
        table.add_row(one.case, *(str(value) for value in list(asdict(one).values())[1:]))
    counts = Table("members switched", "listeners", "nodes", "heap MB", "streams on the server")
    for leak in leaks:
        counts.add_row(*(str(value) for value in asdict(leak).values()))
    console = Console(width=min(shutil.get_terminal_size().columns, 110))
    console.print(table)
    console.print(counts)
    if json_file is not None:
        written = {"actions": [asdict(one) for one in figures], "leaks": [asdict(x) for x in leaks]}
        json_file.write_text(json.dumps(written, indent=2) + "\n")
