"""What a member wants an integration to be, and what there is to want."""

from dataclasses import dataclass

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.connectors.catalog import data_type_of
from bot.engine import Engine
from bot.errors import NotFound, Refused
from bot.schedule import cron_of, in_words
from bot.setup.actor import Actor
from bot.setup.names import free_name
from store.models import Integration, IntegrationTransfer, Source, Transfer
from store.vocabulary import ScheduleKind, TransferState, UpdateType, Way

USUAL = (UpdateType.CREATED, UpdateType.UPDATED)  # what is ticked at first, where it is offered


class Wanted(BaseModel, frozen=True):
    """What a member wants an integration to be; a form's content, checked only when saved."""

    source_id: int | None = None
    name: str = ""
    updates: dict[int, list[UpdateType]] = {}  # by transfer
    schedule: ScheduleKind = ScheduleKind.HOURLY
    cron: str = ""  # five fields; counts where the schedule is a cron
    timezone: str = "UTC"
    emails: list[str] = []
    people: list[str] = []  # user ids, for DMs
    channel: str | None = None  # id of the channel that gets the alert threads

    @property
    def whole_cron(self) -> str:
        return self.cron if self.schedule is ScheduleKind.CRON else cron_of(self.schedule)


@dataclass(frozen=True, slots=True)
class Offer:
    """A data type that an integration can take from its source."""

    transfer_id: int
    name: str
    active: bool
    types: tuple[UpdateType, ...]

    @property
    def usual(self) -> list[UpdateType]:
        return [type_ for type_ in USUAL if type_ in self.types] or list(self.types[:1])


async def offers(
    session: AsyncSession, engine: Engine, workspace_id: str, source_id: int
) -> list[Offer]:
    """The source's data types, in the order they were added. Empty for no source of ours."""
    source = await own_source(session, workspace_id, source_id)
    if source is None:
        return []
    transfers = await session.scalars(
        select(Transfer).where(Transfer.source_id == source_id).order_by(Transfer.id)
    )
    return [_offer(engine, source, transfer) for transfer in transfers]


def _offer(engine: Engine, source: Source, transfer: Transfer) -> Offer:
    active = transfer.state is TransferState.ACTIVE
    try:
        data_type = data_type_of(engine.catalog.get(source.service), transfer)
    except NotFound:  # the service's file does not have it any more
        return Offer(transfer.id, transfer.data_type, active, ())
    return Offer(transfer.id, data_type.name, active, data_type.update_types())


async def proposal(
    session: AsyncSession, engine: Engine, actor: Actor, source_id: int | None
) -> Wanted:
    """A new integration with everything filled in that can be, so that Activate is enough."""
    source = await own_source(session, actor.workspace_id, source_id) if source_id else None
    if source is None:
        return Wanted(timezone=actor.timezone, people=[actor.member_id])
    offered = await offers(session, engine, actor.workspace_id, source.id)
    return Wanted(
        source_id=source.id,
        name=await suggested_name(session, source),
        updates={offer.transfer_id: offer.usual for offer in offered if offer.active},
        timezone=actor.timezone,
        people=[actor.member_id],
    )


async def suggested_name(session: AsyncSession, source: Source) -> str:
    taken = await session.scalars(
        select(Integration.name_key).where(Integration.workspace_id == source.workspace_id)
    )
    return free_name(f"{source.name} sync", taken)


def wanted_of(integration: Integration) -> Wanted:
    """An integration as its form shows it."""
    by_way = {way: [r.address for r in integration.recipients if r.way is way] for way in Way}
    return Wanted(
        source_id=integration.source_id,
        name=integration.name,
        updates={part.transfer_id: types_of(part) for part in integration.updates},
        schedule=integration.schedule_kind,
        cron=integration.cron if integration.schedule_kind is ScheduleKind.CRON else "",
        timezone=integration.timezone,
        emails=by_way[Way.EMAIL],
        people=by_way[Way.DM],
        channel=next(iter(by_way[Way.CHANNEL]), None),
    )


def types_of(part: IntegrationTransfer) -> list[UpdateType]:
    return [type_ for type_ in UpdateType if getattr(part, type_.value)]


def differences(before: Wanted, after: Wanted) -> list[str]:
    """What an edit changes, each as a sentence without its subject."""
    told = []
    if before.name != after.name:
        told.append(f"renamed it from “{before.name}” to “{after.name}”")
    if before.source_id != after.source_id:
        told.append("chose another source")
    elif before.updates != after.updates:
        told.append("chose other types of updates")
    if (before.whole_cron, before.timezone) != (after.whole_cron, after.timezone):
        told.append(f"changed the schedule to: {in_words(after.whole_cron, after.timezone)}")
    if set(before.emails) != set(after.emails):
        told.append("changed the e-mail alerts")
    if set(before.people) != set(after.people) or before.channel != after.channel:
        told.append("changed who is told in Slack")
    return told


def checked_updates(
    wanted: dict[int, list[UpdateType]], offered: list[Offer]
) -> dict[int, list[UpdateType]]:
    """Raises Refused where nothing is chosen, or something that is not offered."""
    by_id = {offer.transfer_id: offer for offer in offered}
    if not wanted:
        raise Refused("Choose at least one type of data.", "transfers")
    for transfer_id, types in wanted.items():
        offer = by_id.get(transfer_id)
        if offer is None:
            raise Refused(
                "One of the types of data is not part of this source any more. Choose again.",
                "transfers",
            )
        if not types:
            raise Refused(
                f"Check at least one type of update for {offer.name}, or take it out above.",
                f"updates:{transfer_id}",
            )
        missing = [type_ for type_ in types if type_ not in offer.types]
        if missing:
            raise Refused(
                f"{offer.name} does not tell about {missing[0].value} records.",
                f"updates:{transfer_id}",
            )
    return wanted


async def own_source(session: AsyncSession, workspace_id: str, source_id: int) -> Source | None:
    """None for one that is gone, or another workspace's."""
    source = await session.get(Source, source_id)
    return source if source is not None and source.workspace_id == workspace_id else None
