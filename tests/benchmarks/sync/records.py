"""What the benchmark's service holds: made up from the id alone, the same on every machine.

A shop lives through three states: `first`, then `changed` (a tenth of the records), then `deleted`
(a twentieth is gone). The catalog's file says which fields there are and of which types.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

CATALOG = Path(__file__).with_name("catalog")

# Fields of a customer that are mapped: 12 of its 20, three of them nested.
MAPPED = (
    "id",
    "email",
    "first_name",
    "last_name",
    "phone",
    "address.city",
    "address.country",
    "address.postcode",
    "total_spent",
    "orders_count",
    "created_at",
    "updated_at",
)

Record = dict[str, Any]

OPENED = datetime(2023, 1, 1, 8, tzinfo=UTC)
SPAN = timedelta(days=300)  # between the oldest and the newest customer


class State(StrEnum):
    FIRST = "first"
    CHANGED = "changed"
    DELETED = "deleted"


# When a state's changes were made: the highest `updated_at` there is in it.
MOMENTS = {
    State.FIRST: "2023-12-31T08:00:00Z",
    State.CHANGED: "2024-01-10T08:00:00Z",
    State.DELETED: "2024-02-10T08:00:00Z",
}


class Stock(StrEnum):
    """What a shop is filled with."""

    PLAIN = "plain"
    BAD = "bad"  # one customer in a hundred cannot be mapped
    WIDE = "wide"  # few records of very many fields

    @property
    def data_type(self) -> str:
        return "wide" if self is Stock.WIDE else "customers"


@dataclass(frozen=True, slots=True)
class Field:
    """One pair of the mapping: a path in the record, a column of the table, their type."""

    path: str
    column: str
    kind: str


def mapped(data_type: str) -> list[Field]:
    """The mapped fields; the first is the primary key."""
    [file] = CATALOG.glob("*.yaml")
    kinds: dict[str, str] = yaml.safe_load(file.read_text())["data_types"][data_type]["fields"]
    paths = MAPPED if data_type == "customers" else tuple(kinds)
    return [Field(path, path.replace(".", "_"), kinds[path]) for path in paths]


def records(stock: Stock, count: int, state: State = State.FIRST) -> Iterator[Record]:
    """All that the shop has, oldest first."""
    if stock is Stock.WIDE:
        yield from _wide(count)
        return
    for id in range(1, count + 1):
        if state is State.DELETED and is_deleted(id):
            continue
        record = _customer(id, count)
        if state is not State.FIRST and is_changed(id):
            _change(record)
        elif stock is Stock.BAD and is_bad(id):
            _spoil(record)
        yield record


def changes(count: int, state: State) -> Iterator[Record]:
    """What happened since the state before."""
    if state is State.FIRST:
        return
    happened = is_changed if state is State.CHANGED else is_deleted
    for id in filter(happened, range(1, count + 1)):
        record = _customer(id, count)
        if state is State.CHANGED:
            _change(record)
        else:
            record["deleted_at"] = record["updated_at"] = MOMENTS[state]
        yield record


def is_changed(id: int) -> bool:
    return id % 10 == 3


def is_deleted(id: int) -> bool:
    return id % 20 == 7


def is_bad(id: int) -> bool:
    """On every page, and amid good ones."""
    return id % 100 == 50


def spoiled_field(id: int) -> str:
    """Which field of a bad record has the wrong type."""
    return tuple(_SPOILED)[id // 100 % 3]


def number_of(happens: Callable[[int], bool], count: int) -> int:
    return sum(map(happens, range(1, count + 1)))


def _change(record: Record) -> None:
    record["orders_count"] += 1
    record["total_spent"] = round(record["total_spent"] + 10.25, 2)
    record["updated_at"] = MOMENTS[State.CHANGED]


def _spoil(record: Record) -> None:
    name = spoiled_field(record["id"])
    record[name] = _SPOILED[name]


_SPOILED = {"orders_count": "many", "total_spent": {"amount": 12}, "created_at": "soon"}
_FIRST_NAMES = ("Ada", "Björn", "Chloé", "Elif", "Farah", "Inés", "João", "Olga", "Priya", "Zoë")
_LAST_NAMES = ("Bauer", "Dubois", "García", "Haddad", "O'Brien", "Silva", "Tanaka", "Weiß", "Xu")
_PLACES = (
    ("Paris", "FR", "75011", "rue de la Roquette"),
    ("Berlin", "DE", "10115", "Invalidenstraße"),
    ("Madrid", "ES", "28004", "calle del Barco"),
    ("Tokyo", "JP", "150-0001", "Jingumae"),
    ("São Paulo", "BR", "01310-100", "Avenida Paulista"),
    ("Boston", "US", "02108", "Tremont Street"),
    ("Oslo", "NO", "0150", "Rådhusgata"),
)
_TAGS = ("vip", "wholesale", "newsletter", "returns", "local")
_NOTES = (
    "Called about the delivery of the oak shelf: wants it on a Friday, in the afternoon, and will "
    "open the gate to the yard herself.",
    'Asked for an invoice with the company\'s VAT number; "urgent", says the e-mail, though it '
    "came two weeks after the parcel itself.",
    "Prefers to be written to in the morning.\nBought the lamp twice, and sent one of them back to "
    "the shop on the very same day.",
)


def _customer(id: int, count: int) -> Record:
    dice = id * 2654435761 % 4294967296  # spreads neighbouring ids
    city, country, postcode, street = _PLACES[dice % 7]
    created = OPENED + SPAN * (id - 1) // count
    updated = _iso(created + timedelta(seconds=dice % 2_000_000))
    orders = dice % 40
    spent = dice % 500_000 / 100
    return {
        "id": id,
        "email": f"customer{id}@example.com",
        "first_name": _FIRST_NAMES[dice % 10],
        "last_name": _LAST_NAMES[dice % 9],
        "phone": f"+33 1 {dice % 90_000_000 + 10_000_000}" if id % 3 else None,
        "address": {
            "city": city,
            "country": country,
            "postcode": postcode,
            "street": f"{dice % 200 + 1} {street}",
        },
        "total_spent": spent,
        "average_order": round(spent / (orders or 1), 2),
        "orders_count": orders,
        "loyalty_points": dice % 10_000,
        "accepts_marketing": dice % 2 == 0,
        "verified": dice % 5 > 0,
        "tax_exempt": dice % 11 == 0,
        "currency": ("EUR", "USD", "JPY")[dice % 3],
        "language": ("fr", "de", "es", "en")[dice % 4],
        "tags": [tag for place, tag in enumerate(_TAGS) if dice >> place & 1],
        "note": _NOTES[dice % 3],
        "created_at": _iso(created),
        "updated_at": MOMENTS[State.FIRST] if id == count else updated,
        "deleted_at": None,
    }


def _wide(count: int) -> Iterator[Record]:
    fields = mapped(Stock.WIDE.data_type)
    for id in range(1, count + 1):
        moment = _iso(OPENED + timedelta(seconds=id))
        yield {"id": id} | {
            field.path: _value(field.kind, id + place, moment)
            for place, field in enumerate(fields)
            if place
        }


def _value(kind: str, number: int, moment: str) -> Any:
    if number % 7 == 0:
        return None
    match kind:
        case "integer":
            return number
        case "decimal":
            return number / 4
        case "boolean":
            return number % 2 == 0
        case "datetime":
            return moment
    return f"Text number {number}"


def _iso(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat() + "Z"
