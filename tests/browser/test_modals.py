"""Modals: a stack of three, what stays when they are drawn anew, errors, waiting, closing."""

from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page

from bot.playground.gallery import Drawing
from tests.browser.drawing import asked, forget, modal, option, plain, show, told
from tests.browser.drawing import drawing as drawing

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME = asked("Name", {"type": "plain_text_input"})
COLOURS = [option(name) for name in ("Red", "Green")]
SUBMIT = {"submit": plain("Save"), "close": plain("Not now")}


def listed(number: int) -> dict[str, Any]:
    button = {"type": "button", "action_id": f"open{number}", "text": plain(f"Open {number}")}
    return modal(f"View {number}", {"type": "actions", "elements": [button]})


async def focused(page: Page) -> str:
    name: str = await page.evaluate(
        "() => document.activeElement.textContent || document.activeElement.dataset.focus"
    )
    return name


@pytest_asyncio.fixture(loop_scope="module")
async def page(drawing: Drawing) -> Page:
    await forget(drawing.page)
    return drawing.page


async def test_three_lie_on_each_other_and_the_way_back_keeps_the_place(page: Page) -> None:
    one, two, three = listed(1), listed(2), listed(3)
    await show(page, one)
    await page.get_by_role("button", name="Open 1").click()
    await show(page, one, two)
    assert await page.get_by_role("dialog", name="View 2").is_visible()
    assert not await page.get_by_role("button", name="Open 1").is_visible()
    await page.get_by_role("button", name="Open 2").click()
    await show(page, one, two, three)
    await page.get_by_role("button", name="Back").click()
    assert await told(page, "close") == [{"what": "close", "view": "V2", "everything": False}]
    await show(page, one, two)
    assert await focused(page) == "Open 2"
    await show(page, one)
    assert await focused(page) == "Open 1"
    assert not await page.get_by_role("button", name="Back").is_visible()
    await show(page)
    assert await page.get_by_role("dialog").count() == 0


async def test_the_cross_closes_the_whole_stack_and_escape_the_one_on_top(page: Page) -> None:
    await show(page, listed(1), listed(2))
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Close", exact=True).first.click()
    closed = await told(page, "close")
    assert [close["everything"] for close in closed] == [False, True]
    assert await page.get_by_role("dialog").is_visible()  # the server says what is on screen


async def test_escape_in_an_open_menu_closes_the_menu_alone(page: Page) -> None:
    menu = asked("Colour", {"type": "static_select", "options": COLOURS})
    await show(page, modal("Form", menu, **SUBMIT))
    await page.get_by_role("combobox", name="Colour").click()
    await page.keyboard.press("Escape")
    assert not await page.get_by_role("listbox").is_visible()
    assert await told(page, "close") == []
    assert await page.get_by_role("dialog", name="Form").is_visible()


async def test_what_is_typed_stays_with_its_caret(page: Page) -> None:
    other = {"type": "section", "text": plain("First")}
    await show(page, modal("Form", NAME, other, hash="1", **SUBMIT))
    field = page.get_by_label("Name")
    await field.press_sequentially("Shop sync")
    for _ in range(4):
        await field.press("ArrowLeft")
    proposed = {"type": "plain_text_input", "action_id": "a", "initial_value": "Proposed"}
    hinted = {**NAME, "element": proposed, "hint": plain("A hint that was not there")}
    above = {"type": "section", "block_id": "new", "text": plain("Drawn anew")}
    state = {
        "values": {"b0": {"a": {"type": "plain_text_input", "value": "Sho"}}}
    }  # as sent earlier
    await show(page, {**modal("Form", hinted, other, hash="2", **SUBMIT), "state": state})
    again = modal("Form", hinted, hash="3", **SUBMIT)
    again["blocks"].insert(0, above)
    await show(page, {**again, "state": state})
    assert await page.get_by_text("Drawn anew").is_visible()
    await page.keyboard.type("X")
    assert await field.input_value() == "Shop Xsync"


async def test_another_action_id_begins_anew(page: Page) -> None:
    await show(page, modal("Form", NAME, hash="1"))
    await page.get_by_label("Name").fill("mine")
    renamed = {**NAME, "element": {**NAME["element"], "action_id": "z", "initial_value": "fresh"}}
    await show(page, modal("Form", renamed, hash="2"))
    assert await page.get_by_label("Name").input_value() == "fresh"


async def test_a_choice_that_is_no_longer_offered_goes(page: Page) -> None:
    menu = asked("Colour", {"type": "static_select", "options": COLOURS})
    await show(page, modal("Form", menu, hash="1"))
    await page.get_by_role("combobox", name="Colour").press_sequentially("gre")
    await page.keyboard.press("Enter")
    fewer = asked("Colour", {"type": "static_select", "options": COLOURS[:1]})
    await show(page, modal("Form", fewer, hash="2"))
    assert await page.get_by_role("combobox", name="Colour").input_value() == ""


async def test_errors_stand_beside_their_fields_until_they_change(page: Page) -> None:
    await show(page, modal("Form", NAME, asked("Path", {"type": "plain_text_input"}), **SUBMIT))
    await page.evaluate("() => { answers.submit = () => ({errors: {b1: 'Begin with a slash.'}}) }")
    await page.get_by_label("Name").fill("Tickets")
    await page.keyboard.press("Enter")
    path = page.get_by_label("Path")
    await page.wait_for_function("() => document.activeElement.ariaInvalid === 'true'")
    assert await path.evaluate("node => node === document.activeElement")
    described = (await path.get_attribute("aria-describedby") or "").split()
    assert await page.locator(f"#{described[-1]}").inner_text() == "Begin with a slash."
    await path.press_sequentially("/")
    assert await path.get_attribute("aria-invalid") is None
    assert not await page.get_by_text("Begin with a slash.").is_visible()
    [sent] = await told(page, "submit")
    assert sent["values"]["b0"]["a"] == {"type": "plain_text_input", "value": "Tickets"}


async def test_a_form_is_submitted_once_while_its_answer_is_awaited(page: Page) -> None:
    await show(page, modal("Form", NAME, hash="1", **SUBMIT))
    await page.evaluate(
        "() => { answers.submit = () => new Promise(done => { window.finish = done }) }"
    )
    save = page.get_by_role("button", name="Save")
    await save.click()
    await save.dispatch_event("click")
    await page.get_by_label("Name").press("Enter")
    assert await save.get_attribute("aria-busy") == "true"
    await page.evaluate("() => finish({})")
    await save.dispatch_event("click")  # closing is under way
    assert len(await told(page, "submit")) == 1
    await show(page, modal("Form", NAME, hash="2", **SUBMIT))
    assert await save.get_attribute("aria-busy") is None


async def test_where_the_bot_did_not_answer_slack_says_so(page: Page) -> None:
    await show(page, modal("Form", NAME, **SUBMIT))
    await page.evaluate(
        "() => { answers.submit = () => ({notice: 'We had some trouble connecting.'}) }"
    )
    await page.get_by_label("Name").fill("kept")
    await page.get_by_role("button", name="Save").click()
    assert await page.get_by_role("alert").filter(has_text="trouble connecting").is_visible()
    assert await page.get_by_label("Name").input_value() == "kept"


async def test_closing_asks_where_something_would_be_lost(page: Page) -> None:
    form = modal("Form", NAME, notify_on_close=True, **SUBMIT)
    await show(page, form)
    await page.get_by_role("button", name="Not now").click()
    assert len(await told(page, "close")) == 1  # nothing was entered
    await page.get_by_label("Name").fill("something")
    await page.get_by_role("button", name="Not now").click()
    question = page.get_by_role("alertdialog")
    await question.get_by_role("button", name="Keep editing").click()
    assert len(await told(page, "close")) == 1
    await page.keyboard.press("Escape")
    await question.get_by_role("button", name="Close").click()
    await page.wait_for_function("() => acts.filter(a => a.what === 'close').length === 2")


async def test_the_field_that_asks_for_it_has_the_focus(page: Page) -> None:
    second = asked("Path", {"type": "plain_text_input", "focus_on_load": True})
    await show(page, modal("Form", NAME, second, **SUBMIT))
    assert await page.get_by_label("Path").evaluate("node => node === document.activeElement")
    await page.keyboard.press("Tab")
    assert await focused(page) == "Not now"


async def test_several_picks_keep_the_menu_open_while_the_bot_draws_anew(page: Page) -> None:
    def form(chosen: list[dict[str, Any]], hash: str) -> dict[str, Any]:
        element = {"type": "multi_static_select", "options": COLOURS, "initial_options": chosen}
        return modal("Form", asked("Colours", element, dispatch_action=True), hash=hash)

    await show(page, form(COLOURS[:1], "1"))
    await page.get_by_role("combobox", name="Colours").click()
    await page.get_by_role("option", name="Green").click()
    await show(page, form(COLOURS, "2"))
    assert await page.get_by_role("listbox").is_visible()
    assert await page.locator(".pill").all_inner_texts() == ["Red", "Green"]
    [act] = await told(page)
    assert act["chosen"] == {"selected_options": COLOURS}
