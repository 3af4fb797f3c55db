"""Slack's mrkdwn, plain text, rich text and Markdown as a browser shows them."""

import pytest

from bot.playground.gallery import Drawing
from tests.browser.drawing import draw, plain
from tests.browser.drawing import drawing as drawing

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINK = 'class="link" href="{}" target="_blank" rel="noopener noreferrer"'
EXAMPLES = {
    "*bold* _italic_ ~gone~": "<strong>bold</strong> <em>italic</em> <del>gone</del>",
    "*bold _both_*": "<strong>bold <em>both</em></strong>",
    "2*3*4 snake_case_name a~b~c": "2*3*4 snake_case_name a~b~c",
    "* no* *no * **": "* no* *no * **",
    "`*code*`": '<code class="code">*code*</code>',
    "a ```one\ntwo``` b": 'a <pre class="pre">one\ntwo</pre> b',
    "never ```closed": "never ```closed",
    "&lt;b&gt; &amp;amp; <b>": "&lt;b&gt; &amp;amp; &lt;b&gt;",
    "<img src=x onerror=alert(1)>": "&lt;img src=x onerror=alert(1)&gt;",
    "<https://a.example/?x=1&amp;y|*here*>": f"<a {LINK.format('https://a.example/?x=1&amp;y')}>*here*</a>",
    "see https://a.example/b.": f"see <a {LINK.format('https://a.example/b')}>https://a.example/b</a>.",
    "<mailto:a@b.example|write>": f"<a {LINK.format('mailto:a@b.example')}>write</a>",
    "<javascript:alert(1)|press>": "&lt;javascript:alert(1)|press&gt;",
    "<@U1>": '<span class="mention">@Boris Lindqvist</span>',
    "<@U012AB3CD>": '<span class="mention mine">@Alice Moreau</span>',
    "<@U404|ghost>": '<span class="mention">@ghost</span>',
    "<#C1> <#C404|old>": '<span class="mention">#general</span> <span class="mention">#old</span>',
    "<!here>": '<span class="mention everyone">@here</span>',
    ":nothing_like_this: 10:30:45": ":nothing_like_this: 10:30:45",
    "one\n\ntwo": "one<br><br>two",
    "&gt; quoted\n&gt; more\nafter": '<blockquote class="quote">quoted<br>more</blockquote>after',
    "&gt;&gt;&gt;all\nof it": '<blockquote class="quote">all<br>of it</blockquote>',
}


async def html(drawing: Drawing, text: str, function: str = "mrkdwn") -> str:
    drawn: str = await drawing.page.evaluate(
        """async ([text, name]) => {
            const made = (await import("/static/blocks/mrkdwn.js"))[name];
            const people = {U1: {id: "U1", name: "Boris Lindqvist"}};
            const me = {id: "U012AB3CD", name: "Alice Moreau", tz: "Asia/Tokyo"};
            const channels = {C1: {id: "C1", name: "general", kind: "public"}};
            const box = document.createElement("div");
            const now = Date.UTC(2026, 2, 2, 9, 30) / 1000;
            box.append(made(text, {people: {...people, [me.id]: me}, channels, me, now}));
            return box.innerHTML;
        }""",
        [text, function],
    )
    return drawn


@pytest.mark.parametrize("text", EXAMPLES)
async def test_mrkdwn(drawing: Drawing, text: str) -> None:
    assert await html(drawing, text) == EXAMPLES[text]


async def test_emoji_have_a_name_to_be_read_out(drawing: Drawing) -> None:
    shown = await html(drawing, ":white_check_mark: done")
    assert "✅</span> done" in shown
    assert 'aria-label="white check mark"' in shown
    assert await html(drawing, "a :tada: :none:", "plain") == "a 🎉 :none:"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("{date_num} {time_secs}", "2026-03-02 18:30:00"),
        ("{date_short_pretty} at {time}", "today at 18:30"),
        ("{date_long}", "Monday, March 2, 2026"),
        ("{date}", "March 2"),
        ("{ago}", "just now"),
    ],
)
async def test_dates_are_told_in_the_members_zone(drawing: Drawing, form: str, words: str) -> None:
    shown = await html(drawing, f"<!date^1772443800^{form}|long ago>")
    assert f">{words}</time>" in shown
    assert 'title="Monday, March 2, 2026 at 18:30:00' in shown
    assert 'datetime="2026-03-02T09:30:00.000Z"' in shown


async def test_a_date_that_cannot_be_told_shows_its_fallback(drawing: Drawing) -> None:
    assert await html(drawing, "<!date^soon^{date}|long ago>") == "long ago"
    linked = await html(drawing, "<!date^1772443800^{date_num}^https://a.example|long ago>")
    assert linked.startswith('<a class="link" href="https://a.example"')


async def test_markdown(drawing: Drawing) -> None:
    text = (
        "# Head\n\nSome **bold**, *italic*, ~~gone~~, `code`, [link](https://a.example).\n\n"
        "- one\n  - inner\n- two\n\n1. first\n2. second\n\n- [x] done\n\n> quoted\n\n"
        "```\n<b>\n```\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n---\n\n<script>alert(1)</script>"
    )
    page = await draw(drawing, {"type": "markdown", "text": text})
    drawn = page.locator(".markdown")
    assert await drawn.get_by_role("heading", name="Head").count() == 1
    assert await drawn.locator("strong").inner_text() == "bold"
    assert await drawn.locator("p em").inner_text() == "italic"
    assert await drawn.locator("ul ul li").all_inner_texts() == ["inner"]
    assert await drawn.locator("ol li").all_inner_texts() == ["first", "second"]
    assert await drawn.get_by_role("checkbox", name="done").is_checked()
    assert await drawn.locator("pre").inner_text() == "<b>"
    assert await drawn.get_by_role("columnheader").all_inner_texts() == ["a", "b"]
    assert await drawn.locator("script").count() == 0


async def test_rich_text(drawing: Drawing) -> None:
    def words(text: str, **style: bool) -> dict[str, object]:
        return {"type": "text", "text": text, "style": style}

    def items(indent: int, *texts: str) -> dict[str, object]:
        sections = [{"type": "rich_text_section", "elements": [words(text)]} for text in texts]
        return {"type": "rich_text_list", "style": "bullet", "indent": indent, "elements": sections}

    line = [
        words("strong", bold=True),
        words("x=1", code=True),
        {"type": "user", "user_id": "U1"},
        {"type": "emoji", "name": "tada"},
        {"type": "link", "url": "javascript:alert(1)", "text": "no link"},
    ]
    elements = [
        {"type": "rich_text_section", "elements": line},
        items(0, "one"),
        items(1, "inner"),
        items(0, "two"),
        {"type": "rich_text_quote", "elements": [words("said")]},
        {"type": "rich_text_preformatted", "elements": [words("code")]},
    ]
    page = await draw(drawing, {"type": "rich_text", "elements": elements})
    drawn = page.locator(".rich")
    assert await drawn.locator(".rich-section").inner_text() == "strongx=1@Boris Lindqvist🎉no link"
    assert await drawn.locator("a").count() == 0
    assert await drawn.locator(":scope > ul > li").count() == 2
    assert await drawn.locator("ul ul li").all_inner_texts() == ["inner"]
    assert await drawn.locator("blockquote").inner_text() == "said"


async def test_plain_text_is_not_marked_up(drawing: Drawing) -> None:
    page = await draw(
        drawing, {"type": "header", "text": plain("*Not* bold &amp; <https://x.example> :key:")}
    )
    assert await page.locator(".b-header").inner_text() == "*Not* bold & <https://x.example> 🔑"
