"""The help article, start to finish, and what comes when the service breaks; all by the page.

Nothing here looks inside the bot, the store or the mailbox: it presses and types what a person
would, and reads what the page shows. On every screen, axe-core looks for what keeps people out.
"""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser import axe
from tests.browser.conftest import OpenTab

A_WHILE = 20_000  # ms for what takes a sync
A_DAY = 100_000  # ms for a day that goes by hour by hour
WIDE = {"width": 1680, "height": 1000}  # chat, panel and tour side by side
BROKEN = "was disabled because of a large number of errors"


class Alice:
    """She presses and types in her tab, by the names that she reads there.

    `barriers`: what axe-core found, a line each.
    """

    def __init__(self, tab: Page) -> None:
        self.tab = tab
        self.barriers: list[str] = []
        self._axe = axe.text()

    def beside(self, name: str) -> Locator:
        return self.tab.get_by_role("complementary", name=name)

    @property
    def window(self) -> Locator:
        return self.tab.get_by_role("dialog")

    async def presses(self, name: str, within: Locator | None = None) -> None:
        place = self.window if within is None else within
        await place.get_by_role("button", name=name, exact=True).click()

    async def picks(self, label: str, choice: str | re.Pattern[str]) -> None:
        await self.window.get_by_role("combobox", name=label).click()
        await self.tab.get_by_role("option", name=choice).click()

    async def goes_to(self, name: str) -> None:
        places = self.tab.get_by_role("navigation", name="Workspace")
        await places.get_by_role(
            "button", name=re.compile(f"^{re.escape(name)}( \\d+ unread)?$")
        ).click()

    async def sees_window(self, title: str) -> None:
        await expect(self.tab.get_by_role("dialog", name=title)).to_be_visible()

    def reads(self, words: str) -> Locator:
        """Words in the window; those that lie under it are there, but not to be seen."""
        return self.window.get_by_text(words).filter(visible=True)

    def message(self, words: str) -> Locator:
        return self.tab.get_by_role("main").get_by_role("article").filter(has_text=words).last

    async def looks(self, screen: str, page: Page | None = None) -> None:
        """With everything in light; in dark only the colours differ."""
        if self._axe is None:
            return
        page = page or self.tab
        found = await axe.violations(page, self._axe)
        await page.emulate_media(color_scheme="dark")
        found += await axe.violations(page, self._axe, ["color-contrast"])
        await page.emulate_media(color_scheme="light")
        self.barriers += [f"{screen}: {line}" for line in found]


@pytest.fixture
async def alice(open_tab: OpenTab) -> Alice:
    tab = await open_tab(
        "U_ALICE", tour=True, reduced_motion="reduce", bypass_csp=True, viewport=WIDE
    )
    await tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return Alice(tab)


@pytest.mark.timeout(240)  # about 35 seconds where nothing else runs
async def test_the_help_article_and_what_comes_after(alice: Alice) -> None:
    await creates_a_source(alice)
    await authorizes(alice)
    await adds_customers(alice)
    await creates_an_integration(alice)
    await breaks_the_store(alice)
    await reads_of_it(alice)
    await repairs_it(alice)
    assert alice.barriers == []


async def creates_a_source(alice: Alice) -> None:
    tour = alice.beside("Guided tour")
    await expect(tour).to_contain_text("Step 1 of 9")
    await alice.looks("the beginning")
    await alice.presses("Type /patchbay", tour)
    await alice.tab.keyboard.press("Enter")
    help_ = alice.message("Only visible to you")
    await expect(help_).to_be_visible()
    await alice.looks("/patchbay")
    await alice.presses("Create a new Integration Source", help_)
    await alice.sees_window("New source")
    await alice.looks("a new source")
    await alice.picks("Integration source", "Demo Store")
    await expect(alice.window.get_by_role("textbox", name="Name")).to_have_value("Demo Store")


async def authorizes(alice: Alice) -> None:
    await alice.presses("See third-party service authorizations")
    await alice.sees_window("Create an authorization")
    await alice.looks("a new authorization")
    await alice.presses("Copy the address")
    await alice.window.get_by_role("textbox", name="Shop URL").focus()
    await alice.tab.keyboard.press("ControlOrMeta+V")
    await alice.presses("Continue")
    link = alice.window.get_by_role("link", name="Open Demo Store")
    await expect(link).to_be_visible()
    await alice.looks("the way to the store")
    async with alice.tab.context.expect_page() as opening:
        await link.click()
    consent = await opening.value
    await expect(consent.get_by_role("button", name="Allow")).to_be_visible()
    await alice.looks("the store's consent page", consent)
    await consent.get_by_role("button", name="Allow").click()
    await expect(consent.get_by_text("connected", exact=False).first).to_be_visible()
    await alice.looks("the way back", consent)
    await consent.close()
    await alice.sees_window("New source")
    await alice.looks("a source, authorized")
    await alice.presses("Save")


async def adds_customers(alice: Alice) -> None:
    await alice.sees_window("Integration Source")
    await alice.looks("a source without data")
    await alice.picks("Choose the type of data", "Customers")
    await alice.presses("Add")
    await alice.sees_window("Mapping")
    await expect(alice.window.get_by_text("Suggest", exact=False).first).to_be_visible()
    await alice.looks("the mapping")
    await alice.window.get_by_role("checkbox", name="Activate this data transfer").uncheck()
    await alice.presses("Add")
    await alice.sees_window("Integration Source")
    await expect(alice.reads("Inactive ·")).to_be_visible()
    await alice.window.get_by_role("button", name=re.compile("^More actions")).click()
    await alice.looks("a data transfer's menu")
    await alice.tab.get_by_role("menuitem", name="Activate").click()
    await expect(alice.reads("🟢 Active ·")).to_be_visible()
    await alice.looks("a source with data")


async def creates_an_integration(alice: Alice) -> None:
    await alice.presses("Create an integration")
    await alice.sees_window("Create an integration")
    await alice.window.get_by_role("checkbox", name="Deleted").check()
    await alice.presses("Add")
    await alice.picks("E-mail address", "alice@example.com")
    await expect(alice.window.get_by_text("alice@example.com")).to_be_visible()
    await alice.picks("Channel for alert threads", "data-alerts")
    await alice.looks("a new integration")
    await alice.presses("Activate")
    await alice.sees_window("Integration")
    await expect(alice.window.get_by_text("alice@example.com")).to_be_visible()
    await alice.looks("an active integration")
    await alice.presses("Close", alice.window.get_by_role("banner"))
    await expect(alice.window).to_have_count(0)
    done = alice.message("its first sync is done")
    await expect(done).to_contain_text("Created", timeout=A_WHILE)
    await alice.looks("the first sync")


async def breaks_the_store(alice: Alice) -> None:
    tour = alice.beside("Guided tour")
    await alice.presses("Open Demo Store", tour)
    store = alice.beside("Demo Store")
    await store.get_by_role("switch", name="answers 500").click()
    await expect(store.get_by_text("The store answers 500.")).to_be_visible()
    await alice.looks("the broken store")
    hour = store.get_by_role("button", name="Skip an hour")
    for _ in range(3):
        await hour.click()
        await expect(hour).to_be_enabled(timeout=A_WHILE)
    await expect(alice.message("keeps failing")).to_contain_text("more failed")
    await alice.looks("the warning")
    await alice.presses("Skip a day", store)
    await expect(alice.message(BROKEN)).to_be_visible(timeout=A_DAY)
    await alice.looks("while time passes")
    stop = store.get_by_role("button", name="Stop")
    if await stop.is_visible():
        await stop.click()


async def reads_of_it(alice: Alice) -> None:
    await alice.goes_to("data-alerts")
    alert = alice.message(BROKEN)
    await alert.get_by_role("button", name=re.compile("repl(y|ies)")).click()
    thread = alice.beside("Thread")
    await expect(thread.get_by_text("Last runs").last).to_be_visible()
    await alice.looks("the alert and its thread")
    await alice.goes_to("Mailbox")
    mailbox = alice.beside("Mailbox")
    await alice.looks("the mails")
    await mailbox.get_by_role("button", name=re.compile(BROKEN)).click()
    mail = alice.tab.frame_locator(f"iframe[title*='{BROKEN}']")
    await expect(mail.get_by_text(BROKEN).first).to_be_visible()
    await expect(mail.get_by_role("link").first).to_be_visible()
    await alice.looks("a mail in the panel")
    shown = await alice.tab.context.new_page()  # nothing may run where the panel shows it
    await shown.set_content(await mail.locator(":root").evaluate("root => root.outerHTML"))
    await alice.looks("the mail itself", shown)
    await shown.close()


async def repairs_it(alice: Alice) -> None:
    alert = alice.message(BROKEN)
    await alice.presses("Re-activate", alert)
    await expect(alice.message("Only visible to you")).to_contain_text("500", timeout=A_WHILE)
    await alice.looks("why it cannot be re-activated")
    await alice.goes_to("Demo Store")
    store = alice.beside("Demo Store")
    await alice.presses("Works again", store)
    await expect(store.get_by_text("The store works.")).to_be_visible()
    await alice.presses("Re-activate", alert)
    await expect(alice.message("works again")).to_be_visible(timeout=A_WHILE)
    await alice.looks("the alert, resolved")
    await alice.goes_to("Patchbay")
    await expect(alice.message("works again")).to_be_visible()
    await alice.goes_to("Mailbox")
    await expect(alice.tab.get_by_role("button", name=re.compile("works again"))).to_be_visible()
    await alice.goes_to("Patchbay Home")
    await alice.looks("Home")
