"""Keys of records as text: to recognise a reject, and to set a deletion aside."""

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from bot.connectors.grammar import DataType
from bot.connectors.values import value_at

LONGEST = 255  # characters of a reject's key
_encoder = msgspec.json.Encoder(decimal_format="number")
# How key values that JSON does not know are written down: {"decimal": "12.50"}.
_WRITTEN: dict[str, tuple[type, Any, Any]] = {
    "decimal": (Decimal, str, Decimal),
    "datetime": (datetime, datetime.isoformat, datetime.fromisoformat),  # before its base, date
    "date": (date, date.isoformat, date.fromisoformat),
}


def payload_of(record: Any) -> str:
    """The record's JSON, as it came."""
    return _encoder.encode(record).decode()


def reject_key(data_type: DataType, record: Any, payload: str | None = None) -> str:
    """What the service calls the record: its primary key, or a hash where that is no key."""
    values = [value_at(record, path) for path in data_type.primary_key]
    if values and all(isinstance(value, str | int) for value in values):
        key = json.dumps(values, ensure_ascii=False)
        if len(key) <= LONGEST and "\\u0000" not in key:
            return key
    text = payload if payload is not None else payload_of(record)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def write_key(key: tuple[Any, ...]) -> str:
    """A row's key as a JSON array. Equal keys are written equally."""
    return json.dumps([_written(value) for value in key], ensure_ascii=False)


def read_key(text: str) -> tuple[Any, ...]:
    return tuple(_read(value) for value in json.loads(text))


def _written(value: Any) -> Any:
    for name, (kind, write, _) in _WRITTEN.items():
        if isinstance(value, kind):
            return {name: write(value)}
    return value


def _read(value: Any) -> Any:
    if isinstance(value, dict):
        ((name, text),) = value.items()
        return _WRITTEN[name][2](text)
    return value
