"""What fits where, and the reasons why not."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from bot.projects.shape import Column, TableShape
from bot.setup.fitting import helpful, left_empty, misfit
from bot.sync.transforms import TRANSFORMS
from bot.sync.values import WIDEN, stored_as
from store.vocabulary import FieldType

T = FieldType
SAMPLES: dict[FieldType, Any] = {
    T.INTEGER: 1,
    T.DECIMAL: Decimal("1.50"),
    T.STRING: "1",
    T.EMAIL: "a@b.c",
    T.BOOLEAN: True,
    T.DATE: date(2024, 1, 1),
    T.DATETIME: datetime(2024, 1, 1, tzinfo=UTC),
    T.JSON: "[1]",
}
OWN = {kind: type(value) for kind, value in SAMPLES.items()}


@pytest.mark.parametrize(
    ("source", "project"),
    [
        *((kind, kind) for kind in FieldType),
        *((kind, T.STRING) for kind in FieldType),
        *((kind, T.JSON) for kind in FieldType),
        (T.INTEGER, T.DECIMAL),
        (T.BOOLEAN, T.INTEGER),
        (T.DATE, T.DATETIME),
        (T.STRING, T.EMAIL),
    ],
)
def test_what_fits_as_it_is(source: FieldType, project: FieldType) -> None:
    assert misfit(source, project, None) is None


@pytest.mark.parametrize(
    ("source", "project", "reason", "transforms"),
    [
        (T.STRING, T.INTEGER, "not every text is a whole number", ["as_integer"]),
        (
            T.STRING,
            T.DECIMAL,
            "not every text is a decimal number",
            ["as_number"],
        ),
        (
            T.STRING,
            T.DATETIME,
            "not every text is a date and time",
            ["as_datetime", "epoch_seconds", "epoch_milliseconds"],
        ),
        (T.DECIMAL, T.INTEGER, "the digits after the point would be lost", ["as_integer"]),
        (T.DATETIME, T.DATE, "the time of day would be lost", ["as_date"]),
        (
            T.INTEGER,
            T.DATETIME,
            "a number alone does not say what it counts",
            ["epoch_seconds", "epoch_milliseconds"],
        ),
        (T.JSON, T.INTEGER, "JSON is not a whole number", []),
        (T.BOOLEAN, T.DATE, "true or false is not a date", []),
    ],
)
def test_what_does_not_fit_and_what_would_help(
    source: FieldType, project: FieldType, reason: str, transforms: list[str]
) -> None:
    said = misfit(source, project, None)
    assert said is not None
    assert said.endswith(f": {reason}.")
    assert helpful(source, project) == transforms


def test_a_transform_must_suit_its_source() -> None:
    assert misfit(T.JSON, T.STRING, "trim") == (
        "The transform “Trim blanks” cannot be used on JSON. Choose another one, or none."
    )
    assert "no transform “gone”" in (misfit(T.STRING, T.STRING, "gone") or "")
    assert misfit(T.STRING, T.INTEGER, "trim") is not None


def test_whatever_fits_can_be_done() -> None:
    """For every pair of types and every transform: a value arrives in the field's own type."""
    done = 0
    for source, project, name in product(FieldType, FieldType, (None, *TRANSFORMS)):
        if misfit(source, project, name) is not None:
            continue
        value, given = SAMPLES[source], source
        if name is not None:
            if name in ("as_date", "as_datetime") and source is T.STRING:
                value = "2024-01-01"
            if name == "as_integer":
                value = type(value)(1)
            value, given = TRANSFORMS[name].apply(value), TRANSFORMS[name].gives
        into = stored_as(project)
        assert type(WIDEN[given][into](value)) is OWN[into], (source, project, name)
        done += 1
    assert done > 60


def test_labels_are_distinct_and_short_enough_for_an_option() -> None:
    labels = [transform.label for transform in TRANSFORMS.values()]
    assert len(set(labels)) == len(labels)
    assert all(len(label) <= 75 for label in labels)


def test_fields_that_every_row_must_fill() -> None:
    table = TableShape(
        "t",
        (
            Column("id", T.INTEGER, "bigint", False, True, has_default=True),
            Column("name", T.STRING, "text", False, False),
            Column("code", T.STRING, "text", False, False),
            Column("note", T.STRING, "text", True, False),
        ),
    )
    assert left_empty(table, ["code"]) == ["name"]
