"""Failures that pass are tried again; those that do not are told in words."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from bot.connectors import sending
from bot.connectors.http import Answer
from bot.connectors.sending import explanation
from bot.errors import AuthorizationLost, ServiceError, ServiceRefuses, ServiceUnreachable
from tests.connectors.conftest import Connect
from tests.connectors.serving import Asked, Handler, always, answer, raw, service

Serve = Callable[[Handler], Any]
GOOD = answer({"account": "Acme Ltd"})


def in_turn(*answers: bytes | None) -> Handler:
    """One answer after another, the last one from then on; None breaks the connection."""
    left = list(answers)

    async def handler(asked: Asked, writer: asyncio.StreamWriter) -> bytes | None:
        return left.pop(0) if len(left) > 1 else left[0]

    return handler


@pytest.mark.parametrize(
    "trouble",
    [
        answer({}, 500),
        answer({}, 502),
        raw(b"<html>", 503, content_type="text/html"),
        answer({}, 429),
        answer({}, 429, retry_after="0"),
        answer({}, 403, retry_after="0"),
        answer({}, 403, x_ratelimit_remaining="0"),
        raw(b"{}", 200, content_length="500") + b"",  # fewer bytes than it says
        None,
    ],
)
async def test_what_passes_is_tried_again(
    serve: Serve, connect: Connect, trouble: bytes | None
) -> None:
    async def twice(asked: Asked, writer: asyncio.StreamWriter) -> bytes | None:
        if len(server.asked) > 2:
            return GOOD
        if trouble is not None:
            writer.write(trouble)
        return None

    server = await serve(twice)
    assert await connect(service(server.url)).check() == "Acme Ltd"
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("trouble", "told", "requests"),
    [
        (answer({}, 503), r"Acme has trouble of its own \(HTTP 503\)", 3),
        (answer({}, 429), "Acme answers that it gets too many requests", 3),
        # each asks once more at once: a connection that was kept may have been closed meanwhile
        (None, "Acme could not be reached", 6),
    ],
)
async def test_what_lasts_is_told(
    serve: Serve, connect: Connect, trouble: bytes | None, told: str, requests: int
) -> None:
    server = await serve(in_turn(trouble))
    with pytest.raises(ServiceUnreachable, match=told) as caught:
        await connect(service(server.url)).check()
    assert caught.value.code == "unreachable"
    assert len(server.asked) == requests


async def test_a_closed_door(serve: Serve, connect: Connect) -> None:
    server = await serve(always(GOOD))
    server._server.close()
    with pytest.raises(ServiceUnreachable, match="could not be reached"):
        await connect(service(server.url)).check()


@pytest.mark.parametrize(
    "asked",
    ["1", format_datetime(datetime.now(UTC) + timedelta(seconds=3600), usegmt=True)],
    ids=["seconds", "date"],
)
async def test_retry_after_is_obeyed_up_to_a_cap(
    serve: Serve, connect: Connect, asked: str
) -> None:
    server = await serve(in_turn(answer({}, 429, retry_after=asked), GOOD))
    started = time.monotonic()
    await connect(service(server.url), retry_max_delay=0.2).check()
    assert 0.2 <= time.monotonic() - started < 1


async def test_retry_after_is_obeyed_exactly_below_the_cap(serve: Serve, connect: Connect) -> None:
    server = await serve(in_turn(answer({}, 503, retry_after="1"), GOOD))
    started = time.monotonic()
    await connect(service(server.url), retry_max_delay=10).check()
    assert 1 <= time.monotonic() - started < 2


@pytest.mark.parametrize("asked", ["soon", "-1", "", "9" * 50])
async def test_retry_after_that_says_nothing(serve: Serve, connect: Connect, asked: str) -> None:
    server = await serve(in_turn(answer({}, 429, retry_after=asked), GOOD))
    assert await connect(service(server.url)).check() == "Acme Ltd"


def test_a_retry_after_in_the_past_is_no_pause() -> None:
    past = format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)
    assert sending._asked_pause({"retry-after": past}) == 0
    assert sending._asked_pause({"retry-after": "Tue, 24 Nov 2020 08:20:53 -0000"}) == 0


@pytest.mark.parametrize("status", [400, 404, 405, 409, 410, 422])
async def test_other_refusals_are_not_repeated(serve: Serve, connect: Connect, status: int) -> None:
    server = await serve(always(answer({"error": {"message": "No such\n thing."}}, status)))
    with pytest.raises(ServiceRefuses, match=rf"Acme refused .*HTTP {status}: No such thing\)"):
        await connect(service(server.url)).check()
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [401, 403])
async def test_a_key_that_is_not_taken(serve: Serve, connect: Connect, status: int) -> None:
    server = await serve(always(answer({"message": "Bad credentials"}, status)))
    with pytest.raises(AuthorizationLost, match=r"Acme does not accept.*Bad credentials.*again"):
        await connect(service(server.url)).check()
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"error": "unauthorized"}', "unauthorized"),
        (b'{"error": {"message": "a", "code": 3}, "message": "b"}', "a"),
        (b'{"error": "invalid", "error_description": "too old"}', "too old"),
        (b'{"detail": "d."}', "d"),
        (b'{"message": "' + b"m" * 500 + b'"}', "m" * 200),
        (b'{"message": ["list"]}', ""),
        (b"<html>", ""),
        (b"[]", ""),
        (b'{"message": "' + b"m" * 100_000 + b'"}', ""),
    ],
)
def test_what_a_service_says_about_it(body: bytes, told: str) -> None:
    assert explanation(Answer(400, {}, body, "https://a.b")) == told


async def test_every_error_names_the_service_and_what_to_do(serve: Serve, connect: Connect) -> None:
    for bad in (answer({}, 500), answer({}, 404), answer({}, 401), raw(b"<html>"), answer({}, 429)):
        server = await serve(always(bad))
        with pytest.raises(ServiceError) as caught:
            await connect(service(server.url), request_attempts=1).check()
        sentence = caught.value.sentence
        assert "Acme" in sentence
        assert any(word in sentence.lower() for word in ("again", "check", "try"))
