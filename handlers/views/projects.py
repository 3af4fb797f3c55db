"""Projects on the screen: their list, adding one, renaming and removing one."""

from typing import Literal

from pydantic import BaseModel
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    InputBlock,
    OverflowMenuElement,
    PlainTextInputElement,
    SectionBlock,
)
from slack_sdk.models.views import View

from handlers.metadata import Metadata
from handlers.read.projects import ProjectList, ProjectRow
from handlers.views.common import (
    button,
    context,
    cut,
    escape,
    modal,
    number,
    option,
    plain,
    section,
)

PROJECT_LIST = "project_list"  # pressed anywhere
PROJECT_ADD = "project_add"  # button, and callback id of its form
PROJECT_LINK = "project_link"  # the link button to the one-time page
PROJECT_MENU = "project_menu"  # value: a Choice
PROJECT_RENAME = "project_rename"  # callback ids
PROJECT_REMOVE = "project_remove"
LISTED = "project_listed"
WAITING = "project_waiting"

NAME = "name"  # block id of the name's input
SHOWN = 90
PROBLEM = 300  # characters of a row's

Do = Literal["rename", "remove"]


class Choice(BaseModel, frozen=True):
    """What was picked in a project's menu."""

    project: int
    do: Do


class ProjectMetadata(Metadata):
    project: int


def list_view(projects: ProjectList) -> View:
    blocks: list[Block] = []
    if projects.notice:
        blocks.append(section(f":white_check_mark: {escape(projects.notice)}"))
    blocks.append(
        section("A project is a database that your data goes to. Mappings choose among these:")
    )
    if projects.may_administer:
        blocks.append(ActionsBlock(elements=[button("Add a project", PROJECT_ADD)]))
    blocks += [_row(row, projects.may_administer) for row in projects.rows[:SHOWN]]
    if len(projects.rows) > SHOWN:
        blocks.append(context(f"…and {number(len(projects.rows) - SHOWN)} more"))
    if not projects.may_administer:
        blocks.append(context("Admins can add projects, rename and remove them."))
    return modal("Projects", blocks, callback_id=LISTED)


def _row(row: ProjectRow, may_administer: bool) -> SectionBlock:
    facts = [f"{_count(row.tables, 'table')}"] if row.tables is not None else []
    facts.append(_count(row.transfers, "data transfer"))
    text = f"*{escape(cut(row.name, 120))}*{' (default)' if row.is_default else ''}"
    text += f"\n{' · '.join(facts)}"
    if row.problem:
        text += f"\n:warning: {escape(cut(row.problem, PROBLEM))}"
    menu = _menu(row) if may_administer else None
    return section(text, block_id=f"project:{row.id}", accessory=menu)


def _count(value: int, what: str) -> str:
    return f"1 {what}" if value == 1 else f"{number(value)} {what}s"


def _menu(row: ProjectRow) -> OverflowMenuElement:
    choices: list[tuple[str, Do]] = [("Rename", "rename")]
    if not row.is_default:
        choices.append(("Remove", "remove"))
    return OverflowMenuElement(
        action_id=PROJECT_MENU,
        options=[
            option(text, Choice(project=row.id, do=do).model_dump_json()) for text, do in choices
        ],
    )


def add_view() -> View:
    return modal(
        "Add a project",
        [
            _name(""),
            context(
                "The database's URL holds a password, so it is not typed here: the next step is a "
                "page of its own that works once."
            ),
        ],
        callback_id=PROJECT_ADD,
        submit="Continue",
        close="Cancel",
    )


def link_view(name: str, url: str, problem: str | None = None) -> View:
    """Waits until the one-time page was used."""
    blocks: list[Block] = [
        section(
            f"Open the page and enter the database URL of *{escape(cut(name, 120))}*. "
            "Patchbay checks it at once; this window then shows the new project."
        ),
        ActionsBlock(elements=[button("Enter the URL", PROJECT_LINK, url=url, style="primary")]),
        context("The link works once, for 30 minutes, and is for you only."),
    ]
    if problem:
        blocks.insert(0, section(f":warning: {escape(problem)}"))
    return modal("Add a project", blocks, callback_id=WAITING)


def trouble_view(name: str, problem: str) -> View:
    """The page was used, and the database did not answer; the page can be tried again."""
    text = f":warning: *{escape(cut(name, 120))}* is not added yet. {escape(problem)}"
    hint = "The page is still open in your browser: correct the URL there and try again."
    return modal("Add a project", [section(text), context(hint)], callback_id=WAITING)


def rename_view(row: ProjectRow) -> View:
    return modal(
        "Rename the project",
        [_name(row.name)],
        callback_id=PROJECT_RENAME,
        metadata=ProjectMetadata(project=row.id).dump(),
        submit="Save",
        close="Cancel",
    )


def remove_view(row: ProjectRow) -> View:
    return modal(
        "Remove the project",
        [
            section(
                f"Remove *{escape(cut(row.name, 120))}* from Patchbay? "
                "Its database and everything in it stay as they are."
            )
        ],
        callback_id=PROJECT_REMOVE,
        metadata=ProjectMetadata(project=row.id).dump(),
        submit="Remove",
        close="Cancel",
    )


def _name(value: str) -> InputBlock:
    return InputBlock(
        block_id=NAME,
        label=plain("Name"),
        element=PlainTextInputElement(action_id=NAME, initial_value=value or None, max_length=255),
    )
