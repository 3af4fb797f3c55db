"""The panels beside Slack and the tour, in a browser, by what a person presses and reads."""

import re
from email.message import EmailMessage

import pytest
from aiosmtplib import send
from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from bot.playground import journey
from bot.playground.host import Playground
from bot.playground.page.app import Page as Served
from tests.browser.conftest import OpenTab

PHONE: ViewportSize = {"width": 390, "height": 844}


async def panel(page: Page, name: str) -> Locator:
    await page.get_by_role("button", name=name, exact=True).first.click()
    shown = page.locator(".panel")
    await expect(shown.get_by_role("heading", name=name, exact=True)).to_be_visible()
    return shown


async def connected(ground: Playground) -> None:
    alice = ground.slack.member("U_ALICE")
    await journey.connects(alice, ground.store.url)
    await alice.closes(everything=True)
    await alice.sees("its first sync is done", timeout=15)


async def test_the_store_is_changed_and_broken(open_tab: OpenTab, ground: Playground) -> None:
    page = await open_tab("U_ALICE")
    store = await panel(page, "Demo Store")
    await store.get_by_role("button", name="Add", exact=True).click()
    await store.get_by_role("button", name="Edit number 251").click()
    field = store.get_by_label("email of number 251")
    await field.fill("grace@example.com")
    await field.press("Enter")
    await expect(store.get_by_role("button", name="Edit number 251")).to_be_focused()
    assert ground.store.record("customers", 251)["email"] == "grace@example.com"
    await store.get_by_role("button", name="Delete number 251").click()
    row = store.get_by_role("row", name=re.compile("grace@example.com"))
    await expect(row).to_contain_text("deleted")

    await store.get_by_role("switch", name="answers 500").click()
    await expect(store.get_by_role("status").first).to_have_text("The store answers 500.")
    assert ground.store.trouble.errors_500 is True
    await store.get_by_role("switch", name="drops a field").click()
    await expect(store.get_by_role("status").first).to_contain_text("drops email")
    await store.get_by_role("button", name="Works again").click()
    await expect(store.get_by_role("status").first).to_have_text("The store works.")


async def test_an_edit_is_not_disturbed_and_can_be_given_up(
    open_tab: OpenTab, ground: Playground
) -> None:
    page = await open_tab("U_ALICE")
    store = await panel(page, "Demo Store")
    ground.store.change("customers", [9], first_name="Grace")
    await store.get_by_role("button", name="Edit number 9", exact=True).click()
    field = store.get_by_label("first name of number 9")
    await field.fill("Gra")
    ground.store.add("customers")
    await expect(store.get_by_role("button", name="Edit number 251")).to_be_visible()
    await expect(field).to_be_focused()
    assert await field.input_value() == "Gra"
    await field.press("Escape")
    await expect(store.get_by_role("button", name="Edit number 9", exact=True)).to_be_focused()
    assert ground.store.record("customers", 9)["first_name"] == "Grace"


async def test_the_project_marks_what_changed(open_tab: OpenTab, ground: Playground) -> None:
    page = await open_tab("U_ALICE")
    project = await panel(page, "Project")
    await expect(project.get_by_text("There is no table yet")).to_be_visible()
    await connected(ground)
    await expect(project.get_by_text("250 new", exact=False).last).to_be_visible()
    await project.get_by_role("button", name="Mark all as seen").click()
    await expect(project.get_by_text("Nothing changed since the last look.")).to_be_visible()
    ground.store.change("customers", [200], first_name="Grace")
    await ground.slack.member("U_ALICE").runs("/patchbay sync demo")
    row = project.get_by_role("row", name=re.compile("^changed 200 "))
    await expect(row).to_contain_text("Grace", timeout=15_000)


async def test_time_passes(open_tab: OpenTab, ground: Playground) -> None:
    page = await open_tab("U_ALICE")
    store = await panel(page, "Demo Store")
    await store.get_by_role("button", name="Skip a day").click()
    await expect(store.get_by_text(re.compile(r"\d+ hours are still to go by"))).to_be_visible()
    await expect(store.get_by_role("button", name="Skip an hour")).to_be_disabled()
    await store.get_by_role("button", name="Stop").click()
    skip = store.get_by_role("button", name="Skip an hour")
    await expect(skip).to_be_enabled()
    before = ground.clock.shift
    await skip.click()
    hours = round(before.total_seconds() / 3600) + 1
    await expect(store.get_by_text(f"({hours} hours ahead)")).to_be_visible()
    await expect(skip).to_be_enabled()


async def test_a_mail_is_read(chromium: Browser, served: Served, ground: Playground) -> None:
    # not by `open_tab`: Chromium says in the console that the mail's script may not run
    page = await (await chromium.new_context()).new_page()
    await page.goto(f"{served.url}/?as=U_ALICE")
    mailbox = await panel(page, "Mailbox")
    await expect(mailbox.get_by_text("No mail yet", exact=False)).to_be_visible()
    await _mail(ground)
    await mailbox.get_by_role("button", name=re.compile("An alert")).click()
    await expect(mailbox.get_by_role("heading", name="An alert")).to_be_focused()
    mail = page.frame_locator("iframe[title*='An alert']")
    await expect(mail.get_by_text("Ran: no")).to_be_visible()
    async with page.context.expect_page() as opening:
        await mail.get_by_role("link", name="Open in Slack").click()
    other = await opening.value
    await expect(other).to_have_url(re.compile(r"\?as=U_ALICE#C_ALERTS$"))
    await expect(other.get_by_role("main")).to_be_visible()
    await mailbox.get_by_role("tab", name="Text").click()
    link = mailbox.get_by_role("link", name="https://example.com/help")
    await expect(link).to_have_attribute("target", "_blank")


async def _mail(ground: Playground) -> None:
    message = EmailMessage()
    message["From"], message["To"] = "bot@example.com", "alice@example.com"
    message["Subject"], message["Date"] = "An alert", "Tue, 24 Nov 2026 10:00:00 +0000"
    message.set_content("Read https://example.com/help for more.")
    message.add_alternative(
        "<html><head></head><body><p id='ran'>Ran: no</p>"
        "<script>document.getElementById('ran').textContent = 'Ran: yes'</script>"
        "<a href='https://slack.com/app_redirect?channel=C_ALERTS&amp;team=T1'>Open in Slack</a>"
        "</body></html>",
        subtype="html",
    )
    await send(message, hostname=ground.mailbox.host, port=ground.mailbox.port)


async def test_the_protocol_is_read_and_searched(open_tab: OpenTab, ground: Playground) -> None:
    page = await open_tab("U_BORIS")
    protocol = await panel(page, "Protocol")
    await ground.slack.member("U_ALICE").runs("/patchbay sources")
    command = protocol.get_by_role("button", name=re.compile("patchbay sources"))
    await expect(command).to_contain_text("ms")
    await command.focus()
    await page.keyboard.press("Enter")
    await expect(command).to_have_attribute("aria-expanded", "true")
    await expect(protocol.locator("pre.json").first).to_contain_text('"text": "sources"')
    await expect(protocol.locator("pre.json").first).to_contain_text('"token": "•••"')
    await protocol.get_by_role("tab", name="bot → Slack").click()
    await expect(command).to_be_hidden()
    await protocol.get_by_label("Search in all JSON").fill("nowhere-to-be-found")
    await expect(protocol.get_by_text("No exchange has these words.")).to_be_visible()


async def test_the_tour_goes_on_by_itself_and_can_be_skipped(
    open_tab: OpenTab, ground: Playground
) -> None:
    page = await open_tab("U_ALICE", tour=True)
    tour = page.locator(".tour")
    await expect(tour).to_contain_text("Step 1 of 9: Integration source")
    alice = ground.slack.member("U_ALICE")
    await alice.runs("/patchbay")
    await alice.presses("Create a new Integration Source")
    window = page.get_by_role("dialog")
    await expect(window.locator(".tour")).to_contain_text("Step 1 of 9")
    await alice.picks("Integration source", "Demo Store")
    await expect(tour).to_contain_text("Step 2 of 9: Authorization")
    await expect(tour).to_contain_text(ground.store.url)
    await tour.get_by_role("button", name="Skip this step").click()
    await expect(tour).to_contain_text("Step 3 of 9: Data transfer")
    await alice.closes(everything=True)
    await expect(page.get_by_role("complementary").locator(".tour")).to_be_visible()
    await page.reload()
    await expect(tour).to_contain_text("Step 3 of 9: Data transfer")
    await tour.get_by_role("button", name="Back to skipped steps").click()
    await expect(tour).to_contain_text("Step 2 of 9: Authorization")


@pytest.mark.parametrize("name", ["Demo Store", "Project", "Mailbox", "Protocol"])
async def test_each_panel_fits_a_phone(chromium: Browser, served: Served, name: str) -> None:
    page = await chromium.new_page(viewport=PHONE)
    await page.goto(f"{served.url}/?as=U_ALICE")
    await page.get_by_role("button", name="Back to the sidebar").click()
    shown = await panel(page, name)
    box = await shown.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert await shown.evaluate("node => node.parentElement.scrollWidth - node.clientWidth") <= 0
