"""The mail server is away: what it is owed waits, over a restart too, and arrives once."""

from datetime import timedelta

from bot.playground.host import Playground
from bot.playground.member import Member
from bot.playground.walk import until
from tests.stories.shop import sees_once, sets_up

FAILS = "keeps failing"


async def test_mail_waits_for_its_server(ground: Playground, alice: Member) -> None:
    scene = await sets_up(ground, policy={"warning_failures": 1})
    ground.mailbox.stop()
    ground.store.answers_500()
    ground.clock.skip(timedelta(hours=1))
    await sees_once(alice, FAILS)  # the others do not wait for the mail
    await until(lambda: len(scene.alerts(FAILS)) == 1, "the alert")
    assert await scene.figure("patchbay_deliveries_owed") >= 1
    await ground.restart()
    scene.shop.engine = ground.patchbay.engine

    ground.mailbox.refuse(True)
    ground.mailbox.start()  # up, but busy
    refused = ground.mailbox.refusals
    ground.clock.skip(timedelta(minutes=20))
    await until(lambda: ground.mailbox.refusals > refused, "another try")
    assert scene.mails() == []
    ground.mailbox.refuse(False)
    ground.clock.skip(timedelta(minutes=20))
    await until(lambda: len(scene.mails(FAILS)) > 0, "the mail")
    await scene.quiet()
    assert len(scene.mails(FAILS)) == 1
    await sees_once(alice, FAILS)
    assert len(scene.alerts(FAILS)) == 1


async def test_an_address_that_is_gone_is_told_of_in_slack(
    ground: Playground, alice: Member
) -> None:
    scene = await sets_up(ground, policy={"warning_failures": 1})
    ground.mailbox.close_box("alice@example.com")
    ground.store.answers_500()
    await scene.an_hour_goes_by()

    await sees_once(alice, "This was meant for alice@example.com, but could not be delivered there")
    assert scene.mails() == []
