"""Keys of records as text: to recognise a reject, and to set a deletion aside."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import msgspec

from bot.connectors.bodies import OutOfBounds
from bot.connectors.grammar import DataType
from bot.connectors.values import value_at
from bot.projects.texts import datetime_text
from bot.sync.stored import Row

LONGEST = 255  # characters of a reject's key
HASHED = "sha256:"  # how the key of a record begins that has none


def _as_written(value: Any) -> Any:
    if isinstance(value, OutOfBounds):
        return msgspec.Raw(value.text.encode())
    raise TypeError(type(value))


_encoder = msgspec.json.Encoder(decimal_format="number", enc_hook=_as_written)


def payload_of(record: Any) -> str:
    """The record's JSON, as it came."""
    return _encoder.encode(record).decode()


def reject_key(data_type: DataType, record: Any, payload: str | None = None) -> str:
    """What the service calls the record: its primary key, or a hash where that is no key."""
    values = [value_at(record, path) for path in data_type.primary_key]
    if values and all(isinstance(value, str | int) for value in values):
        key = write_values(values)
        if len(key) <= LONGEST and "\\u0000" not in key:
            return key
    text = payload if payload is not None else payload_of(record)
    return HASHED + hashlib.sha256(text.encode()).hexdigest()


_write = json.JSONEncoder(ensure_ascii=False, default=datetime_text).encode


def write_values(values: Iterable[Any]) -> str:
    return _write(list(values))


def write_key(key: Row) -> str:
    """A row's key, in its stored form, as a JSON array. Equal keys are written equally."""
    return write_values(key)


def read_key(text: str) -> Row:
    """The key as a row has it, but for times: they are texts."""
    return tuple(json.loads(text))
