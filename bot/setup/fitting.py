"""Whether a source field can go into a project field, and why not."""

from collections.abc import Iterable

from bot.projects.shape import TableShape
from bot.sync.transforms import TRANSFORMS
from bot.sync.values import WIDEN, stored_as
from store.vocabulary import FieldType

_CALLED = {
    FieldType.INTEGER: "a whole number",
    FieldType.DECIMAL: "a decimal number",
    FieldType.STRING: "text",
    FieldType.EMAIL: "an e-mail address",
    FieldType.BOOLEAN: "true or false",
    FieldType.DATE: "a date",
    FieldType.DATETIME: "a date and time",
    FieldType.JSON: "JSON",
}

# Why, where "not every … is …" would not say it.
_BECAUSE = {
    (FieldType.DECIMAL, FieldType.INTEGER): "the digits after the point would be lost",
    (FieldType.DATETIME, FieldType.DATE): "the time of day would be lost",
    (FieldType.INTEGER, FieldType.DATETIME): "a number alone does not say what it counts",
    (FieldType.DECIMAL, FieldType.DATETIME): "a number alone does not say what it counts",
    (FieldType.INTEGER, FieldType.BOOLEAN): "only 0 and 1 can be read as true or false",
}


def misfit(source: FieldType, project: FieldType, transform: str | None = None) -> str | None:
    """None where the one can go into the other, else the reason, a sentence."""
    given = source
    if transform is not None:
        chosen = TRANSFORMS.get(transform)
        if chosen is None:
            return f"There is no transform “{transform}” any more. Choose another one."
        if source not in chosen.accepts:
            return (
                f"The transform “{chosen.label}” cannot be used on {_CALLED[source]}. "
                "Choose another one, or none."
            )
        given = chosen.gives
    if stored_as(project) in WIDEN[given]:
        return None
    what, where = _CALLED[given], _CALLED[project]
    because = _BECAUSE.get((given, project), f"{what} is not {where}")
    if given in (FieldType.STRING, FieldType.EMAIL):
        because = f"not every text is {where}"
    return f"The source gives {what} and the project field takes {where}: {because}."


def helpful(source: FieldType, project: FieldType) -> list[str]:
    """The names of the transforms that make of the one just what the other takes."""
    return [
        name
        for name, transform in TRANSFORMS.items()
        if source in transform.accepts and transform.gives is stored_as(project)
    ]


def left_empty(table: TableShape, filled: Iterable[str]) -> list[str]:
    """Project fields that every new row must fill and that are not in `filled`."""
    known = set(filled)
    return [
        column.name for column in table.columns if column.is_required and column.name not in known
    ]
