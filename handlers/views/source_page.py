"""The page of one source: its facts, its data transfers, and what one can do with it."""

from slack_sdk.models.blocks import ActionsBlock, Block
from slack_sdk.models.views import View

from handlers.metadata import OnSource
from handlers.read.sources import SourcePage
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
from handlers.views.integrations import INTEGRATION_NEW
from handlers.views.source_form import authorization_text
from handlers.views.sources import NAME, SOURCE_LIST
from handlers.views.transfers import transfer_blocks

PAGE_VIEW = "source_page"  # callback ids
GONE_VIEW = "source_gone"

SOURCE_EDIT = "source_edit"  # value: a source's id
SOURCE_DELETE = "source_delete"


class PageMetadata(OnSource):
    source: int
    on_page: bool = False  # the same page lies below: a form that was saved became this one


def source_page(source: SourcePage, *, on_list: bool = False, on_page: bool = False) -> View:
    blocks: list[Block] = [
        header(source.name),
        section(f"*Integration source:* {escape(source.service)}\n{_authorization(source)}"),
    ]
    if not source.authorization.is_ok and source.authorization.may_edit:
        again = button("Re-authorize", REAUTHORIZE, source.authorization.id, style="primary")
        blocks.append(ActionsBlock(block_id="source_reauthorize", elements=[again]))
    blocks += transfer_blocks(source.part)
    blocks.append(divider())
    if source.integrations:
        names = [escape(cut(name, NAME)) for name in source.integrations]
        blocks.append(section(f"*Integrations that use it*\n{bullet_list(names, 5)}"))
    blocks += _actions(source)
    blocks.append(context(f"Created by <@{source.created_by}> · {when(source.created_at)}"))
    return modal(
        "Integration Source",
        blocks,
        callback_id=PAGE_VIEW,
        metadata=PageMetadata(source=source.id, on_list=on_list, on_page=on_page).dump(),
    )


def _authorization(source: SourcePage) -> str:
    return f"*Authorization:* {authorization_text(source.authorization)}"


def _actions(source: SourcePage) -> list[Block]:
    elements = []
    if source.may_create and source.is_active:
        elements.append(
            button(
                "Create an integration",
                INTEGRATION_NEW,
                source.id,
                style=None if source.integrations else "primary",
            )
        )
    if source.may_edit:
        name = escape(cut(source.name, 60))
        sure = confirm(
            "Delete this source?",
            f"*{name}* and its data transfers are deleted. The tables in your project and their "
            "rows stay as they are.",
            "Delete",
        )
        elements.append(button("Edit", SOURCE_EDIT, source.id))
        elements.append(button("Delete", SOURCE_DELETE, source.id, style="danger", confirm=sure))
    return [ActionsBlock(block_id="source_actions", elements=elements)] if elements else []


def gone_view(name: str) -> View:
    """In the place of a page whose source was deleted."""
    return modal(
        "Integration Source",
        [
            section(f":wastebasket: *{escape(cut(name, NAME))}* is deleted."),
            ActionsBlock(
                block_id="gone",
                elements=[button("Integration Source Configurations", SOURCE_LIST)],
            ),
        ],
        callback_id=GONE_VIEW,
    )
