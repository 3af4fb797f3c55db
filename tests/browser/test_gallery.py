"""Every sample can be drawn: nothing is left out, nothing reaches out of its frame."""

import pytest

from bot.playground.gallery import LIGHT, NARROW, Drawing, as_drawn, file_name, looks_of
from handlers.samples import samples
from tests.browser.drawing import drawing as drawing
from tests.browser.drawing import message

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_every_view_and_message_is_drawn_as_it_should_be(drawing: Drawing) -> None:
    wrong = {}
    for look in (LIGHT, NARROW):
        for sample in samples():
            if found := await drawing.draw(as_drawn(sample), look):
                wrong[f"{sample.name}, {look.name}"] = found
    assert wrong == {}


async def test_what_is_wrong_is_found(drawing: Drawing) -> None:
    wide = {"type": "markdown", "text": f"|{'x|' * 9}\n|{'---|' * 9}\n|{'y' * 90}|"}
    assert await drawing.draw(message(wide), NARROW) == []  # it scrolls in its own frame
    await drawing.page.add_style_tag(content=".b-too-wide { width: 900px; }")
    hologram = {"type": "hologram"}
    [strange] = await drawing.draw(message(hologram), NARROW)
    assert strange.startswith("unsupported: ")
    assert "hologram" in strange
    await drawing.page.evaluate(
        "document.querySelector('.rows').firstChild.classList.add('b-too-wide')"
    )
    reaching = await drawing.page.evaluate("findings(document.querySelector('#drawing'))")
    assert any(text.startswith("overflow: ") for text in reaching)


async def test_errors_of_the_scripts_are_found(drawing: Drawing) -> None:
    await drawing.page.evaluate("setTimeout(() => { throw new Error('broken on purpose') })")
    await drawing.page.wait_for_timeout(50)
    [found] = await drawing.draw(message({"type": "divider"}), LIGHT)
    assert "broken on purpose" in found


async def test_pictures_are_named_after_their_samples() -> None:
    every = samples()
    names = {file_name(sample.name, look) for sample in every for look in looks_of(sample)}
    assert len(names) == sum(len(looks_of(sample)) for sample in every)
    assert "alerts.direct_message-typical-held.dark.png" in names
    assert "home.home_view-extreme.390.png" in names
