"""Names as people type them: case, accents and spaces do not count, and a beginning is enough."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from rapidfuzz import fuzz, process

from bot.errors import Refused

Named = TypeVar("Named")

MAX_NAME = 255
_ALIKE = 60  # of 100: below that, two names have nothing to do with each other
_SUGGESTIONS = 3


def name_key(name: str) -> str:
    """What makes two names the same one: `“ Shop  Sync ”` and `“shop sync”` are."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def fold(text: str) -> str:
    """As `name_key`, without accents either; for looking up, not for telling apart."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(part for part in parts if not unicodedata.combining(part))
    return " ".join(bare.casefold().split())


def checked_name(name: str, field: str = "name") -> str:
    """The name as it is kept. Raises Refused where it is empty or too long."""
    tidy = " ".join(name.split())
    if not tidy:
        raise Refused("Enter a name, so that you and others can find it again.", field)
    if len(tidy) > MAX_NAME:
        raise Refused(f"This name is too long: at most {MAX_NAME} characters, please.", field)
    return tidy


def free_name(wanted: str, taken_keys: Iterable[str]) -> str:
    """`wanted`, or the first of “wanted 2”, “wanted 3”… that nobody uses."""
    taken = set(taken_keys)
    wanted = wanted[: MAX_NAME - 8]
    candidate, number = wanted, 1
    while name_key(candidate) in taken:
        number += 1
        candidate = f"{wanted} {number}"
    return candidate


@dataclass(frozen=True, slots=True)
class Match(Generic[Named]):
    """What a typed name may mean. One of the two is empty."""

    fitting: tuple[Named, ...] = ()  # exactly one: that is it; several: ask which
    nearest: tuple[Named, ...] = ()  # nothing fits; these are spelled alike, the best first


def find(typed: str, things: Sequence[Named], name_of: Callable[[Named], str]) -> Match[Named]:
    """Looks for the whole name, then for names that begin so, then for words that do."""
    wanted = fold(typed)
    folded = [(fold(name_of(thing)), thing) for thing in things]
    for fits in (_is, _begins, _has_word):
        fitting = tuple(thing for name, thing in folded if fits(name, wanted))
        if fitting:
            exact = [thing for thing in fitting if name_key(name_of(thing)) == name_key(typed)]
            return Match(fitting=(exact[0],) if len(exact) == 1 else fitting)
    alike = process.extract(
        wanted,
        [name for name, _ in folded],
        scorer=fuzz.WRatio,
        score_cutoff=_ALIKE,
        limit=_SUGGESTIONS,
    )
    return Match(nearest=tuple(folded[index][1] for _, _, index in alike))


def narrowed(typed: str, things: Sequence[Named], name_of: Callable[[Named], str]) -> list[Named]:
    """Those that fit what is typed in a drop-down: all for nothing, else the likeliest first."""
    wanted = fold(typed)
    if not wanted:
        return list(things)
    folded = [(fold(name_of(thing)), thing) for thing in things]
    begin = [thing for name, thing in folded if name.startswith(wanted)]
    inside = [thing for name, thing in folded if wanted in name and not name.startswith(wanted)]
    if begin or inside:
        return begin + inside
    match = find(typed, things, name_of)
    return list(match.fitting or match.nearest)


def _is(name: str, wanted: str) -> bool:
    return name == wanted


def _begins(name: str, wanted: str) -> bool:
    return bool(wanted) and name.startswith(wanted)


def _has_word(name: str, wanted: str) -> bool:
    return bool(wanted) and f" {wanted}" in f" {name}"
