"""One integration's page, and the answer to `status <name>`."""

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, ConfirmObject
from slack_sdk.models.views import View

from handlers.read.integrations import IntegrationPage, RunLine
from handlers.views.authorizations import REAUTHORIZE
from handlers.views.common import (
    bullet_list,
    button,
    confirm,
    context,
    cut,
    divider,
    escape,
    header,
    modal,
    section,
    when,
)
from handlers.views.integrations import (
    INTEGRATION_ACTIVATE,
    INTEGRATION_DELETE,
    INTEGRATION_EDIT,
    INTEGRATION_ERRORS,
    INTEGRATION_HISTORY,
    INTEGRATION_OPEN,
    INTEGRATION_PAUSE,
    INTEGRATION_REFRESH,
    INTEGRATION_SYNC,
    PAGE_VIEW,
    STATES,
    UPDATES,
    PageMetadata,
    row_text,
    run_text,
    short,
)
from handlers.views.sources import SOURCE_OPEN
from store.vocabulary import IntegrationState


def page_view(page: IntegrationPage, *, note: str = "", list_first: int | None = None) -> View:
    """`note`: what has just happened, plain text."""
    row = page.row
    blocks: list[Block] = [header(row.name)]
    if note:
        blocks.append(section(f":information_source: {escape(note)}"))
    blocks += [
        section(f"*Status*\n{STATES[row.state]}"),
        *_trouble(page),
        section(
            f"*Integration source*\n{short(page.row.source)} ({short(page.service)})",
            accessory=button("Open", SOURCE_OPEN, page.source_id),
        ),
        section(f"*Types of updates*\n{_data_types(page)}"),
        section(f"*Schedule*\n{escape(page.schedule)}\n{_next_runs(page)}"),
        section(
            f"*Last sync*\n{_last_run(row.last_run)}",
            accessory=button("Refresh", INTEGRATION_REFRESH, row.id),
        ),
        section(f"*Who is told when there is trouble*\n{_recipients(page)}"),
        context(f"Created by <@{page.created_by}>, {when(page.created_at)}"),
        divider(),
        ActionsBlock(elements=_buttons(page)),
    ]
    return modal(
        "Integration",
        blocks,
        callback_id=PAGE_VIEW,
        metadata=PageMetadata(integration=row.id, list_first=list_first).dump(),
    )


def _trouble(page: IntegrationPage) -> list[Block]:
    trouble = page.row.trouble
    blocks: list[Block] = []
    if trouble is not None:
        blocks.append(section(f":warning: *{escape(trouble.title)}*\nsince {when(trouble.since)}"))
    if page.row.state is IntegrationState.NEEDS_AUTHORIZATION:
        authorize = button("Re-authorize", REAUTHORIZE, page.authorization_id, style="primary")
        blocks.append(ActionsBlock(elements=[authorize]))
    return blocks


def _data_types(page: IntegrationPage) -> str:
    return bullet_list(
        [
            f"{short(line.name)}: {', '.join(UPDATES[type_].lower() for type_ in line.types)}"
            + ("" if line.active else " _(its data transfer is not active: not synced)_")
            for line in page.data_types
        ],
        limit=15,
    )


def _next_runs(page: IntegrationPage) -> str:
    times = ", ".join(when(time) for time in page.next_runs)
    if page.row.state is IntegrationState.ACTIVE:
        return f"Next: {times}"
    return f"Once active, next: {times}"


def _last_run(run: RunLine | None) -> str:
    if run is None:
        return "There was none yet."
    return run_text(run) + (f"\n{escape(cut(run.error, 1000))}" if run.error else "")


def _recipients(page: IntegrationPage) -> str:
    lines = [f"<@{person}> by direct message" for person in page.people]
    if page.channel:
        lines.append(f"<#{page.channel}>")
    lines += [
        escape(address) + ("" if confirmed else " _(waits for the link mailed there)_")
        for address, confirmed in page.emails
    ]
    return bullet_list(lines, limit=12) or "Nobody. Press Edit to change that."


def _buttons(page: IntegrationPage) -> list[ButtonElement]:
    row = page.row
    active = row.state is IntegrationState.ACTIVE
    shown = [button("Sync now", INTEGRATION_SYNC, row.id)] if active else []
    if active:
        shown.append(button("Pause", INTEGRATION_PAUSE, row.id))
    else:
        shown.append(button("Activate", INTEGRATION_ACTIVATE, row.id, style="primary"))
    shown += [
        button("Edit", INTEGRATION_EDIT, row.id),
        button("History", INTEGRATION_HISTORY, row.id),
        button("Errors", INTEGRATION_ERRORS, row.id),
        button(
            "Delete", INTEGRATION_DELETE, row.id, style="danger", confirm=_confirm_delete(row.name)
        ),
    ]
    kept = {INTEGRATION_HISTORY, INTEGRATION_ERRORS}
    return [one for one in shown if page.may_edit or one.action_id in kept]


def _confirm_delete(name: str) -> ConfirmObject:
    return confirm(
        "Delete this integration?",
        f"“{escape(cut(name, 60))}” stops syncing, and its history and rejected records are "
        "removed. The rows in your project stay as they are.",
        "Delete",
        "Keep",
    )


def deleted_view(name: str) -> View:
    text = f"“{escape(name)}” is deleted. The rows it brought into your project are still there."
    return modal("Integration", [section(text)], callback_id="integration_deleted")


def state_blocks(page: IntegrationPage) -> list[Block]:
    """The answer to `status <name>`."""
    text = row_text(page.row) + f"\n{escape(page.schedule)}"
    more = [button("Open", INTEGRATION_OPEN, page.row.id), *_buttons(page)]
    return [section(text), ActionsBlock(elements=more)]
