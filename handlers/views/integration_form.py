"""The integration form: one modal from the source to Activate. Block ids are field names."""

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    CheckboxesElement,
    ConversationFilter,
    ConversationSelectElement,
    ExternalDataSelectElement,
    InputBlock,
    InputInteractiveElement,
    Option,
    PlainTextInputElement,
    StaticMultiSelectElement,
    StaticSelectElement,
    UserMultiSelectElement,
)
from slack_sdk.models.blocks.basic_components import DispatchActionConfig
from slack_sdk.models.views import View

from handlers.metadata import Metadata
from handlers.read.integration_form import IntegrationForm, Offer
from handlers.views.common import (
    MODAL_BLOCKS,
    button,
    context,
    divider,
    escape,
    header,
    modal,
    number,
    option,
    plain,
    section,
    when,
)
from handlers.views.integrations import UPDATES, short
from handlers.views.sources import SOURCE_NEW, SOURCE_OPEN
from store.vocabulary import ScheduleKind

FORM_VIEW = "integration_form"  # callback id

# Action ids. Those of fields go on after a colon: a field that must not keep what Slack shows
# in it (another source, a fresh start) is another field to Slack.
SOURCE = "integration_field_source"
TRANSFERS = "integration_field_transfers"
TYPES = "integration_field_types"
NAME = "integration_field_name"
SCHEDULE = "integration_field_schedule"
CRON = "integration_field_cron"
TIMEZONE = "integration_field_timezone"
PEOPLE = "integration_field_people"
CHANNEL = "integration_field_channel"
QUIET = (TYPES, NAME, PEOPLE, CHANNEL)  # nothing else on the form depends on them
SHAPING = (SOURCE, TRANSFERS, SCHEDULE, CRON, TIMEZONE)
EMAIL_ADD = "integration_email_add"
EMAIL_PICK = "integration_email_pick"
EMAIL_REMOVE = "integration_email_remove"  # value: the address
START_OVER = "integration_start_over"
SAVE_AND_ACTIVATE = "integration_save_activate"

NAME_LENGTH = 255
PICKED = 60  # of the blocks that a modal holds, for check boxes

SCHEDULES = {
    ScheduleKind.EVERY_15_MINUTES: "Every 15 minutes",
    ScheduleKind.HOURLY: "Every hour",
    ScheduleKind.EVERY_6_HOURS: "Every 6 hours",
    ScheduleKind.DAILY: "Every day",
    ScheduleKind.CRON: "Cron expression",
}


class FormMetadata(Metadata):
    draft: int
    below: str = ""  # callback id of the view under this one
    list_first: int | None = None


def form_view(form: IntegrationForm, *, below: str = "", list_first: int | None = None) -> View:
    blocks = [*_top(form), *_source(form)]
    ending = [*_schedule(form), *_email(form), *_people(form), *_bottom(form)]
    room = min(PICKED, MODAL_BLOCKS - len(blocks) - len(ending) - 4)
    return modal(
        "Edit the integration" if form.editing else "Create an integration",
        [*blocks, *_data_types(form, room), _name(form), *ending],
        callback_id=FORM_VIEW,
        metadata=FormMetadata(draft=form.draft_id, below=below, list_first=list_first).dump(),
        submit="Save",
        close="Cancel",
    )


def _id(form: IntegrationForm, field: str, source_id: int | None = None) -> str:
    return f"{field}:{form.draft.fresh_starts}:{source_id or ''}"


def _top(form: IntegrationForm) -> list[Block]:
    if not form.draft.resumed:
        return []
    return [
        section(
            ":leftwards_arrow_with_hook: Continuing where you left off.",
            accessory=button("Start over", START_OVER),
        )
    ]


def _source(form: IntegrationForm) -> list[Block]:
    source_id = form.draft.wanted.source_id
    chosen = option(form.source, source_id) if form.source and source_id else None
    picker = ExternalDataSelectElement(
        action_id=_id(form, SOURCE),
        placeholder=plain("Choose, or type to narrow"),
        initial_option=chosen,
        min_query_length=0,
    )
    return [_input("source", "Integration configuration", picker)]


def _data_types(form: IntegrationForm, room: int) -> list[Block]:
    wanted = form.draft.wanted
    if form.source is None:
        # no source at all yet is as likely as none chosen
        return [
            section(
                "The types of data appear here once a configuration is chosen.",
                accessory=button("New source", SOURCE_NEW),
            )
        ]
    if not form.offered:
        return [
            section(
                f":warning: “{short(form.source)}” has no active data transfer yet. "
                "Add one there and activate it, then come back.",
                accessory=button("Open the source", SOURCE_OPEN, wanted.source_id or ""),
            )
        ]
    picked = [offer for offer in form.offered if offer.transfer_id in wanted.updates]
    picker = StaticMultiSelectElement(
        # another source, another element: Slack forgets what was picked for the one before
        action_id=_id(form, TRANSFERS, wanted.source_id),
        placeholder=plain("Choose the types of data"),
        options=[_named(offer) for offer in form.offered[:100]],
        initial_options=[_named(offer) for offer in picked[:100]] or None,
    )
    blocks = [
        header("Types of updates"),
        _input("transfers", "Data", picker),
        *(_types(form, offer) for offer in picked[:room]),
    ]
    if len(picked) > room:
        rest = number(len(picked) - room)
        blocks.append(context(f"…and {rest} more, each with the types of updates it had."))
    return blocks


def _named(offer: Offer) -> Option:
    name = offer.name if offer.active else f"{offer.name} (not active)"
    return option(name, offer.transfer_id)


def _types(form: IntegrationForm, offer: Offer) -> Block:
    options = {type_: option(UPDATES[type_], type_.value) for type_ in offer.types}
    ticked = [
        options[type_] for type_ in form.draft.wanted.updates[offer.transfer_id] if type_ in options
    ]
    if not options:
        return section(
            f":warning: {short(offer.name)} is not in the catalog any more. Take it out above."
        )
    boxes = CheckboxesElement(
        action_id=_id(form, TYPES),
        options=list(options.values()),
        initial_options=ticked or None,
    )
    return _input(f"updates:{offer.transfer_id}", offer.name, boxes, optional=True)


def _name(form: IntegrationForm) -> Block:
    typing = PlainTextInputElement(
        # a newly suggested name is a new element, or Slack would keep showing the old one
        action_id=_id(form, NAME, form.draft.wanted.source_id),
        initial_value=form.draft.wanted.name[:NAME_LENGTH] or None,
        max_length=NAME_LENGTH,
        dispatch_action_config=DispatchActionConfig(trigger_actions_on=["on_character_entered"]),
    )
    return _input("name", "Name", typing)


def _schedule(form: IntegrationForm) -> list[Block]:
    wanted = form.draft.wanted
    options = {kind: option(text, kind.value) for kind, text in SCHEDULES.items()}
    picker = StaticSelectElement(
        action_id=_id(form, SCHEDULE),
        options=list(options.values()),
        initial_option=options[wanted.schedule],
    )
    blocks = [_input("schedule", "Schedule", picker)]
    if wanted.schedule is ScheduleKind.CRON:
        fields = PlainTextInputElement(
            action_id=_id(form, CRON),
            initial_value=wanted.cron[:100] or None,
            max_length=100,
            placeholder=plain("30 9 * * 1-5"),
            dispatch_action_config=DispatchActionConfig(
                trigger_actions_on=["on_character_entered"]
            ),
        )
        hint = "Minute, hour, day of month, month, weekday."
        blocks.append(_input("cron", "Cron expression", fields, hint=hint))
    zone = ExternalDataSelectElement(
        action_id=_id(form, TIMEZONE),
        initial_option=option(wanted.timezone, wanted.timezone),
        min_query_length=0,
        placeholder=plain("Type a city"),
    )
    return [*blocks, _input("timezone", "Time zone", zone), context(_in_words(form))]


def _in_words(form: IntegrationForm) -> str:
    if form.schedule is None:
        return ":warning: These five fields do not make a schedule yet."
    if not form.next_runs:
        return f"{escape(form.schedule)}. There is no such time."
    return f"{escape(form.schedule)}. Next: {', '.join(when(run) for run in form.next_runs)}"


def _email(form: IntegrationForm) -> list[Block]:
    draft = form.draft
    text = "*Email alert*\nWho gets a mail if the integration is in trouble or was disabled."
    blocks: list[Block] = [
        divider(),
        section(text, block_id="email_alert", accessory=button("Add", EMAIL_ADD)),
    ]
    for position, address in enumerate(draft.wanted.emails):
        note = " _(will be asked to confirm)_" if address in form.outside else ""
        blocks.append(
            section(
                f"{escape(address)}{note}",
                block_id=f"email:{position}",
                accessory=button("Remove", EMAIL_REMOVE, address),
            )
        )
    if draft.adding_email:
        picker = ExternalDataSelectElement(
            action_id=EMAIL_PICK,
            placeholder=plain("Choose an e-mail, or type another"),
            min_query_length=0,
        )
        # the block's name changes with each address, so that the next one starts empty
        number_ = len(draft.wanted.emails)
        blocks.append(
            InputBlock(
                block_id=f"email_pick:{number_}",
                label=plain("E-mail address"),
                element=picker,
                dispatch_action=True,
                optional=True,
            )
        )
    return blocks


def _people(form: IntegrationForm) -> list[Block]:
    wanted = form.draft.wanted
    people = UserMultiSelectElement(
        action_id=_id(form, PEOPLE),
        placeholder=plain("Choose people"),
        initial_users=wanted.people or None,
        max_selected_items=20,
    )
    channel = ConversationSelectElement(
        action_id=_id(form, CHANNEL),
        placeholder=plain("No channel"),
        initial_conversation=wanted.channel,
        filter=ConversationFilter(include=["public", "private"], exclude_bot_users=True),
    )
    return [
        _input("people", "Direct messages to", people, optional=True),
        _input(
            "channel",
            "Channel for alert threads",
            channel,
            optional=True,
            hint="In a private channel, invite Patchbay first.",
        ),
    ]


def _bottom(form: IntegrationForm) -> list[Block]:
    if not form.can_activate:
        return []
    return [
        divider(),
        ActionsBlock(
            block_id="activate",
            elements=[button("Activate", SAVE_AND_ACTIVATE, style="primary")],
        ),
        context("Saves it, activates it and starts the first sync. *Save* leaves it inactive."),
    ]


def _input(
    block_id: str,
    label: str,
    element: InputInteractiveElement,
    *,
    optional: bool = False,
    hint: str | None = None,
) -> InputBlock:
    """Every change of it is told to the bot, which keeps it in the draft."""
    return InputBlock(
        block_id=block_id,
        label=plain(label, 2000),
        element=element,
        dispatch_action=True,
        optional=optional,
        hint=plain(hint, 2000) if hint else None,
    )
