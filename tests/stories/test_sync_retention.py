"""The bot keeps its own database small, and says how it is."""

from datetime import timedelta

import httpx

from bot.housekeeping import sweep
from bot.playground.host import Playground
from bot.playground.member import Member
from bot.playground.walk import until
from tests.stories.shop import Scene, sets_up


async def test_what_is_old_is_removed_and_what_is_owed_stays(
    ground: Playground, alice: Member
) -> None:
    scene = await sets_up(ground)
    ground.store.change("customers", [7], total_spent="twelve")
    await scene.an_hour_goes_by()
    ground.store.change("customers", [8])  # later than what the store will not send again
    await scene.an_hour_goes_by()
    assert await scene.shop.runs() == 3
    assert await scene.figure("patchbay_rejects") == 1

    await days_go_by(scene, 31)
    await sweep(ground.patchbay.engine)
    assert await scene.figure("patchbay_rejects") == 0  # after 30 days
    assert await scene.shop.runs() == 4  # after 90

    await days_go_by(scene, 60)
    await sweep(ground.patchbay.engine)
    assert await scene.shop.runs() == 2
    await alice.runs("/patchbay history demo")
    assert (await alice.sees_modal("History")).text.count("created") <= 2
    await scene.an_hour_goes_by()  # and it goes on
    ground.store.change("customers", [7], total_spent="12.00")
    await scene.an_hour_goes_by()
    await scene.has_the_same_rows()


async def days_go_by(scene: Scene, days: int) -> None:
    asked = scene.ground.store.requests["/v1/customers"]
    scene.ground.clock.skip(timedelta(days=days))
    await until(lambda: scene.ground.store.requests["/v1/customers"] > asked, "a due run")
    await scene.quiet()


async def test_it_tells_how_it_is(ground: Playground) -> None:
    scene = await sets_up(ground)
    assert await scene.figure('patchbay_integrations{state="active"}') == 1
    assert await scene.figure('patchbay_runs_kept{state="succeeded"}') == 1
    assert await scene.figure('patchbay_rows_kept{outcome="created"}') == 250
    assert await scene.figure("patchbay_incidents_open") == 0
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"{ground.web.url}/health")
        assert (answer.status_code, answer.json()["status"]) == (200, "ok")
        assert set(answer.json()) == {"status", "database", "slack", "scheduler"}

        ground.slack.trouble.fail("api.test", "fatal_error")
        answer = await client.get(f"{ground.web.url}/health")
        assert answer.status_code == 503
        assert answer.json()["slack"] == "trouble"
        assert answer.json()["database"] == "ok"
