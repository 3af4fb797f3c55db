"""JSON to show: what Slack packs into strings unpacked, and no secret in it."""

import json
import re
from typing import Any
from urllib.parse import parse_qsl

from bot.playground.slack.deliveries import Parcel

STARS = "•••"

# Names whose values are secrets, wherever they stand.
_SECRET = re.compile(
    r"^(?:.*_)?(?:token|secret|password|api_?key|authorization|verifier)$", re.IGNORECASE
)
# Secrets within other text: tokens, and links that work once for whoever has them.
_TOKENS = re.compile(r"\b(xox[a-z]|demo_(?:access|refresh|key|code))[-_][\w-]+")
_LINKS = re.compile(r"(/(?:authorize|confirm-email|response)/)[\w.~-]+")


def masked(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: masked(each, str(key)) for key, each in value.items()}
    if isinstance(value, list):
        return [masked(each) for each in value]
    if not isinstance(value, str):
        return value
    if value and _SECRET.match(name):
        return STARS
    return _LINKS.sub(rf"\1{STARS}", _TOKENS.sub(rf"\1-{STARS}", value))


def of_parcel(parcel: Parcel | None) -> Any:
    """The body of a request to the bot: JSON, a form, or a form around JSON."""
    if parcel is None:
        return None
    body = parcel.body.decode(errors="replace")
    if "json" in parcel.content_type:
        return _unpacked(body)
    form = dict(parse_qsl(body, keep_blank_values=True))
    return _unpacked(form["payload"]) if set(form) == {"payload"} else form


def of_call(args: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a Web API call, with blocks and views as JSON."""
    return {name: _unpacked(value) for name, value in args.items()}


def _unpacked(value: Any) -> Any:
    if not isinstance(value, str) or not value.startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
