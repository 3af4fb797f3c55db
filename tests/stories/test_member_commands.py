"""`/patchbay` and its words; every word has a button as well."""

import pytest

from bot.playground.host import Playground
from bot.playground.member import Member, Post
from bot.playground.walk import until
from store.models import Integration
from store.vocabulary import IntegrationState, RunState
from tests.stories.members import ON_SQLITE, answer_to
from tests.stories.shop import Scene, opens, sets_up

pytestmark = ON_SQLITE

WORDS = (
    "source new",
    "sources",
    "integration new",
    "integrations",
    "status [name]",
    "sync <name>",
    "pause <name>",
    "activate <name>",
    "errors <name>",
    "history <name>",
    "projects",
)


async def helped(member: Member, typed: str) -> Post:
    """The answer, which must be the help, to this member alone."""
    answer = await answer_to(member, f"/patchbay {typed}".strip())
    assert all(f"/patchbay {words}" in answer.text for words in WORDS), answer.text
    return answer


async def test_help_and_words_that_mean_nothing(ground: Playground, boris: Member) -> None:
    for typed in ("", "help", "HELP"):
        answer = await helped(boris, typed)
        assert "There is no command" not in answer.text
    assert "Did you mean /patchbay status?" in (await helped(boris, "sttaus")).text
    assert "Did you mean /patchbay sources?" in (await helped(boris, "surces")).text
    lost = await helped(boris, "make me a <sandwich>")
    assert "There is no command “make me a <sandwich>”." in lost.text
    assert "Did you mean" not in lost.text
    assert boris.channel("C_GENERAL") == []  # nobody else was bothered


async def test_help_offers_members_to_admins_only(
    ground: Playground, alice: Member, boris: Member
) -> None:
    assert "[Members and roles]" in (await helped(alice, "help")).text
    assert "[Members and roles]" not in (await helped(boris, "help")).text


@pytest.mark.parametrize(
    ("typed", "button", "seen"),
    [
        ("source new", "Create a new Integration Source", "Integration source"),
        ("sources", "See sources", "Integration Source Configurations"),
        ("integration new", "Create an integration", "Integration configuration"),
        ("integrations", "See integrations", "Find by name"),
        ("projects", "See projects", "A project is a database"),
    ],
)
async def test_words_and_buttons_that_open_a_window(
    ground: Playground, boris: Member, typed: str, button: str, seen: str
) -> None:
    await boris.runs(f"/patchbay {typed.title()}")
    first = await boris.sees(seen)
    title = first.text.split("\n")[0]
    await boris.closes(everything=True)
    await helped(boris, "")
    await boris.presses(button)
    again = await boris.sees(seen)
    assert again.text.split("\n")[0] == title


async def another(scene: Scene, name: str) -> None:
    """One more integration, which stands still."""
    await scene.shop.connects(name)
    await scene.quiet()


async def test_loose_names(ground: Playground, alice: Member) -> None:
    scene = await sets_up(ground)
    await another(scene, "Élodie’s customers")
    for typed in ("demo", "DEMO STORE", "Demo Store sync", '"demo store sync"', "sync", "stor"):
        answer = await answer_to(alice, f"/patchbay status {typed}")
        assert answer.text.startswith("Demo Store sync · "), typed
    answer = await answer_to(alice, "/patchbay status elodie")
    assert answer.text.startswith("Élodie’s customers · ")


async def test_two_that_match_and_one_that_is_spelled_wrong(
    ground: Playground, alice: Member
) -> None:
    scene = await sets_up(ground)
    await another(scene, "Demo Store orders")
    await alice.runs("/patchbay pause demo")
    await alice.sees("“demo” fits several integrations. Which one shall be paused?")
    await alice.presses("Pause", within="Demo Store orders")
    await alice.sees("“Demo Store orders” is paused")
    async with ground.patchbay.engine.database.read() as session:
        first = await session.get_one(Integration, scene.shop.integrations["Demo Store sync"])
    assert first.state is IntegrationState.ACTIVE

    await alice.runs("/patchbay history Demmo Stroe sync")
    await alice.sees(
        "There is no integration called “Demmo Stroe sync”. Did you mean one of these?"
    )
    await alice.presses("History", within="Demo Store sync")
    await alice.sees_modal("History")


async def test_status_of_all_and_of_one(ground: Playground, alice: Member) -> None:
    await alice.runs("/patchbay status")
    await alice.sees("There is no integration yet.")
    scene = await sets_up(ground)
    await another(scene, "Orders")
    await alice.runs("/patchbay status")
    overview = await alice.sees("Orders · ")
    assert "Demo Store sync · :large_green_circle: Active" in overview.text
    await alice.runs("/patchbay status orders")
    answer = await alice.sees("[Sync now]")
    for button in ("Open", "Pause", "Edit", "History", "Errors", "Delete"):
        assert f"[{button}]" in answer.text
    await alice.presses("Open", within=answer)
    await alice.sees_modal("Integration")


async def test_every_verb_by_word_and_by_button(ground: Playground, alice: Member) -> None:
    scene = await sets_up(ground)
    await alice.runs("/patchbay history demo")
    await alice.sees("250 created")
    await alice.closes()
    await alice.runs("/patchbay errors demo")
    await alice.sees("No record is waiting")
    await alice.closes()
    await alice.runs("/patchbay pause demo")
    await alice.sees("“Demo Store sync” is paused: nothing is synced")
    await alice.runs("/patchbay sync demo")
    await alice.sees("“Demo Store sync” is not active. Activate it: that starts a sync, too.")
    await alice.runs("/patchbay pause demo")
    await alice.sees("“Demo Store sync” is paused")
    await alice.runs("/patchbay activate demo")
    await alice.sees("“Demo Store sync” is active")
    await scene.quiet()
    await alice.runs("/patchbay activate demo")
    await alice.sees("“Demo Store sync” is active already.")
    await alice.runs("/patchbay sync demo")
    await alice.sees("“Demo Store sync” is syncing.")
    await scene.quiet()
    assert await scene.shop.runs(RunState.SUCCEEDED) == 3

    # The same by the help's buttons, which ask which one.
    await helped(alice, "help")
    for button, asks, seen in (
        ("Status", "", "Demo Store sync · "),
        ("Pause", "Which one shall be paused?", "is paused"),
        ("Activate", "Which one shall be activated?", "is active"),
    ):
        helping = [post for post in alice.ephemerals if "/patchbay source new" in post.text][-1]
        await alice.presses(button, within=helping)
        if asks:
            question = await alice.sees(asks)
            await alice.presses(button, within=question)
        await alice.sees(seen)
        await scene.quiet()
    for button, asks, seen in (
        ("Errors", "Whose errors do you want to see?", "No record is waiting"),
        ("History", "Whose history do you want to see?", "250 created"),
    ):
        helping = [post for post in alice.ephemerals if "/patchbay source new" in post.text][-1]
        await alice.presses(button, within=helping)
        question = await alice.sees(asks)
        await alice.presses(button, within=question)
        await alice.sees(seen)
        await alice.closes()


async def test_everything_from_the_home_tab(ground: Playground, alice: Member) -> None:
    await alice.opens_home()
    await alice.sees("None yet: this is where to begin.")
    scene = await sets_up(ground)
    await alice.opens_home()
    await alice.sees("Demo Store sync")
    for button, seen in (
        ("Create a new Integration Source", "Integration source"),
        ("Create an integration", "Integration configuration"),
        ("All integrations", "Find by name"),
        ("All sources", "Integration Source Configurations"),
        ("Projects", "A project is a database"),
        ("Members and roles", "Find a member"),
    ):
        await alice.presses(button)
        await alice.sees(seen)
        await alice.closes(everything=True)
    await alice.presses("Open", within="Demo Store sync")
    await alice.sees_modal("Integration")
    await alice.presses("Pause")
    await alice.sees("is paused")
    await alice.closes(everything=True)
    home = await alice.sees("Paused")
    assert home.text == (alice.home.text if alice.home else "")
    await alice.presses("Help")
    await until(lambda: any("/patchbay sync" in post.text for post in alice.dm()), "the help")
    await scene.quiet()


async def test_an_integration_found_by_typing(ground: Playground, alice: Member) -> None:
    shop = await opens(ground.patchbay.engine, ground.slack, ground.store)
    await shop.connects("Café orders")
    await shop.connects("Wholesale")
    await alice.runs("/patchbay integrations")
    assert await alice.options("Find by name", "cafe") == ["Café orders"]
    await alice.picks("Find by name", "Café orders", query="caf")
    await alice.sees_modal("Integration")
    await alice.sees("Café orders")
