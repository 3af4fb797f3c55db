"""Who is told when an integration is in trouble: people by DM, a channel, e-mail addresses.

A workspace member's address gets alerts at once; an outside one is asked first, by a link
mailed to it. Who said yes once in a workspace is not asked again there.
"""

import secrets

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.alerts.facts import ConfirmEmailFacts
from bot.engine import Engine
from bot.errors import Refused
from bot.setup.actor import Actor
from bot.setup.confirmations import confirm_url, hash_of
from store import deliveries, members
from store.models import Integration, Recipient
from store.vocabulary import Level, Way

MOST = 20  # recipients of one kind


def checked_email(address: str) -> str:
    """The address as it is kept. Raises Refused where it is none."""
    try:
        return validate_email(address.strip(), check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise Refused(
            f"“{address.strip()[:100]}” is not an e-mail address. Check how it is spelled.", "email"
        ) from error


async def member_emails(session: AsyncSession, workspace_id: str) -> set[str]:
    """The workspace members' addresses, casefolded."""
    listed = await members.listed(session, workspace_id)
    return {member.email.casefold() for member in listed if member.email}


async def settle(
    session: AsyncSession,
    engine: Engine,
    actor: Actor,
    integration: Integration,
    emails: list[str],
    people: list[str],
    channel: str | None,
) -> None:
    """Makes the integration's recipients these. Those that stay keep their confirmation."""
    wanted = {(Way.EMAIL, checked_email(address)) for address in emails}
    wanted |= {(Way.DM, person) for person in people}
    wanted |= {(Way.CHANNEL, channel)} if channel else set()
    if len(emails) > MOST or len(people) > MOST:
        raise Refused(
            f"At most {MOST} people and {MOST} e-mail addresses, please: "
            "for more, use a channel or a mailing list."
        )
    for recipient in list(integration.recipients):
        if (recipient.way, recipient.address) not in wanted:
            integration.recipients.remove(recipient)
    kept = {(recipient.way, recipient.address) for recipient in integration.recipients}
    known = await member_emails(session, actor.workspace_id)
    for way, address in sorted(wanted - kept):
        recipient = Recipient(way=way, address=address, added_by=actor.member_id)
        integration.recipients.append(recipient)
        if (
            way is not Way.EMAIL
            or address.casefold() in known
            or await _said_yes(session, actor.workspace_id, address)
        ):
            recipient.confirmed_at = engine.clock.now()
        else:
            await _ask(session, engine, actor, integration, recipient)
    await session.flush()


async def _said_yes(session: AsyncSession, workspace_id: str, address: str) -> bool:
    found = await session.scalar(
        select(Recipient.id)
        .join(Integration, Integration.id == Recipient.integration_id)
        .where(
            Integration.workspace_id == workspace_id,
            Recipient.way == Way.EMAIL,
            func.lower(Recipient.address) == address.lower(),
            Recipient.confirmed_at.is_not(None),
            Recipient.confirm_token_hash.is_not(None),  # by the link, not as a member once
        )
        .limit(1)
    )
    return found is not None


async def _ask(
    session: AsyncSession,
    engine: Engine,
    actor: Actor,
    integration: Integration,
    recipient: Recipient,
) -> None:
    token = secrets.token_urlsafe(32)
    recipient.confirm_token_hash = hash_of(token)
    facts = ConfirmEmailFacts(
        integration_name=integration.name,
        added_by_name=actor.name or "A member of the workspace",
        url=confirm_url(engine.settings, token),
    )
    await deliveries.owe(
        session,
        workspace_id=actor.workspace_id,
        key=f"confirm_email:{recipient.confirm_token_hash}",
        way=Way.EMAIL,
        address=recipient.address,
        level=Level.CONFIRM_EMAIL,
        facts=facts.model_dump(mode="json"),
        now=engine.clock.now(),
    )
