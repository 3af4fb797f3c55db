"""The slash command as the composer offers it: the manifest's hint, and each of its words."""

from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

import bot
from handlers.views.help import COMMAND, ENTRIES

MANIFEST = Path(bot.__file__).parents[1] / "manifest.yml"  # not there once it is installed


@dataclass(frozen=True, slots=True)
class Word:
    """One thing that the command can do."""

    words: str  # "/patchbay source new"
    usage: str  # what follows: "[name]"
    text: str


@dataclass(frozen=True, slots=True)
class SlashCommand:
    name: str
    hint: str
    text: str
    words: tuple[Word, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@cache
def read() -> SlashCommand:
    known = _of_manifest()
    words = tuple(Word(f"{COMMAND} {one.words}", one.usage, one.text) for one in ENTRIES)
    hint = " | ".join(f"{one.words} {one.usage}".strip() for one in ENTRIES)
    return SlashCommand(
        name=COMMAND,
        hint=known.get("usage_hint", hint),
        text=known.get("description", ""),
        words=words,
    )


def _of_manifest() -> dict[str, str]:
    if not MANIFEST.is_file():
        return {}
    commands = yaml.safe_load(MANIFEST.read_text())["features"]["slash_commands"]
    return next((one for one in commands if one["command"] == COMMAND), {})
