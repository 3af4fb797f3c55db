"""How fields, tables and types are written in every view that shows a mapping."""

import hashlib
import unicodedata
from collections.abc import Iterable

from slack_sdk.models.blocks import Option

from handlers.views.common import OPTION_TEXT, escape_code, option
from store.vocabulary import FieldType

KEY = 60  # a longer name stands as its hash: options take values of 150 characters
HASHED = "sha256:"
NAME = 255  # the longest name that is shown whole

TYPES = {
    FieldType.INTEGER: "whole number",
    FieldType.DECIMAL: "decimal number",
    FieldType.STRING: "text",
    FieldType.EMAIL: "e-mail",
    FieldType.BOOLEAN: "yes or no",
    FieldType.DATE: "date",
    FieldType.DATETIME: "date and time",
    FieldType.JSON: "JSON",
}


def code(name: str, limit: int = NAME) -> str:
    """A name from outside as mrkdwn code; a right-to-left one does not turn the line around."""
    shown = escape_code(middle_cut(name, limit)) or " "
    if any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in name):
        return f"\u2068`{shown}`\u2069"  # isolated from what stands beside it
    return f"`{shown}`"


def middle_cut(name: str, limit: int) -> str:
    """At most `limit` characters; what is left out is in the middle, as long names end apart."""
    if len(name) <= limit:
        return name
    head = (limit - 1) // 2
    return f"{name[:head]}…{name[len(name) - (limit - 1 - head) :]}"


def key_of(name: str) -> str:
    """What stands for a name in an option's value: itself, or its hash where it is too long."""
    if len(name) <= KEY and name.isprintable() and not name.startswith(HASHED):
        return name
    return HASHED + hashlib.sha256(name.encode()).hexdigest()[:32]


def named(key: str, names: Iterable[str]) -> str | None:
    """The one of `names` that `key` stands for; None where it is not among them."""
    return next((name for name in names if key_of(name) == key), None)


def name_option(name: str, description: str | None = None) -> Option:
    return option(middle_cut(name, OPTION_TEXT), key_of(name), description)
