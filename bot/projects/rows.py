"""A batch's rows, kept by columns: what all values of a column need is done to all at once.

A page's rows are packed for their database as soon as they are there, and forgotten as values: so
few objects are alive at any time that memory stays small, and near the processor.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import chain, compress, repeat
from operator import itemgetter
from typing import Any

from bot.projects.shape import Target

Row = tuple[Any, ...]

_FEW = 30  # values that are quicker taken out one by one
_VALUE = 88  # bytes of one: a short text, and the place that refers to it


class Rows(Sequence[Row]):
    """Rows of the same width. One is made when somebody looks at it."""

    packed: Sequence[Any] | None = None  # the form in which a database takes them

    def __init__(self, columns: Sequence[Sequence[Any]], count: int) -> None:
        self._columns = columns
        self._count = count

    @property
    def columns(self) -> Sequence[Sequence[Any]]:
        """Each with as many values as there are rows."""
        return self._columns

    @property
    def size(self) -> int:
        """Bytes of memory, about."""
        return self._count * len(self.columns) * _VALUE

    @property
    def parts(self) -> Sequence["Rows"]:
        """The rows, some after the others, each part packed or not."""
        return (self,)

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "Rows":
        return rows if isinstance(rows, cls) else cls(list(zip(*rows, strict=True)), len(rows))

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Row]:
        return zip(*self.columns, strict=True) if self.columns else repeat((), self._count)

    def __getitem__(self, place: Any) -> Any:
        """A row, or Rows for a slice."""
        if isinstance(place, slice):
            columns = [column[place] for column in self.columns]
            return Rows(columns, len(range(*place.indices(self._count))))
        return tuple(column[place] for column in self.columns)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def chosen(self, places: Sequence[int]) -> "Rows":
        """Those at these places, which ascend."""
        if len(places) < 2:
            return Rows(
                [[column[place] for place in places] for column in self.columns], len(places)
            )
        pick = itemgetter(*places)
        return Rows([pick(column) for column in self.columns], len(places))

    def without(self, places: Sequence[int]) -> "Rows":
        """Those but at these places, which ascend."""
        columns = [cut(column, places) for column in self.columns]
        return Rows(columns, self._count - len(places))

    def strung(self, part: slice, *first: Any) -> list[Any]:
        """The values of some rows, one row after another; each begins with `first`.

        Of large parts that takes a quarter of the time that rows would.
        """
        count = len(range(*part.indices(self._count)))
        columns = [[value] * count for value in first] + [column[part] for column in self.columns]
        width = len(columns)
        values = [None] * (count * width)
        for place, column in enumerate(columns):
            values[place::width] = column
        return values

    def unpacked(self) -> "Rows":
        return Rows(self.columns, self._count)

    def values(self, names: Sequence[str], wanted: Sequence[str]) -> Sequence[Any]:
        """Of each row the values of some columns; of a single one just the value.

        `names`: of all columns.
        """
        if not self._count:
            return []
        found = [self.columns[names.index(name)] for name in wanted]
        return found[0] if len(found) == 1 else list(zip(*found, strict=True))


def cut(values: Sequence[Any], places: Sequence[int]) -> list[Any]:
    """The values but those at these places, which ascend."""
    if len(places) > _FEW:
        stays = bytearray(b"\1") * len(values)
        for place in places:
            stays[place] = 0
        return list(compress(values, stays))
    left = list(values)
    for place in reversed(places):
        del left[place]
    return left


class Packed(Rows):
    """Rows in the form in which their database takes them, and their keys.

    Whoever looks at other values has them made once more: where a row is refused, mostly.
    """

    def __init__(
        self, packed: Sequence[Any], rows: Rows, target: Target, again: Callable[[], Rows]
    ) -> None:
        self.packed = packed
        self._count = len(rows)
        self._keys = rows.values(target.columns, target.key)
        self._target = target
        self._again = again

    @property
    def columns(self) -> Sequence[Sequence[Any]]:
        return self._again().columns

    @property
    def size(self) -> int:
        assert self.packed is not None
        return sum(len(p) * _VALUE if isinstance(p, list) else len(p) for p in self.packed)

    def values(self, names: Sequence[str], wanted: Sequence[str]) -> Sequence[Any]:
        is_key = wanted == self._target.key and names == self._target.columns
        return self._keys if is_key else super().values(names, wanted)


class Joined(Rows):
    """Rows of several pages, one after the other."""

    def __init__(self, parts: Sequence[Rows]) -> None:
        self._parts = [part for part in parts if part]
        self._count = sum(map(len, parts))

    @cached_property
    def columns(self) -> Sequence[Sequence[Any]]:
        return [
            list(chain(*columns))
            for columns in zip(*(part.columns for part in self.parts), strict=True)
        ]

    @property
    def parts(self) -> Sequence[Rows]:
        return self._parts

    def chosen(self, places: Sequence[int]) -> Rows:
        """Parts of which all rows stay are not looked into."""
        parts: list[Rows] = []
        start = first = 0
        for part in self.parts:
            last = bisect_left(places, start + len(part), first)
            mine = places[first:last]
            whole = len(mine) == len(part)
            parts.append(part if whole else part.chosen([place - start for place in mine]))
            start, first = start + len(part), last
        return Joined(parts)

    def values(self, names: Sequence[str], wanted: Sequence[str]) -> Sequence[Any]:
        return list(chain.from_iterable(part.values(names, wanted) for part in self.parts))
