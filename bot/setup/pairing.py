"""The steps that change a mapping in the making: from one draft to the next.

Pure: nothing here asks a database. The fields of the project's table were read when the table
was chosen, and lie in the draft.
"""

from collections.abc import Sequence

from bot.connectors.catalog import DataType
from bot.errors import Refused
from bot.projects import names
from bot.projects.names import distinct, slug
from bot.projects.shape import NewColumn, TableShape
from bot.setup.fitting import helpful, left_empty, misfit
from bot.setup.mapping_draft import Field, MappingDraft, NewField, Pair, fields_of
from bot.setup.suggestions import suggest
from bot.sync.transforms import TRANSFORMS
from store.vocabulary import FieldType

# the inputs of the form, as refusals name them
PROJECT, TABLE, NEW_TABLE = "project", "table", "new_table"
SOURCE_FIELD, PROJECT_FIELD, PRIMARY_KEY = "source_field", "project_field", "primary_key"
TRANSFORM, FIELD_NAME, FIELD_TYPE = "transform", "field_name", "field_type"
ACTIVATE = "activate"


def for_new_table(
    draft: MappingDraft, data_type: DataType, name: str, columns: Sequence[NewColumn]
) -> MappingDraft:
    """Every field of the data type goes to a column of its own, named after it."""
    fields = tuple(Field(name=each.name, type=each.type, is_new=True) for each in columns)
    key = data_type.primary_key
    paths = [*key, *(path for path in data_type.fields if path not in key)]  # as proposed_table
    pairs = tuple(
        Pair(
            source_field=path,
            source_type=data_type.fields[path],
            project_field=column.name,
            project_type=column.type,
            is_primary_key=column.primary_key,
            is_suggested=True,
        )
        for path, column in zip(paths, columns, strict=True)
    )
    made = draft.model_copy(
        update={"table": None, "new_table": name, "fields": fields, "pairs": pairs, "page": 0}
    )
    return made.with_row_empty()


def for_table(draft: MappingDraft, data_type: DataType, shape: TableShape) -> MappingDraft:
    """A table that exists, with suggestions filled in."""
    chosen = draft.model_copy(
        update={"table": shape.name, "fields": fields_of(shape), "pairs": (), "page": 0}
    )
    return fill_in(chosen, data_type).with_row_empty()


def suggested(draft: MappingDraft, data_type: DataType) -> list[Pair]:
    """Pairs that are not in the form yet: names alike, types that fit."""
    return [
        Pair(
            source_field=each.source_field,
            source_type=each.source_type,
            project_field=each.project_field,
            project_type=each.project_type,
            is_primary_key=each.is_primary_key and not draft.has_key,
            is_suggested=True,
        )
        for each in suggest(data_type, draft.shape(), draft.pairs)
    ]


def fill_in(draft: MappingDraft, data_type: DataType) -> MappingDraft:
    """Takes every suggestion into the form, primary keys first."""
    more = suggested(draft, data_type)
    pairs = sorted((*draft.pairs, *more), key=lambda pair: not pair.is_primary_key)
    return draft.model_copy(update={"pairs": tuple(pairs)})


def without_suggestions(draft: MappingDraft) -> MappingDraft:
    kept = tuple(pair for pair in draft.pairs if not pair.is_suggested)
    return draft.model_copy(update={"pairs": kept, "page": 0}).with_row_empty()


def row_misfit(draft: MappingDraft, data_type: DataType) -> str | None:
    """Why the pair being put together cannot be, with the transform that would help; or None."""
    chosen = _chosen(draft, data_type)
    if chosen is None:
        return None
    source_type, field = chosen
    reason = misfit(source_type, field.type, draft.transform)
    if reason is None:
        return None
    helping = [f"“{TRANSFORMS[each].label}”" for each in helpful(source_type, field.type)]
    if not helping:
        return f"{reason} Choose another project field, or create one."
    return f"{reason} It fits with the transform {' or '.join(helping)}."


def fitting_transforms(draft: MappingDraft, data_type: DataType) -> list[str]:
    """The transforms that make the pair being put together fit."""
    chosen = _chosen(draft, data_type)
    if chosen is None:
        return []
    source_type, field = chosen
    return helpful(source_type, field.type)


def _chosen(draft: MappingDraft, data_type: DataType) -> tuple[FieldType, Field] | None:
    field = draft.field(draft.project_field)
    if draft.source_field not in data_type.fields or field is None:
        return None
    return data_type.fields[draft.source_field], field


def add_pair(draft: MappingDraft, data_type: DataType) -> MappingDraft:
    """Adds the pair that was put together. Raises Refused about the input that is wrong."""
    if draft.source_field not in data_type.fields:
        raise Refused("Choose the source field first.", SOURCE_FIELD)
    field = draft.field(draft.project_field)
    if field is None:
        raise Refused("Choose the project field that it goes to.", PROJECT_FIELD)
    other = next((pair for pair in draft.pairs if pair.project_field == field.name), None)
    if other is not None:
        raise Refused(
            f"“{field.name}” is filled from “{other.source_field}” already. "
            "Choose another project field, or remove that pair first.",
            PROJECT_FIELD,
        )
    reason = row_misfit(draft, data_type)
    if reason is not None:
        raise Refused(reason, PROJECT_FIELD)
    pair = Pair(
        source_field=draft.source_field,
        source_type=data_type.fields[draft.source_field],
        project_field=field.name,
        project_type=field.type,
        transform=draft.transform,
        is_primary_key=draft.is_primary_key,
    )
    pairs = sorted((*draft.pairs, pair), key=lambda each: not each.is_primary_key)
    return draft.model_copy(update={"pairs": tuple(pairs)}).with_row_empty()


def remove_pair(draft: MappingDraft, project_field: str) -> MappingDraft:
    kept = tuple(pair for pair in draft.pairs if pair.project_field != project_field)
    if len(kept) == len(draft.pairs):
        return draft
    return draft.model_copy(update={"pairs": kept}).with_row_empty()


def toggle_key(draft: MappingDraft, project_field: str) -> MappingDraft:
    """Makes the pair part of the primary key, or takes it out."""
    changed = [
        pair.model_copy(update={"is_primary_key": not pair.is_primary_key})
        if pair.project_field == project_field
        else pair
        for pair in draft.pairs
    ]
    pairs = tuple(sorted(changed, key=lambda pair: not pair.is_primary_key))
    return draft.model_copy(update={"pairs": pairs}).with_row_empty()


def propose_field(draft: MappingDraft, data_type: DataType) -> MappingDraft:
    """Opens *Create a field*, named and typed after the source field that is chosen."""
    path = draft.source_field or ""
    proposed = NewField(
        name=distinct(slug(path), {field.name.casefold() for field in draft.fields})
        if path
        else "",
        type=data_type.fields.get(path, FieldType.STRING),
    )
    return draft.model_copy(update={"new_field": proposed})


def create_field(draft: MappingDraft) -> MappingDraft:
    """Takes the new field into the table that will be; the save makes it. Raises Refused."""
    assert draft.new_field is not None
    name = _name(draft.new_field.name, "field", FIELD_NAME)
    if any(field.name.casefold() == name.casefold() for field in draft.fields):
        raise Refused(f"The table has a field named “{name}” already.", FIELD_NAME)
    field = Field(name=name, type=draft.new_field.type, is_new=True)
    return draft.model_copy(
        update={
            "fields": (*draft.fields, field),
            "project_field": name,
            "transform": None,
            "new_field": None,
            "round": draft.round + 1,
        }
    )


def _name(typed: str, what: str, about: str) -> str:
    try:
        return names.checked(typed, what)
    except Refused as error:
        raise Refused(error.sentence, about) from error


def broken(draft: MappingDraft, data_type: DataType) -> dict[str, str]:
    """Pairs that can no longer work: project field → reason."""
    reasons = {}
    for pair in draft.pairs:
        field = draft.field(pair.project_field)
        source_type = data_type.fields.get(pair.source_field)
        if field is None:
            reasons[pair.project_field] = f"“{pair.project_field}” is gone from the table."
        elif source_type is None:
            reasons[pair.project_field] = f"“{pair.source_field}” is gone from the service."
        else:
            reason = misfit(source_type, field.type, pair.transform)
            if reason is not None:
                reasons[pair.project_field] = reason
    return reasons


def without_broken(draft: MappingDraft, data_type: DataType) -> MappingDraft:
    gone = broken(draft, data_type)
    kept = tuple(pair for pair in draft.pairs if pair.project_field not in gone)
    return draft.model_copy(update={"pairs": kept, "page": 0}).with_row_empty()


def refreshed(draft: MappingDraft, data_type: DataType, shape: TableShape) -> MappingDraft:
    """The draft with the table's fields, and every pair's types, as they are now."""
    draft = draft.model_copy(update={"fields": fields_of(shape)})
    return draft.model_copy(
        update={"pairs": tuple(_retyped(pair, draft, data_type) for pair in draft.pairs)}
    )


def _retyped(pair: Pair, draft: MappingDraft, data_type: DataType) -> Pair:
    field = draft.field(pair.project_field)
    return pair.model_copy(
        update={
            "source_type": data_type.fields.get(pair.source_field, pair.source_type),
            "project_type": field.type if field else pair.project_type,
        }
    )


def required(draft: MappingDraft) -> list[str]:
    """Project fields that every new row must have and that no pair fills."""
    return left_empty(draft.shape(), [pair.project_field for pair in draft.pairs])


def unmapped(draft: MappingDraft, data_type: DataType) -> list[str]:
    """The source fields that go nowhere."""
    mapped = {pair.source_field for pair in draft.pairs}
    return [path for path in data_type.fields if path not in mapped]


def checked(draft: MappingDraft, data_type: DataType) -> MappingDraft:
    """The draft as it can be saved: a field or pair put together and not added yet is added.

    Raises Refused about the input that is wrong.
    """
    if draft.new_field is not None and draft.new_field.name.strip():
        draft = create_field(draft)
    if draft.source_field or draft.project_field:
        draft = add_pair(draft, data_type)
    if draft.table is None:
        table = _name(draft.new_table, "table", NEW_TABLE)
        draft = draft.model_copy(update={"new_table": table})
    if not draft.pairs:
        raise Refused("Nothing is mapped yet: choose a source field to begin with.", SOURCE_FIELD)
    if not draft.has_key and (draft.activate or draft.table is None):
        raise Refused(
            "No primary key is mapped yet. Choose the source field that tells records apart, "
            "the project field it goes to, and tick Primary key.",
            SOURCE_FIELD,
        )
    must_work(draft, data_type)
    return draft


def must_work(draft: MappingDraft, data_type: DataType) -> None:
    """Raises Refused where a pair can no longer work."""
    reasons = broken(draft, data_type)
    if reasons:
        raise Refused(
            "Some pairs can no longer work. Remove them first: " + " ".join(reasons.values())
        )
