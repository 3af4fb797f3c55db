"""Who gets mails: members at once, an outside address only after it said so by itself."""

import re

from bot.playground.browser import Browser
from bot.playground.host import Playground
from bot.playground.member import Member
from bot.playground.walk import until
from store.models import Recipient
from tests.stories.members import ON_SQLITE, answer_to
from tests.stories.shop import Scene, sets_up

pytestmark = ON_SQLITE

OUTSIDE = "ops@partner.example"


async def edits(member: Member) -> None:
    await member.runs("/patchbay integrations")
    await member.presses("Open", within="Demo Store sync")
    await member.presses("Edit")
    await member.sees("Types of updates")
    await member.presses("Add", within="Email alert")


async def link_mailed(ground: Playground) -> str:
    """The link in the only mail to the outside address."""
    await until(lambda: bool(ground.mailbox.to(OUTSIDE)), "the mail that asks")
    [mail] = ground.mailbox.to(OUTSIDE)
    part = mail.get_body(("plain",))
    assert part is not None
    found = re.search(r"http://\S+/confirm-email/\S+", part.get_content())
    assert found is not None, part.get_content()
    return found.group()


async def fails_three_times(scene: Scene) -> None:
    """Three hours of trouble make a warning."""
    scene.ground.store.answers_500()
    for _ in range(3):
        await scene.an_hour_goes_by()


async def test_an_outside_address_is_asked_first(ground: Playground, alice: Member) -> None:
    scene = await sets_up(ground)
    await edits(alice)
    assert await alice.options("E-mail address", "ops@part") == []
    await alice.picks("E-mail address", f"Add {OUTSIDE}", query=OUTSIDE)
    await alice.sees(f"{OUTSIDE} (will be asked to confirm)")
    await alice.submits()
    await alice.sees(f"{OUTSIDE} (waits for the link mailed there)")
    await alice.closes(everything=True)
    url = await link_mailed(ground)
    [asking] = scene.mails(to=OUTSIDE)
    assert "Demo Store sync" in asking

    await fails_three_times(scene)
    assert len(scene.mails("keeps failing")) == 1  # Alice is a member, and was told
    assert scene.mails(to=OUTSIDE) == [asking]

    async with Browser() as scanner:  # mail programs open links by themselves
        page = await scanner.opens(url)
    assert "Do you want these alerts?" in page
    ground.store.works_again()
    await scene.an_hour_goes_by()
    assert scene.mails(to=OUTSIDE) == [asking]

    async with Browser() as browser:
        await browser.opens(url)
        page = await browser.presses("Yes, send me alerts")
        assert f"Alerts about “Demo Store sync” will be sent to {OUTSIDE}." in page
        assert "Thank you" in await browser.opens(url)  # once more changes nothing
        assert "This link does not work" in await browser.opens(f"{url}x")
    await alice.presses("Open", within=await answer_to(alice, "/patchbay status demo"))
    settled = await alice.sees(OUTSIDE)
    assert "waits for the link" not in settled.text
    await alice.closes()

    await fails_three_times(scene)
    assert len(scene.mails("keeps failing", to=OUTSIDE)) == 1


async def test_a_members_address_is_picked_ones_own_first(
    ground: Playground, boris: Member
) -> None:
    scene = await sets_up(ground, boris.id, recipients=[])
    await edits(boris)
    offered = await boris.options("E-mail address")
    assert offered[0] == "boris@example.com"
    assert set(offered) == {"alice@example.com", "boris@example.com", "chiara@example.com"}
    assert await boris.options("E-mail address", "moreau") == ["alice@example.com"]
    await boris.picks("E-mail address", "alice@example.com", query="alice")
    await boris.sees("alice@example.com")
    await boris.presses("Add", within="Email alert")
    await boris.picks("E-mail address", "chiara@example.com")
    await boris.sees("chiara@example.com")
    await boris.presses("Remove", within="chiara@example.com")
    await boris.sees_no_more("chiara@example.com")
    await boris.submits()
    await boris.sees("Saved.")
    await boris.closes(everything=True)
    await fails_three_times(scene)
    assert len(scene.mails("keeps failing")) == 1
    assert ground.mailbox.to("chiara@example.com") == []
    async with ground.patchbay.engine.database.read() as session:
        kept = await session.get_one(Recipient, 1)
    assert kept.address == "alice@example.com"


async def test_an_address_that_is_none(ground: Playground, alice: Member) -> None:
    await sets_up(ground)
    await edits(alice)
    assert await alice.options("E-mail address", "not an address@") == []
    assert await alice.options("E-mail address", "x" * 200 + "@example.com") == []
