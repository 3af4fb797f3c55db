"""Preview: a few real records before → after, made of sections and fields."""

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from handlers.read.preview import FieldRow, PreviewPage, RecordRow, Shown
from handlers.views.common import context, divider, escape, header, modal, number, section
from handlers.views.fields import code, middle_cut

PREVIEW = "preview"
FIELDS = 30  # shown of each record: three sections of ten
OTHERS = 6  # names of fields that are not mapped
VALUE = 100  # characters shown of a value
NAME = 60


def preview_view(page: PreviewPage) -> View:
    name = escape(middle_cut(page.data_type, 120))
    goes = f" → {code(page.table)}" if page.table else ""
    blocks: list[Block] = [section(f"*{name}*{goes}: {_count(page)} from the service.")]
    if page.missing:
        blocks.append(section(f":information_source: {escape(page.missing)}"))
    for position, record in enumerate(page.records, start=1):
        blocks += [divider(), header(f"Record {position}"), *_record(record)]
    return modal("Preview", blocks, callback_id=PREVIEW)


def _count(page: PreviewPage) -> str:
    count = len(page.records)
    if not count:
        return "no records"
    return "1 real record" if count == 1 else f"{number(count)} real records"


def _record(record: RecordRow) -> list[Block]:
    blocks: list[Block] = []
    if record.rejected:
        reason = escape(middle_cut(record.rejected, 400))
        blocks.append(section(f":warning: It would be rejected: {reason}."))
    elif record.is_deleted:
        blocks.append(section(":wastebasket: The service says it is deleted: its row would go."))
    fields = record.mapped or record.others
    texts = [_field(each) for each in fields[:FIELDS]]
    blocks += [section("", fields=texts[first : first + 10]) for first in range(0, len(texts), 10)]
    return [*blocks, *_rest(record)]


def _field(row: FieldRow) -> str:
    name = code(row.source_field, NAME)
    if row.project_field is not None:
        name = f"{name} → {code(row.project_field, NAME)}"
    value = _value(row.before)
    if row.after is not None:
        value = f"{value} → {_value(row.after)}"
    return f"{name}\n{':warning: ' if row.is_bad else ''}{value}"


def _value(shown: Shown) -> str:
    return f"_{shown.text}_" if shown.is_word else code(shown.text, VALUE)


def _rest(record: RecordRow) -> list[Block]:
    """What of the record is not shown."""
    lines = []
    left = len(record.mapped or record.others) - FIELDS
    if left > 0:
        lines.append(f"…and {number(left)} more fields")
    if record.mapped and record.others:
        lines.append(f"Not mapped: {_names(record.others)}")
    return [context(*lines)] if lines else []


def _names(others: tuple[FieldRow, ...]) -> str:
    names = ", ".join(code(each.source_field, NAME) for each in others[:OTHERS])
    left = len(others) - OTHERS
    return f"{names} and {number(left)} more" if left > 0 else names
