"""Members with their roles."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.setup.actor import role_of
from store import members
from store.vocabulary import Role

PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class MemberLine:
    id: str
    role: Role
    is_workspace_admin: bool
    is_chosen: bool  # the role was given here; else it is what everybody has


@dataclass(frozen=True, slots=True)
class MemberList:
    lines: tuple[MemberLine, ...]
    total: int
    first: int
    found: str | None  # the member who was looked for


async def load_members(
    session: AsyncSession, workspace_id: str, *, first: int = 0, found: str | None = None
) -> MemberList:
    listed = await members.listed(session, workspace_id)
    shown = [member for member in listed if member.id == found] if found else listed
    first = first if first < len(shown) else 0
    return MemberList(
        lines=tuple(
            MemberLine(
                id=member.id,
                role=role_of(member),
                is_workspace_admin=member.is_workspace_admin,
                is_chosen=member.role is not None,
            )
            for member in shown[first : first + PER_PAGE]
        ),
        total=len(shown),
        first=first,
        found=found,
    )
