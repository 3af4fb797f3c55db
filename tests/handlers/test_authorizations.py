"""Authorizations as members meet them: created, picked, denied, renewed; the browser included."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.clock import ShiftedClock
from bot.engine import Engine
from bot.playground.browser import Browser
from store.models import Authorization, Draft
from store.vocabulary import AuthKind, AuthorizationState
from tests.handlers.sourcing import Sourcing, sourcing


@pytest.fixture
async def ground(engine: Engine) -> AsyncIterator[Sourcing]:
    async with sourcing(engine) as ground:
        yield ground


async def stored(ground: Sourcing) -> list[Authorization]:
    async with ground.engine.database.read() as session:
        return list(await session.scalars(select(Authorization).order_by(Authorization.id)))


async def begin(ground: Sourcing, service: str = "Demo Store") -> None:
    """Up to the list of authorizations, or the form of the first one."""
    alice = ground.editor
    await ground.greet(alice)
    await alice.presses("Create a new Integration Source")
    await alice.picks("Integration source", service)
    await alice.presses("See third-party service authorizations")


async def test_only_the_shop_url_is_typed_for_the_first_one(ground: Sourcing) -> None:
    await begin(ground)
    alice = ground.editor
    await alice.sees("Create an authorization")
    assert alice.modal is not None
    assert alice.modal.value("Name") == "Demo Store"
    assert alice.modal.value("How to authorize") == "Sign in with Demo Store"
    assert alice.modal.value("Shop URL") == ""


async def test_the_form_below_has_it_selected_too(ground: Sourcing) -> None:
    await begin(ground)
    await ground.authorize(ground.editor)
    await ground.editor.sees("Acme Demo Store")
    await ground.editor.closes()
    await ground.editor.sees("Acme Demo Store")
    assert ground.editor.modal is not None
    assert ground.editor.modal.submit == "Save"


async def test_saying_no_in_the_browser(ground: Sourcing) -> None:
    await begin(ground)
    alice = ground.editor
    page = await ground.authorize(alice, "Deny")
    assert "told not to allow it" in page
    await alice.sees("told not to allow it")
    await alice.presses("Try again")
    await alice.sees("Open Demo Store")
    await ground.consent(alice)
    await alice.sees("Acme Demo Store")
    assert len(await stored(ground)) == 1


async def test_a_link_that_is_too_old(ground: Sourcing) -> None:
    await begin(ground)
    alice = ground.editor
    await alice.fills("Shop URL", ground.store.url)
    await alice.submits()
    await alice.sees("Open Demo Store")
    url = await alice.opens_link("Open Demo Store")
    skip(ground, timedelta(minutes=31))
    async with Browser() as browser:
        assert "more than 30 minutes old" in await browser.opens(url)
        assert browser.status == 410
    await alice.sees("more than 30 minutes old")
    await alice.presses("Try again")
    await ground.consent(alice)
    await alice.sees("Acme Demo Store")


async def test_an_api_key_is_typed_on_its_own_page(ground: Sourcing) -> None:
    await begin(ground)
    alice = ground.editor
    await alice.picks("How to authorize", "API key")
    await alice.sees("a page of its own")
    await alice.fills("Shop URL", ground.store.url)
    await alice.submits()
    url = await alice.opens_link("Open Demo Store")
    async with Browser() as browser:
        await browser.opens(url)
        browser.fills("API key", "a-wrong-key")
        assert "does not accept this key" in await browser.presses("Connect Demo Store")
        await alice.sees("does not accept this key")
        browser.fills("API key", ground.store.api_key)
        assert "Demo Store is connected" in await browser.presses("Connect Demo Store")
    await alice.sees("Acme Demo Store")
    [authorization] = await stored(ground)
    assert authorization.kind is AuthKind.API_KEY
    assert ground.store.api_key.encode() not in authorization.secret


async def test_one_that_exists_is_picked_from_the_list(ground: Sourcing) -> None:
    await begin(ground)
    await ground.authorize(ground.editor)
    await ground.editor.sees("Acme Demo Store")
    await ground.editor.presses("See third-party service authorizations")
    await ground.editor.sees("Select")
    alice = ground.editor
    assert alice.modal is not None
    assert alice.modal.value("Authorization") == "Demo Store"
    await alice.presses("Create an authorization")
    await alice.sees("How to authorize")
    assert alice.modal.value("Name") == "Demo Store"  # as it was typed last
    await alice.submits()
    await ground.consent(alice)
    await alice.sees("Acme Demo Store")
    assert [each.name for each in await stored(ground)] == ["Demo Store", "Demo Store 2"]
    await alice.presses("See third-party service authorizations")
    await alice.sees("Select")
    assert alice.modal.value("Authorization") == "Demo Store 2"
    await alice.picks("Authorization", "Demo Store")
    await alice.submits()
    await alice.sees("Save")
    async with ground.engine.database.read() as session:
        [draft] = await session.scalars(select(Draft))
    assert draft.data["authorization"] == (await stored(ground))[0].id


async def test_many_of_them_are_found_by_typing(ground: Sourcing) -> None:
    await begin(ground)
    await ground.authorize(ground.editor)
    await ground.editor.sees("Acme Demo Store")
    [first] = await stored(ground)
    async with ground.engine.database.begin() as session:
        for number in range(150):
            session.add(
                Authorization(
                    workspace_id="T1",
                    service="demo_store",
                    name=f"Account {number}",
                    name_key=f"account {number}",
                    kind=first.kind,
                    params=first.params,
                    secret=first.secret,
                    created_by="U_ADMIN",
                    created_at=first.created_at,
                )
            )
    alice = ground.editor
    await alice.presses("See third-party service authorizations")
    await alice.sees("type to find them")
    await alice.picks("Authorization", "Account 149", query="acc 149")
    await alice.submits()
    await alice.sees("Account 149")


async def test_a_closed_window_loses_nothing(ground: Sourcing) -> None:
    await begin(ground)
    alice = ground.editor
    await alice.fills("Shop URL", ground.store.url)
    await alice.submits()
    url = await alice.opens_link("Open Demo Store")
    await alice.closes(everything=True)
    async with Browser() as browser:
        await browser.opens(url)
        await browser.presses("Allow")
    await alice.sees("is connected. Your source is not saved yet")
    await alice.presses("Continue")
    await alice.sees("Acme Demo Store")
    await alice.submits()
    await alice.sees("Data transfer")


async def test_a_lost_one_is_authorized_again_in_place(ground: Sourcing) -> None:
    alice = ground.editor
    await ground.create(alice, "Shop")
    [before] = await stored(ground)
    ground.store.revokes_token()
    async with ground.engine.database.begin() as session:
        row = await session.get_one(Authorization, before.id)
        row.state = AuthorizationState.LOST
    await alice.closes(everything=True)
    await alice.presses("Integration Sources")
    await alice.sees("needs authorization")
    await alice.presses("Open")
    await alice.presses("Re-authorize")
    await alice.sees("Open Demo Store")
    await ground.consent(alice)
    await alice.sees("is authorized again")
    [after] = await stored(ground)
    assert (after.id, after.name) == (before.id, before.name)
    assert after.state is AuthorizationState.OK
    assert after.secret != before.secret


async def test_only_its_creator_and_admins_renew_one(ground: Sourcing) -> None:
    await ground.create(ground.admin, "Shop")
    [authorization] = await stored(ground)
    await ground.editor.runs(f"/patchbay {authorization.id}")
    await ground.editor.sees("only the person who created it and admins can")


async def test_one_in_use_is_not_deleted(ground: Sourcing) -> None:
    alice = ground.editor
    await ground.create(alice, "Shop")
    await alice.closes(everything=True)
    await alice.presses("Create a new Integration Source")
    await alice.picks("Integration source", "Demo Store")
    await alice.presses("See third-party service authorizations")
    await alice.picks("Demo Store", "Delete")
    await alice.sees("is used by “Shop”")
    assert len(await stored(ground)) == 1


async def test_deleting_the_last_one_offers_to_create_another(ground: Sourcing) -> None:
    await begin(ground)
    alice = ground.editor
    await ground.authorize(alice)
    await alice.sees("Acme Demo Store")
    await alice.presses("See third-party service authorizations")
    await alice.picks("Demo Store", "Delete")
    await alice.sees("How to authorize")
    assert await stored(ground) == []


async def test_sign_in_is_offered_only_where_it_is_registered(ground: Sourcing) -> None:
    await begin(ground, "GitHub")
    alice = ground.editor
    await alice.sees("Create an authorization")
    assert alice.modal is not None
    assert "Sign in with GitHub" not in alice.modal.text
    assert "Owner" in alice.modal.text


async def test_defaults_stand_and_only_fitting_params_are_asked(ground: Sourcing) -> None:
    await begin(ground, "Custom REST API")
    alice = ground.editor
    await alice.sees("Base URL")
    assert alice.modal is not None
    assert "Where the key goes" not in alice.modal.text
    await alice.picks("How to authorize", "API key")
    await alice.sees("Where the key goes")
    assert alice.modal.value("Where the key goes") == "X-Api-Key"


async def test_a_service_without_a_secret_is_checked_at_once(ground: Sourcing) -> None:
    await begin(ground, "Custom REST API")
    alice = ground.editor
    await alice.picks("How to authorize", "No authorization")
    await alice.fills("Base URL", f"{ground.store.url}/control")
    await alice.submits()
    await alice.sees("Save")
    [authorization] = await stored(ground)
    assert authorization.kind is AuthKind.NONE
    assert alice.modal is not None
    assert authorization.name in alice.modal.text


async def test_a_missing_param_is_said_beside_its_field(ground: Sourcing) -> None:
    await begin(ground, "GitHub")
    alice = ground.editor
    await alice.fills("Owner", "  ")
    await alice.fills("Repository", "bolt-python")
    await alice.submits()
    assert alice.modal is not None
    assert alice.modal.errors == {"Owner": "Enter the Owner."}


def skip(ground: Sourcing, span: timedelta) -> None:
    clock = ground.engine.clock
    assert isinstance(clock, ShiftedClock)
    clock.skip(span)
