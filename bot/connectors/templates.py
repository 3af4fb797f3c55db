"""Texts with places to fill in: "{shop_url}/admin", "/repos/{owner}/{repo}"."""

import re
from collections.abc import Mapping
from urllib.parse import quote

_PLACE = re.compile(r"\{([^{}]*)\}")


def places(template: str) -> tuple[str, ...]:
    """The names of the places, in order of appearance."""
    return tuple(_PLACE.findall(template))


def fill(template: str, params: Mapping[str, str]) -> str:
    """The template with its places filled in as they are. Raises KeyError for one not given."""
    return _PLACE.sub(lambda place: params[place[1]], template)


def fill_url(template: str, params: Mapping[str, str]) -> str:
    """Like `fill`, with values escaped for a path; a URL at the very start stays a URL."""

    def filled(place: re.Match[str]) -> str:
        value = params[place[1]].strip()
        return value.rstrip("/") if place.start() == 0 else quote(value, safe="")

    return _PLACE.sub(filled, template)
