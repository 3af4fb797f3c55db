"""Finds what a person means by the words they see."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

from bot.playground.slack.inputs import Placed, placed_elements
from bot.playground.slack.payloads import Surface
from bot.playground.slack.state import Workspace
from bot.playground.slack.text import as_text, block_lines, named, words_of

BUTTONS = {"button", "workflow_button", "icon_button"}


class NotSeen(AssertionError):
    """What was looked for is not on the screen; says what is."""


@dataclass(frozen=True, slots=True)
class Control:
    """Something that can be pressed or filled in."""

    surface: Surface
    placed: Placed
    names: tuple[str, ...]  # what it may be called
    near: str  # the words of its block, and of the block above where its own has none

    @property
    def type(self) -> str:
        return self.placed.type

    @property
    def name(self) -> str:
        return self.names[0] if self.names else self.near.split("\n")[0]


def controls(workspace: Workspace, surface: Surface) -> list[Control]:
    """From top to bottom."""
    found: list[Control] = []
    above = ""
    for block in surface.blocks:
        lines = "\n".join(line for line in block_lines(block, surface.values) if line)
        words = named(workspace, lines)
        bare = block["type"] in ("actions", "context_actions")
        near = f"{above}\n{words}" if bare else words
        for placed in placed_elements([block]):
            written = _names(placed)  # with ids for mentions, which will do as well
            names = dict.fromkeys([*(named(workspace, name) for name in written), *written])
            found.append(Control(surface, placed, tuple(names), near))
        if block["type"] == "divider":
            above = ""
        elif not bare:
            above = words
    return found


def _names(placed: Placed) -> tuple[str, ...]:
    """A button is called by its own words; all else by its label, then by its placeholder."""
    if placed.type in BUTTONS:
        return (words_of(placed.element.get("text")),)
    names = (_label(placed), words_of(placed.element.get("placeholder")))
    return tuple(name for name in names if name)


def _label(placed: Placed) -> str:
    block = placed.block
    if block["type"] == "input":
        return words_of(block["label"])
    return words_of(block.get("text") or block.get("title")) or _field_words(block)


def _field_words(block: dict[str, object]) -> str:
    fields = block.get("fields")
    return "\n".join(words_of(field) for field in fields) if isinstance(fields, list) else ""


def find(
    among: Sequence[Control],
    words: str,
    *,
    kinds: Container[str],
    within: str | None = None,
) -> Control | None:
    """The first whose name is `words`; else whose name contains it; else that stands near it."""
    fitting = _within([control for control in among if control.type in kinds], within)
    for matches in (_is_named, _has_name, _is_near):
        for control in fitting:
            if matches(control, words):
                return control
    return None


def _within(among: Sequence[Control], within: str | None) -> Sequence[Control]:
    """Those that stand near these words; where none does, those of a surface that shows them."""
    if within is None:
        return among
    near = [control for control in among if within in control.near]
    return near or [control for control in among if within in visible(control.surface)]


def _is_named(control: Control, words: str) -> bool:
    return words in control.names


def _has_name(control: Control, words: str) -> bool:
    return any(words in name for name in control.names)


def _is_near(control: Control, words: str) -> bool:
    return control.type not in BUTTONS and words in control.near


def pick_words(offered: Sequence[str], words: str) -> int | None:
    """Which of the offered a person means: exactly so, else containing it."""
    if words in offered:
        return offered.index(words)
    return next((index for index, text in enumerate(offered) if words in text), None)


def visible(surface: Surface) -> str:
    """All words of a surface's blocks."""
    return as_text(surface.blocks, surface.values)
