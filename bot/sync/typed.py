"""msgspec types made for one mapping: a page's bytes become the few values that it needs.

What the service sends beside them is skipped without being made into anything. Types are strict:
a record whose values have another type than usual is not read here, but the slow way.
https://jcristharif.com/msgspec/usage.html#validation
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Literal

import msgspec

NOTHING = msgspec.Raw(b"null")

# A field that is never there: what bears its name wins over the nested reading (see `value_at`),
# so a record that has it is not read here.
_NEVER: Any = Literal["\0"]

_SOME = 16  # records decoded together where a page as a whole will not do
_TRIES = 3  # of them that are not as usual, before each is tried alone
_PLACE = re.compile(r"`\$\[(\d+)\]")  # … - at `$[37].email`
_CODE = re.compile(rb"\\[uU]")  # two letters, for then it is looked for by its first byte alone
_NUL = b"\\u0000"  # kept by no database
# Escapes of characters beyond 16 bits: two halves, one after the other. One alone is none.
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
_PAIR = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F]")
# An escaped backslash, or a pair: left alone. Or a half without the other.
_ALONE = re.compile(
    rb"(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)

Tree = dict[str, Any]  # name → a tree below it, or a type


class Shape:
    """Fields by their paths, as nested structs; gives them back as columns.

    Raises ValueError for paths that no struct can have: one below the other, or into a list.
    """

    def __init__(self, types: Mapping[str, Any]) -> None:
        tree: Tree = {}
        for path, type_ in types.items():
            _plant(tree, path, type_)
        self._node = _Node(tree, "")
        self.struct: type[msgspec.Struct] = self._node.struct

    def columns(self, structs: Sequence[Any]) -> dict[str, Sequence[Any]]:
        """Each field's values, by its path."""
        found: dict[str, Sequence[Any]] = {}
        self._node.collect(structs, found)
        return found

    def values(self, struct: Any) -> dict[str, Any]:
        """The values of one struct as a nested dict, as JSON has them."""
        return self._node.values(struct)


class _Node:
    def __init__(self, tree: Tree, prefix: str) -> None:
        self._names = list(tree)
        self._paths = [f"{prefix}{name}" for name in tree]
        self._below: dict[int, _Node] = {}
        self.struct: type[msgspec.Struct]
        fields: list[Any] = []
        for position, (name, type_) in enumerate(tree.items()):
            if isinstance(type_, dict):
                node = self._below[position] = _Node(type_, f"{prefix}{name}.")
                type_ = node.struct | None
            default = NOTHING if type_ is msgspec.Raw else None
            fields.append((f"f{position}", type_, default))
        literal = list(_below(tree)) if not prefix else []
        fields += [(f"x{number}", _NEVER, None) for number in range(len(literal))]
        names = {f"f{position}": name for position, name in enumerate(tree)}
        names |= {f"x{number}": path for number, path in enumerate(literal)}
        self.struct = msgspec.defstruct("Record", fields, rename=names, gc=False)
        self._empty = self.struct()
        self._width = len(fields)

    def collect(self, structs: Sequence[Any], found: dict[str, Sequence[Any]]) -> None:
        values = list(chain.from_iterable(map(msgspec.structs.astuple, structs)))
        for position, path in enumerate(self._paths):
            column = values[position :: self._width]
            node = self._below.get(position)
            if node is None:
                found[path] = column
            else:
                whole = column if all(column) else [each or node._empty for each in column]
                node.collect(whole, found)

    def values(self, struct: Any) -> dict[str, Any]:
        found = {}
        for position, name in enumerate(self._names):
            value = getattr(struct, f"f{position}")
            node = self._below.get(position)
            found[name] = value if node is None or value is None else node.values(value)
        return found


class RecordType:
    """What a mapping needs of a record, and ways to read it.

    Numbers with a fraction come as the text that they are written in.
    """

    def __init__(self, types: Mapping[str, Any]) -> None:
        shape = Shape(types)
        self.struct = shape.struct
        self.hook = str
        self.columns = shape.columns
        self._one = msgspec.json.Decoder(shape.struct, float_hook=self.hook)
        self._some = msgspec.json.Decoder(list[shape.struct], float_hook=self.hook)  # type: ignore[name-defined]

    def each(self, parts: Sequence[msgspec.Raw], *, look: bool = True) -> list[Any]:
        """Each record as a struct; None for one that is not as usual.

        `look`: whether there may be odd ones (`is_odd`) among them.
        """
        found: list[Any] = []
        for start in range(0, len(parts), _SOME):
            some = parts[start : start + _SOME]
            odd = look and is_odd(b"".join(some))
            found += map(self._struct, some) if odd else self._several(some)
        return found

    def _several(self, parts: Sequence[msgspec.Raw]) -> list[Any]:
        """Together as far as they are as usual; the decoder says where one is not."""
        found: list[Any] = []
        for _ in range(_TRIES):
            text = b"[" + b",".join(parts[len(found) :]) + b"]"
            try:
                return found + self._some.decode(text)
            except msgspec.ValidationError as error:
                place = _PLACE.search(str(error))
                if place is None:
                    break
                good = parts[len(found) : len(found) + int(place[1])]
                found += self._some.decode(b"[" + b",".join(good) + b"]")
                found.append(None)
            except msgspec.DecodeError:
                break
        return found + list(map(self._struct, parts[len(found) :]))

    def _struct(self, part: msgspec.Raw) -> Any:
        if is_odd(bytes(part)):
            return None
        try:
            return self._one.decode(part)
        except msgspec.DecodeError:
            return None


def mended(text: bytes) -> bytes:
    """The text with NUL in place of each half character: as long, and JSON again."""
    return _ALONE.sub(lambda found: found[1] or _NUL, text)


def is_odd(text: bytes) -> bool:
    """Whether it may hold NUL, or half a character: what is skipped is not looked at otherwise."""
    if b"\\" not in text:  # a look that is cheap, and enough for most pages
        return False
    if not _CODE.search(text):  # quotes and line ends alone
        return False
    return _NUL in text or len(_HALF.findall(text)) != 2 * len(_PAIR.findall(text))


def _plant(tree: Tree, path: str, type_: Any) -> None:
    *above, last = path.split(".")
    for step in above:
        tree = tree.setdefault(step, {})
        if not isinstance(tree, dict):
            raise ValueError(f"{path}: above it there is a value")
    if last in tree or not all([*above, last]) or any(step.isdecimal() for step in path.split(".")):
        raise ValueError(f"{path}: below it there are values, or it leads into a list")
    tree[last] = type_


def _below(tree: Tree, prefix: str = "") -> Iterable[str]:
    """The paths with a dot in them."""
    for name, type_ in tree.items():
        if isinstance(type_, dict):
            yield from _below(type_, f"{prefix}{name}.")
        elif prefix:
            yield f"{prefix}{name}"
