"""Pages of a made-up service, read from their bytes in columns, and record by record."""

from collections.abc import Collection, Sequence
from typing import Any

from bot.connectors.connection import Page
from bot.connectors.grammar import DataType
from bot.connectors.reading import Content, RawRecords
from bot.connectors.values import later, moment_of
from bot.projects.shape import Column, Limits, TableShape
from bot.sync.mapper import MappedPage, Mapper
from bot.sync.plan import compile_plan
from bot.sync.reader import PageReader
from store.models import MappingPair
from store.vocabulary import FieldType, UpdateType

T = FieldType
ALL = frozenset(UpdateType)
ROWS = frozenset({UpdateType.CREATED, UpdateType.UPDATED})
GONE = frozenset({UpdateType.DELETED})

FIELDS = {
    "id": T.INTEGER,
    "email": T.EMAIL,
    "note": T.STRING,
    "address.city": T.STRING,
    "address.geo.lat": T.DECIMAL,
    "spent": T.DECIMAL,
    "active": T.BOOLEAN,
    "born": T.DATE,
    "changed": T.DATETIME,
    "gone": T.DATETIME,
    "tags": T.JSON,
}
# Source field, project field's type and limits, transform.
Wish = tuple[str, FieldType, Limits, str | None]
MAPPED: tuple[Wish, ...] = (
    *((path, kind, Limits(), None) for path, kind in FIELDS.items() if path != "gone"),
    ("note", T.STRING, Limits(length=5), "trim"),
    ("spent", T.STRING, Limits(), None),
    ("born", T.DATETIME, Limits(), None),
)
FEW: tuple[Wish, ...] = (("id", T.INTEGER, Limits(), None), ("note", T.STRING, Limits(), None))


def things(**changes: Any) -> DataType:
    """They are numbered, say when they changed and that they are gone."""
    described: dict[str, Any] = {
        "id": "things",
        "name": "Things",
        "primary_key": "id",
        "list": {"path": "/things", "records": "data"},
        "paginator": {"type": "cursor", "cursor": "next", "param": "after"},
        "incremental": {"field": "changed", "param": "since"},
        "updates": {"created": True, "updated": True, "deleted": "gone"},
        "fields": FIELDS,
    }
    return DataType.model_validate(described | changes)


def mapper(
    data_type: DataType, wishes: Sequence[Wish] = MAPPED, updates: Collection[UpdateType] = ALL
) -> Mapper:
    """Into a table that has what the wishes ask for."""
    pairs, columns = [], []
    for number, (path, into, limits, transform) in enumerate(wishes):
        name, is_key = f"c{number}", path in data_type.primary_key
        columns.append(Column(name, into, "", not is_key, is_key, limits=limits))
        pairs.append(
            MappingPair(
                source_field=path,
                source_type=data_type.fields[path],
                project_field=name,
                project_type=into,
                transform=transform,
                is_primary_key=is_key,
            )
        )
    plan = compile_plan(data_type, pairs, TableShape("things", tuple(columns)))
    return Mapper(plan, data_type, updates)


def body(parts: Sequence[str], before: str = "", after: str = ', "next": "x"') -> bytes:
    """An answer whose records are at “data”."""
    return f'{{{before}"data": [{", ".join(parts)}]{after}}}'.encode()


def read(
    data_type: DataType, mapper: Mapper | None, answer: bytes, content: str = ""
) -> Content | None:
    """What a reader finds in an answer; without a mapper, before it is known what is needed."""
    reader = PageReader(data_type)
    if mapper is not None:
        reader.reads(mapper.record)
    return reader(answer, content)


def mapped(mapper: Mapper, content: Content) -> MappedPage:
    """As it travels from the reader to the mapper."""
    return mapper.mapped(Page(content.records, None, 1, structs=content.structs))


def whole(data_type: DataType, mapper: Mapper, parts: Sequence[str]) -> MappedPage:
    """From its bytes in one go, where it can be: as most pages come."""
    content = read(data_type, mapper, body(parts))
    assert content is not None
    return mapped(mapper, content)


def afterwards(data_type: DataType, mapper: Mapper, parts: Sequence[str]) -> MappedPage:
    """Read before it was known what to map, as a first page is."""
    content = read(data_type, None, body(parts))
    assert content is not None
    assert content.structs is None
    return mapped(mapper, content)


def raw(parts: Sequence[str]) -> RawRecords:
    return RawRecords.of([part.encode() for part in parts])


def plainly(mapper: Mapper, parts: Sequence[str]) -> MappedPage:
    return mapper.finished(MappedPage(raw(parts), others=range(len(parts))))


def told(page: MappedPage, cursor: str = "changed") -> dict[str, Any]:
    """What counts of a page, whichever way it was mapped."""
    assert list(page.places) == sorted(page.places)
    highest = later(page.cursor, page.peak.text(cursor) if page.peak else None)
    return {
        "rows": dict(zip(page.places, page.rows, strict=True)),
        "gone": page.gone,
        "rejected": page.rejected,
        "left": page.left,
        "cursor": highest and (moment_of(highest) or highest),
    }
