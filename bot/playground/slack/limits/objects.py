"""Composition objects (https://docs.slack.dev/reference/block-kit/composition-objects)."""

from bot.playground.slack.limits.rules import (
    Rule,
    anything,
    boolean,
    choice,
    exactly_one,
    listed,
    record,
    text,
    typed,
    url,
)

TYPE: dict[str, Rule] = {"type": text(255)}


def plain(most: int, least: int = 1) -> Rule:
    """A plain_text object."""
    shape = record({**TYPE, "text": text(most, least)}, {"emoji": boolean})
    return typed({"plain_text": shape}, "text object")


def words(most: int, least: int = 1) -> Rule:
    """A plain_text or mrkdwn object."""
    shapes = {
        "plain_text": record({**TYPE, "text": text(most, least)}, {"emoji": boolean}),
        "mrkdwn": record({**TYPE, "text": text(most, least)}, {"verbatim": boolean}),
    }
    return typed(shapes, "text object")


def option(label: Rule, *, with_url: bool = False) -> Rule:
    optional = {"description": label, **({"url": url()} if with_url else {})}
    return record({"text": label, "value": text(150)}, optional)


OPTION = option(plain(75))
RICH_OPTION = option(words(75))  # of check boxes and radio buttons
OVERFLOW_OPTION = option(plain(75), with_url=True)
OPTION_GROUP = record({"label": plain(75), "options": listed(OPTION, 1, 100)}, {})

CONFIRM = record(
    {"title": plain(100), "text": words(300), "confirm": plain(30), "deny": plain(30)},
    {"style": choice("primary", "danger")},
)

DISPATCH = record(
    {},
    {"trigger_actions_on": listed(choice("on_enter_pressed", "on_character_entered"), 1, 2)},
)

FILTER = record(
    {},
    {
        "include": listed(choice("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)

SLACK_FILE = record({}, {"id": text(255), "url": url()}, exactly_one("id", "url"))

IMAGE = record(
    {**TYPE, "alt_text": text(2000)},
    {"image_url": url(), "slack_file": SLACK_FILE},
    exactly_one("image_url", "slack_file"),
)

RICH_TEXT = record({**TYPE, "elements": listed(anything, 0, 1000)}, {"block_id": text(255)})
