"""What Slack checks in a form before the bot hears of it."""

import re
from typing import Any
from urllib.parse import urlsplit

from bot.playground.slack.inputs import TEXT, Placed, State, entered, placed_elements
from bot.playground.slack.views import ShownView

REQUIRED = "Please complete this required field."


def form_errors(view: ShownView) -> dict[str, str]:
    """What is wrong with what was entered, by block_id; empty: it may go to the bot."""
    errors: dict[str, str] = {}
    for placed in placed_elements(view.blocks):
        if placed.is_input:
            state = view.values[placed.block_id][placed.action_id]
            if error := _error(placed, state):
                errors[placed.block_id] = error
    return errors


def _error(placed: Placed, state: State) -> str | None:
    value = entered(state)
    if value in (None, "", []):
        return None if placed.block.get("optional") else REQUIRED
    if placed.type in TEXT:
        return _text_error(placed.element, str(value))
    most = placed.element.get("max_selected_items")
    if most is not None and isinstance(value, list) and len(value) > most:
        return f"You can select up to {most} items."
    return None


def _text_error(element: dict[str, Any], value: str) -> str | None:
    match element["type"]:
        case "plain_text_input":
            least, most = element.get("min_length", 0), element.get("max_length", 3000)
            if len(value) < least:
                return f"Please enter at least {least} characters."
            if len(value) > most:
                return f"Please enter no more than {most} characters."
        case "email_text_input":
            if not re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", value):
                return "Please enter a valid email address."
        case "url_text_input":
            parts = urlsplit(value)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                return "Please enter a valid URL."
        case "number_input":
            return _number_error(element, value)
    return None


def _number_error(element: dict[str, Any], value: str) -> str | None:
    if not re.fullmatch(r"-?\d+(\.\d+)?", value):
        return "Please enter a valid number."
    if "." in value and not element["is_decimal_allowed"]:
        return "Please enter a whole number."
    low, high = element.get("min_value"), element.get("max_value")
    if low is not None and float(value) < float(low):
        return f"Please enter a number of at least {low}."
    if high is not None and float(value) > float(high):
        return f"Please enter a number of at most {high}."
    return None
