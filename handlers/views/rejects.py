"""What went wrong with an integration, and what can be done about it."""

from pydantic import BaseModel
from slack_sdk.models.blocks import ActionsBlock, Block
from slack_sdk.models.views import View

from handlers.metadata import Metadata
from handlers.read.rejects import PER_PAGE, Errors, RejectLine
from handlers.views.common import (
    bullet_list,
    button,
    confirm,
    context,
    cut,
    divider,
    escape,
    escape_code,
    header,
    modal,
    number,
    section,
    when,
)
from handlers.views.fields import code
from handlers.views.integrations import NAME, short

REJECTS_RETRY = "rejects_retry"  # value of both: a Group
REJECTS_DROP = "rejects_drop"
REJECTS_TURN = "rejects_turn"  # value: how many reasons come before
ERRORS_VIEW = "integration_errors"  # callback id

SAMPLE = 550  # characters of a record shown; escaped, they are up to five times as many
REASON = 500


class Group(BaseModel, frozen=True):
    """Rejected records of one transfer for one reason."""

    transfer: int
    digest: str


class ErrorsMetadata(Metadata):
    integration: int
    first: int = 0


def errors_view(errors: Errors, note: str = "") -> View:
    """`note`: what has just happened, plain text."""
    blocks: list[Block] = [header(errors.name)]
    if note:
        blocks.append(section(f":information_source: {escape(note)}"))
    blocks.append(section(_summary(errors)))
    for line in errors.lines:
        blocks += [divider(), *_line(line, errors.may_edit)]
    blocks += _turns(errors)
    if errors.failed:
        lines = [f"{when(run.at)}: {escape(cut(run.error, 250))}" for run in errors.failed]
        blocks += [divider(), section(f"*Last failed syncs*\n{bullet_list(lines)}")]
    return modal(
        "Errors",
        blocks,
        callback_id=ERRORS_VIEW,
        metadata=ErrorsMetadata(integration=errors.integration_id, first=errors.first).dump(),
    )


def _summary(errors: Errors) -> str:
    if not errors.records:
        return ":white_check_mark: No record is waiting: all of them could be loaded."
    records = "1 record was" if errors.records == 1 else f"{number(errors.records)} records were"
    reasons = "1 reason" if errors.groups == 1 else f"{number(errors.groups)} reasons"
    return (
        f"{records} rejected, for {reasons}. Put it right in the service or in the mapping, then "
        "press *Retry*; or *Drop* what is not needed."
    )


def _line(line: RejectLine, may_edit: bool) -> list[Block]:
    sample = escape_code(cut(line.sample, SAMPLE))
    records = "1 record" if line.count == 1 else f"{number(line.count)} records"
    blocks: list[Block] = [
        section(
            f"*{short(line.data_type)}* · {records}\n{escape(cut(line.reason, REASON))}\n"
            f"For example {code(line.sample_key, NAME)}:"
        ),
        section(f"```{sample or ' '}```"),
    ]
    if may_edit:
        value = Group(transfer=line.transfer_id, digest=line.digest).model_dump_json()
        asked = confirm(
            "Drop these records?",
            f"{records} will not be loaded, unless the service sends them again.",
            "Drop",
            "Keep",
        )
        blocks.append(
            ActionsBlock(
                elements=[
                    button("Retry", REJECTS_RETRY, value),
                    button("Drop", REJECTS_DROP, value, style="danger", confirm=asked),
                ]
            )
        )
    return blocks


def _turns(errors: Errors) -> list[Block]:
    last = errors.first + len(errors.lines)
    if errors.groups <= PER_PAGE:
        return []
    turns = []
    if errors.first > 0:
        before = max(0, errors.first - PER_PAGE)
        turns.append(button("Previous", f"{REJECTS_TURN}:previous", str(before)))
    if last < errors.groups:
        turns.append(button("Next", f"{REJECTS_TURN}:next", str(last)))
    place = f"Reasons {number(errors.first + 1)}–{number(last)} of {number(errors.groups)}"
    return [context(place), ActionsBlock(elements=turns)]
