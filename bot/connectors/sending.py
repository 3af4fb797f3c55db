"""Requests in a service's name: rate limit, retries, and failures in a member's words."""

import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import stamina

from bot.connectors.addresses import BadUrl
from bot.connectors.bodies import BadBody, decode, decoded
from bot.connectors.http import Answer
from bot.connectors.values import value_at
from bot.errors import ServiceMisbehaves, ServiceRefuses, ServiceUnreachable
from bot.settings import Settings

_TOLD = 200  # characters of a service's own explanation that are passed on
_EXPLANATIONS = ("error.message", "error_description", "message", "error", "detail", "title")


class _Again(Exception):
    """Worth another try, after `seconds` where the service said how long."""

    def __init__(self, sentence: str, seconds: float | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.seconds = seconds


async def send(name: str, settings: Settings, request: Callable[[], Awaitable[Answer]]) -> Answer:
    """The answer to `request`, tried again while the trouble may pass: time-outs, broken
    connections, 429, 5xx. `name` is the service's, for the sentences.

    Raises ServiceUnreachable after the last try, ServiceMisbehaves for a body or redirect that is
    not taken, AddressForbidden. Other statuses are the caller's to judge.
    """
    try:
        return await _once(name, settings, request)
    except _Again as error:  # most requests need no more than that
        failed: _Again | None = error
    try:
        async for attempt in stamina.retry_context(
            on=lambda error: _pause(error, settings.retry_max_delay),
            attempts=settings.request_attempts,
            timeout=None,
            wait_initial=settings.retry_base_delay,
            wait_max=settings.retry_max_delay,
            wait_jitter=settings.retry_base_delay,
        ):
            with attempt:
                if failed is not None:
                    first, failed = failed, None
                    raise first
                return await _once(name, settings, request)
    except _Again as error:
        raise ServiceUnreachable(error.sentence) from error
    raise AssertionError("the last attempt returns or raises")


async def _once(name: str, settings: Settings, request: Callable[[], Awaitable[Answer]]) -> Answer:
    later = "Try again in a few minutes; if it lasts, look whether the service is up."
    try:
        answer = await request()
    except (TimeoutError, httpx.TimeoutException) as error:
        seconds = f"{settings.request_timeout:g}"
        raise _Again(f"{name} did not answer within {seconds} seconds. {later}") from error
    except httpx.TransportError as error:
        raise _Again(f"{name} could not be reached: the connection failed. {later}") from error
    except (BadBody, BadUrl) as error:
        raise misbehaves(name, str(error)) from error
    if answer.status < 403:
        return answer
    pause = _asked_pause(answer.headers)
    if answer.status == 429 or (answer.status == 403 and _limited(answer.headers)):
        raise _Again(
            f"{name} answers that it gets too many requests from this account. "
            "Sync less often, or try again later.",
            pause,
        )
    if answer.status >= 500:
        raise _Again(f"{name} has trouble of its own (HTTP {answer.status}). {later}", pause)
    return answer


async def body_of(name: str, answer: Answer) -> Any:
    """The JSON of an answer. Raises ServiceRefuses for a 4xx, ServiceMisbehaves for no JSON."""
    if answer.status >= 400:
        raise refuses(name, answer)
    if answer.status >= 300:
        raise misbehaves(name, f"a redirect without an address (HTTP {answer.status})")
    try:
        return await decoded(answer.body, answer.content_type)
    except BadBody as error:
        raise misbehaves(name, str(error)) from error


def misbehaves(name: str, what: str) -> ServiceMisbehaves:
    """`what` completes "it sent …"."""
    return ServiceMisbehaves(
        f"Patchbay cannot use what {name} sent: {what}. Check that the address and the data type "
        "are the right ones; if they are, tell the service's support."
    )


def refuses(name: str, answer: Answer, hidden: Callable[[str], bool] | None = None) -> Exception:
    """A 4xx in words, with the service's own explanation unless it is `hidden` (has a secret)."""
    if answer.astray:
        return ServiceRefuses(
            f"{name} sent Patchbay on to another host, which refused the request "
            f"(HTTP {answer.status}). Credentials are not passed on to other hosts: use the "
            "address that the data really comes from."
        )
    told = explanation(answer)
    if told and hidden is not None and hidden(told):
        told = ""
    said = f"HTTP {answer.status}: {told}" if told else f"HTTP {answer.status}"
    return ServiceRefuses(
        f"{name} refused the request ({said}). Check the address, and that the authorized "
        "account may read this data."
    )


def explanation(answer: Answer) -> str:
    """What the service says about its refusal, on one line; "" where it says nothing."""
    if len(answer.body) > 64 * 1024:
        return ""
    try:
        body = decode(answer.body, answer.content_type)
    except BadBody:
        return ""
    for path in _EXPLANATIONS:
        found = value_at(body, path)
        if isinstance(found, str) and found.strip():
            return " ".join(found.split())[:_TOLD].rstrip(" .")
    return ""


def _pause(error: Exception, most: float) -> bool | float:
    if not isinstance(error, _Again):
        return False
    if error.seconds is None:
        return True
    return min(error.seconds * random.uniform(1, 1.1), most)  # noqa: S311  (not for secrets)


def _asked_pause(headers: Mapping[str, str]) -> float | None:
    """Seconds that the service asks to wait, by Retry-After in either of its forms."""
    asked = headers.get("retry-after", "").strip()
    if asked.isdecimal():
        return float(asked[:9])
    try:
        moment = parsedate_to_datetime(asked)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)


def _limited(headers: Mapping[str, str]) -> bool:
    """Whether a 403 is about the number of requests, as GitHub words it."""
    return "retry-after" in headers or headers.get("x-ratelimit-remaining", "").strip() == "0"
