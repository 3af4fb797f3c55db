"""Names of tables and columns: proposed readable, checked, and always quoted."""

import re
from collections.abc import Collection

from bot.errors import Refused

MAX_BYTES = 63  # PostgreSQL cuts longer names off without a word; MySQL keeps 64 letters

# PostgreSQL keeps these names of columns for itself. No project has them, so that each can move.
_SYSTEM = frozenset({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"})
_BREAK = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_OTHER = re.compile(r"[\W_]+")


def words(name: str) -> list[str]:
    """The words of a name, in small letters: "Address.postCode2" → address, post, code2."""
    return [word for word in _OTHER.split(_BREAK.sub("_", name).casefold()) if word]


def slug(name: str) -> str:
    """A name for a table or column: small letters, digits and underscores, at most 63 bytes."""
    joined = _cut("_".join(words(name)), MAX_BYTES) or "field"
    return f"{joined}_" if joined in _SYSTEM else joined


def distinct(name: str, taken: Collection[str]) -> str:
    """`name`, or the first of name_2, name_3… that is not taken; never over 63 bytes."""
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        ending = f"_{number}"
        candidate = _cut(name, MAX_BYTES - len(ending)) + ending
    return candidate


def checked(name: str, what: str) -> str:
    """The name without blanks around it. `what`: "table" or "field".

    Raises Refused where a database could not keep it as it stands.
    """
    stripped = name.strip()
    if not stripped:
        raise Refused(f"Enter a name for the {what}.", what)
    if not stripped.isprintable():
        raise Refused(
            f"The {what}’s name holds a character that cannot be shown. Use letters, digits and _.",
            what,
        )
    if len(stripped.encode()) > MAX_BYTES:
        raise Refused(
            f"The {what}’s name is too long: databases keep {MAX_BYTES} characters (fewer where "
            "they are not plain letters). Shorten it.",
            what,
        )
    if stripped.lower() in _SYSTEM:
        raise Refused(
            f"“{stripped}” is a name that databases keep for themselves. Choose another one.", what
        )
    return stripped


def quoted(name: str) -> str:
    """The name as an SQL identifier, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def _cut(text: str, size: int) -> str:
    """At most `size` bytes of it in UTF-8, no letter halved."""
    return text.encode()[:size].decode(errors="ignore").rstrip("_")
