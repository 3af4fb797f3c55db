"""Blocks and their elements: drawn all of them, and answering as Slack's do."""

from typing import Any

import pytest

from bot.playground.gallery import DARK, LIGHT, NARROW, Drawing, Look
from tests.browser.drawing import asked, draw, message, option, plain, told
from tests.browser.drawing import drawing as drawing

pytestmark = pytest.mark.asyncio(loop_scope="module")

DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw=="
BUTTON = {"type": "button", "text": plain("Press"), "action_id": "press", "value": "7"}
NUMBERS = [{"label": name, "value": value} for name, value in [("Mon", 3), ("Tue", 5), ("Wed", -1)]]
SERIES = {"series": [{"name": "Rows", "data": NUMBERS}, {"name": "Rejects", "data": NUMBERS}]}
OPTIONS = [option("Red"), option("Green"), option("Blue", description=plain("as the sky"))]
CARD = {
    "type": "card",
    "title": plain("Shop sync"),
    "subtitle": plain("from Shop"),
    "body": {"type": "mrkdwn", "text": "*All* is well"},
    "hero_image": {"type": "image", "image_url": DOT, "alt_text": "a dot"},
    "actions": [BUTTON],
}


def rows(count: int) -> list[list[dict[str, Any]]]:
    head = [{"type": "raw_text", "text": name} for name in ("Name", "Rows")]
    return [
        head,
        *(
            [{"type": "raw_text", "text": f"Table {n}"}, {"type": "raw_number", "value": n * n}]
            for n in range(1, count + 1)
        ),
    ]


BLOCKS: list[dict[str, Any]] = [
    {"type": "section", "text": plain("Words"), "fields": [plain("a"), plain("b")]},
    {"type": "section", "text": plain("Words"), "accessory": BUTTON},
    {
        "type": "context",
        "elements": [plain("small"), {"type": "image", "image_url": DOT, "alt_text": "dot"}],
    },
    {"type": "image", "image_url": DOT, "alt_text": "dot", "title": plain("A dot")},
    {"type": "divider"},
    {"type": "table", "rows": rows(2), "column_settings": [{"align": "right", "is_wrapped": True}]},
    {"type": "data_table", "caption": "Tables", "rows": rows(25), "page_size": 10},
    {"type": "alert", "text": plain("Careful"), "level": "warning"},
    CARD,
    {"type": "carousel", "elements": [CARD, CARD, CARD]},
    {"type": "container", "title": plain("Box"), "child_blocks": [{"type": "divider"}]},
    *(
        {"type": "data_visualization", "title": kind, "chart": {"type": kind, **SERIES}}
        for kind in ("bar", "line", "area")
    ),
    {
        "type": "data_visualization",
        "title": "pie",
        "chart": {"type": "pie", "segments": NUMBERS[:2]},
    },
    {
        "type": "actions",
        "elements": [
            {**BUTTON, "style": "danger"},
            {"type": "overflow", "action_id": "o", "options": OPTIONS},
            {"type": "users_select", "action_id": "u"},
            {"type": "conversations_select", "action_id": "c"},
            {"type": "channels_select", "action_id": "ch"},
            {"type": "datepicker", "action_id": "d", "initial_date": "2026-03-02"},
            {"type": "timepicker", "action_id": "t", "initial_time": "09:30"},
            {"type": "datetimepicker", "action_id": "dt", "initial_date_time": 1772443800},
        ],
    },
    *(
        asked(kind, {"type": kind, "options": OPTIONS})
        for kind in ("checkboxes", "radio_buttons", "static_select", "multi_static_select")
    ),
    *(
        asked(kind, {"type": kind})
        for kind in (
            "plain_text_input",
            "email_text_input",
            "url_text_input",
            "number_input",
            "external_select",
            "multi_external_select",
            "multi_users_select",
            "multi_conversations_select",
            "multi_channels_select",
        )
    ),
]


@pytest.mark.parametrize("look", [LIGHT, NARROW, DARK], ids=lambda look: look.name)
async def test_everything_is_drawn(drawing: Drawing, look: Look) -> None:
    page = await draw(drawing, *BLOCKS, look=look)
    assert await page.locator(".block").count() >= len(BLOCKS)


@pytest.mark.parametrize(
    "block",
    [
        {"type": "hologram"},
        {"type": "actions", "elements": [{"type": "hologram", "action_id": "a"}]},
        {"type": "section", "text": plain("x"), "accessory": {"type": "hologram"}},
        asked("Which", {"type": "hologram"}),
        {"type": "context", "elements": [{"type": "hologram"}]},
        {"type": "data_visualization", "title": "x", "chart": {"type": "hologram"}},
        {"type": "container", "title": plain("x"), "child_blocks": [{"type": "hologram"}]},
        {"type": "rich_text", "elements": [{"type": "hologram"}]},
    ],
    ids=lambda block: block["type"],
)
async def test_what_cannot_be_drawn_says_so(drawing: Drawing, block: dict[str, Any]) -> None:
    found = await drawing.draw(message(block), LIGHT)
    assert len(found) == 1
    shown = drawing.page.locator(".unsupported")
    assert await shown.is_visible()
    assert "hologram" in await shown.inner_text()


async def test_no_picture_is_loaded_from_outside(drawing: Drawing) -> None:
    outside = {"type": "image", "image_url": "https://evil.example/x.png", "alt_text": "A chart"}
    page = await draw(
        drawing, outside, {"type": "section", "text": plain("x"), "accessory": outside}
    )
    assert await page.locator("img").count() == 0
    assert await page.get_by_role("img", name="A chart").count() == 2


async def test_a_button_is_told_once_and_waits(drawing: Drawing) -> None:
    page = await draw(drawing, {"type": "actions", "elements": [BUTTON]})
    await page.evaluate(
        "() => { answers.act = () => new Promise(done => { window.finish = done }) }"
    )
    button = page.get_by_role("button", name="Press")
    await button.click()
    await page.wait_for_selector("button[aria-busy]")
    await button.dispatch_event("click")  # while it waits
    await page.evaluate("() => finish({})")
    await page.wait_for_selector("button:not([aria-busy])")
    [act] = await told(page)
    assert act["element"]["value"] == "7"
    assert act["chosen"] == {}


async def test_where_the_server_cannot_be_told_one_sees_why(drawing: Drawing) -> None:
    page = await draw(drawing, {"type": "actions", "elements": [BUTTON]})
    await page.evaluate("() => { answers.act = async () => { throw new Error('Not reached.') } }")
    await page.get_by_role("button", name="Press").click()
    assert await page.get_by_role("alert").inner_text() == "Not reached."
    assert await page.locator("button[aria-busy]").count() == 0


async def test_a_link_button_tells_and_opens(drawing: Drawing) -> None:
    link = {**BUTTON, "url": "https://a.example/"}
    page = await draw(drawing, {"type": "actions", "elements": [link]})
    await page.get_by_role("link", name="Press").click()
    assert await told(page, "link") == [{"what": "link", "url": "https://a.example/"}]
    assert len(await told(page)) == 1


async def test_saying_no_to_a_question_leaves_all_as_it_was(drawing: Drawing) -> None:
    confirm = {
        "title": plain("Sure?"),
        "text": plain("It goes."),
        "confirm": plain("Yes"),
        "deny": plain("No"),
    }
    boxes = {"type": "checkboxes", "action_id": "boxes", "options": OPTIONS, "confirm": confirm}
    page = await draw(
        drawing, {"type": "actions", "elements": [{**BUTTON, "confirm": confirm}, boxes]}
    )
    question = page.get_by_role("alertdialog", name="Sure?")
    await page.get_by_role("button", name="Press").click()
    await question.get_by_role("button", name="No").click()
    await page.get_by_label("Red").click()
    await page.keyboard.press("Escape")
    await question.wait_for(state="detached")
    assert not await page.get_by_label("Red").is_checked()
    assert await told(page) == []
    await page.get_by_label("Green").click()
    await question.get_by_role("button", name="Yes").click()
    await page.wait_for_function("acts.length")
    [act] = await told(page)
    assert [chosen["value"] for chosen in act["chosen"]["selected_options"]] == ["green"]


async def test_the_keyboard_reaches_into_an_overflow_menu(drawing: Drawing) -> None:
    element = {"type": "overflow", "action_id": "o", "options": OPTIONS}
    page = await draw(drawing, {"type": "section", "text": plain("Row"), "accessory": element})
    opener = page.get_by_role("button", name="More actions: Row")
    await opener.focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.wait_for_function("acts.length")
    [act] = await told(page)
    assert act["chosen"]["selected_option"]["value"] == "green"
    await page.keyboard.press("ArrowUp")
    assert await page.get_by_role("menuitem", name="Blue").evaluate(
        "n => n === document.activeElement"
    )
    await page.keyboard.press("Escape")
    assert await opener.evaluate("n => n === document.activeElement")


async def test_a_data_table_sorts_filters_and_turns_pages(drawing: Drawing) -> None:
    page = await draw(
        drawing, {"type": "data_table", "caption": "Tables", "rows": rows(25), "page_size": 10}
    )
    first = page.locator("tbody tr").first
    where = page.locator(".table-where")
    assert await where.inner_text() == "1–10 of 25"
    await page.get_by_role("button", name="Next page").click()
    assert (await first.inner_text()).split() == ["Table", "11", "121"]
    await page.get_by_role("button", name="Rows").click()
    await page.get_by_role("button", name="Rows").click()
    assert (await first.inner_text()).split() == ["Table", "25", "625"]
    assert (
        await page.get_by_role("columnheader", name="Rows").get_attribute("aria-sort")
        == "descending"
    )
    await page.get_by_label("Filter “Tables”").fill("table 2")
    assert await where.inner_text() == "1–7 of 7"
    await page.get_by_label("Filter “Tables”").fill("nothing")
    assert await where.inner_text() == "No rows match"


async def test_a_chart_can_be_read(drawing: Drawing) -> None:
    chart = {
        "type": "data_visualization",
        "title": "Rows a day",
        "chart": {"type": "line", **SERIES},
    }
    page = await draw(drawing, chart)
    assert await page.get_by_role("img", name="Rows a day").is_visible()
    await page.get_by_text("Show the figures").click()
    assert (await page.locator("tbody tr").last.inner_text()).split() == ["Wed", "-1", "-1"]


async def test_a_container_folds(drawing: Drawing) -> None:
    inner = {"type": "section", "text": plain("Inside")}
    box = {
        "type": "container",
        "title": plain("Box"),
        "is_collapsible": True,
        "default_collapsed": True,
    }
    page = await draw(drawing, {**box, "child_blocks": [inner]})
    assert not await page.get_by_text("Inside").is_visible()
    await page.get_by_role("button", name="Box").click()
    assert await page.get_by_text("Inside").is_visible()
