"""A store that stumbles, fails, and recovers: within a run, and over many."""

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.playground.host import Playground, playground
from bot.playground.member import Member
from bot.playground.walk import until
from store.vocabulary import RunState
from tests.stories.shop import said, sees_once, sets_up

TIMEOUT = 0.4  # seconds that the impatient bot waits for an answer


@pytest.fixture
async def impatient(
    database_url: str, project_url: str, tmp_path: Path
) -> AsyncIterator[Playground]:
    """A bot that soon calls a request late, asks twice, and waits as long as it is asked to."""
    async with playground(
        tmp_path,
        database_url=SecretStr(database_url),
        project_url=SecretStr(project_url),
        request_timeout=TIMEOUT,
        request_attempts=2,
        retry_max_delay=5.0,
    ) as ground:
        yield ground


async def test_a_store_that_stumbles_within_a_run_alarms_nobody(ground: Playground) -> None:
    scene = await sets_up(ground)
    ground.store.add("customers", 3)
    ground.store.answers_500(2)
    await scene.an_hour_goes_by()
    await scene.has_the_same_rows()

    ground.store.add("customers", 2)
    ground.store.rate_limits(2, retry_after=0)
    await scene.an_hour_goes_by()
    await scene.has_the_same_rows()

    assert await scene.shop.runs(RunState.FAILED) == 0
    await scene.nobody_was_told()


async def test_a_busy_store_is_left_alone_for_as_long_as_it_asks(impatient: Playground) -> None:
    scene = await sets_up(impatient)
    impatient.store.add("customers", 3)
    asked = impatient.store.requests["/v1/customers"]
    impatient.store.rate_limits(1, retry_after=1)
    impatient.clock.skip(timedelta(hours=1))
    await until(lambda: impatient.store.requests["/v1/customers"] == asked + 1, "the 429")
    refused = time.monotonic()
    await until(lambda: impatient.store.requests["/v1/customers"] == asked + 2, "another try")
    assert time.monotonic() - refused > 0.9
    await scene.quiet()
    await scene.has_the_same_rows()


async def test_a_late_answer_fails_the_run_and_the_next_one_goes_on(
    impatient: Playground, alice: Member
) -> None:
    scene = await sets_up(impatient)
    impatient.store.add("customers", 3)
    impatient.store.is_slow(TIMEOUT * 3)
    await scene.an_hour_goes_by()
    await alice.runs("/patchbay errors demo")
    await alice.sees(f"Demo Store did not answer within {TIMEOUT} seconds")

    impatient.store.is_slow(0)
    await scene.an_hour_goes_by()
    await scene.has_the_same_rows()
    assert await scene.shop.runs(RunState.FAILED) == 1


@pytest.fixture
def alice(request: pytest.FixtureRequest) -> Member:
    name = "impatient" if "impatient" in request.fixturenames else "ground"
    playing: Playground = request.getfixturevalue(name)
    return playing.slack.member("U_ALICE")


async def test_a_warning_takes_itself_back_once_a_sync_works(
    ground: Playground, alice: Member
) -> None:
    scene = await sets_up(ground)
    ground.store.answers_500()
    await scene.an_hour_goes_by()
    ground.store.works_again()
    ground.store.malformed_json()
    await scene.an_hour_goes_by()
    await scene.nobody_was_told()  # two failures are nobody's business yet
    await scene.an_hour_goes_by()

    [warning] = scene.alerts("keeps failing: 3 runs in a row")
    assert "HTTP 500" in warning.text  # both causes are named
    assert "is not valid JSON" in warning.text
    assert "after 7 more failed runs" in warning.text
    await sees_once(alice, "keeps failing: 3 runs in a row")
    assert len(scene.mails("keeps failing")) == 1
    await scene.an_hour_goes_by()
    assert len(alice.dm()) == len(scene.alerts()) == len(scene.mails()) == 1  # once is enough

    ground.store.works_again()
    ground.store.add("customers", 4)
    await scene.an_hour_goes_by()
    await scene.has_the_same_rows()
    [mended] = scene.alerts()
    assert mended.ts == warning.ts  # edited, not repeated
    assert "works again" in mended.text
    assert "keeps failing" in mended.text  # what it was
    assert "The last sync worked" in mended.text
    assert said(alice.thread(mended), "The last sync worked")
    await sees_once(alice, "works again")
    assert len(scene.mails("works again")) == 1

    ground.store.answers_500()  # and counting begins anew
    await scene.an_hour_goes_by()
    await scene.an_hour_goes_by()
    assert len(alice.dm()) == 2
    assert len(scene.mails()) == 2


async def test_very_many_rejected_records_warn_and_then_disable(
    ground: Playground, alice: Member
) -> None:
    scene = await sets_up(ground)
    everybody = ground.store.present("customers")
    ground.store.bad_records(0.4)
    ground.store.change("customers", everybody)
    await scene.an_hour_goes_by()
    bad = round(await scene.figure("patchbay_rejects"))
    [warning] = scene.alerts(f"rejects many records: {bad} of 250")
    assert "when over 25% of the records of 3 runs together are rejected" in warning.text
    assert f"{bad} × total_spent is not a decimal number" in warning.text

    ground.store.change("customers", everybody)
    await scene.an_hour_goes_by()  # 40 % of two runs are over 25 % of three
    [disabled] = scene.alerts("was disabled because of a large number of errors")
    assert disabled.ts == warning.ts
    assert len(scene.mails("was disabled")) == 1
    await sees_once(alice, "was disabled")
    asked = ground.store.requests["/v1/customers"]
    ground.clock.skip(timedelta(hours=5))

    ground.store.works_again()
    ground.store.change("customers", everybody)
    await alice.presses("Re-activate", within=disabled)
    await until(lambda: ground.store.requests["/v1/customers"] > asked, "a sync at once")
    await scene.quiet()
    await scene.has_the_same_rows()
    assert ground.store.requests["/v1/customers"] == asked + 1  # none while it was disabled
    [mended] = scene.alerts("works again")
    assert "@Alice Moreau" in mended.text
    assert await scene.figure("patchbay_rejects") == 0
