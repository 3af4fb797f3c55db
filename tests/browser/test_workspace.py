"""The workspace as a person uses it: channels, threads, the composer, acting as somebody else."""

import re

from playwright.async_api import Locator, Page, expect

from bot.playground.host import Playground
from bot.playground.page.app import Page as Served
from bot.playground.slack.messages import Message
from tests.benchmarks.page import count, switch
from tests.browser.conftest import OpenTab


def composer(tab: Page, name: str = "Patchbay") -> Locator:
    return tab.get_by_role("textbox", name=f"Message {name}", exact=True)


def article(tab: Page, words: str) -> Locator:
    return tab.get_by_role("article").filter(has_text=words)


async def goes_to(tab: Page, name: str | re.Pattern[str]) -> None:
    places = tab.get_by_role("navigation", name="Workspace")
    await places.get_by_role("button", name=name).click()


async def test_a_command_is_completed_and_answered(open_tab: OpenTab) -> None:
    tab = await open_tab("U_ALICE")
    field = composer(tab)
    await field.press_sequentially("/pat")
    offers = tab.get_by_role("listbox", name="Commands")
    await expect(offers.get_by_role("option").first).to_contain_text(
        "help | source new | sources | integration new | integrations | status [name]"
    )
    await field.press_sequentially("chbay so")
    await expect(offers.get_by_role("option")).to_have_count(2)
    await field.press("ArrowDown")
    await field.press("ArrowDown")
    await field.press("Enter")
    await expect(field).to_have_value("/patchbay sources")
    await field.fill("/patchbay help")
    await field.press("Enter")
    await expect(field).to_have_value("")
    answer = article(tab, "Connect a third-party service")
    await expect(answer).to_contain_text("Only visible to you")
    await expect(answer.get_by_role("button", name="See sources")).to_be_visible()


async def test_messages_come_live_to_everybody_and_are_marked_unread(open_tab: OpenTab) -> None:
    alice = await open_tab("U_ALICE", "#C_GENERAL")
    boris = await open_tab("U_BORIS")
    chiara = await open_tab("U_CHIARA", "#C_GENERAL")
    await composer(alice, "#general").fill("Who is *on call*?")
    await composer(alice, "#general").press("Enter")
    await expect(article(chiara, "Who is on call?").locator("b, strong")).to_have_text("on call")
    await expect(chiara.get_by_role("status").last).to_have_text(
        "Alice Moreau in #general: Who is on call?"
    )
    unread = boris.get_by_role("navigation").get_by_role("button", name="general")
    await expect(unread).to_have_accessible_name("general 1 unread")
    await expect(boris).to_have_title(re.compile(r"^\(1\) Boris Lindqvist"))
    await goes_to(boris, "general")
    await expect(boris.get_by_text("New", exact=True)).to_be_visible()
    await expect(unread).to_have_accessible_name("general")
    await expect(boris).to_have_title(re.compile("^Boris Lindqvist"))


async def test_times_are_in_the_members_zone(open_tab: OpenTab, ground: Playground) -> None:
    workspace = ground.slack.workspace
    channel = workspace.channels["C_GENERAL"]
    workspace.post(channel, Message("C_GENERAL", "1767225600.000100", "U_BORIS", "Happy new year"))
    tab = await open_tab("U_ALICE", "#C_GENERAL")
    time = article(tab, "Happy new year").locator("time")
    await expect(time).to_have_text("01:00")
    await expect(time).to_have_attribute("title", re.compile("January 1, 2026 at 01:00:00 "))
    await goes_to(tab, re.compile("^Chiara Ogawa"))
    await expect(article(tab, "Happy new year").locator("time")).to_have_text("09:00")


async def test_a_thread_beside_its_channel(open_tab: OpenTab, ground: Playground) -> None:
    alice = await open_tab("U_ALICE", "#C_GENERAL")
    await composer(alice, "#general").fill("Shall we?")
    await composer(alice, "#general").press("Enter")
    await article(alice, "Shall we?").hover()
    await article(alice, "Shall we?").get_by_role("button", name="Reply in thread").click()
    thread = alice.get_by_role("complementary", name="Thread")
    reply = thread.get_by_role("textbox", name="Reply in thread")
    await expect(reply).to_be_focused()
    await reply.fill("/patchbay help")
    await reply.press("Enter")
    await expect(thread.get_by_role("alert")).to_contain_text("do not work in threads")
    await reply.fill("We shall.")
    await reply.press("Enter")
    await expect(thread.get_by_role("article")).to_have_count(2)
    boris = await open_tab("U_BORIS", "#C_GENERAL")
    bar = article(boris, "Shall we?").get_by_role("button", name=re.compile("1 reply"))
    await expect(bar).to_contain_text("Last reply just now")
    await bar.click()
    await expect(boris.get_by_role("complementary", name="Thread")).to_contain_text("We shall.")
    await boris.get_by_role("button", name="Close Thread").click()
    await expect(bar).to_be_focused()


async def test_an_edited_message_is_marked(open_tab: OpenTab, ground: Playground) -> None:
    tab = await open_tab("U_ALICE", "#C_GENERAL")
    workspace = ground.slack.workspace
    channel = workspace.channels["C_GENERAL"]
    message = workspace.post(channel, Message(channel.id, workspace.new_ts(), "UBOT", "Ninety"))
    await expect(article(tab, "Ninety")).to_be_visible()
    message.edit("Ninety-one", [])
    message.edited = workspace.new_ts()
    workspace.changes.add("message.edited", workspace.id, channel=channel.id, ts=message.ts)
    await expect(article(tab, "Ninety-one")).to_contain_text("(edited)")
    channel.messages.remove(message)
    workspace.changes.add("message.deleted", workspace.id, channel=channel.id, ts=message.ts)
    await expect(article(tab, "Ninety")).to_have_count(0)


async def test_another_member_takes_over_in_the_same_tab(open_tab: OpenTab, served: Served) -> None:
    tab = await open_tab("U_ALICE")
    await composer(tab).fill("/patchbay help")
    await composer(tab).press("Enter")
    await expect(article(tab, "Only visible to you")).to_have_count(1)
    await goes_to(tab, re.compile("^Boris Lindqvist"))
    await expect(tab).to_have_title(re.compile("^Boris Lindqvist"))
    await expect(tab).to_have_url(re.compile("as=U_BORIS"))
    await expect(composer(tab)).to_be_visible()
    await expect(article(tab, "Only visible to you")).to_have_count(0)
    assert +served.streams.open == {"U_BORIS": 1}
    await tab.reload()
    await expect(tab).to_have_title(re.compile("^Boris Lindqvist"))


async def test_taking_over_leaves_nothing_behind(open_tab: OpenTab, served: Served) -> None:
    tab = await open_tab("U_ALICE")
    session = await tab.context.new_cdp_session(tab)
    await session.send("Performance.enable")
    await switch(tab, 6)
    before = await count(tab, session, served, "a few")
    await switch(tab, 24)
    after = await count(tab, session, served, "many")
    assert after.listeners <= before.listeners + 5  # one member's screen has more than fifty
    assert after.nodes <= before.nodes + 20
    assert after.streams == 1


async def test_a_member_in_a_tab_of_their_own(open_tab: OpenTab) -> None:
    tab = await open_tab("U_ALICE")
    async with tab.context.expect_page() as opening:
        await tab.get_by_role("link", name="Open Chiara Ogawa in a tab of their own").click()
    other = await opening.value
    await expect(other).to_have_title(re.compile("^Chiara Ogawa"))
    await expect(other.get_by_role("button", name="Chiara Ogawa")).to_contain_text("viewer")
    await expect(tab).to_have_title(re.compile("^Alice Moreau"))


async def test_the_apps_home(open_tab: OpenTab) -> None:
    tab = await open_tab("U_ALICE")
    await goes_to(tab, "Patchbay Home")
    home = tab.get_by_role("region", name="Home")
    await home.get_by_role("button", name="Create a new Integration Source").click()
    await expect(tab.get_by_role("dialog", name="New source")).to_be_visible()
    await tab.keyboard.press("Escape")
    await expect(tab.get_by_role("dialog")).to_have_count(0)
    await tab.get_by_role("group", name="Patchbay").get_by_role("button", name="Messages").click()
    await expect(composer(tab)).to_be_focused()


async def test_a_draft_stays_where_it_was_written(open_tab: OpenTab) -> None:
    tab = await open_tab("U_ALICE")
    await composer(tab).fill("Not yet")
    await goes_to(tab, "general")
    await expect(composer(tab, "#general")).to_have_value("")
    await tab.get_by_role("navigation").get_by_role("button", name="Patchbay", exact=True).click()
    await expect(composer(tab)).to_have_value("Not yet")


async def test_takes_up_where_the_connection_broke(
    open_tab: OpenTab, served: Served, ground: Playground
) -> None:
    tab = await open_tab("U_ALICE", "#C_GENERAL")
    workspace = ground.slack.workspace
    channel = workspace.channels["C_GENERAL"]

    async def says(text: str) -> None:
        workspace.post(channel, Message(channel.id, workspace.new_ts(), "U_BORIS", text))

    await says("Before")
    await expect(article(tab, "Before")).to_be_visible()
    await tab.context.set_offline(True)
    served.streams.drop()
    await expect(tab.get_by_text("The playground does not answer")).to_be_visible()
    await says("Meanwhile")
    await tab.context.set_offline(False)
    await expect(article(tab, "Meanwhile")).to_be_visible()
    await expect(tab.get_by_text("The playground does not answer")).to_be_hidden()
    await expect(tab.get_by_role("article")).to_have_count(2)


async def test_only_what_is_near_is_drawn_of_very_many(
    open_tab: OpenTab, ground: Playground
) -> None:
    workspace = ground.slack.workspace
    channel = workspace.channels["C_GENERAL"]
    for number in range(1500):
        stamp = f"{1_780_000_000 + number * 60}.000100"
        channel.messages.append(Message(channel.id, stamp, "U_BORIS", f"Message {number}."))
    tab = await open_tab("U_ALICE", "#C_GENERAL")
    await expect(article(tab, "Message 1499.")).to_be_in_viewport()
    box = tab.get_by_role("region", name="Messages in #general")
    await box.focus()
    for number in range(1400, 0, -50):  # upwards, by the keyboard
        while not await article(tab, f"Message {number}.").count():
            await box.press("PageUp")
    beginning = tab.get_by_text("This is the very beginning of #general.")
    while not await beginning.is_visible() or await box.evaluate("box => box.scrollTop"):
        await box.press("Home")
    assert await tab.get_by_role("article").count() <= 90
    await tab.get_by_role("button", name="Latest messages").click()
    await expect(article(tab, "Message 1499.")).to_be_in_viewport()
    assert await tab.get_by_role("article").count() <= 90


async def test_what_is_read_does_not_jump_when_something_is_new(
    open_tab: OpenTab, ground: Playground
) -> None:
    workspace = ground.slack.workspace
    channel = workspace.channels["C_GENERAL"]
    for number in range(60):
        stamp = f"{1_780_000_000 + number * 600}.000100"
        channel.messages.append(Message(channel.id, stamp, "U_BORIS", f"Message {number}."))
    tab = await open_tab("U_ALICE", "#C_GENERAL")
    await article(tab, "Message 20.").scroll_into_view_if_needed()
    await tab.wait_for_timeout(100)
    before = await article(tab, "Message 20.").bounding_box()
    workspace.post(channel, Message(channel.id, workspace.new_ts(), "U_BORIS", "News"))
    await expect(tab.get_by_role("button", name="Latest messages")).to_be_visible()
    assert await article(tab, "Message 20.").bounding_box() == before
    await tab.get_by_role("button", name="Latest messages").click()
    await expect(article(tab, "News")).to_be_in_viewport()


async def test_one_pane_at_a_time_on_a_phone(open_tab: OpenTab) -> None:
    phone = {"width": 390, "height": 800}
    tab = await open_tab("U_ALICE", "#C_GENERAL", viewport=phone, has_touch=True)
    places = tab.get_by_role("navigation", name="Workspace")
    await expect(composer(tab, "#general")).to_be_visible()
    await expect(places).to_be_hidden()
    await composer(tab, "#general").fill("Hello")
    await tab.get_by_role("button", name="Send").click()
    await article(tab, "Hello").get_by_role("button", name="Reply in thread").click()
    await expect(tab.get_by_role("textbox", name="Reply in thread")).to_be_visible()
    await expect(composer(tab, "#general")).to_be_hidden()
    await tab.get_by_role("button", name="Close Thread").click()
    await tab.get_by_role("button", name="Back to the sidebar").click()
    await goes_to(tab, "Demo Store")
    await expect(places).to_be_hidden()
    await expect(tab.get_by_role("heading", name="Demo Store")).to_be_visible()
    wide = await tab.evaluate("document.documentElement.scrollWidth")
    assert wide <= phone["width"]


async def test_colours_follow_the_system_until_somebody_chooses(open_tab: OpenTab) -> None:
    tab = await open_tab("U_ALICE", color_scheme="dark")
    theme = tab.locator("html")
    await expect(theme).to_have_attribute("data-theme", "dark")
    await tab.get_by_role("button", name="Colours: As the system").click()
    await expect(theme).to_have_attribute("data-theme", "light")
    await tab.reload()
    await expect(theme).to_have_attribute("data-theme", "light")
    await expect(tab.get_by_role("button", name="Colours: Light")).to_be_visible()
