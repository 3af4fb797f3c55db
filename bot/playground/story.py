"""The steps of the walk, in order; each says in its docstring what a person does or sees."""

from bot.playground import journey
from bot.playground.walk import CHANNEL, HOUR, Differs, Play, Walk

MOST_CLICKS, MOST_TYPED = 12, 2  # from /patchbay to the first synced row
WARNS_AFTER, DISABLED_AFTER = 3, 10  # failed runs in a row; and 24 hours without success
HOURS = 24

SYNC = "Demo Store sync"


async def asks_for_help(walk: Walk) -> str:
    """Type /patchbay and read what it can do."""
    await walk.alice.runs("/patchbay")
    await walk.alice.sees("Create a new Integration Source")
    return ""


async def creates_a_source(walk: Walk) -> str:
    """Step 0: create an integration source and authorize it in the browser."""
    await walk.alice.presses("Create a new Integration Source")
    await journey.creates_source(walk.alice, walk.ground.store.url)
    return "Demo Store, signed in by OAuth"


async def maps_customers(walk: Walk) -> str:
    """Step 0: add the data transfer, accept the suggested mapping, activate it."""
    await journey.adds_transfer(walk.alice, "Customers")
    return "into a new table of the default project"


async def creates_an_integration(walk: Walk) -> str:
    """Steps 1 to 4: create the integration and activate it."""
    await journey.activates_integration(walk.alice)
    walk.clicks, walk.typed_fields = walk.alice.clicks, walk.alice.typed
    return f"{walk.clicks} clicks and submits, {walk.typed_fields} typed field(s) so far"


async def sees_the_first_sync(walk: Walk) -> str:
    """The first sync ends, and its summary stands in the DM."""
    await walk.alice.closes(everything=True)
    summary = await walk.the_dm("its first sync is done")
    await walk.quiet()
    if not summary.is_edited:
        raise Differs("the summary is a new message, not the edited one")
    if walk.clicks > MOST_CLICKS or walk.typed_fields > MOST_TYPED:
        raise Differs(f"{walk.clicks} clicks and {walk.typed_fields} typed fields are too many")
    return f"{await walk.same_rows():,} rows, each as in the store"


async def signs_up_for_alerts(walk: Walk) -> str:
    """Step 3: sign up for e-mail alerts, name a channel, and ask for deletions too."""
    alice = walk.alice
    await alice.runs("/patchbay integrations")
    await alice.presses("Open", within=SYNC)
    await alice.sees_modal("Integration")
    await alice.presses("Edit")
    await alice.sees("Types of updates")
    await alice.ticks("Customers", "Deleted")
    await alice.presses("Add", within="Email alert")
    await alice.picks("E-mail address", "alice@example.com")
    await alice.picks("Channel for alert threads", "data-alerts")
    await alice.submits()
    await alice.sees("by direct message")
    await alice.closes(everything=True)
    return "alice@example.com, #data-alerts, and her DM"


async def syncs_what_changed(walk: Walk) -> str:
    """Customers are added, changed and deleted; the next sync brings just that."""
    store = walk.ground.store
    present = store.present("customers")
    store.add("customers", 7)
    store.change("customers", present[10:30])
    store.delete("customers", present[:5])
    await walk.syncs_now()
    rows = await walk.same_rows()
    summary = walk.alice.dm()[-1].text.replace("\n", " ")
    for expected in ("Created 7", "Updated 20", "Deleted 5"):
        if expected not in summary:
            raise Differs(f"“{expected}” is missing in: {summary}")
    return f"7 created, 20 updated, 5 deleted; {rows:,} rows, each as in the store"


async def keeps_a_bad_record(walk: Walk) -> str:
    """A record with a wrong value is kept aside; the good ones go on."""
    store = walk.ground.store
    bad, good = store.present("customers")[40:42]
    total = store.record("customers", bad)["total_spent"]
    store.change("customers", [bad], total_spent="twelve")
    store.change("customers", [good], first_name="Grace")
    await walk.syncs_now()
    await walk.alice.runs("/patchbay errors demo")
    seen = await walk.alice.sees("total_spent")
    await walk.alice.closes(everything=True)
    store.change("customers", [bad], total_spent=total)
    await walk.syncs_now()
    await walk.same_rows()
    reason = next(line for line in seen.text.splitlines() if "total_spent" in line)
    return f"“{reason.strip()}”; once mended in the store, it is synced too"


async def is_warned(walk: Walk) -> str:
    """The store breaks; after three failed syncs there is a warning with the budget left."""
    walk.ground.store.answers_500()
    for _ in range(WARNS_AFTER):
        await walk.an_hour_goes_by()
    warning = await walk.the_alert("keeps failing")
    await walk.the_dm("keeps failing")
    await walk.the_mail("keeps failing")
    if "more failed" not in warning.text:
        raise Differs(f"the warning names no budget: {warning.text}")
    return next(line for line in warning.text.splitlines() if "more failed" in line)


async def is_disabled(walk: Walk) -> str:
    """A day later it is disabled, told by DM, alert thread and e-mail, once each."""
    hours = WARNS_AFTER
    while hours < HOURS + 1 and not _says_disabled(walk):
        await walk.an_hour_goes_by()
        hours += 1
    alert = await walk.the_alert("was disabled because of a large number of errors")
    await walk.the_dm("was disabled because of a large number of errors")
    subject = await walk.the_mail("was disabled because of a large number of errors")
    if not walk.alice.thread(alert):
        raise Differs("the alert has no detail in its thread")
    return f"after {hours} hours; mail: {subject}"


def _says_disabled(walk: Walk) -> bool:
    return any("was disabled" in post.text for post in walk.alice.channel(CHANNEL))


async def repairs_it(walk: Walk) -> str:
    """Re-activate while the store is broken is refused; once it works, it goes on."""
    alice = walk.alice
    alert = await walk.the_alert("was disabled")
    await alice.presses("Re-activate", within=alert)
    await alice.sees("500", timeout=15)
    walk.ground.store.works_again()
    walk.ground.store.add("customers", 3)
    await alice.presses("Re-activate", within=alert)
    await alice.sees("works again", timeout=15)
    await walk.quiet()
    mended = await walk.the_alert("works again")
    if mended.ts != alert.ts:
        raise Differs("the alert's message was not edited but sent anew")
    await walk.the_dm("works again")
    await walk.the_mail("works again")
    return f"{await walk.same_rows():,} rows, each as in the store; the alert says by whom"


async def authorizes_again(walk: Walk) -> str:
    """The token is revoked: one alert, Re-authorize in place, and the sync goes on."""
    alice, store = walk.alice, walk.ground.store
    store.revokes_token()
    store.add("customers", 2)
    walk.ground.clock.skip(HOUR)
    alert = await walk.the_alert("needs authorization")
    await alice.presses("Re-authorize", within=alert)
    await alice.sees("Open Demo Store")
    await journey.goes_to_the_browser(alice)
    await alice.sees("is authorized again")
    await alice.closes(everything=True)
    await walk.quiet()
    return f"{await walk.same_rows():,} rows, each as in the store"


STORY: tuple[Play, ...] = (
    asks_for_help,
    creates_a_source,
    maps_customers,
    creates_an_integration,
    sees_the_first_sync,
    signs_up_for_alerts,
    syncs_what_changed,
    keeps_a_bad_record,
    is_warned,
    is_disabled,
    repairs_it,
    authorizes_again,
)
