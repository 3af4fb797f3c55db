"""Blocks as words, and the changes one may follow."""

import asyncio

import pytest

from bot.playground.slack import as_text
from bot.playground.slack.changes import Changes
from bot.playground.slack.text import from_mrkdwn
from tests.playground.views import actions, button, field, option, plain, section


@pytest.mark.parametrize(
    ("mrkdwn", "read"),
    [
        ("*Name*: _new_ ~old~ `code`", "Name: new old code"),
        ("total_spent and first_name stay", "total_spent and first_name stay"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        (":white_check_mark: done", ":white_check_mark: done"),
        ("<https://example.com|the docs> &amp; &lt;more&gt;", "the docs & <more>"),
        ("<!date^1700000000^{date_short}|2023-11-14 22:13 UTC>", "2023-11-14 22:13 UTC"),
        ("```\nraw\n```", "\nraw\n"),
    ],
)
def test_mrkdwn_reads_without_its_marks(mrkdwn: str, read: str) -> None:
    assert from_mrkdwn(mrkdwn) == read


def test_blocks_read_from_top_to_bottom() -> None:
    menu = {"type": "static_select", "options": [option("A")], "placeholder": plain("Choose")}
    boxes = {"type": "checkboxes", "options": [option("Created"), option("Deleted")]}
    state = {"type": "checkboxes", "selected_options": [option("Created")]}
    blocks = [
        {"type": "header", "text": plain("Head")},
        section("*Shop*", accessory=button("Open", "open")),
        {"type": "divider"},
        {"type": "section", "fields": [plain("One"), plain("Two")]},
        field("Fruit", "fruit", menu, hint=plain("Any will do")),
        field("Updates", "updates", boxes),
        {"type": "context", "elements": [plain("small")]},
        actions(button("Save", "save")),
        {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}] * 2]},
        {
            "type": "container",
            "title": plain("Box"),
            "child_blocks": [{"type": "card", "title": plain("Card"), "actions": []}],
        },
    ]
    assert as_text(blocks, {"updates": {"updates": state}}).splitlines() == [
        "Head",
        "Shop",
        "[Open]",
        "———",
        "One",
        "Two",
        "Fruit",
        "‹Choose›",
        "Any will do",
        "Updates",
        "☑ Created",
        "☐ Deleted",
        "small",
        "[Save]",
        "a | a",
        "Box",
        "Card",
    ]


async def test_changes_are_followed_in_order() -> None:
    changes = Changes()
    changes.add("one", "T1", n=1)
    seen: list[tuple[int, str]] = []

    async def follow() -> None:
        async for change in changes.follow():
            seen.append((change.number, change.kind))

    following = asyncio.create_task(follow())
    await asyncio.sleep(0)
    changes.add("two", "T1")
    changes.add("three", "T1")
    await asyncio.sleep(0.01)
    following.cancel()
    assert seen == [(1, "one"), (2, "two"), (3, "three")]
    assert await changes.another(0.001) is False
