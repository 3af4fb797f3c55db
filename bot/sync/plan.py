"""A transfer's mapping, compiled once: from a record (the service's JSON) to a row (a tuple)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from bot.connectors.grammar import DataType
from bot.connectors.values import MISSING, value_at
from bot.errors import Refused, SchemaDrift
from bot.projects.shape import Column, TableShape, Target
from bot.projects.texts import decimal_text
from bot.setup.fitting import misfit
from bot.sync.columns import ColumnPlan, column_plan
from bot.sync.limits import within
from bot.sync.stored import Row, stored
from bot.sync.transforms import TRANSFORMS
from bot.sync.values import PARSE, WIDEN, Convert, Unfit, same, stored_as
from store.models import MappingPair
from store.vocabulary import FieldType

Get = Callable[[dict[str, Any]], Any]
Step = tuple[str, Get, Convert]  # source field, how to reach it, how to convert it

_FALSE_WORDS = frozenset({"", "0", "false", "no"})


class BadRecord(Exception):
    """A record that cannot be mapped. Equal trouble has equal reasons, whatever the value."""

    def __init__(self, field: str | None, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


class Plan:
    """What to do with each record of a transfer; made by `compile_plan`."""

    def __init__(
        self,
        target: Target,
        steps: Sequence[Step],
        columns: Sequence[tuple[str, ColumnPlan]],
        deleted: str | None,
        sources: dict[str, str],
    ) -> None:
        self.target = target
        self.columns = columns  # of each of the target's: its source field, and the fast way
        self.sources: Mapping[str, str] = sources  # project field → source field
        self._steps = tuple(steps)
        self._key = tuple(steps[target.columns.index(name)] for name in target.key)
        self._deleted = getter(deleted) if deleted else None

    def map(self, record: dict[str, Any]) -> tuple[Any, ...]:
        """The record as a row of `target`. Raises BadRecord."""
        return _converted(self._steps, record)

    def row(self, record: dict[str, Any]) -> Row:
        """The record as a row in its stored form. Raises BadRecord."""
        return stored(_converted(self._steps, record))

    def key_of(self, record: dict[str, Any]) -> Row | None:
        """The record's key as a stored row has it; None where it has no whole one."""
        try:
            return stored(_converted(self._key, record))
        except BadRecord:
            return None

    def is_deleted(self, record: dict[str, Any]) -> bool:
        """Whether the service says in the record that it is gone."""
        if self._deleted is None or not isinstance(record, dict):
            return False
        mark = self._deleted(record)
        return mark.strip().lower() not in _FALSE_WORDS if isinstance(mark, str) else bool(mark)

    def absent_fields(self, records: Iterable[Any]) -> set[str]:
        """The mapped source fields that not one of the records has, not even as null."""
        absent = set(self.sources.values())
        empty = True
        for record in records:
            if not isinstance(record, dict):
                continue
            empty = False
            absent = {path for path in absent if not _has(record, path)}
            if not absent:
                break
        return set() if empty else absent


def compile_plan(data_type: DataType, pairs: Sequence[MappingPair], table: TableShape) -> Plan:
    """Raises SchemaDrift where the mapping no longer fits the table or the data type, and
    Refused where no primary key is mapped."""
    changes = _changes(data_type, pairs, table)
    if changes:
        raise SchemaDrift(
            f"The mapping of {data_type.name} no longer fits the table “{table.name}”. Open the "
            "mapping and put right what changed.",
            changes,
        )
    if not any(pair.is_primary_key for pair in pairs):
        raise Refused("No primary key is mapped yet. Open the mapping and choose one.")
    if any(pair.is_primary_key and pair.project_type is FieldType.JSON for pair in pairs):
        raise Refused("JSON tells no records apart: choose another field as the primary key.")
    target = Target(
        table=table.name,
        columns=tuple(pair.project_field for pair in pairs),
        key=tuple(pair.project_field for pair in pairs if pair.is_primary_key),
    )
    steps: list[Step] = []
    columns: list[tuple[str, ColumnPlan]] = []
    for pair in pairs:
        column = table.column(pair.project_field)
        assert column is not None
        kind = data_type.fields[pair.source_field]
        convert = _convert(kind, pair, column)
        steps.append((pair.source_field, getter(pair.source_field), convert))
        columns.append((pair.source_field, _column_plan(kind, pair, column, convert)))
    sources = {pair.project_field: pair.source_field for pair in pairs}
    return Plan(target, steps, columns, data_type.updates.deleted, sources)


def _changes(data_type: DataType, pairs: Sequence[MappingPair], table: TableShape) -> list[str]:
    changes = []
    for pair in pairs:
        column = table.column(pair.project_field)
        kind = data_type.fields.get(pair.source_field)
        if column is None:
            changes.append(f"The project field “{pair.project_field}” is gone.")
        elif stored_as(column.type) is not stored_as(pair.project_type):
            changes.append(
                f"The project field “{pair.project_field}” was {pair.project_type} "
                f"and is {column.type} now."
            )
        elif kind is None:
            changes.append(f"{data_type.name} has no field “{pair.source_field}” any more.")
        else:
            reason = misfit(kind, column.type, pair.transform)
            if reason is not None:
                changes.append(f"“{pair.source_field}” → “{pair.project_field}”: {reason}")
    return changes


def getter(path: str) -> Get:
    """Reads the value at a path as `value_at` does; None where there is nothing."""
    if "." not in path:
        return lambda record: record.get(path)
    head, _, tail = path.partition(".")

    def deep(record: dict[str, Any]) -> Any:
        found = value_at(record, path)
        return None if found is MISSING else found

    if "." in tail:
        return deep

    def two_steps(record: dict[str, Any]) -> Any:
        inner = record.get(head)
        if type(inner) is dict and path not in record:
            return inner.get(tail)
        return deep(record)

    return two_steps


def _has(record: dict[str, Any], path: str) -> bool:
    """Whether the record has the field; below a null, all fields are there and null."""
    if value_at(record, path) is not MISSING:
        return True
    while "." in path:
        path = path.rpartition(".")[0]
        above = value_at(record, path)
        if above is not MISSING:
            return above is None
    return False


def _converted(steps: Sequence[Step], record: dict[str, Any]) -> tuple[Any, ...]:
    if not isinstance(record, dict):
        raise BadRecord(None, "The record is not a JSON object")
    field = ""
    row = []
    try:
        for field, get, convert in steps:  # noqa: B007 - it names the culprit below
            row.append(convert(get(record)))
    except Unfit as trouble:
        raise BadRecord(field, f"{field} {trouble}") from None
    return tuple(row)


def _column_plan(
    kind: FieldType, pair: MappingPair, column: Column, convert: Convert
) -> ColumnPlan:
    return column_plan(
        kind,
        stored_as(column.type),
        column.limits,
        convert,
        transformed=bool(pair.transform),
        required=pair.is_primary_key or not column.nullable,
        is_key=pair.is_primary_key,
    )


def _convert(kind: FieldType, pair: MappingPair, column: Column) -> Convert:
    """Everything that happens to one value, in one function."""
    transform = TRANSFORMS[pair.transform] if pair.transform else None
    given = transform.gives if transform else kind
    into = stored_as(column.type)
    stages: list[Convert] = [PARSE[kind]]
    if transform:
        stages.append(transform.apply)
    if (widen := WIDEN[given][into]) is not same:
        stages.append(widen)
    if (check := within(column.limits, into)) is not None:
        stages.append(check)
    if pair.is_primary_key:
        return _required(stages, "is empty, and it is the primary key", may_be_blank=False)
    if not column.nullable:
        return _required(
            stages, f"is empty, but “{column.name}” must have a value", may_be_blank=True
        )
    return _optional(stages)


def _optional(stages: list[Convert]) -> Convert:
    if len(stages) == 1:
        [only] = stages
        return lambda value: None if value is None else only(value)

    def convert(value: Any) -> Any:
        for stage in stages:
            if value is None:
                return None
            value = stage(value)
        return value

    return convert


def _required(stages: list[Convert], reason: str, *, may_be_blank: bool) -> Convert:
    optional = _optional(stages)

    def convert(value: Any) -> Any:
        converted = optional(value)
        if converted is None or (converted == "" and not may_be_blank):
            raise Unfit(reason)
        if isinstance(converted, Decimal) and not may_be_blank:
            return Decimal(decimal_text(converted))  # 1.50 is the key 1.5
        return converted

    return convert
