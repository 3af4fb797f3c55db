"""Draws every sample of `handlers.samples` in a browser: as pictures, and to see what is wrong.

Needs Playwright and a Chromium: that of the system if there is one, else Playwright's own.
"""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from mimetypes import guess_type
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import track

from bot.playground.pictures import Picture, pictures
from handlers.samples import Sample, samples
from handlers.samples.words import NOW

if TYPE_CHECKING:
    from playwright.async_api import Browser, ConsoleMessage, Page, Route

STATIC = Path(__file__).parent / "page" / "static"
ADDRESS = "http://playground.test"  # asked for in the browser alone: nobody listens there
TALLEST = 8_000  # pixels of a picture; the rest is left out
_NO_LETTER = re.compile(r"[^\w.]+")
_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Missing(Exception):
    """Playwright or a browser is not there; says what to install."""


@dataclass(frozen=True, slots=True)
class Look:
    name: str
    width: int  # pixels
    theme: str  # light, dark


LIGHT, NARROW, DARK = (
    Look("light", 760, "light"),
    Look("390", 390, "light"),
    Look("dark", 760, "dark"),
)


def looks_of(sample: Sample) -> tuple[Look, ...]:
    return (LIGHT, NARROW, DARK) if sample.size == "typical" else (LIGHT, NARROW)


@dataclass
class Drawing:
    """A page of the browser on which one thing after another is drawn."""

    page: "Page"
    _look: Look | None = None
    _trouble: list[str] = field(default_factory=list)

    async def open(self) -> "Drawing":
        self.page.on("pageerror", lambda error: self._trouble.append(f"script: {error}"))
        self.page.on("console", self._said)
        await self.page.route("**/*", self._serve)
        await self.page.goto(f"{ADDRESS}/static/blocks/gallery.html")
        await self.page.wait_for_selector("html[data-ready]", state="attached")
        return self

    async def draw(self, drawn: dict[str, Any], look: Look) -> list[str]:
        """Draws it; returns what is wrong: not supported, overflowing, errors of the scripts."""
        if self._look is None or self._look.width != look.width:
            await self.page.set_viewport_size({"width": look.width, "height": 900})
        self._look = look
        found = await self.page.evaluate(
            "([what, theme]) => draw(what, theme)", [drawn, look.theme]
        )
        trouble, self._trouble = self._trouble, []
        return [*found, *trouble]

    async def paint(self, file: Path) -> None:
        """What is drawn, as a PNG file."""
        box = await self.page.locator("#drawing").bounding_box()
        assert box is not None
        await self.page.screenshot(
            path=file,
            full_page=True,
            animations="disabled",
            clip={
                "x": box["x"],
                "y": box["y"],
                "width": box["width"],
                "height": min(box["height"], TALLEST),
            },
        )

    def _said(self, message: "ConsoleMessage") -> None:
        if message.type == "error":
            self._trouble.append(f"console: {message.text}")

    async def _serve(self, route: "Route") -> None:
        """Static files only; whatever else is asked for is trouble."""
        url = route.request.url
        file = STATIC / url.removeprefix(f"{ADDRESS}/static/").partition("?")[0]
        if not url.startswith(f"{ADDRESS}/static/") or not file.is_file():
            self._trouble.append(f"asks for {url}")
            await route.abort()
            return
        kind = "text/javascript" if file.suffix == ".js" else guess_type(file.name)[0]
        await route.fulfill(body=file.read_bytes(), content_type=kind or "text/plain")


def as_drawn(sample: Sample) -> dict[str, Any]:
    return {
        "kind": sample.kind,
        "surface": sample.surface,
        "payload": sample.payload,
        "now": NOW.timestamp(),
    }


def file_name(name: str, look: Look) -> str:
    """`alerts.direct_message, typical: held` → alerts.direct_message-typical-held.light.png"""
    return f"{_NO_LETTER.sub('-', name).strip('-')}.{look.name}.png"


@asynccontextmanager
async def browser() -> AsyncIterator["Browser"]:
    """Raises Missing."""
    try:
        from playwright.async_api import Error, async_playwright
    except ModuleNotFoundError:
        raise Missing("the gallery needs Playwright: pip install 'patchbay[test]'") from None
    async with async_playwright() as playwright:
        named = os.environ.get("PATCHBAY_CHROMIUM")
        found = named or next(filter(None, map(shutil.which, _CHROMIUMS)), None)
        try:
            opened = await playwright.chromium.launch(executable_path=found, args=list(_FLAGS))
        except Error as error:
            why = str(error).strip().splitlines()[0]
            hint = "install your system's chromium, or run `playwright install chromium`"
            raise Missing(f"no browser to draw with ({why}): {hint}") from None
        try:
            yield opened
        finally:
            await opened.close()


async def paint(folder: Path, every: Sequence[Sample], console: Console) -> dict[str, list[str]]:
    """Draws each in each of its looks; returns what is wrong, by file name."""
    wrong: dict[str, list[str]] = {}
    async with browser() as opened:
        drawing = await Drawing(await opened.new_page()).open()
        for sample in track(every, "Drawing", console=console, transient=True):
            for look in looks_of(sample):
                name = file_name(sample.name, look)
                if found := await drawing.draw(as_drawn(sample), look):
                    wrong[name] = found
                await drawing.paint(folder / name)
        await drawing.page.close()
        await _paint_pictures(opened, folder / "docs")
    return wrong


async def _paint_pictures(opened: "Browser", folder: Path) -> None:
    """Those that the README and the docs show."""
    for picture in pictures():
        page = await opened.new_page(device_scale_factor=1.5)
        await _paint_picture(page, picture, folder / f"{picture.name}.png")
        await page.close()


async def _paint_picture(page: "Page", picture: Picture, file: Path) -> None:
    if picture.html is not None:
        await page.set_viewport_size({"width": picture.width, "height": 200})
        await page.set_content(picture.html)
        await page.screenshot(path=file, full_page=True)
        return
    drawing = await Drawing(page).open()
    look = Look(picture.name, picture.width, "light")
    if found := await drawing.draw({**(picture.drawn or {}), "now": NOW.timestamp()}, look):
        raise AssertionError(f"{picture.name}: {found}")
    await drawing.paint(file)


def main(folder: Path, console: Console) -> int:
    """Returns the exit code: 0, 1 where a drawing is not as it should be, 2 without a browser."""
    (folder / "docs").mkdir(parents=True, exist_ok=True)
    every = samples()
    try:
        wrong = asyncio.run(paint(folder, every, console))
    except Missing as error:
        console.print(f"[red]Patchbay:[/red] {error}", highlight=False)
        return 2
    for name, found in wrong.items():
        console.print(f"[red]{name}[/red]: {'; '.join(found)}", highlight=False)
    console.print(f"{len(every)} samples in {folder}, {len(wrong)} pictures with something wrong")
    return 1 if wrong else 0
