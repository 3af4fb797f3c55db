"""The Home tab: what needs attention first, then everything else, each with its buttons."""

from typing import Literal

from slack_sdk.models.blocks import ActionsBlock, Block
from slack_sdk.models.views import View

from handlers.read.home import Home, SourceRow
from handlers.read.integrations import IntegrationRow
from handlers.views.common import button, context, divider, header, number, section
from handlers.views.help import HELP
from handlers.views.integrations import (
    INTEGRATION_ERRORS,
    INTEGRATION_LIST,
    INTEGRATION_NEW,
    INTEGRATION_OPEN,
    row_block,
    row_text,
    short,
)
from handlers.views.members import MEMBER_LIST
from handlers.views.projects import PROJECT_LIST
from handlers.views.sources import SOURCE_LIST, SOURCE_NEW, SOURCE_OPEN


def home_view(home: Home) -> View:
    blocks: list[Block] = [*_troubled(home), *_integrations(home), *_sources(home), *_more(home)]
    return View(type="home", blocks=blocks)


def _troubled(home: Home) -> list[Block]:
    if not home.troubled:
        return []
    blocks: list[Block] = [header("Needs attention")]
    for row in home.troubled:
        blocks += _troubled_row(row)
    return [*blocks, divider()]


def _troubled_row(row: IntegrationRow) -> list[Block]:
    return [
        section(row_text(row)),
        ActionsBlock(
            elements=[
                button("Open", INTEGRATION_OPEN, row.id, style="primary"),
                button("View errors", INTEGRATION_ERRORS, row.id),
            ]
        ),
    ]


def _integrations(home: Home) -> list[Block]:
    blocks: list[Block] = [header("Integrations")]
    if not home.total:
        blocks.append(
            section(
                "None yet. An integration brings data from a third-party service into your own "
                "project, and keeps it up to date."
            )
        )
    blocks += [row_block(row) for row in home.others]
    shown = len(home.troubled) + len(home.others)
    if home.total > shown:
        blocks.append(context(f"{number(shown)} of {number(home.total)} shown."))
    elements = [button("Create an integration", INTEGRATION_NEW)]
    if home.total:
        elements.append(button("All integrations", INTEGRATION_LIST))
    return [*blocks, ActionsBlock(elements=elements), divider()]


def _sources(home: Home) -> list[Block]:
    blocks: list[Block] = [header("Integration Source Configurations")]
    if not home.total_sources:
        blocks.append(section("None yet: this is where to begin."))
    blocks += [_source(source) for source in home.sources]
    if home.total_sources > len(home.sources):
        blocks.append(
            context(f"{number(len(home.sources))} of {number(home.total_sources)} shown.")
        )
    style: Literal["primary"] | None = None if home.total_sources else "primary"
    elements = [button("Create a new Integration Source", SOURCE_NEW, style=style)]
    if home.total_sources:
        elements.append(button("All sources", SOURCE_LIST))
    return [*blocks, ActionsBlock(elements=elements), divider()]


def _source(source: SourceRow) -> Block:
    return section(
        f"*{short(source.name)}* · {short(source.service)}",
        accessory=button("Open", SOURCE_OPEN, source.id),
    )


def _more(home: Home) -> list[Block]:
    elements = [button("Projects", PROJECT_LIST), button("Help", HELP)]
    if home.is_admin:
        elements.append(button("Members and roles", MEMBER_LIST))
    return [ActionsBlock(elements=elements)]
