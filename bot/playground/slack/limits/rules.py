"""The small grammar in which Slack's shapes are written: a rule looks at one value.

A rule is a function of the value and its place; what is wrong it notes at that place. Bigger
rules are made of smaller ones, so that the shapes in the other files read like the reference.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Problem = dict[str, Any]  # {"pointer", "code", "message"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the payload one is looking, and on which surface it is to be shown."""

    surface: str  # message, modal, home, or "" where any will do
    pointer: str = ""
    found: list[Problem] = field(default_factory=list)

    def at(self, key: str | int) -> "Place":
        escaped = str(key).replace("~", "~0").replace("/", "~1")
        return Place(self.surface, f"{self.pointer}/{escaped}", self.found)

    def wrong(self, message: str, code: str = "failed_constraint") -> None:
        self.found.append({"pointer": self.pointer or "/", "code": code, "message": message})


Rule = Callable[[Any, Place], None]


def anything(value: Any, place: Place) -> None:
    """For parts of the reference that this stand-in does not look into."""


def text(most: int, least: int = 1) -> Rule:
    def rule(value: Any, place: Place) -> None:
        if not isinstance(value, str):
            place.wrong("must be a string")
        elif len(value) < least:
            place.wrong(f"must be more than {least - 1} characters")
        elif len(value) > most:
            place.wrong(f"must be less than {most + 1} characters")

    return rule


_ADDRESS = re.compile(r"(https?|slack)://\S+|mailto:\S+", re.IGNORECASE)


def url(most: int = 3000, schemes: str = "") -> Rule:
    def rule(value: Any, place: Place) -> None:
        text(most)(value, place)
        if isinstance(value, str) and not (_ADDRESS.fullmatch(value) and value.startswith(schemes)):
            place.wrong("must be a valid URL")

    return rule


def boolean(value: Any, place: Place) -> None:
    if not isinstance(value, bool):
        place.wrong("must be a boolean")


def number(value: Any, place: Place) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        place.wrong("must be a number")


def integer(least: int, most: int) -> Rule:
    def rule(value: Any, place: Place) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            place.wrong("must be an integer")
        elif not least <= value <= most:
            place.wrong(f"must be between {least} and {most}")

    return rule


def choice(*values: str) -> Rule:
    def rule(value: Any, place: Place) -> None:
        if value not in values:
            place.wrong(f"must be one of: {', '.join(values)}")

    return rule


def pattern(expression: str, meaning: str) -> Rule:
    compiled = re.compile(expression)

    def rule(value: Any, place: Place) -> None:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            place.wrong(f"must be {meaning}")

    return rule


def listed(item: Rule, least: int, most: int) -> Rule:
    def rule(value: Any, place: Place) -> None:
        if not isinstance(value, list):
            place.wrong("must be an array")
            return
        if len(value) < least:
            place.wrong(f"no less than {least} items required")
        if len(value) > most:
            place.wrong(f"no more than {most} items allowed")
        for index, part in enumerate(value):
            item(part, place.at(index))

    return rule


def record(required: Mapping[str, Rule], optional: Mapping[str, Rule], *checks: Rule) -> Rule:
    """An object of exactly these keys; `checks` look at it as a whole once its parts are right."""
    known = {**required, **optional}

    def rule(value: Any, place: Place) -> None:
        if not isinstance(value, dict):
            place.wrong("must be an object")
            return
        before = len(place.found)
        for key in required:
            if value.get(key) is None:
                place.wrong(f"missing required field: {key}", "missing_required_field")
        for key, part in value.items():
            if key not in known:
                place.at(key).wrong(f"unexpected field: {key}", "unexpected_field")
            elif part is not None:
                known[key](part, place.at(key))
        if len(place.found) == before:
            for check in checks:
                check(value, place)

    return rule


def typed(rules: Mapping[str, Rule], what: str) -> Rule:
    """An object whose `type` says which rule is its own."""

    def rule(value: Any, place: Place) -> None:
        if not isinstance(value, dict):
            place.wrong("must be an object")
        elif not isinstance(value.get("type"), str):
            place.wrong("missing required field: type", "missing_required_field")
        elif value["type"] not in rules:
            place.at("type").wrong(f"unsupported type: {value['type']} is no {what} here")
        else:
            rules[value["type"]](value, place)

    return rule


def exactly_one(*names: str) -> Rule:
    def rule(value: Any, place: Place) -> None:
        if sum(value.get(name) is not None for name in names) != 1:
            place.wrong(f"exactly one of these is required: {', '.join(names)}")

    return rule


def at_least_one(*names: str) -> Rule:
    def rule(value: Any, place: Place) -> None:
        if all(value.get(name) is None for name in names):
            place.wrong(f"at least one of these is required: {', '.join(names)}")

    return rule
