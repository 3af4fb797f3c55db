"""Menus and check boxes: what they offer a member, and the value that a choice makes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.playground.slack.finding import Control, NotSeen, pick_words
from bot.playground.slack.inputs import MULTI, entered, options_in, state_key, state_of
from bot.playground.slack.state import Channel, Person, Workspace
from bot.playground.slack.text import chosen_words, named, words_of

Offered = list[tuple[str, Any]]  # the words of each choice, and its value

EXTERNAL = {"external_select", "multi_external_select"}
DATES = {"datepicker", "timepicker", "datetimepicker"}
_PEOPLE = {"users_select", "multi_users_select"}
_PLACES = {
    "conversations_select",
    "multi_conversations_select",
    "channels_select",
    "multi_channels_select",
}
MENUS = {
    "static_select",
    "multi_static_select",
    "radio_buttons",
    "overflow",
    *EXTERNAL,
    *DATES,
    *_PEOPLE,
    *_PLACES,
}


def offered(workspace: Workspace, person: Person, element: dict[str, Any]) -> Offered:
    """What a menu shows without asking the bot."""
    kind = str(element["type"])
    if kind in _PEOPLE:
        people = workspace.people.values()
        return [(one.name, one.id) for one in people if not one.is_bot and not one.deleted]
    if kind in _PLACES:
        places = workspace.channels.values()
        return [
            (_place_name(workspace, person, place), place.id)
            for place in places
            if _shown(place, person, element)
        ]
    return named_options(options_in(element))


def named_options(options: Sequence[dict[str, Any]]) -> Offered:
    return [(words_of(option["text"]), option) for option in options]


def _shown(place: Channel, person: Person, element: dict[str, Any]) -> bool:
    if place.archived or (place.kind != "public" and person.id not in place.members):
        return False
    if "channels" in element["type"]:
        return place.kind == "public"
    include = element.get("filter", {}).get("include")
    return include is None or place.kind in include


def _place_name(workspace: Workspace, person: Person, place: Channel) -> str:
    if place.kind == "im":
        return workspace.people[place.other(person.id)].name
    return f"#{place.name}"


def pick(control: Control, choices: Offered, words: str) -> Any:
    """The value of the choice that is meant. Raises NotSeen with what there is."""
    if control.type in DATES:
        if control.type == "datetimepicker":
            return int(datetime.fromisoformat(words).timestamp())
        return words
    index = pick_words([name for name, _ in choices], words)
    if index is None:
        names = ", ".join(name for name, _ in choices[:20]) or "nothing"
        raise NotSeen(f"“{control.name}” offers no “{words}” but: {names}")
    return choices[index][1]


def chosen(control: Control) -> list[Any]:
    """What is chosen in a menu of several."""
    placed = control.placed
    state = control.surface.values.get(placed.block_id, {}).get(placed.action_id)
    if state is None:
        raise NotSeen(f"“{control.name}” is gone from the screen")
    return list(entered(state) or [])


def with_choice(control: Control, value: Any) -> Any:
    """The new value once this was picked."""
    if control.type not in MULTI:
        return value
    before = chosen(control)
    return before if value in before else [*before, value]


def without_choice(workspace: Workspace, control: Control, words: str) -> list[Any]:
    before = chosen(control)
    names = [named(workspace, name) for name in chosen_words(state_of(control.type, before))]
    index = pick_words(names, words)
    if index is None:
        raise NotSeen(f"“{words}” is not chosen in “{control.name}” but: {', '.join(names)}")
    return before[:index] + before[index + 1 :]


def as_action(control: Control, value: Any) -> dict[str, Any]:
    """What `actions` says of it."""
    return {state_key(control.type): value}


def box(
    among: Sequence[Control], label: str, option: str | None
) -> tuple[Control, dict[str, Any]] | None:
    """The check box that is meant: its group's control, and its option."""
    groups = [control for control in among if control.type == "checkboxes"]
    if option is not None:
        groups = [c for c in groups if label in c.names] or [c for c in groups if label in c.near]
    for matches in (_is, _has):
        for control in groups:
            for words, item in named_options(options_in(control.placed.element)):
                if matches(words, label if option is None else option):
                    return control, item
    return None


def _is(words: str, wanted: str) -> bool:
    return words == wanted


def _has(words: str, wanted: str) -> bool:
    return wanted in words
