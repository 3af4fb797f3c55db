"""Block elements (https://docs.slack.dev/reference/block-kit/block-elements)."""

from typing import Any

from bot.playground.slack.inputs import options_in
from bot.playground.slack.limits.objects import (
    CONFIRM,
    DISPATCH,
    FILTER,
    IMAGE,
    OPTION,
    OPTION_GROUP,
    OVERFLOW_OPTION,
    RICH_OPTION,
    TYPE,
    plain,
)
from bot.playground.slack.limits.rules import (
    Place,
    Rule,
    anything,
    boolean,
    choice,
    exactly_one,
    integer,
    listed,
    pattern,
    record,
    text,
    url,
)

_ACTION = {"action_id": text(255)}
_FOCUS = {**_ACTION, "focus_on_load": boolean}
_ASKED = {**_FOCUS, "placeholder": plain(150)}  # focus and placeholder
_CHOSEN = {**_ASKED, "confirm": CONFIRM}
_MANY = {**_CHOSEN, "max_selected_items": integer(1, 1000)}

_ID = text(255)
_DATE = pattern(r"\d{4}-\d\d-\d\d", "a date such as 2025-12-31")
_TIME = pattern(r"([01]\d|2[0-3]):[0-5]\d", "a time such as 23:59")
_DECIMAL = pattern(r"-?\d+(\.\d+)?", "a number as a string")


def _initial_among_options(value: Any, place: Place) -> None:
    initial = value.get("initial_options") or [value.get("initial_option")]
    offered = {(option["value"], option["text"]["text"]) for option in options_in(value)}
    for option in initial:
        if option is not None and (option["value"], option["text"]["text"]) not in offered:
            key = "initial_options" if "initial_options" in value else "initial_option"
            place.at(key).wrong("must exactly match one of the provided options")


def _lengths(value: Any, place: Place) -> None:
    if value.get("min_length", 0) > value.get("max_length", 3000):
        place.wrong("min_length must not be greater than max_length")


def _range(value: Any, place: Place) -> None:
    low, high = value.get("min_value"), value.get("max_value")
    if low is not None and high is not None and float(low) > float(high):
        place.wrong("min_value must not be greater than max_value")


_OFFERED = {"options": listed(OPTION, 1, 100), "option_groups": listed(OPTION_GROUP, 1, 100)}
_ONE_OFFER = exactly_one("options", "option_groups")
_MIN_QUERY = {"min_query_length": integer(0, 1000)}
_RESPONSE_URL = {"response_url_enabled": boolean}
_CONVERSATION = {"default_to_current_conversation": boolean, "filter": FILTER}
_SOME_OPTIONS = listed(OPTION, 1, 100)
_IDS = listed(_ID, 1, 1000)


def _texts(optional: dict[str, Rule], *checks: Rule, required: dict[str, Rule] = {}) -> Rule:  # noqa: B006
    shape = {**_ASKED, "initial_value": text(3000, 0), "dispatch_action_config": DISPATCH}
    return record({**TYPE, **required}, {**shape, **optional}, *checks)


ELEMENTS: dict[str, Rule] = {
    "button": record(
        {**TYPE, "text": plain(75)},
        {
            **_ACTION,
            "url": url(),
            "value": text(2000),
            "style": choice("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": text(75),
        },
    ),
    "workflow_button": record(
        {**TYPE, "text": plain(75), "workflow": anything},
        {**_ACTION, "style": choice("primary", "danger"), "accessibility_label": text(75)},
    ),
    "overflow": record(
        {**TYPE, "options": listed(OVERFLOW_OPTION, 1, 5)}, {**_ACTION, "confirm": CONFIRM}
    ),
    "image": IMAGE,
    "checkboxes": record(
        {**TYPE, "options": listed(RICH_OPTION, 1, 10)},
        {**_FOCUS, "initial_options": listed(RICH_OPTION, 1, 10), "confirm": CONFIRM},
        _initial_among_options,
    ),
    "radio_buttons": record(
        {**TYPE, "options": listed(RICH_OPTION, 1, 10)},
        {**_FOCUS, "initial_option": RICH_OPTION, "confirm": CONFIRM},
        _initial_among_options,
    ),
    "static_select": record(
        TYPE,
        {**_CHOSEN, **_OFFERED, "initial_option": OPTION},
        _ONE_OFFER,
        _initial_among_options,
    ),
    "multi_static_select": record(
        TYPE,
        {**_MANY, **_OFFERED, "initial_options": _SOME_OPTIONS},
        _ONE_OFFER,
        _initial_among_options,
    ),
    "external_select": record(TYPE, {**_CHOSEN, **_MIN_QUERY, "initial_option": OPTION}),
    "multi_external_select": record(
        TYPE, {**_MANY, **_MIN_QUERY, "initial_options": _SOME_OPTIONS}
    ),
    "users_select": record(TYPE, {**_CHOSEN, "initial_user": _ID}),
    "multi_users_select": record(TYPE, {**_MANY, "initial_users": _IDS}),
    "conversations_select": record(
        TYPE, {**_CHOSEN, **_CONVERSATION, **_RESPONSE_URL, "initial_conversation": _ID}
    ),
    "multi_conversations_select": record(
        TYPE, {**_MANY, **_CONVERSATION, "initial_conversations": _IDS}
    ),
    "channels_select": record(TYPE, {**_CHOSEN, **_RESPONSE_URL, "initial_channel": _ID}),
    "multi_channels_select": record(TYPE, {**_MANY, "initial_channels": _IDS}),
    "datepicker": record(TYPE, {**_CHOSEN, "initial_date": _DATE}),
    "timepicker": record(TYPE, {**_CHOSEN, "initial_time": _TIME, "timezone": text(255)}),
    "datetimepicker": record(
        TYPE, {**_FOCUS, "confirm": CONFIRM, "initial_date_time": integer(10**9, 10**10 - 1)}
    ),
    "plain_text_input": _texts(
        {"multiline": boolean, "min_length": integer(0, 3000), "max_length": integer(1, 3000)},
        _lengths,
    ),
    "email_text_input": _texts({}),
    "url_text_input": _texts({}),
    "number_input": _texts(
        {"initial_value": _DECIMAL, "min_value": _DECIMAL, "max_value": _DECIMAL},
        _range,
        required={"is_decimal_allowed": boolean},
    ),
    "rich_text_input": record(
        TYPE, {**_ASKED, "initial_value": anything, "dispatch_action_config": DISPATCH}
    ),
    "file_input": record(
        TYPE, {**_ACTION, "filetypes": listed(text(50), 1, 100), "max_files": integer(1, 10)}
    ),
    "icon_button": record(
        {**TYPE, "icon": choice("trash"), "text": plain(75)},
        {
            **_ACTION,
            "value": text(2000),
            "confirm": CONFIRM,
            "accessibility_label": text(75),
            "visible_to_user_ids": listed(_ID, 1, 1000),
        },
    ),
    "feedback_buttons": record(
        {**TYPE, "positive_button": anything, "negative_button": anything}, _ACTION
    ),
}


def some(*types: str) -> dict[str, Rule]:
    return {kind: ELEMENTS[kind] for kind in types}


_SELECTS = (
    "static_select",
    "external_select",
    "users_select",
    "conversations_select",
    "channels_select",
)
_MULTI = tuple(f"multi_{kind}" for kind in _SELECTS)
_BOXES = ("checkboxes", "radio_buttons")
_PICKERS = ("datepicker", "timepicker")

IN_SECTION = some(
    "button", "workflow_button", "overflow", "image", *_BOXES, *_SELECTS, *_MULTI, *_PICKERS
)
IN_ACTIONS = some(
    "button", "workflow_button", "overflow", *_BOXES, *_SELECTS, *_PICKERS, "datetimepicker"
)
IN_INPUT_ANYWHERE = some(
    "plain_text_input",
    "rich_text_input",
    *_BOXES,
    *_SELECTS,
    *_MULTI,
    *_PICKERS,
    "datetimepicker",
)
IN_INPUT_OF_MODAL = {
    **IN_INPUT_ANYWHERE,
    **some("email_text_input", "url_text_input", "number_input", "file_input"),
}
