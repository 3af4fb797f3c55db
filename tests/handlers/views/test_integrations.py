"""Every view about integrations within Slack's limits, with the longest and nastiest of data."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.playground.slack.limits import option_problems, refuse_message, refuse_view
from bot.setup.wanted import Offer, Wanted
from handlers.read.history import History
from handlers.read.home import Home, SourceRow
from handlers.read.integration_form import EmailChoice, FormDraft, IntegrationForm, SourceChoice
from handlers.read.integrations import (
    DataTypeLine,
    IntegrationList,
    IntegrationPage,
    IntegrationRow,
    NamedIntegration,
    RunLine,
    Trouble,
)
from handlers.read.members import MemberLine, MemberList
from handlers.read.rejects import Errors, FailedRun, RejectLine
from handlers.views.help import help_blocks
from handlers.views.history import history_view
from handlers.views.home import home_view
from handlers.views.integration_form import form_view
from handlers.views.integration_options import (
    email_options,
    integration_options,
    source_options,
    timezone_options,
)
from handlers.views.integration_page import deleted_view, page_view, state_blocks
from handlers.views.integrations import choice_blocks, list_view, overview_blocks
from handlers.views.members import members_view
from handlers.views.rejects import errors_view
from store.vocabulary import (
    IntegrationState,
    Role,
    RunState,
    ScheduleKind,
    Trigger,
    UpdateType,
)

NOW = datetime(2026, 3, 28, 23, 59, tzinfo=UTC)
NAMES = {
    "ordinary": "Shop sync",
    "longest": "x" * 255,
    "escaped": "&<>" * 85,
    "right to left": "מבחן ‏سوق " * 25,
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈" * 20,
    "markup": "*_~`<!channel> <@U1> [a](b)\n```",
}
LIMIT = pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)


def fits(view: View) -> None:
    body = view.to_dict()
    refuse_view(body, body["type"])


def says(blocks: list[Block]) -> None:
    refuse_message("text", [block.to_dict() for block in blocks], None)


def run(name: str = "", count: int = 1_000_000) -> RunLine:
    return RunLine(
        id=1,
        state=RunState.FAILED,
        trigger=Trigger.RETRY,
        queued_at=NOW,
        seconds=100_000.0,
        created=count,
        updated=count,
        deleted=count,
        unchanged=count,
        rejected=count,
        error=name * 20,
    )


def row(name: str, number: int = 1, state: IntegrationState = IntegrationState.DISABLED) -> Any:
    return IntegrationRow(
        id=10**12 + number,
        name=name,
        state=state,
        source=name,
        next_run_at=NOW,
        last_run=run(name),
        trouble=Trouble(name * 3, NOW),
    )


def page(name: str, *, many: int = 1, state: IntegrationState = IntegrationState.DISABLED) -> Any:
    return IntegrationPage(
        row=row(name, state=state),
        source_id=10**12,
        service=name,
        authorization_id=10**12,
        data_types=tuple(DataTypeLine(name, tuple(UpdateType), False) for _ in range(many)),
        schedule="At 09:30 (America/Argentina/ComodRivadavia)",
        next_runs=(NOW, NOW + timedelta(hours=1), NOW + timedelta(hours=2)),
        emails=tuple((f"{'e' * 60}{number}@{'d' * 60}.example", False) for number in range(many)),
        people=tuple(f"U{number:010}" for number in range(many)),
        channel="C0123456789",
        created_by="U0123456789",
        created_at=NOW,
        may_edit=True,
    )


def form(name: str, *, transfers: int, chosen: int, emails: int) -> IntegrationForm:
    offered = tuple(Offer(number, name, True, tuple(UpdateType)) for number in range(transfers))
    wanted = Wanted(
        source_id=10**12,
        name=name,
        updates={number: list(UpdateType) for number in range(chosen)},
        schedule=ScheduleKind.CRON,
        cron="*/15 8-18 * * 1-5",
        timezone="America/Argentina/ComodRivadavia",
        emails=[f"{'e' * 60}{number}@{'d' * 60}.example" for number in range(emails)],
        people=[f"U{number:010}" for number in range(20)],
        channel="C0123456789",
    )
    return IntegrationForm(
        draft_id=10**12,
        draft=FormDraft(wanted=wanted, adding_email=True, resumed=True, touched=True),
        source=name,
        offered=offered,
        schedule="Every 15 minutes, between 08:00 and 18:59, Monday through Friday",
        next_runs=(NOW, NOW, NOW),
        outside=frozenset(wanted.emails),
        editing=name,
    )


@LIMIT
@pytest.mark.parametrize("many", [0, 1, 100])
def test_page(name: str, many: int) -> None:
    fits(page_view(page(name, many=many), note=name * 5, list_first=480))
    says(state_blocks(page(name, many=many)))
    fits(deleted_view(name))


@pytest.mark.parametrize("state", IntegrationState)
def test_page_in_every_state(state: IntegrationState) -> None:
    body = page_view(page("Shop", state=state)).to_dict()
    refuse_view(body, "modal")
    labels = [
        element["text"]["text"]
        for block in body["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
    ]
    assert ("Pause" in labels) is (state is IntegrationState.ACTIVE)
    assert ("Activate" in labels) is (state is not IntegrationState.ACTIVE)
    assert ("Re-authorize" in labels) is (state is IntegrationState.NEEDS_AUTHORIZATION)


@LIMIT
def test_lists_of_hundreds(name: str) -> None:
    rows = tuple(row(name, number) for number in range(20))
    for first, count in ((0, 20), (240, 20), (480, 20)):
        fits(list_view(IntegrationList(rows[:count], 500, first)))
    says(overview_blocks(IntegrationList(rows, 500)))
    named = [NamedIntegration(number, name, IntegrationState.PAUSED) for number in range(10)]
    says(choice_blocks(name, named, "Sync now", "integration_sync"))


def test_an_empty_workspace() -> None:
    fits(list_view(IntegrationList((), 0)))
    says(overview_blocks(IntegrationList((), 0)))
    fits(home_view(Home((), (), 0, (), 0, False)))


@LIMIT
@pytest.mark.parametrize(
    ("transfers", "chosen", "emails"),
    [(0, 0, 0), (1, 0, 1), (1, 1, 0), (40, 40, 20), (100, 100, 20)],
)
def test_form(name: str, transfers: int, chosen: int, emails: int) -> None:
    view = form_view(form(name, transfers=transfers, chosen=chosen, emails=emails))
    fits(view)
    blocks = [block["block_id"] for block in view.to_dict()["blocks"] if "block_id" in block]
    assert {"source", "name", "schedule", "cron", "timezone", "activate"} <= set(blocks)


def test_form_says_which_data_types_it_has_no_room_for() -> None:
    view = form_view(form("Data", transfers=100, chosen=100, emails=20)).to_dict()
    boxes = [each for each in view["blocks"] if each.get("block_id", "").startswith("updates:")]
    told = [str(each) for each in view["blocks"] if "each with the types of updates" in str(each)]
    assert f"{100 - len(boxes)} more" in told[0]


@LIMIT
def test_errors(name: str) -> None:
    lines = tuple(
        RejectLine(
            transfer_id=10**12,
            data_type=name,
            reason=name * 10,
            digest="0123456789abcdef",
            count=1_000_000,
            sample_key=name,
            sample=name * 100,
        )
        for _ in range(10)
    )
    failed = tuple(FailedRun(NOW, name * 10) for _ in range(5))
    for first in (0, 500, 990):
        fits(errors_view(Errors(1, name, lines, 10**9, 1000, first, failed, True), name * 9))
    fits(errors_view(Errors(1, name, (), 0, 0, 0, (), False)))


@LIMIT
def test_history(name: str) -> None:
    runs = tuple(run(name) for _ in range(10))
    fits(history_view(History(10**12, name, runs, 10**12, False)))
    fits(history_view(History(1, name, (), None, True)))


@LIMIT
def test_home(name: str) -> None:
    rows = tuple(row(name, number) for number in range(20))
    sources = tuple(SourceRow(number, name, name) for number in range(10))
    fits(home_view(Home(rows, (), 500, sources, 500, True)))
    fits(home_view(Home((), rows, 500, sources, 500, True)))


def test_what_is_in_trouble_is_opened_first() -> None:
    trouble = home_view(Home((row("Shop", 1),), (), 1, (), 0, False)).to_dict()
    actions = next(block for block in trouble["blocks"] if block["type"] == "actions")
    assert [b["text"]["text"] for b in actions["elements"]] == ["Open", "View errors"]
    assert [b.get("style") for b in actions["elements"]] == ["primary", None]


def test_members_and_help() -> None:
    lines = tuple(
        MemberLine(f"U{number:010}", Role.EDITOR, number == 0, number % 2 == 0)
        for number in range(20)
    )
    fits(members_view(MemberList(lines, 5000, 20, None)))
    fits(members_view(MemberList((), 0, 0, "U1")))
    says(help_blocks(is_admin=True, unknown="&<>" * 1000, nearest="integrations"))


@LIMIT
def test_drop_downs(name: str) -> None:
    sources = [SourceChoice(number, name) for number in range(500)]
    named = [NamedIntegration(number, name, IntegrationState.ACTIVE) for number in range(500)]
    people = [EmailChoice(f"{'e' * 200}{number}@a.example", name) for number in range(3)]
    people += [EmailChoice(f"e{number}@a.example", name) for number in range(500)]
    for options in (
        source_options(sources, ""),
        integration_options(named, ""),
        timezone_options("Asia/Tokyo", ""),
        email_options(people, ""),
        email_options(people, f"{'x' * 60}@{'y' * 60}.example"),
        source_options(sources, name),
    ):
        assert options
        assert not option_problems({"options": [option.to_dict() for option in options]})


def test_one_s_own_zone_comes_first_and_cities_are_found() -> None:
    assert timezone_options("Asia/Tokyo", "")[0].value == "Asia/Tokyo"
    assert [each.value for each in timezone_options("UTC", "new york")] == ["America/New_York"]


def test_an_outside_address_is_offered_only_when_it_is_one() -> None:
    people = [EmailChoice("ann@a.example", "Ann")]
    assert [each.value for each in email_options(people, "ann")] == ["ann@a.example"]
    assert [each.value for each in email_options(people, "ANN@A.example")] == ["ann@a.example"]
    assert [each.value for each in email_options(people, "bob@b")] == []
    [added] = email_options(people, "bob@b.example")
    assert added.value == "bob@b.example"
