"""A token that runs out is renewed unseen; one that was revoked is a person's business, once."""

from datetime import timedelta

from bot.playground import journey
from bot.playground.host import Playground
from bot.playground.member import Member
from bot.playground.walk import until
from store.vocabulary import RunState, Way
from tests.stories.shop import ALICE, NAME, said, sees_once, sets_up

OTHER = "Customers for Boris"


async def test_an_access_token_that_ends_is_renewed_unseen(ground: Playground) -> None:
    scene = await sets_up(ground)
    ground.store.expires_token()
    ground.store.add("customers", 3)
    await scene.an_hour_goes_by()
    await scene.has_the_same_rows()

    ground.clock.skip(timedelta(days=3))  # by its own time, too
    await until(lambda: ground.store.requests["/v1/customers"] >= 4, "the run that was due")
    await scene.quiet()
    assert await scene.shop.runs(RunState.FAILED) == 0
    await scene.nobody_was_told()


async def test_one_revoked_token_is_told_once_however_many_integrations_stop(
    ground: Playground, alice: Member, boris: Member
) -> None:
    scene = await sets_up(ground)
    await scene.shop.connects(OTHER, recipients=((Way.DM, ALICE), (Way.DM, "U_BORIS")))
    await until(lambda: ground.store.requests["/v1/customers"] > 1, "the other's first sync")
    await scene.quiet()
    read = await scene.records_read()
    ground.store.revokes_token()
    ground.store.add("customers", 5)
    await scene.an_hour_goes_by()

    [alert] = scene.alerts()
    assert "“Demo Store” needs authorization" in alert.text
    await sees_once(alice, "needs authorization")
    await sees_once(boris, "needs authorization")
    assert len(scene.mails("needs authorization")) == 1
    assert await scene.figure('patchbay_integrations{state="needs_authorization"}') == 2
    assert await scene.figure("patchbay_incidents_open") == 1
    assert said(alice.thread(alert), f"“{NAME}” stopped; nothing that was synced is lost")
    assert said(alice.thread(alert), f"“{OTHER}” stopped; nothing that was synced is lost")
    asked = ground.store.requests["/v1/customers"]
    ground.clock.skip(timedelta(hours=5))
    await alice.runs("/patchbay sync customers for boris")
    await alice.sees("needs authorization before it can sync")
    assert ground.store.requests["/v1/customers"] == asked  # both stand still

    await alice.presses("Re-authorize", within=alert)
    await alice.sees("Open Demo Store")
    await journey.goes_to_the_browser(alice)
    await alice.sees("is authorized again")
    await alice.closes(everything=True)
    await until(lambda: ground.store.requests["/v1/customers"] >= asked + 2, "both going on")
    await scene.quiet()
    await scene.has_the_same_rows()
    for name in (NAME, OTHER):
        assert (await scene.shop.last_run(name)).state is RunState.SUCCEEDED
    assert await scene.records_read() - read < 100  # from their cursors, not from the start
    [mended] = scene.alerts()
    assert mended.ts == alert.ts
    assert "“Demo Store” is authorized again" in mended.text
    assert said(alice.thread(mended), "@Alice Moreau")
    await sees_once(alice, "is authorized again")
    await sees_once(boris, "is authorized again")
    assert len(scene.mails("is authorized again")) == 1
