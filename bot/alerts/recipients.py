"""Whom to tell about an integration."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from store import incidents, members
from store.vocabulary import Way


@dataclass(frozen=True, slots=True)
class Address:
    """Somebody (or a channel) and the way there."""

    way: Way
    address: str  # a user id, a channel id, or an e-mail address


async def recipients_of(
    session: AsyncSession, workspace_id: str, integration_ids: Collection[int]
) -> list[Address]:
    """Everybody these integrations name, each once; the creator where one names nobody for DMs.

    An e-mail address counts from the moment it is confirmed.
    """
    chosen = await incidents.recipients(session, workspace_id, integration_ids)
    by_dm = {one.integration_id for one in chosen if one.way is Way.DM}
    found = [
        Address(Way.DM, member_id)
        for integration_id, member_id in await incidents.creators(
            session, workspace_id, integration_ids
        )
        if integration_id not in by_dm
    ]
    found += [
        Address(one.way, one.address)
        for one in chosen
        if one.way is not Way.EMAIL or one.confirmed_at is not None
    ]
    return _each_once(found)


async def people_of(
    session: AsyncSession, workspace_id: str, integration_ids: Collection[int], without: str
) -> list[str]:
    """User ids of those who are told when a message could not reach `without` (an address).

    The integrations' people and their creators; where nobody is left, the workspace's admins.
    """
    named = await recipients_of(session, workspace_id, integration_ids)
    creators = await incidents.creators(session, workspace_id, integration_ids)
    wanted = [one.address for one in named if one.way is Way.DM]
    wanted += [member_id for _, member_id in creators]
    there = await members.listed(session, workspace_id)
    gone = await incidents.gone_members(session, workspace_id)
    people = [one for one in dict.fromkeys(wanted) if one != without and one not in gone]
    admins = [one.id for one in there if one.is_workspace_admin and one.id != without]
    return people or admins[:_ADMINS]


async def email_of(session: AsyncSession, workspace_id: str, member_id: str) -> str | None:
    member = await members.get(session, workspace_id, member_id)
    return member.email if member and not member.is_gone else None


_ADMINS = 5  # at most; a workspace may have hundreds


def _each_once(found: Sequence[Address]) -> list[Address]:
    seen: set[tuple[Way, str]] = set()
    kept: list[Address] = []
    for one in found:
        if (one.way, one.address.lower()) not in seen:
            seen.add((one.way, one.address.lower()))
            kept.append(one)
    return kept
