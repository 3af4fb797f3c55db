"""What a sample of records tells about a data type: its fields, their types, its key."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from bot.connectors.catalog import data_type_from
from bot.connectors.grammar import DataType, Updates
from bot.connectors.values import MISSING, moment_of, value_at
from bot.errors import Refused
from store.vocabulary import FieldType

_DEPTH = 4  # objects within objects that become fields of their own
_MOST_FIELDS = 500
_MOST_KEYS = 50  # an object with more is a table keyed by data, not a set of fields
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
_USUAL_KEYS = ("id", "_id", "uuid", "guid", "key", "code", "number")
_USUAL_DELETED = ("deleted_at", "is_deleted", "deleted", "deletedAt", "isDeleted")


def discovered(data_type: DataType, records: list[dict[str, Any]]) -> DataType:
    """The data type with its fields, and a primary key where it has none or one that is gone.

    Raises Refused where the records tell nothing, or what the data type refers to is not there.
    """
    fields = fields_of(records)
    if not fields:
        raise Refused(
            f"“{data_type.name}” has no records yet, so Patchbay cannot see their fields. "
            "Add a record to the service and try again."
        )
    key = data_type.primary_key
    if not key or any(path not in fields for path in key):
        key = guessed_key(data_type.id, fields, records)
    updates = data_type.updates
    if updates.deleted is None:
        deleted = next((path for path in _USUAL_DELETED if path in fields), None)
        updates = Updates(created=updates.created, updated=updates.updated, deleted=deleted)
    kept = data_type.model_dump(mode="json", exclude={"fields", "primary_key", "updates"})
    found = {"fields": fields, "primary_key": key, "updates": updates.model_dump(mode="json")}
    return data_type_from(kept | found)


def fields_of(records: Iterable[Mapping[str, Any]]) -> dict[str, FieldType]:
    """Fields in the order they are met; objects become paths such as "address.city"."""
    seen: dict[str, set[FieldType]] = {}
    for record in records:
        _note(record, "", seen, _DEPTH)
    return {path: _together(types) for path, types in seen.items() if not _is_object(path, seen)}


def type_of(value: Any) -> FieldType | None:
    """The narrowest type that fits a value; None for null."""
    if value is None:
        return None
    if isinstance(value, bool):
        return FieldType.BOOLEAN
    if isinstance(value, int):
        return FieldType.INTEGER
    if isinstance(value, Decimal | float):
        return FieldType.DECIMAL
    if not isinstance(value, str):
        return FieldType.JSON
    if re.match(r"\d{4}-\d\d-\d\d", value) and moment_of(value) is not None:
        return FieldType.DATE if _is_date(value) else FieldType.DATETIME
    return FieldType.EMAIL if _EMAIL.match(value) else FieldType.STRING


def guessed_key(
    data_type_id: str, fields: Mapping[str, FieldType], records: list[dict[str, Any]]
) -> tuple[str, ...]:
    """A field that tells the records apart: by its usual names first. () where there is none."""
    singular = data_type_id.removesuffix("s")
    usual = [*_USUAL_KEYS, f"{data_type_id}_id", f"{singular}_id", f"{singular}Id"]
    scalar = [
        path for path, type in fields.items() if type in (FieldType.INTEGER, FieldType.STRING)
    ]
    by_name = [path for path in scalar if re.search(r"(_id|Id|ID)\Z", path)]
    for path in [*(path for path in usual if path in scalar), *by_name, *scalar]:
        values = [value_at(record, path) for record in records]
        if all(value not in (None, "", MISSING) for value in values) and (
            len({str(value) for value in values}) == len(values)
        ):
            return (path,)
    return ()


def _note(
    value: Mapping[str, Any], prefix: str, seen: dict[str, set[FieldType]], depth: int
) -> None:
    for key, below in value.items():
        path = f"{prefix}{key}"
        if key != key.strip() or not key or len(path) > 255 or (prefix and "." in key):
            continue  # no path can name it
        if path not in seen and len(seen) >= _MOST_FIELDS:
            continue
        types = seen.setdefault(path, set())
        if isinstance(below, dict) and _is_set_of_fields(key, below) and depth > 1:
            _note(below, f"{path}.", seen, depth - 1)
        elif (type := type_of(below)) is not None:
            types.add(type)


def _is_set_of_fields(key: str, value: Mapping[str, Any]) -> bool:
    """Not below a key with a dot: paths end there."""
    return 0 < len(value) <= _MOST_KEYS and "." not in key


def _is_object(path: str, seen: Mapping[str, set[FieldType]]) -> bool:
    """Whether a path was only ever an object with fields of its own (or null)."""
    return not seen[path] and any(other.startswith(f"{path}.") for other in seen)


def _together(types: set[FieldType]) -> FieldType:
    """The narrowest type that fits all of them."""
    if not types:
        return FieldType.STRING  # only ever null
    if len(types) == 1:
        return next(iter(types))
    if types == {FieldType.INTEGER, FieldType.DECIMAL}:
        return FieldType.DECIMAL
    if types == {FieldType.DATE, FieldType.DATETIME}:
        return FieldType.DATETIME
    return FieldType.JSON if FieldType.JSON in types else FieldType.STRING


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
