"""What Demo Store sells and to whom: made up from a seed, the same on every machine."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

OPENED = datetime(2025, 1, 1, 8, tzinfo=UTC)
SPAN = timedelta(days=330)  # the oldest record is made when the store opens, the newest then

FIRST_NAMES = ("Ada", "Björn", "Chloé", "Elif", "Farah", "Inés", "João", "Olga", "Priya", "Zoë")
LAST_NAMES = ("Bauer", "Dubois", "García", "Haddad", "O'Brien", "Silva", "Tanaka", "Weiß", "Xu")
PLACES = (
    ("Paris", "FR", "75011"),
    ("Berlin", "DE", "10115"),
    ("Madrid", "ES", "28004"),
    ("Tokyo", "JP", "150-0001"),
    ("Lagos", "NG", "101233"),
    ("São Paulo", "BR", "01310-100"),
    ("Boston", "US", "02108"),
    ("Oslo", "NO", "0150"),
)
TAGS = ("vip", "wholesale", "newsletter", "returns", "local")
STATUSES = ("open", "paid", "paid", "shipped", "shipped", "shipped", "cancelled")
CURRENCIES = ("EUR", "USD", "GBP", "JPY")
COLORS = ("oak", "black", "white", "sand", "forest")
THINGS = ("Lamp", "Desk", "Chair", "Shelf", "Vase", "Rug", "Clock", "Mirror", "Stool")


def timestamp(moment: datetime) -> str:
    """As the store writes times: ISO 8601 in UTC, milliseconds, Z. Sorts as text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def money(dice: Random, most: int) -> str:
    cents = dice.randrange(100, most * 100)
    return f"{cents // 100}.{cents % 100:02d}"


def _lived(dice: Random, index: int, count: int) -> dict[str, Any]:
    created = OPENED + SPAN * index / max(count, 1)
    updated = created + timedelta(seconds=dice.randrange(0, 20 * 24 * 3600))
    return {
        "created_at": timestamp(created),
        "updated_at": timestamp(updated),
        "deleted_at": None,
    }


def customer(dice: Random, id: int) -> dict[str, Any]:
    first, last = dice.choice(FIRST_NAMES), dice.choice(LAST_NAMES)
    city, country, postcode = dice.choice(PLACES)
    return {
        "id": id,
        "email": f"customer{id}@example.com",
        "first_name": first,
        "last_name": last,
        "phone": f"+33 1 {dice.randrange(10**7, 10**8)}" if dice.random() < 0.7 else None,
        "address": {"city": city, "country": country, "postcode": postcode},
        "total_spent": money(dice, 5000),
        "orders_count": dice.randrange(0, 40),
        "accepts_marketing": dice.random() < 0.5,
        "tags": [tag for tag in TAGS if dice.random() < 0.25],
        "birthday": f"{dice.randrange(1940, 2006)}-{dice.randrange(1, 13):02d}-"
        f"{dice.randrange(1, 29):02d}"
        if dice.random() < 0.6
        else None,
    }


def order(dice: Random, id: int, customers: int) -> dict[str, Any]:
    items = [
        {"product_id": dice.randrange(1, 51), "quantity": dice.randrange(1, 5)}
        for _ in range(dice.randrange(1, 4))
    ]
    return {
        "id": id,
        "number": f"DS-{10_000 + id}",
        "customer_id": dice.randrange(1, max(customers, 1) + 1),
        "status": dice.choice(STATUSES),
        "currency": dice.choice(CURRENCIES),
        "total": money(dice, 900),
        "items": items,
    }


def product(dice: Random, id: int) -> dict[str, Any]:
    color, thing = dice.choice(COLORS), dice.choice(THINGS)
    return {
        "id": id,
        "sku": f"{thing[:3].upper()}-{id:05d}",
        "title": f"{thing} in {color}",
        "price": money(dice, 400),
        "stock": dice.randrange(0, 500),
        "active": dice.random() < 0.9,
        "details": {"weight_grams": dice.randrange(50, 20_000), "color": color},
    }


def one(kind: str, dice: Random, id: int, customers: int = 1) -> dict[str, Any]:
    """A new record without its times."""
    if kind == "customers":
        return customer(dice, id)
    if kind == "orders":
        return order(dice, id, customers)
    return product(dice, id)


def seeded(kind: str, count: int, seed: int, customers: int) -> Iterator[dict[str, Any]]:
    """`count` records with ids from 1, oldest first."""
    dice = Random(f"{seed}:{kind}")
    for index in range(count):
        record = one(kind, dice, index + 1, customers)
        record |= _lived(dice, index, count)
        if kind == "orders":
            record["placed_at"] = record["created_at"]
        yield record


def touched(kind: str, record: dict[str, Any]) -> dict[str, Any]:
    """What changes in a record when nothing particular is asked for."""
    if kind == "customers":
        return {"orders_count": record["orders_count"] + 1}
    if kind == "orders":
        return {"status": "shipped" if record["status"] != "shipped" else "returned"}
    return {"stock": record["stock"] + 1}
