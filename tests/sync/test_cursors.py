"""How far a transfer may be called read: never past the moment reading began."""

from datetime import UTC, datetime

import pytest

from bot.sync.cursors import safe_cursor

BEGAN = datetime(2026, 11, 24, 8, 0, 0, 500, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cursor", "safe"),
    [
        (None, None),
        ("2026-11-24T07:59:59Z", "2026-11-24T07:59:59Z"),
        ("2026-11-24T08:00:07.250Z", "2026-11-24T08:00:00Z"),
        ("2026-11-24T09:30:00+01:00", "2026-11-24T08:00:00Z"),
        ("2026-11-25", "2026-11-25"),
        ("1795507199", "1795507199"),  # before, in seconds
        ("1795507300", "1795507200"),
        ("1795507300000", "1795507200000"),
        ("42", "42"),  # an id, no time
        ("999999999999999999", "999999999999999999"),
        ("v1-abc", "v1-abc"),
    ],
)
def test_a_time_later_than_the_beginning_is_cut_back(cursor: str | None, safe: str | None) -> None:
    assert safe_cursor(cursor, BEGAN) == safe
