"""A preview as it is shown: every value as a short text."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.connectors.values import MISSING
from bot.setup.preview import Preview, Sample


@dataclass(frozen=True, slots=True)
class Shown:
    """A value on one line; `is_word`: a word of ours that stands for one, such as "empty"."""

    text: str
    is_word: bool = False


@dataclass(frozen=True, slots=True)
class FieldRow:
    """`project_field` None: not mapped. `after` None: there is none to show."""

    source_field: str
    project_field: str | None
    before: Shown
    after: Shown | None = None
    is_bad: bool = False


@dataclass(frozen=True, slots=True)
class RecordRow:
    mapped: tuple[FieldRow, ...]
    others: tuple[FieldRow, ...]
    is_deleted: bool
    rejected: str | None  # the reason, where the record would be rejected


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """Names are unescaped text. `missing`: why nothing is shown after the mapping."""

    data_type: str
    table: str | None
    records: tuple[RecordRow, ...]
    missing: str | None


def page_of(preview: Preview) -> PreviewPage:
    return PreviewPage(
        data_type=preview.data_type,
        table=preview.table,
        records=tuple(_record(each, preview.missing is None) for each in preview.samples),
        missing=preview.missing,
    )


def _record(sample: Sample, has_plan: bool) -> RecordRow:
    has_after = has_plan and sample.reason is None
    return RecordRow(
        mapped=tuple(
            FieldRow(
                source_field=each.source_field,
                project_field=each.project_field,
                before=shown(each.before),
                after=shown(each.after) if has_after else None,
                is_bad=sample.reason is not None and each.source_field == sample.field,
            )
            for each in sample.changes
        ),
        others=tuple(
            FieldRow(each.source_field, None, shown(each.value)) for each in sample.others
        ),
        is_deleted=sample.is_deleted,
        rejected=sample.reason,
    )


def shown(value: Any) -> Shown:
    if value is MISSING:
        return Shown("missing", is_word=True)
    if value is None:
        return Shown("empty", is_word=True)
    text = " ".join(_text(value).split())
    return Shown(text) if text else Shown("blank", is_word=True)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
