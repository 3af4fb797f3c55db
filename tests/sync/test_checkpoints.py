"""When it is written how far a run got, and that several batches may be written as one."""

from datetime import datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import ProjectError
from bot.projects.database import ProjectDatabase
from bot.projects.shape import Loaded
from bot.sync import checkpoints
from bot.sync.checkpoints import Step, Tally
from bot.sync.job import Job, Position
from store.models import Checkpoint
from store.rejects import Rejected
from store.vocabulary import RunState
from tests.sync.world import World, figures

KEYS = some.sets(some.sampled_from("abcd"))


@some.composite
def steps(draw: some.DrawFn) -> Step:
    recovered = draw(KEYS)
    refused = draw(KEYS) - recovered
    return Step(
        Position(pages=draw(some.integers(1, 9))),
        Tally(created=draw(some.integers(0, 5)), rejected=len(refused)),
        [Rejected(key, draw(some.sampled_from(("{}", "[]"))), None, "odd") for key in refused],
        recovered,
        draw(KEYS),
        draw(KEYS),
    )


class Written:
    """What `checkpoints.write` leaves, in sets."""

    def __init__(self) -> None:
        self.rejects = {"a": "earlier", "b": "earlier"}
        self.deletions = {"a", "c"}
        self.tally = Tally()
        self.pages = 0

    def write(self, step: Step) -> None:
        for key in step.recovered:
            self.rejects.pop(key, None)
        self.rejects |= {each.record_key: each.payload for each in step.rejected}
        self.deletions -= {*step.alive}
        self.deletions |= {*step.gone}
        self.tally += step.tally
        self.pages = step.position.pages


@given(some.lists(steps(), min_size=1, max_size=5))
def test_steps_at_once_are_steps_one_after_the_other(taken: list[Step]) -> None:
    one_by_one, at_once = Written(), Written()
    whole = taken[0]
    one_by_one.write(whole)
    for step in taken[1:]:
        one_by_one.write(step)
        whole = whole.then(step)
    at_once.write(whole)
    assert vars(at_once) == vars(one_by_one)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The pages at which a checkpoint was written; each page is a batch."""
    write, pages = checkpoints.write, list[int]()

    async def noting(
        session: AsyncSession, job: Job, transfer_id: int, step: Step, now: datetime
    ) -> bool:
        pages.append(step.position.pages)
        return await write(session, job, transfer_id, step, now)

    monkeypatch.setattr("bot.sync.gathering.MOST_RECORDS", 1)
    monkeypatch.setattr(checkpoints, "write", noting)
    return pages


async def test_batches_that_follow_at_once_are_written_down_together(
    world: World, written: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.sync.loading.EVERY", 60)
    await world.set_up("customers")

    run = await world.sync()

    assert figures(run) == {"created": 1200}
    assert written == [1, 3]


async def test_what_was_loaded_before_trouble_is_written_down(
    world: World, written: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.sync.loading.EVERY", 60)
    await world.set_up("customers")
    load, times = ProjectDatabase.load, count(1)

    async def full(self: ProjectDatabase, *arguments: Any) -> Loaded:
        if next(times) == 3:
            raise ProjectError("The project’s disk is full.")
        return await load(self, *arguments)

    monkeypatch.setattr(ProjectDatabase, "load", full)

    run = await world.sync()

    assert run.state is RunState.FAILED
    assert written == [1, 2]
    assert figures(run) == {"created": 1000}
    async with world.engine.database.read() as session:
        checkpoint = await session.get_one(Checkpoint, (run.id, world.transfers["customers"]))
    assert (checkpoint.pages, checkpoint.done) == (2, False)
