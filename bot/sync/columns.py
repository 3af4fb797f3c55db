"""One pair of a mapping applied to a whole column at a time; what it doubts goes the slow way.

`column_plan` gives the type that a page's bytes are read into, and a function from a column of such
values to a column of stored ones. The function never refuses a value: it names the positions of
those that it cannot vouch for, and `Plan.map` decides on their records, with the reasons that it
gives. What is vouched for here is exactly what `values` would have made of it.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from operator import attrgetter
from typing import Annotated, Any

import msgspec

from bot.connectors.bodies import decode_record
from bot.projects.shape import Limits
from bot.projects.texts import in_utc
from bot.sync.stored import stored
from bot.sync.values import Convert, Unfit, stored_as
from store.vocabulary import FieldType

Values = Sequence[Any]
Doubts = Collection[int]  # positions in a column
Apply = Callable[[Values], tuple[Values, Doubts]]

T = FieldType
_WHOLE = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)] | None
# An email and a decimal number as `values` has them; of a whole column at once, each on a line.
_EMAIL = r"[^@\s]++@[^@\s.]++(?:\.[^@\s.]++)*+"
_MOST_DIGITS = 300
_TRIES = 8  # times that a column is looked at again beyond a doubtful value
_FEW = 25  # values looked at together after that
_zone = attrgetter("tzinfo")

# What each kind is read as where nothing is done to it but to check it.
TYPES: dict[FieldType, Any] = {
    T.INTEGER: _WHOLE,
    T.DECIMAL: Any,  # the text of a number, by the decoder's float_hook; or an int
    T.STRING: str | None,
    T.EMAIL: str | None,
    T.BOOLEAN: bool | None,
    T.DATE: date | None,
    T.DATETIME: datetime | None,
    T.JSON: msgspec.Raw,
}
# … and where a function of one value does the work. None: as JSON, since it tells 5 from 5.0.
_PLAIN: dict[FieldType, Any] = {
    T.INTEGER: _WHOLE,
    T.STRING: str | None,
    T.EMAIL: str | None,
    T.BOOLEAN: bool | None,
    T.DATE: str | None,
    T.DATETIME: str | None,
}

NATURAL = (_WHOLE, str | None, int | str | None)  # what a service's own keys are made of


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    type: Any  # for msgspec
    apply: Apply
    convert: Convert  # what the slow way does to one value


def column_plan(
    kind: FieldType,
    into: FieldType,
    limits: Limits,
    convert: Convert,
    *,
    transformed: bool,
    required: bool,
    is_key: bool,
) -> ColumnPlan:
    """`convert`: what the slow way does to one value of this pair."""
    fast = None if transformed or stored_as(kind) is not into else _fast(kind, limits, is_key)
    if fast is not None:
        filled = _filled(fast, required=required, is_key=is_key)
        return ColumnPlan(TYPES[kind], filled, convert)
    if kind in _PLAIN:
        return ColumnPlan(_PLAIN[kind], _by_one(convert), convert)
    return each_by_one(convert)


def each_by_one(convert: Convert) -> ColumnPlan:
    """For a field of which two pairs want different things."""
    return ColumnPlan(msgspec.Raw, _raw_by_one(convert), convert)


class _Doubtful(Exception):
    """Not every value of the column is one to vouch for."""

    def __init__(self, place: int | None = None) -> None:
        """`place`: of the first that is not, where that is known."""
        super().__init__()
        self.place = place


Check = Callable[[Values], Values]  # of values that are there; raises _Doubtful


def _fast(kind: FieldType, limits: Limits, is_key: bool) -> Check | None:
    match kind:
        case T.INTEGER:
            return _in_bits(limits.bits) if limits.bits < 64 else _as_it_is
        case T.DECIMAL:
            return None if limits.is_float or is_key else _number(limits)
        case T.STRING:
            return _short(limits.length) if limits.length is not None else _as_it_is
        case T.EMAIL:
            return _email(limits.length)
        case T.BOOLEAN:
            return _as_it_is
        case T.DATE:
            return _days
        case T.DATETIME:
            return _moments
    return None


def _filled(check: Check, *, required: bool, is_key: bool) -> Apply:
    """Applies `check` to the values that are there; nothing stays nothing, where that may be."""
    if check is _as_it_is and not required:
        return lambda column: (column, ())

    def apply(column: Values) -> tuple[Values, Doubts]:
        if all(column):
            try:
                return check(column), ()
            except _Doubtful as doubt:
                checked = _around(doubt, check, column)
            return checked, [place for place, value in enumerate(checked) if value is None]
        places = [place for place, value in enumerate(column) if value is not None]
        doubts: set[int] = set()
        if required and len(places) < len(column):
            doubts.update(place for place, value in enumerate(column) if value is None)
        if is_key:
            doubts.update(place for place in places if column[place] == "")
        there = [column[place] for place in places]
        found: Values = _around_doubtful(check, there)
        doubts.update(place for place, value in zip(places, found, strict=True) if value is None)
        if len(places) == len(column):
            return found, doubts
        filled: list[Any] = [None] * len(column)
        for place, value in zip(places, found, strict=True):
            filled[place] = value
        return filled, doubts

    return apply


def _around_doubtful(check: Check, values: Values, tries: int = _TRIES) -> Values:
    """None for each value that is doubtful: few are, as a rule."""
    try:
        return check(values) if values else values
    except _Doubtful as doubt:
        return _around(doubt, check, values, tries)


def _around(doubt: _Doubtful, check: Check, values: Values, tries: int = _TRIES) -> Values:
    """As above, where the first doubt is told."""
    place = doubt.place
    if place is None or not tries:
        return _by_few(check, values)
    before = _around_doubtful(check, values[:place], tries - 1)
    return [*before, None, *_around_doubtful(check, values[place + 1 :], tries - 1)]


def _by_few(check: Check, values: Values, count: int = _FEW) -> list[Any]:
    """As above, where nobody says which they are."""
    found: list[Any] = []
    for start in range(0, len(values), count):
        few = values[start : start + count]
        try:
            found += check(few)
        except _Doubtful:
            found += _by_few(check, few, 1) if len(few) > 1 else [None]
    return found


def _by_one(convert: Convert) -> Apply:
    def apply(column: Values) -> tuple[Values, Doubts]:
        converted: list[Any] = []
        doubts: set[int] = set()
        for place, value in enumerate(column):
            try:
                converted.append(convert(value))
            except Unfit:
                doubts.add(place)
                converted.append(None)
        return stored(converted), doubts

    return apply


def _raw_by_one(convert: Convert) -> Apply:
    by_one = _by_one(convert)

    def apply(column: Values) -> tuple[Values, Doubts]:
        try:
            return by_one(decode_record(b"[" + b",".join(column) + b"]"))
        except (msgspec.DecodeError, RecursionError):  # one of the records cannot be read
            return [None] * len(column), range(len(column))

    return apply


def _as_it_is(column: Values) -> Values:
    return column


def _in_bits(bits: int) -> Check:
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1

    def check(column: Values) -> Values:
        if min(column) < low or max(column) > high:
            raise _Doubtful
        return column

    return check


def _short(length: int) -> Check:
    def check(column: Values) -> Values:
        if max(map(len, column)) > length:
            raise _Doubtful
        return column

    return check


def _email(length: int | None) -> Check:
    lines = re.compile(rf"(?:{_EMAIL}\n)*+")

    def check(column: Values) -> Values:
        if length is not None and max(map(len, column)) > length:
            raise _Doubtful
        joined = "\n".join(column) + "\n"
        if _are_plain(joined, len(column)):
            return column
        _must_match(lines, joined, len(column))
        return column

    return check


def _must_match(lines: re.Pattern[str], joined: str, count: int) -> None:
    """Raises _Doubtful unless each of `count` lines is as the pattern has it."""
    if joined.count("\n") != count:  # a value of several lines
        raise _Doubtful
    good = lines.match(joined)
    end = good.end() if good else 0
    if end < len(joined):
        raise _Doubtful(joined.count("\n", 0, end))


def _are_plain(lines: str, count: int) -> bool:
    """Whether each line is an e-mail address in ASCII, with no two of @, dot and end in a row.

    Each look is one pass over the bytes: half of the time that the pattern takes.
    """
    text = f"\n{lines}".encode()
    marks = text.translate(None, _ORDINARY)
    return marks == b"\n" + b"@\n" * count and b".." not in text.translate(_AS_DOTS)


_ORDINARY = bytes(code for code in range(ord("!"), ord("~") + 1) if code != ord("@"))
_AS_DOTS = bytes(ord(".") if chr(code) in "@.\n" else ord("x") for code in range(256))


def _number(limits: Limits) -> Check:
    """Texts of plain numbers within the column's digits; whole numbers may come as such."""
    before, after = _MOST_DIGITS, _MOST_DIGITS
    if limits.digits is not None:
        after = limits.decimals or 0
        before = limits.digits - after
    if before < 1 or after < 0:
        return _doubtful
    fraction = rf"(?:\.[0-9]{{1,{after}}}+)?+" if after else ""
    lines = re.compile(rf"(?:-?+(?:0|[1-9][0-9]{{0,{before - 1}}}+){fraction}\n)*+")

    def check(column: Values) -> Values:
        texts = column
        try:
            joined = "\n".join(column) + "\n"
        except TypeError:
            if not _NUMERIC.issuperset(map(type, column)):
                odd = (place for place, v in enumerate(column) if type(v) not in _NUMERIC)
                raise _Doubtful(next(odd)) from None
            texts = list(map(str, column))
            joined = "\n".join(texts) + "\n"
        _must_match(lines, joined, len(texts))
        if "-0" in joined and _MINUS_ZERO.search(joined):
            raise _Doubtful
        if limits.is_text and _LONG.search(joined):
            return [v.rstrip("0").rstrip(".") if "." in v else v for v in texts]
        return texts

    return check


_NUMERIC = frozenset({str, int})  # a number with a fraction is the text that it is written in
_LONG = re.compile(r"\.[0-9]*0$", re.MULTILINE)  # with zeros at its end
_MINUS_ZERO = re.compile(r"-0(?:\.0+)?$", re.MULTILINE)  # zero is zero


def _doubtful(column: Values) -> Values:
    raise _Doubtful


def _days(column: Values) -> Values:
    return list(map(date.isoformat, column))


def _moments(column: Values) -> Values:
    if list(map(_zone, column)).count(UTC) == len(column):
        return column
    try:
        return list(map(in_utc, column))
    except OverflowError:  # the first or the last hours that there are
        raise _Doubtful from None
