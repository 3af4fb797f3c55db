"""Values against the limits of their columns."""

from decimal import Decimal
from typing import Any

import pytest

from bot.projects.shape import Limits
from bot.sync.limits import within
from bot.sync.values import Unfit
from store.vocabulary import FieldType


@pytest.mark.parametrize(
    ("limits", "kind", "fits", "refused"),
    [
        (Limits(length=3), FieldType.STRING, ["", "äöü"], ["abcd"]),
        (Limits(bits=16), FieldType.INTEGER, [32767, -32768], [32768, -32769]),
        (
            Limits(digits=5, decimals=2),
            FieldType.DECIMAL,
            [Decimal("999.99"), Decimal("-1.500"), Decimal(0)],
            [Decimal(1000), Decimal("1.005")],
        ),
        (
            Limits(digits=3, decimals=-2),
            FieldType.DECIMAL,
            [Decimal(99900), Decimal(100), Decimal(0)],
            [Decimal(100000), Decimal(50)],
        ),
        (
            Limits(is_float=True),
            FieldType.DECIMAL,
            [Decimal("0.1"), Decimal("1E+20")],
            [Decimal("12345678901234567.89"), Decimal("1E+399")],
        ),
        (
            Limits(is_float=True, is_single=True),
            FieldType.DECIMAL,
            [Decimal("0.1"), Decimal("123456000")],
            [Decimal("1234567"), Decimal("1E+39")],
        ),
    ],
)
def test_limits_of_columns(
    limits: Limits, kind: FieldType, fits: list[Any], refused: list[Any]
) -> None:
    check = within(limits, kind)
    assert check is not None
    for value in fits:
        assert check(value) == value
    for value in refused:
        with pytest.raises(Unfit):
            check(value)


def test_no_limits_no_check() -> None:
    assert [within(Limits(), kind) for kind in FieldType] == [None] * len(FieldType)
