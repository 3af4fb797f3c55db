"""A mapping in the making: what its form holds. It lies in a draft until it is saved."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from bot.projects.shape import Column, TableShape
from store.models import MappingPair
from store.vocabulary import FieldType


class Pair(BaseModel):
    """One source field → one project field, as far as the form knows."""

    model_config = ConfigDict(frozen=True)

    source_field: str
    source_type: FieldType
    project_field: str
    project_type: FieldType
    transform: str | None = None
    is_primary_key: bool = False
    is_suggested: bool = False  # filled in by us, not yet confirmed by a save


class Field(BaseModel):
    """A field of the project's table; `is_new`: made when the mapping is saved."""

    model_config = ConfigDict(frozen=True)

    name: str
    type: FieldType
    native: str = ""
    nullable: bool = True
    in_primary_key: bool = False
    has_default: bool = False
    is_new: bool = False


class NewField(BaseModel):
    """The *Create a field* part of the form, while it is open."""

    model_config = ConfigDict(frozen=True)

    name: str = ""
    type: FieldType = FieldType.STRING


class MappingDraft(BaseModel):
    """Everything in the form. `table` None: a table named `new_table` is made for it."""

    model_config = ConfigDict(frozen=True)

    version: int  # of the transfer, when editing began
    project_id: int
    table: str | None = None
    new_table: str = ""
    fields: tuple[Field, ...] = ()
    pairs: tuple[Pair, ...] = ()

    # the pair being put together
    source_field: str | None = None
    project_field: str | None = None
    transform: str | None = None
    is_primary_key: bool = False
    new_field: NewField | None = None

    drift: tuple[str, ...] = ()  # what changed since the mapping worked, a sentence each
    activate: bool = True
    page: int = 0
    round: int = 0  # counts the pairs put together; the form's inputs start empty with each
    is_touched: bool = False  # a member changed something: worth offering again
    made: str | None = None  # the table that saving this draft has begun to make

    def field(self, name: str | None) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)

    def free_fields(self) -> list[Field]:
        """The project's fields that no pair fills yet."""
        taken = {pair.project_field for pair in self.pairs}
        return [field for field in self.fields if field.name not in taken]

    @property
    def has_key(self) -> bool:
        return any(pair.is_primary_key for pair in self.pairs)

    def shape(self) -> TableShape:
        return TableShape(
            name=self.table or self.new_table,
            columns=tuple(
                Column(
                    name=field.name,
                    type=field.type,
                    native=field.native,
                    nullable=field.nullable,
                    in_primary_key=field.in_primary_key,
                    has_default=field.has_default,
                )
                for field in self.fields
            ),
        )

    def with_row_empty(self) -> "MappingDraft":
        """The inputs for the next pair: empty, the primary key ticked while there is none."""
        return self.model_copy(
            update={
                "source_field": None,
                "project_field": None,
                "transform": None,
                "is_primary_key": not self.has_key,
                "new_field": None,
                "round": self.round + 1,
            }
        )


def fields_of(shape: TableShape) -> tuple[Field, ...]:
    return tuple(
        Field(
            name=column.name,
            type=column.type,
            native=column.native,
            nullable=column.nullable,
            in_primary_key=column.in_primary_key,
            has_default=column.has_default,
        )
        for column in shape.columns
    )


def pairs_of(saved: Iterable[MappingPair]) -> tuple[Pair, ...]:
    return tuple(
        Pair(
            source_field=pair.source_field,
            source_type=pair.source_type,
            project_field=pair.project_field,
            project_type=pair.project_type,
            transform=pair.transform,
            is_primary_key=pair.is_primary_key,
        )
        for pair in saved
    )
