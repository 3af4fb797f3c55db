"""Tables and charts: blocks for messages."""

from typing import Any

from bot.playground.slack.limits.objects import RICH_TEXT, TYPE
from bot.playground.slack.limits.rules import (
    Place,
    Rule,
    anything,
    boolean,
    choice,
    integer,
    listed,
    number,
    record,
    text,
    typed,
)

COLUMNS = 20
_BLOCK: dict[str, Rule] = {"block_id": text(255)}

_RAW: dict[str, Rule] = {
    "raw_text": record({**TYPE, "text": text(10_000, 0)}, {}),
    "raw_number": record({**TYPE, "value": number}, {"text": text(10_000, 0)}),
}
_CELL = typed({**_RAW, "rich_text": RICH_TEXT}, "cell")


def _header_is_plain(value: Any, place: Place) -> None:
    for index, cell in enumerate(value["rows"][0]):
        typed(_RAW, "header cell")(cell, place.at("rows").at(0).at(index))


def _rectangular(value: Any, place: Place) -> None:
    widths = {len(row) for row in value["rows"]}
    if len(widths) > 1:
        place.at("rows").wrong("every row must have the same number of cells")


TABLE = record(
    {**TYPE, "rows": listed(listed(_CELL, 1, COLUMNS), 1, 100)},
    {
        **_BLOCK,
        "column_settings": listed(
            record({}, {"align": choice("left", "center", "right"), "is_wrapped": boolean}),
            0,
            COLUMNS,
        ),
    },
)

DATA_TABLE = record(
    {
        **TYPE,
        "caption": text(255),
        "rows": listed(listed(_CELL, 1, COLUMNS), 2, 101),  # the first one is the header
    },
    {**_BLOCK, "page_size": integer(1, 100), "row_header_column_index": integer(0, COLUMNS - 1)},
    _rectangular,
    _header_is_plain,
)

_POINT = record({"label": text(255), "value": number}, {})
_SERIES = record({"name": text(255), "data": listed(_POINT, 1, 1000)}, {})
_PLOT = record({**TYPE, "series": listed(_SERIES, 1, 6), "axis_config": anything}, {})

DATA_VISUALIZATION = record(
    {
        **TYPE,
        "title": text(50),
        "chart": typed(
            {
                "pie": record({**TYPE, "segments": listed(_POINT, 1, 6)}, {}),
                "bar": _PLOT,
                "line": _PLOT,
                "area": _PLOT,
            },
            "chart",
        ),
    },
    _BLOCK,
)
