"""Slack in trouble while people have to be told: each is told, and once."""

from datetime import timedelta

from bot.playground.host import Playground
from bot.playground.member import Member
from store.vocabulary import Way
from tests.stories.shop import ALICE, EVERYBODY, Scene, said, sees_once, sets_up

SOON = {"warning_failures": 1}  # the first failed run warns already
FAILS = "keeps failing"


async def fails_once(scene: Scene) -> None:
    """A run fails; what it owes may still be on its way."""
    scene.ground.store.answers_500()
    await scene.an_hour_goes_by()


async def test_slack_is_busy_while_alerts_are_due(
    ground: Playground, alice: Member, boris: Member
) -> None:
    to = (*EVERYBODY, (Way.DM, "U_BORIS"))
    scene = await sets_up(ground, recipients=to, policy=SOON)
    ground.slack.calls.clear()
    ground.slack.trouble.rate_limit("chat.postMessage", times=3, retry_after=1)
    await fails_once(scene)

    for member in (alice, boris):
        await sees_once(member, FAILS)
    [alert] = scene.alerts(FAILS)
    assert len(alice.thread(alert)) == 1
    assert len(scene.mails(FAILS)) == 1
    posts = [call for call in ground.slack.calls if call.method == "chat.postMessage"]
    refused = [call.at for call in posts if call.status == 429]
    assert len(refused) == 3
    assert len(posts) - len(refused) == 4  # two DMs, the alert and its thread
    for moment in refused:  # what was on its way already arrives within a blink
        assert not [call for call in posts if moment + 0.2 < call.at < moment + 0.95]


async def test_an_answer_that_gets_lost_is_no_reason_to_say_it_twice(
    ground: Playground, alice: Member
) -> None:
    scene = await sets_up(ground, policy=SOON)
    ground.slack.trouble.drop_answer("chat.postMessage", times=3)
    ground.store.answers_500()
    ground.clock.skip(timedelta(hours=1))
    await sees_once(alice, FAILS)
    for _ in range(4):  # each lost answer is looked for after a while
        ground.clock.skip(timedelta(minutes=2))
    await scene.quiet()

    await sees_once(alice, FAILS)
    [alert] = scene.alerts(FAILS)
    assert len(alice.thread(alert)) == 1
    assert len(scene.mails(FAILS)) == 1


async def test_an_archived_channel_is_told_of_elsewhere_with_the_reason(
    ground: Playground, alice: Member
) -> None:
    scene = await sets_up(ground, recipients=[(Way.CHANNEL, "C_ALERTS")], policy=SOON)
    ground.slack.workspace.channel("C_ALERTS").archived = True
    await fails_once(scene)

    assert scene.alerts() == []
    why = "This was meant for the alert channel, but could not be delivered there: it is archived."
    assert len(said(alice.dm(), why)) == 1
    assert len(said(alice.dm(), "HTTP 500")) == 1  # the creator has the alert itself, once
    [mail] = ground.mailbox.to("alice@example.com")
    body = mail.get_body(("plain",))
    assert body is not None
    assert why in " ".join(body.get_content().split())

    ground.store.works_again()
    await scene.an_hour_goes_by()
    await sees_once(alice, "works again")
    assert len(scene.mails("works again")) == 1


async def test_a_deactivated_member_is_stood_in_for(
    ground: Playground, alice: Member, boris: Member
) -> None:
    scene = await sets_up(ground, recipients=[(Way.DM, "U_BORIS")], policy=SOON)
    ground.slack.workspace.person("U_BORIS").deleted = True
    await fails_once(scene)

    alert = await sees_once(alice, FAILS)
    assert "This was meant for Boris Lindqvist’s DM" in alert.text
    assert "the account is deactivated." in alert.text
    assert len(scene.mails(FAILS)) == 1
    assert boris.dm() == []


async def test_the_bot_joins_the_channel_where_it_is_to_alert(
    ground: Playground, alice: Member
) -> None:
    ground.slack.add_channel("C_OTHER", "elsewhere", [ALICE], with_bot=False)
    scene = await sets_up(ground, recipients=[(Way.CHANNEL, "C_OTHER")], policy=SOON)
    await fails_once(scene)
    assert len(said(alice.channel("C_OTHER"), FAILS)) == 1


async def test_only_those_who_may_edit_answer_an_alert(
    ground: Playground, alice: Member, boris: Member, chiara: Member
) -> None:
    scene = await sets_up(ground, policy=SOON)
    await scene.shop.makes_viewer("U_CHIARA")
    await fails_once(scene)
    [alert] = scene.alerts(FAILS)

    for stranger in (boris, chiara):
        await stranger.presses("Acknowledge", within=alert)
        await stranger.sees("only the person who created the integration and admins can")
    await alice.presses("Acknowledge", within=alert)
    await alice.sees("Acknowledged by @Alice Moreau")
    await scene.quiet()
    assert said(alice.thread(alert), "@Alice Moreau acknowledged this")
    assert len(scene.alerts()) == 1
