"""Menus of one and of several: type-ahead, what the bot offers, chips."""

from typing import Any

import pytest
from playwright.async_api import Page

from bot.playground.gallery import Drawing
from tests.browser.drawing import asked, draw, option, plain, told
from tests.browser.drawing import drawing as drawing

pytestmark = pytest.mark.asyncio(loop_scope="module")

COLOURS = [option(name) for name in ("Red", "Green", "Blue")]


async def offered(page: Page) -> list[str]:
    return await page.get_by_role("option").all_inner_texts()


async def values(page: Page) -> Any:
    """What is kept at the server last."""
    await page.wait_for_function("acts.length")
    return (await page.evaluate("acts.at(-1)"))["values"]["b0"]["a"]


async def test_typing_narrows_and_enter_picks(drawing: Drawing) -> None:
    page = await draw(drawing, asked("Colour", {"type": "static_select", "options": COLOURS}))
    menu = page.get_by_role("combobox", name="Colour")
    await menu.click()
    assert await offered(page) == ["Red", "Green", "Blue"]
    await menu.press_sequentially("e")
    await menu.press_sequentially("e")
    assert await offered(page) == ["Green"]
    await menu.press("Enter")
    assert await menu.input_value() == "Green"
    assert await values(page) == {"type": "static_select", "selected_option": COLOURS[1]}
    assert await menu.get_attribute("aria-expanded") == "false"


async def test_leaving_a_menu_leaves_what_was_chosen(drawing: Drawing) -> None:
    element = {"type": "static_select", "options": COLOURS, "initial_option": COLOURS[2]}
    page = await draw(drawing, asked("Colour", element))
    menu = page.get_by_role("combobox", name="Colour")
    await menu.press_sequentially("no such")
    assert await page.get_by_text("No results").is_visible()
    await menu.press("Escape")
    assert await menu.input_value() == "Blue"
    await menu.press("ArrowDown")
    active = await menu.get_attribute("aria-activedescendant")
    assert await page.locator(f"#{active}").inner_text() == "Blue"
    await page.mouse.click(5, 5)
    assert not await page.get_by_role("listbox").is_visible()
    assert await told(page) == []


async def test_an_optional_menu_can_be_emptied(drawing: Drawing) -> None:
    element = {"type": "static_select", "options": COLOURS, "initial_option": COLOURS[2]}
    page = await draw(drawing, asked("Colour", element, optional=True))
    await page.get_by_role("button", name="Clear").click()
    assert await values(page) == {"type": "static_select", "selected_option": None}
    assert not await page.get_by_role("button", name="Clear").is_visible()


async def test_groups_have_names(drawing: Drawing) -> None:
    groups = [
        {"label": plain("Warm"), "options": COLOURS[:1]},
        {"label": plain("Cold"), "options": COLOURS[1:]},
    ]
    page = await draw(drawing, asked("Colour", {"type": "static_select", "option_groups": groups}))
    await page.get_by_role("combobox", name="Colour").click()
    cold = page.get_by_role("group", name="Cold")
    assert await cold.get_by_role("option").all_inner_texts() == ["Green", "Blue"]


async def test_the_bot_is_asked_once_typing_pauses(drawing: Drawing) -> None:
    element = {"type": "external_select", "min_query_length": 2}
    page = await draw(drawing, asked("Field", element))
    await page.evaluate(
        """() => { answers.suggest = ({query}) => new Promise((done) => {
            const text = {type: "plain_text", text: `found ${query}`};
            window.reply = () => done([{text, value: query}]);
        }) }"""
    )
    menu = page.get_by_role("combobox", name="Field")
    await menu.click()
    assert await page.get_by_text("Type at least 2 characters to search").is_visible()
    await menu.press_sequentially("ema", delay=20)
    assert await page.get_by_text("Loading…").is_visible()
    await page.wait_for_function("() => Boolean(window.reply)")
    await page.evaluate("() => reply()")
    await page.get_by_role("option", name="found ema").click()
    assert [asked["query"] for asked in await told(page, "suggest")] == ["ema"]
    assert (await values(page))["selected_option"]["value"] == "ema"


async def test_a_late_answer_does_not_overtake(drawing: Drawing) -> None:
    page = await draw(drawing, asked("Field", {"type": "external_select", "min_query_length": 0}))
    await page.evaluate(
        """() => { answers.suggest = ({query}) => new Promise((done) => setTimeout(
            () => done([{text: {type: "plain_text", text: `for “${query}”`}, value: query || "-"}]),
            query ? 0 : 600)) }"""
    )
    menu = page.get_by_role("combobox", name="Field")
    await menu.click()
    await page.wait_for_function("acts.length")  # the slow one is under way
    await menu.press_sequentially("x")
    await page.get_by_role("option", name="for “x”").wait_for()
    await page.wait_for_timeout(700)
    assert await offered(page) == ["for “x”"]


@pytest.mark.parametrize(("count", "shown"), [(100, 100), (101, 0)])
async def test_more_than_a_hundred_options_show_nothing(
    drawing: Drawing, count: int, shown: int
) -> None:
    page = await draw(drawing, asked("Field", {"type": "external_select", "min_query_length": 0}))
    given = [option(f"Option {number}") for number in range(count)]
    await page.evaluate("given => { answers.suggest = () => given }", given)
    await page.get_by_role("combobox", name="Field").click()
    await page.wait_for_selector(".list-remark:not(.loading)", state="attached")
    assert await page.get_by_role("option").count() == shown
    assert await page.get_by_text("No results").is_visible() == (shown == 0)


async def test_several_are_chips_that_can_be_taken_away(drawing: Drawing) -> None:
    element = {"type": "multi_static_select", "options": COLOURS, "max_selected_items": 2}
    page = await draw(drawing, asked("Colours", element))
    menu = page.get_by_role("combobox", name="Colours")
    await menu.click()
    await page.get_by_role("option", name="Red").click()
    await page.get_by_role("option", name="Blue").click()
    assert await page.get_by_text("You can select up to 2.").is_visible()
    await page.get_by_role("option", name="Green").click()  # one too many
    assert await page.locator(".pill").all_inner_texts() == ["Red", "Blue"]
    await page.get_by_role("button", name="Remove Red").click()
    assert [chosen["value"] for chosen in (await values(page))["selected_options"]] == ["blue"]
    await menu.press("Escape")
    await menu.press("Backspace")
    await page.wait_for_function("!document.querySelector('.pill')")
    assert (await values(page))["selected_options"] == []


async def test_people_and_channels_are_offered_by_name(drawing: Drawing) -> None:
    page = await draw(
        drawing,
        asked("Who", {"type": "multi_users_select"}),
        asked("Where", {"type": "conversations_select"}),
    )
    who = page.get_by_role("combobox", name="Who")
    await who.press_sequentially("moreau")
    await who.press("Enter")
    assert (await values(page))["selected_users"] == ["U012AB3CD"]
    assert "Alice Moreau" in await page.locator(".pill").inner_text()
    await who.press("Tab")
    where = page.get_by_role("combobox", name="Where")
    await where.press_sequentially("gene")
    await where.press("Enter")
    assert await where.input_value() == "#general"


async def test_a_menu_beside_words_tells_the_bot(drawing: Drawing) -> None:
    element = {"type": "static_select", "action_id": "pick", "options": COLOURS}
    page = await draw(drawing, {"type": "section", "text": plain("Paint it"), "accessory": element})
    await page.get_by_role("combobox", name="Paint it").press_sequentially("blu")
    await page.keyboard.press("Enter")
    await page.wait_for_function("acts.length")
    [act] = await told(page)
    assert act["chosen"] == {"selected_option": COLOURS[2]}
    assert act["values"]["b0"]["pick"]["selected_option"] == COLOURS[2]
