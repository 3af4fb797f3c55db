"""Types made for a mapping: what they read is what `value_at` finds, or they do not read it."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.connectors.bodies import OutOfBounds, decode_record
from bot.connectors.values import MISSING, value_at
from bot.sync.typed import NOTHING, RecordType, Shape

WHOLE = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)] | None
TEXT = str | None


def structs(record: RecordType, texts: Sequence[str]) -> list[Any]:
    """Of each record; None where it is not as usual."""
    return list(record.each([msgspec.Raw(text.encode()) for text in texts]))


def columns(record: RecordType, texts: Sequence[str]) -> dict[str, list[Any]]:
    return {path: list(column) for path, column in record.columns(structs(record, texts)).items()}


def test_fields_come_as_columns_by_their_paths() -> None:
    record = RecordType({"id": WHOLE, "a.b": TEXT, "a.c.d": Any, "raw": msgspec.Raw})
    first = '{"raw": {"x": 1}, "id": 1, "a": {"b": "x", "c": {"d": true, "e": 5}}, "more": [{}]}'
    second = '{"a": {"c": {"d": [1.50]}}, "id": null, "raw": null}'
    assert columns(record, [first, second]) == {
        "id": [1, None],
        "a.b": ["x", None],
        "a.c.d": [True, ["1.50"]],
        "raw": [msgspec.Raw(b'{"x": 1}'), NOTHING],
    }


@pytest.mark.parametrize("text", ["{}", '{"a":null}', '{"a":{}}', '{"a":{"c":null}}'])
def test_what_is_not_there_is_nothing(text: str) -> None:
    record = RecordType({"id": WHOLE, "a.b": TEXT, "a.c.d": TEXT, "a.c.raw": msgspec.Raw})
    nothing = {"id": None, "a.b": None, "a.c.d": None, "a.c.raw": NOTHING}
    assert columns(record, [text]) == {path: [value] for path, value in nothing.items()}

    there = '{"id": 1, "a": {"b": "b", "c": {"d": "d", "raw": 0}}}'
    mixed = columns(record, [there, text, there])
    assert {path: column[1] for path, column in mixed.items()} == nothing
    assert mixed["a.c.d"] == ["d", None, "d"]


@pytest.mark.parametrize(
    "text",
    [
        '{"id": "1"}',
        '{"id": true}',
        '{"id": 1.5}',
        '{"id": 9223372036854775808}',
        '{"id": 1e400}',
        '{"a": 5}',
        '{"a": [{"b": "x"}]}',
        '{"a": {"b": 5}}',
        '{"a.b": "x"}',  # a key with a dot in it wins over the nested reading
        '{"a": {"b": "x"}, "a.b": null}',
        '{"a": {"b": "x"}, "a.b": ""}',
        '{"note": "a\\u0000b"}',  # NUL, which no database keeps
        '{"note": "\\ud800"}',  # half a character
        "null",
        "5",
        '[{"id": 1}]',
    ],
)
def test_what_is_not_as_usual_is_not_read(text: str) -> None:
    record = RecordType({"id": WHOLE, "a.b": TEXT})
    assert structs(record, [text]) == [None]
    for count in (1, 250):  # they are read some at a time
        found = structs(record, ['{"id": 1}'] * count + [text] + ['{"id": 2}'] * count)
        assert [struct and record.columns([struct])["id"] for struct in found] == (
            [[1]] * count + [None] + [[2]] * count
        )


@pytest.mark.parametrize(
    "paths",
    [
        ["a", "a.b"],
        ["a.b", "a"],
        ["a.b.c", "a.b"],
        ["lines.0.price"],  # into a list
        ["0"],
        [""],
        ["a..b"],
        ["a."],
        [".a"],
        ['q"'],
        ["b\\"],
        ["line\nend"],
    ],
)
def test_paths_that_no_type_can_have(paths: list[str]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        RecordType(dict.fromkeys(paths, TEXT))


@pytest.mark.parametrize(
    "paths",
    [
        ["f0", "f1", "x0", "x1", "a.b", "a.f0"],  # what the types call them inside
        ["class", "def", "__init__", "_id", "__struct_fields__"],
        ["é ü", "日本.語", "a-b", "a b.c d", "%s", "😀"],
        [f"field_{number}" for number in range(300)],
    ],
    ids=["ours", "Python’s", "any", "many"],
)
def test_names_may_be_any(paths: list[str]) -> None:
    record = RecordType(dict.fromkeys(paths, TEXT))
    tree: dict[str, Any] = {}
    for path in paths:
        *above, last = path.split(".")
        below = tree
        for step in above:
            below = below.setdefault(step, {})
        below[last] = f"at {path}"
    for escaped in (True, False):
        text = json.dumps(tree, ensure_ascii=escaped)
        assert columns(record, [text]) == {path: [f"at {path}"] for path in paths}


def test_the_values_of_one_struct_are_nested_as_they_came() -> None:
    shape = Shape({"data.items": list[Any], "meta.next": msgspec.Raw, "more": msgspec.Raw})
    text = '{"more": true, "data": {"items": [1], "x": 2}}'
    struct = msgspec.json.decode(text, type=shape.struct)
    assert shape.values(struct) == {
        "data": {"items": [1]},
        "meta": None,
        "more": msgspec.Raw(b"true"),
    }


def written(pairs: list[tuple[str, str]]) -> str:
    """An object; the same name may be there twice."""
    return "{" + ",".join(f'"{name}":{value}' for name, value in pairs) + "}"


NAMES = st.sampled_from(["a", "b", "c", "a.b", "a.b.c", "b.c", "0", "d"])
VALUES = st.recursive(
    st.sampled_from(["null", "1", '"x"', '""', "0", "false", "1.50", "-0", "1e401", "12" * 20]),
    lambda inner: (
        st.lists(inner, max_size=2).map(lambda parts: f"[{','.join(parts)}]")
        | st.lists(st.tuples(NAMES, inner), max_size=3).map(written)
    ),
    max_leaves=6,
)
RECORDS = st.lists(st.tuples(NAMES, VALUES), max_size=5).map(written)


@given(
    st.sampled_from([["a", "b"], ["a.b", "c"], ["a.b.c", "a.d", "b"], ["a.a", "b.b", "d.c"]]),
    st.sampled_from([Any, msgspec.Raw]),
    st.lists(RECORDS, min_size=1, max_size=4),
)
@settings(deadline=None)
def test_what_is_read_is_what_is_there(paths: list[str], kind: Any, texts: list[str]) -> None:
    record = RecordType(dict.fromkeys(paths, kind))
    found = structs(record, texts)
    values = []
    for text, struct in zip(texts, found, strict=True):
        value = decode_record(text.encode())
        if struct is None:
            assert not is_usual(text, value, paths)
        else:
            values.append(value)
    if not values:
        return
    read = record.columns([struct for struct in found if struct is not None])
    for path, column in read.items():
        expected = [value_at(value, path) for value in values]
        if kind is msgspec.Raw:
            column = [decode_record(part) for part in column]
        assert [told(value) for value in column] == [told(value) for value in expected]


def is_usual(text: str, value: Any, paths: list[str]) -> bool:
    """No name is there twice, none is a whole path, and above every field is an object, if any."""
    names: list[list[str]] = []
    json.loads(text, object_pairs_hook=lambda pairs: names.append([name for name, _ in pairs]))
    if any(len(set(each)) < len(each) for each in names):
        return False
    for path in paths:
        above, _, _ = path.rpartition(".")
        while above:
            found = value_at(value, above)
            if path in value or not (found in (None, MISSING) or isinstance(found, dict)):
                return False
            above, _, _ = above.rpartition(".")
    return True


def told(value: Any) -> Any:
    """Numbers as they are written, and nothing for what is missing."""
    if isinstance(value, dict):
        return {name: told(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return list(map(told, value))
    if isinstance(value, OutOfBounds):
        return value.text
    return str(value) if isinstance(value, Decimal) else None if value is MISSING else value
