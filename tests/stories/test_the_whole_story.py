"""The seed's help article from end to end, the same steps as `python -m bot demo --walk`."""

from rich.console import Console

from bot.playground.host import Playground
from bot.playground.story import STORY
from bot.playground.walk import Walk


async def test_the_walk(ground: Playground) -> None:
    walk = Walk(ground, Console(quiet=True))
    await walk.play(STORY)
    failed = [f"{step.name}: {step.note}" for step in walk.steps if not step.passed]
    assert failed == []
    assert len(walk.steps) == len(STORY)
    assert walk.clicks <= 12
    assert walk.typed_fields <= 2
