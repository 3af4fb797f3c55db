"""Members and roles, for admins."""

from pydantic import BaseModel
from slack_sdk.models.blocks import ActionsBlock, Block, StaticSelectElement, UserSelectElement
from slack_sdk.models.views import View

from handlers.metadata import Metadata
from handlers.read.members import PER_PAGE, MemberLine, MemberList
from handlers.views.common import (
    button,
    context,
    modal,
    number,
    option,
    plain,
    section,
)
from store.vocabulary import Role

MEMBER_LIST = "member_list"
MEMBER_TURN = "member_turn"  # value: how many come before
MEMBER_FIND = "member_find"
MEMBER_ROLE = "member_role"  # an option's value: a RoleChoice
MEMBERS_VIEW = "members"  # callback id

ROLES = {
    Role.VIEWER: "Viewer: looks at everything",
    Role.EDITOR: "Editor: also creates, and edits what is theirs",
    Role.ADMIN: "Admin: edits everything, and roles",
}
BY_SLACK = "By Slack: as for everybody"


class RoleChoice(BaseModel, frozen=True):
    member: str
    role: Role | None  # None: by Slack


class MembersMetadata(Metadata):
    first: int = 0
    found: str | None = None


def members_view(members: MemberList) -> View:
    blocks: list[Block] = [
        context(
            "Admins of the Slack workspace are always admins here. Everybody else is an editor, "
            "unless you choose otherwise."
        ),
        ActionsBlock(elements=_finding(members)),
    ]
    if not members.lines:
        blocks.append(section("Patchbay does not know this member yet. Try again in a minute."))
    blocks += [_line(line) for line in members.lines]
    blocks += _turns(members)
    return modal(
        "Members and roles",
        blocks,
        callback_id=MEMBERS_VIEW,
        metadata=MembersMetadata(first=members.first, found=members.found).dump(),
    )


def _finding(members: MemberList) -> list[UserSelectElement]:
    return [
        UserSelectElement(
            action_id=MEMBER_FIND,
            placeholder=plain("Find a member"),
            initial_user=members.found,
        )
    ]


def _line(line: MemberLine) -> Block:
    if line.is_workspace_admin:
        return section(f"<@{line.id}>\nAdmin of the workspace")
    options = {
        role: option(text, RoleChoice(member=line.id, role=role).model_dump_json())
        for role, text in [*ROLES.items(), (None, BY_SLACK)]
    }
    picker = StaticSelectElement(
        action_id=MEMBER_ROLE,
        options=list(options.values()),
        initial_option=options[line.role if line.is_chosen else None],
    )
    return section(f"<@{line.id}>", block_id=f"member:{line.id}", accessory=picker)


def _turns(members: MemberList) -> list[Block]:
    last = members.first + len(members.lines)
    turns = []
    if members.found is not None:
        turns.append(button("All members", f"{MEMBER_TURN}:all", "0"))
    if members.first > 0:
        before = max(0, members.first - PER_PAGE)
        turns.append(button("Previous", f"{MEMBER_TURN}:previous", str(before)))
    if last < members.total:
        turns.append(button("Next", f"{MEMBER_TURN}:next", str(last)))
    if not turns:
        return []
    place = f"{number(members.first + 1)}–{number(last)} of {number(members.total)}"
    return [context(place), ActionsBlock(elements=turns)]
