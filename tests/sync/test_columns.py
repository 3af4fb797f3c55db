"""A column at a time: what is vouched for is what one value at a time gives; the rest is named."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.connectors.bodies import decode_record
from bot.connectors.grammar import DataType
from bot.projects import sqlite_values
from bot.projects.shape import Column, Limits, TableShape
from bot.sync.columns import ColumnPlan, each_by_one
from bot.sync.plan import compile_plan
from bot.sync.stored import stored
from bot.sync.transforms import TRANSFORMS
from bot.sync.values import WIDEN, stored_as
from store.models import MappingPair
from store.vocabulary import FieldType

T = FieldType


@dataclass(frozen=True)
class Pair:
    """One pair of a mapping, and the column that it goes into."""

    kind: FieldType
    into: FieldType
    limits: Limits = field(default_factory=Limits)
    transform: str | None = None
    required: bool = False
    is_key: bool = False

    def plan(self) -> ColumnPlan:
        fields = {"id": T.INTEGER, "field": self.kind}
        data_type = DataType.model_validate(
            {"id": "things", "name": "Things", "list": {"path": "/"}, "fields": fields}
        )
        column = Column("column", self.into, "", not self.required, False, limits=self.limits)
        table = TableShape("things", (Column("id", T.INTEGER, "", False, True), column))
        pairs = [
            MappingPair(
                source_field="id",
                source_type=T.INTEGER,
                project_field="id",
                project_type=T.INTEGER,
                is_primary_key=not self.is_key,
            ),
            MappingPair(
                source_field="field",
                source_type=self.kind,
                project_field="column",
                project_type=self.into,
                transform=self.transform,
                is_primary_key=self.is_key,
            ),
        ]
        return compile_plan(data_type, pairs, table).columns[1][1]


def read(plan: ColumnPlan, texts: Sequence[str]) -> tuple[list[Any], list[str]]:
    """The values as the column's type reads them, and the JSON of those that it reads."""
    decoder = msgspec.json.Decoder(plan.type, float_hook=str)
    values, usual = [], []
    for text in texts:
        with suppress(msgspec.DecodeError):
            values.append(decoder.decode(text))
            usual.append(text)
    return values, usual


def slowly(plan: ColumnPlan, text: str) -> Any:
    """Raises Unfit."""
    return stored([plan.convert(decode_record(text.encode()))])[0]


LIMITS = {
    T.INTEGER: st.sampled_from([Limits(), Limits(bits=16), Limits(bits=32)]),
    T.DECIMAL: st.sampled_from(
        [
            Limits(),
            Limits(is_text=True),
            Limits(is_float=True),
            Limits(is_float=True, is_single=True),
        ]
    )
    | st.builds(Limits, digits=st.integers(1, 8), decimals=st.integers(-3, 8) | st.none()),
    T.STRING: st.sampled_from([Limits(), Limits(length=0), Limits(length=3), Limits(length=20)]),
}


@st.composite
def pairs(draw: st.DrawFn, kind: FieldType | None = None) -> Pair:
    """Any pair that fits; of `kind`, one that does nothing to a value but to check it."""
    transform, into = None, stored_as(kind or T.STRING)
    if kind is None:
        kind = draw(st.sampled_from(FieldType))
        able = [name for name, transform in TRANSFORMS.items() if kind in transform.accepts]
        transform = draw(st.sampled_from([None, *able]))
        gives = TRANSFORMS[transform].gives if transform else kind
        into = draw(st.sampled_from(sorted(WIDEN[gives])))
    limits = draw(LIMITS.get(into, st.just(Limits())))
    is_key = into is not T.JSON and draw(st.booleans())
    return Pair(kind, into, limits, transform, draw(st.booleans()), is_key)


def quoted(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[str]:
    """JSON texts of it, non-ASCII as it is or escaped."""
    return st.builds(json.dumps, strategy, ensure_ascii=st.booleans())


def lines(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """One of them, and now and then more, each on a line: that is none."""
    return strategy | st.lists(strategy, min_size=2, max_size=3).map("\n".join)


# NUL and half characters never get as far as a column: see `reader`.
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
DIGITS = st.text("0123456789", min_size=1, max_size=6)
NUMBERS = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "-"]),
    st.sampled_from(["0", "7", "12", "99", "100", "32767", "32768", "2147483648", "99999999"])
    | st.integers(0, 2**64).map(str),
    st.just("") | DIGITS.map(".{}".format),
    st.sampled_from(["", "", "", "e0", "E2", "e-3", "e+20", "e300", "e-400", "e999"]),
)
DAYS = st.dates().map(str)
TIMES = st.builds(
    "{}{}{}{}{}".format,
    DAYS,
    st.sampled_from(["T", "T", " ", "t"]),
    st.times().map(lambda time: time.isoformat("seconds")),
    st.just("") | DIGITS.map(".{}".format) | st.sampled_from([",5", ".999999999", ".1234567"]),
    st.sampled_from(["Z", "Z", "", "+00:00", "-00:00", "+02:00", "-0530", "z", "+14:00"]),
)
NULL = st.just("null")
BLANK = st.sampled_from(['""', '" "', "0", "-0", "-0.00", "false", "[]", "{}"])
JSONS = st.recursive(
    NUMBERS | quoted(st.text(CHARACTERS, max_size=3)) | st.sampled_from(["null", "true"]),
    lambda inner: (
        st.lists(inner, max_size=2).map(lambda parts: f"[{', '.join(parts)}]")
        | st.dictionaries(st.text("ab", max_size=1), inner, max_size=2).map(
            lambda parts: "{" + ",".join(f'"{key}": {part}' for key, part in parts.items()) + "}"
        )
    ),
    max_leaves=4,
)
USUAL: dict[FieldType, st.SearchStrategy[str]] = {
    T.INTEGER: st.integers(-40_000, 40_000).map(str) | NUMBERS,
    T.DECIMAL: NUMBERS | NUMBERS | quoted(lines(NUMBERS)),
    T.STRING: quoted(st.text(CHARACTERS, max_size=25))
    | quoted(NUMBERS | TIMES | DAYS)
    | quoted(JSONS),
    T.EMAIL: quoted(lines(st.text("aé@. \t", max_size=5) | st.just("a@b.c"))),
    T.BOOLEAN: st.sampled_from(["true", "false", "1", '"yes"', '"FALSE"']),
    T.DATE: quoted(DAYS | TIMES),
    T.DATETIME: quoted(TIMES) | quoted(DAYS) | NUMBERS,
    T.JSON: JSONS,
}
ANYTHING = st.one_of(*USUAL.values())


def check(pair: Pair, texts: Sequence[str]) -> None:
    """What is vouched for is what the slow way makes of it, and never what that refuses."""
    plan = pair.plan()
    values, usual = read(plan, texts)
    if not usual:
        return
    made, doubts = plan.apply(tuple(values))
    assert len(made) == len(values)
    assert set(doubts) <= set(range(len(values)))
    for place, (value, text) in enumerate(zip(made, usual, strict=True)):
        if place not in doubts:
            expected = slowly(plan, text)
            if pair.limits.is_text and pair.into is T.DECIMAL:  # 1.50 is 1.5 there
                value, expected = sqlite_values.ENCODERS[T.DECIMAL]([value, expected])
            assert (value, type(value)) == (expected, type(expected)), text


@pytest.mark.parametrize("kind", [kind for kind in FieldType if kind is not T.JSON])
@given(data=st.data())
@settings(max_examples=120, deadline=None)
def test_checked_as_a_whole_is_checked_one_by_one(kind: FieldType, data: st.DataObject) -> None:
    likely = USUAL[kind]
    texts = st.lists(likely | likely | likely | NULL | BLANK | ANYTHING, max_size=6)
    check(data.draw(pairs(kind)), data.draw(texts))


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_so_it_is_for_every_kind_of_pair(data: st.DataObject) -> None:
    pair = data.draw(pairs())
    likely = USUAL[pair.kind]
    check(pair, data.draw(st.lists(likely | likely | NULL | BLANK | ANYTHING, max_size=5)))


FIRST_HOURS = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5)))  # in UTC they are before all
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pair", "texts", "made"),
    [
        (Pair(T.INTEGER, T.INTEGER), ["5", "0", "-9223372036854775808"], [5, 0, -(2**63)]),
        (Pair(T.INTEGER, T.INTEGER, Limits(bits=16)), ["32767", "-32768"], [32767, -32768]),
        (
            Pair(T.DECIMAL, T.DECIMAL),
            ["12.50", "-7", "0.0", '"1.5"'],
            ["12.50", "-7", "0.0", "1.5"],
        ),
        (Pair(T.DECIMAL, T.DECIMAL, Limits(digits=4, decimals=2)), ["99.99"], ["99.99"]),
        (
            Pair(T.DECIMAL, T.DECIMAL, Limits(is_text=True)),
            ["1.50", "10.00", "10"],
            ["1.5", "10", "10"],
        ),
        (Pair(T.STRING, T.STRING, required=True), ['""', '"é"'], ["", "é"]),
        (Pair(T.STRING, T.STRING, Limits(length=3)), ['"äöü"'], ["äöü"]),
        (
            Pair(T.EMAIL, T.EMAIL),
            ['"a@b.c"', '"x.y+z@example.com"'],
            ["a@b.c", "x.y+z@example.com"],
        ),
        (Pair(T.BOOLEAN, T.BOOLEAN), ["true", "false"], [True, False]),
        (Pair(T.DATE, T.DATE), ['"2024-02-29"'], ["2024-02-29"]),
        (
            Pair(T.DATETIME, T.DATETIME),
            ['"2024-05-01T12:00:00Z"', '"2024-05-01T12:00:00.25Z"', '"0001-01-01T00:00:00Z"'],
            [NOON, NOON.replace(microsecond=250_000), datetime(1, 1, 1, tzinfo=UTC)],
        ),
        (
            Pair(T.DATETIME, T.DATETIME),
            ['"2024-05-01T14:00:00+02:00"', '"2024-05-01T12:00:00"'],
            [NOON, NOON],
        ),
        (Pair(T.JSON, T.JSON), ['{"b": 1.0, "a": []}', "5", '""'], ['{"a":[],"b":1.0}', "5", '""']),
        (Pair(T.INTEGER, T.STRING), ["7"], ["7"]),
        (Pair(T.DATETIME, T.DATE, transform="as_date"), ['"2024-05-01T23:00:00Z"'], ["2024-05-01"]),
        (Pair(T.STRING, T.STRING, transform="trim"), ['" a "'], ["a"]),
    ],
    ids=lambda given: f"{given.kind} to {given.into}" if isinstance(given, Pair) else "",
)
def test_what_is_usual_is_vouched_for(pair: Pair, texts: list[str], made: list[Any]) -> None:
    """Not a value of it goes the slow way; nor where some are missing and may be."""
    plan = pair.plan()
    values, usual = read(plan, texts)
    assert usual == texts
    assert [list(plan.apply(tuple(values))[0]), *plan.apply(tuple(values))[1]] == [made]
    if not pair.required:
        nothing, _ = read(plan, ["null"])
        given, expected = (nothing + values) * 2, ([None, *made]) * 2
        column, doubts = plan.apply(tuple(given))
        assert (list(column), list(doubts)) == (expected, [])


KINDS = [pytest.param(Pair(kind, stored_as(kind)), id=kind) for kind in FieldType]


@pytest.mark.parametrize("pair", KINDS)
def test_a_column_of_nothing(pair: Pair) -> None:
    plan = pair.plan()
    values, _ = read(plan, ["null"] * 3)
    column, doubts = plan.apply(tuple(values))
    assert (list(column), list(doubts)) == ([None] * 3, [])


@pytest.mark.parametrize("pair", KINDS)
def test_nothing_where_something_must_be_is_doubted(pair: Pair) -> None:
    for required in (replace(pair, required=True), replace(pair, is_key=True)):
        if required.is_key and pair.kind is T.JSON:
            continue  # it can be no key
        plan = required.plan()
        usual = TRUE[pair.kind]
        values, _ = read(plan, ["null", usual, "null", usual])
        assert set(plan.apply(tuple(values))[1]) == {0, 2}
        assert set(plan.apply((values[0],))[1]) == {0}


TRUE = {
    T.INTEGER: "1",
    T.DECIMAL: "1",
    T.STRING: '"a"',
    T.EMAIL: '"a@b.c"',
    T.BOOLEAN: "true",
    T.DATE: '"2024-05-01"',
    T.DATETIME: '"2024-05-01T12:00:00Z"',
    T.JSON: "[]",
}


def test_empty_text_is_a_value_but_no_key() -> None:
    for kind in (T.STRING, T.EMAIL):
        for length in (None, 5):
            pair = Pair(kind, T.STRING, Limits(length=length), is_key=True)
            column, doubts = pair.plan().apply(("", "a@b.c", ""))
            assert column[1] == "a@b.c"
            assert set(doubts) == {0, 2}
    column, doubts = Pair(T.STRING, T.STRING, required=True).plan().apply(("", ""))
    assert (list(column), list(doubts)) == (["", ""], [])


@pytest.mark.parametrize(
    ("pair", "bad", "good"),
    [
        (Pair(T.INTEGER, T.INTEGER, Limits(bits=16)), 32768, 0),
        (Pair(T.DECIMAL, T.DECIMAL), "1e3", "1.5"),
        (Pair(T.DECIMAL, T.DECIMAL), "-0.0", "-0.01"),
        (Pair(T.DECIMAL, T.DECIMAL), True, 1),
        (Pair(T.DECIMAL, T.DECIMAL), 10**300, 10**299),
        (Pair(T.DECIMAL, T.DECIMAL, Limits(digits=4, decimals=2)), "100.00", "99.99"),
        (Pair(T.DECIMAL, T.DECIMAL, Limits(digits=4, decimals=2)), "1.005", "1.05"),
        (Pair(T.DECIMAL, T.DECIMAL, Limits(digits=4)), "1.5", "9999"),
        (Pair(T.STRING, T.STRING, Limits(length=3)), "abcd", "abc"),
        (Pair(T.DECIMAL, T.DECIMAL), "1\n2", "1"),
        (Pair(T.EMAIL, T.STRING), " a@b.c", "a@b.c"),
        (Pair(T.EMAIL, T.STRING), "a@b.c\nd@e.f", "a@b.c"),
        (Pair(T.EMAIL, T.STRING, Limits(length=5)), "aa@b.c", "a@b.c"),
        (Pair(T.DATETIME, T.DATETIME), FIRST_HOURS, FIRST_HOURS + timedelta(days=1)),
    ],
)
def test_only_what_is_doubtful_goes_the_slow_way(pair: Pair, bad: Any, good: Any) -> None:
    apply = pair.plan().apply
    [expected], _ = apply((good,))
    column, doubts = apply((good, bad, good, None, bad, good))
    assert set(doubts) == {1, 4}
    assert [column[place] for place in (0, 2, 3, 5)] == [expected, expected, None, expected]


def test_a_field_of_which_two_pairs_want_different_things() -> None:
    apply = each_by_one(Pair(T.DECIMAL, T.DECIMAL).plan().convert).apply
    column = tuple(msgspec.Raw(text) for text in (b"1.50", b"null", b'"x"', b'" 2 "', b"1e999999"))
    values, doubts = apply(column)
    assert (values[0], values[1], values[3]) == ("1.50", None, "2")
    assert set(doubts) == {2, 4}
    unreadable = (msgspec.Raw(b"1.50"), msgspec.Raw(b'"\\ud800"'))
    assert set(apply(unreadable)[1]) == {0, 1}
