"""What a member does, from the first command to an active integration, by the words on screen.

The walk, the tests' stories and the benchmarks go the same ways. Each step is one that a person
takes: a press, a pick, a tick, a field filled in.
"""

from bot.playground.browser import Browser
from bot.playground.member import Member


async def creates_source(
    member: Member, shop_url: str, *, name: str | None = None, key: str | None = None
) -> None:
    """Step 0: a source of Demo Store with a new authorization, by OAuth or by a typed `key`.

    Starts at the form; ends at the source's page.
    """
    await member.picks("Integration source", "Demo Store")
    if name is not None:
        await member.fills("Name", name)
    await member.presses("See third-party service authorizations")
    await member.sees_modal("Create an authorization")
    if key is not None:
        await member.picks("How to authorize", "API key")
    await authorizes(member, shop_url, key=key)
    await member.sees_modal("source")
    await member.submits()
    await member.sees("Data transfer")


async def authorizes(member: Member, shop_url: str, *, key: str | None = None) -> str:
    """From "Create an authorization" to the last page in the browser; returns its words."""
    await member.fills("Shop URL", shop_url)
    await member.submits()
    await member.sees("Open Demo Store")
    return await goes_to_the_browser(member, key=key)


async def goes_to_the_browser(
    member: Member, *, key: str | None = None, answer: str = "Allow"
) -> str:
    """From the link in Slack to the last page; what is done there counts as the member's."""
    async with Browser() as browser:
        await browser.opens(await member.opens_link("Open Demo Store"))
        if key is None:
            last = await browser.presses(answer)
        else:
            browser.fills("API key", key)
            last = await browser.presses("Connect Demo Store")
        member.clicks += browser.clicks
        member.typed += browser.typed
        return last


async def adds_transfer(member: Member, data_type: str = "Customers") -> None:
    """A data transfer with the suggested mapping into a new table, activated.

    Starts and ends at the source's page.
    """
    await member.picks("Choose the type of data", data_type)
    await member.presses("Add")
    await member.sees_modal("Mapping")
    await member.submits()
    await member.sees_modal("Integration Source", timeout=10)
    await member.sees("Active")


async def activates_integration(member: Member) -> None:
    """Steps 1 to 4 with everything as it is filled in; starts at the source's page."""
    await member.presses("Create an integration")
    await member.sees("Types of updates")
    await member.presses("Activate")
    await member.sees_modal("Integration")
    await member.sees("Active")


async def connects(member: Member, shop_url: str, data_type: str = "Customers") -> None:
    """The shortest way from `/patchbay` to an active integration."""
    await member.runs("/patchbay")
    await member.presses("Create a new Integration Source")
    await creates_source(member, shop_url)
    await adds_transfer(member, data_type)
    await activates_integration(member)
