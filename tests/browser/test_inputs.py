"""Fields to type into, and pickers of dates: what is told and when."""

from typing import Any

import pytest

from bot.playground.gallery import Drawing
from tests.browser.drawing import asked, draw, told
from tests.browser.drawing import drawing as drawing

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_typing_is_told_after_a_pause_and_by_enter(drawing: Drawing) -> None:
    def typed(action: str, *on: str) -> dict[str, Any]:
        config = {"trigger_actions_on": list(on)}
        element = {
            "type": "plain_text_input",
            "action_id": action,
            "dispatch_action_config": config,
        }
        return asked(action, element, dispatch_action=True)

    page = await draw(
        drawing, typed("letters", "on_character_entered"), typed("enter", "on_enter_pressed")
    )
    await page.get_by_label("letters").press_sequentially("abc", delay=20)
    await page.wait_for_function("acts.some(a => a.what === 'act')")
    await page.get_by_label("enter").press_sequentially("xy", delay=20)
    await page.wait_for_timeout(300)
    await page.keyboard.press("Enter")
    await page.wait_for_function("acts.filter(a => a.what === 'act').length > 1")
    assert [act["chosen"] for act in await told(page)] == [{"value": "abc"}, {"value": "xy"}]
    kept = await told(page, "keep")
    assert kept[-1]["values"]["b1"]["enter"] == {"type": "plain_text_input", "value": "xy"}


async def test_a_moment_is_picked_on_the_members_clock(drawing: Drawing) -> None:
    element = {"type": "datetimepicker", "action_id": "a", "initial_date_time": 1772443800}
    page = await draw(drawing, asked("When", element, dispatch_action=True))
    assert await page.get_by_label("When").input_value() == "2026-03-02T10:30"  # in Paris
    await page.get_by_label("When").fill("2026-07-01T12:00")
    await page.wait_for_function("acts.length")
    [act] = await told(page)
    assert act["chosen"] == {"selected_date_time": 1782900000}


async def test_numbers_step_within_their_bounds(drawing: Drawing) -> None:
    element = {
        "type": "number_input",
        "is_decimal_allowed": False,
        "min_value": "1",
        "max_value": "3",
    }
    page = await draw(drawing, asked("How many", element))
    field = page.get_by_label("How many")
    for _ in range(5):
        await field.press("ArrowUp")
    assert await field.input_value() == "3"
    for _ in range(5):
        await field.press("ArrowDown")
    assert await field.input_value() == "1"


async def test_what_is_typed_is_told_before_the_button_that_is_pressed_next(
    drawing: Drawing,
) -> None:
    config = {"trigger_actions_on": ["on_character_entered"]}
    element = {"type": "plain_text_input", "dispatch_action_config": config}
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    page = await draw(
        drawing,
        asked("Words", element, dispatch_action=True),
        {"type": "actions", "elements": [button]},
    )
    await page.evaluate(
        """() => {
            const field = document.querySelector("input.field");
            field.value = "quick";
            field.dispatchEvent(new InputEvent("input", {bubbles: true}));
            document.querySelector(".b-actions button").click();
        }"""
    )
    await page.wait_for_function("() => acts.length === 2")
    first, second = await told(page)
    assert first["chosen"] == {"value": "quick"}
    assert second["element"]["action_id"] == "go"
    assert second["values"]["b0"]["a"]["value"] == "quick"


async def test_letters_left_are_counted_near_the_end(drawing: Drawing) -> None:
    page = await draw(drawing, asked("Name", {"type": "plain_text_input", "max_length": 50}))
    count = page.locator(".field-count")
    await page.get_by_label("Name").fill("x" * 9)
    assert await count.inner_text() == ""
    await page.get_by_label("Name").fill("x" * 45)
    assert await count.inner_text() == "5"
    await page.get_by_label("Name").fill("x" * 52)
    assert await count.inner_text() == "-2"
