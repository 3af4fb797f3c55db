"""uvicorn as a guest in our loop: a port of its own, a stop that loses no answer."""

import asyncio
import signal
import time

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.web.serving import Serving, free_port


def app(started: asyncio.Event | None = None, seconds: float = 0) -> Starlette:
    async def hello(_request: Request) -> Response:
        if started is not None:
            started.set()
        await asyncio.sleep(seconds)
        return PlainTextResponse("hello")

    return Starlette(routes=[Route("/", hello)])


async def hello_at(url: str) -> str:
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(url)).text


async def test_it_picks_a_free_port_and_keeps_it() -> None:
    serving = Serving(app())
    await serving.start()
    port, url = serving.port, serving.url
    assert port != 0
    assert await hello_at(url) == "hello"
    await serving.stop()
    with pytest.raises(httpx.ConnectError):
        await hello_at(url)
    await serving.start()
    assert serving.port == port
    assert await hello_at(url) == "hello"
    await serving.stop()


async def test_a_port_that_is_taken_is_said_at_once() -> None:
    first = Serving(app())
    await first.start()
    with pytest.raises(OSError, match=r"[Aa]ddress already in use"):
        await Serving(app(), first.port).start()
    await first.stop()


async def test_what_is_under_way_is_answered_before_it_stops() -> None:
    started = asyncio.Event()
    serving = Serving(app(started, 0.3))
    await serving.start()
    asking = asyncio.create_task(hello_at(serving.url))
    await started.wait()
    await serving.stop()
    assert await asking == "hello"


async def test_what_takes_too_long_is_not_waited_for() -> None:
    started = asyncio.Event()
    serving = Serving(app(started, 60))
    await serving.start()
    asking = asyncio.create_task(hello_at(serving.url))
    await started.wait()
    before = time.monotonic()
    await serving.stop()
    assert time.monotonic() - before < 4
    assert await asking == "Internal Server Error"


async def test_signals_stay_with_the_host() -> None:
    before = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]
    serving = Serving(app())
    await serving.start()
    assert [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)] == before
    await serving.stop()


async def test_stopping_what_was_not_started_is_nothing() -> None:
    await Serving(app()).stop()


async def test_a_free_port_can_be_served() -> None:
    serving = Serving(app(), free_port())
    await serving.start()
    assert await hello_at(serving.url) == "hello"
    await serving.stop()
