import pytest
from sqlalchemy import select

from bot.engine import Engine
from bot.errors import NotFound, Refused
from bot.setup import confirmations, integrations
from bot.setup.recipients import MOST, checked_email
from bot.setup.wanted import Wanted, wanted_of
from store.models import Delivery, Recipient
from store.vocabulary import Level, UpdateType, Way
from tests.setup.integrating import ADMIN, EDITOR, WORKSPACE, add_source, new_draft


async def save(engine: Engine, emails: list[str], name: str = "Shop sync", **more: object) -> int:
    source_id, [customers, _] = await add_source(engine, name)
    wanted = Wanted(
        source_id=source_id,
        name=name,
        updates={customers: [UpdateType.CREATED]},
        emails=emails,
    ).model_copy(update=more)
    return await integrations.save(engine, EDITOR, await new_draft(engine, EDITOR), wanted)


async def edit(engine: Engine, integration_id: int, **changed: object) -> None:
    async with engine.database.read() as session:
        row = await integrations.get(session, WORKSPACE, integration_id)
    wanted = wanted_of(row).model_copy(update=changed)
    draft_id = await new_draft(engine, ADMIN, integration_id)
    await integrations.save(engine, ADMIN, draft_id, wanted, version=row.version)


async def confirmed(engine: Engine) -> dict[str, bool]:
    async with engine.database.read() as session:
        found = await session.scalars(select(Recipient).where(Recipient.way == Way.EMAIL))
        return {each.address: each.confirmed_at is not None for each in found}


async def owed(engine: Engine) -> list[Delivery]:
    async with engine.database.read() as session:
        return list(await session.scalars(select(Delivery).order_by(Delivery.id)))


def token_in(delivery: Delivery) -> str:
    return str(delivery.facts["url"]).rsplit("/", 1)[-1]


async def test_a_member_is_told_at_once_and_an_outsider_is_asked(engine: Engine) -> None:
    await save(engine, ["Editor@example.com", "ann@else.example"])
    assert await confirmed(engine) == {"Editor@example.com": True, "ann@else.example": False}
    [asked] = await owed(engine)
    assert (asked.level, asked.way, asked.address) == (
        Level.CONFIRM_EMAIL,
        Way.EMAIL,
        "ann@else.example",
    )
    assert asked.facts["integration_name"] == "Shop sync"
    assert asked.facts["added_by_name"] == "Editor"
    assert asked.facts["url"].startswith(engine.settings.public_url)


async def test_the_link_confirms_and_the_database_does_not_hold_it(engine: Engine) -> None:
    await save(engine, ["ann@else.example"])
    [asked] = await owed(engine)
    token = token_in(asked)
    async with engine.database.read() as session:
        kept = await session.scalar(select(Recipient.confirm_token_hash))
    assert kept
    assert token not in kept
    seen = await confirmations.look_up(engine, token)
    assert (seen.address, seen.integration_name, seen.confirmed) == (
        "ann@else.example",
        "Shop sync",
        False,
    )
    assert await confirmed(engine) == {"ann@else.example": False}
    assert (await confirmations.confirm(engine, token)).confirmed
    assert (await confirmations.confirm(engine, token)).confirmed  # a second click
    assert await confirmed(engine) == {"ann@else.example": True}


async def test_who_said_yes_is_not_asked_again_in_this_workspace(engine: Engine) -> None:
    await save(engine, ["ann@else.example"])
    [asked] = await owed(engine)
    await confirmations.confirm(engine, token_in(asked))
    await save(engine, ["ANN@else.example"], "Second")
    assert await confirmed(engine) == {"ann@else.example": True, "ANN@else.example": True}
    assert len(await owed(engine)) == 1


async def test_a_link_is_void_once_the_address_is_taken_off(engine: Engine) -> None:
    integration_id = await save(engine, ["ann@else.example"])
    [asked] = await owed(engine)
    await edit(engine, integration_id, emails=[])
    with pytest.raises(NotFound):
        await confirmations.confirm(engine, token_in(asked))
    await edit(engine, integration_id, emails=["ann@else.example"])
    assert len(await owed(engine)) == 2  # asked anew, with another link


async def test_those_that_stay_keep_their_confirmation(engine: Engine) -> None:
    integration_id = await save(engine, ["ann@else.example"], people=["U_EDITOR"], channel="C1")
    [asked] = await owed(engine)
    await confirmations.confirm(engine, token_in(asked))
    await edit(engine, integration_id, emails=["ann@else.example", "bob@else.example"])
    assert await confirmed(engine) == {"ann@else.example": True, "bob@else.example": False}
    async with engine.database.read() as session:
        row = await integrations.get(session, WORKSPACE, integration_id)
    assert wanted_of(row).people == ["U_EDITOR"]
    assert wanted_of(row).channel == "C1"


async def test_too_many_are_refused(engine: Engine) -> None:
    with pytest.raises(Refused, match=str(MOST)):
        await save(engine, [f"a{number}@else.example" for number in range(MOST + 1)])


@pytest.mark.parametrize("address", ["", "ann", "ann@", "a b@c.example", "<b>@c.example"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Refused):
        checked_email(address)


async def test_an_unknown_link_is_not_found(engine: Engine) -> None:
    with pytest.raises(NotFound):
        await confirmations.look_up(engine, "nothing")
