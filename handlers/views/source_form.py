"""The form of a source: which service, what it is called, by which authorization."""

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ExternalDataSelectElement,
    InputBlock,
    Option,
    PlainTextInputElement,
)
from slack_sdk.models.blocks.basic_components import DispatchActionConfig
from slack_sdk.models.views import View

from handlers.metadata import Metadata
from handlers.read.authorizations import AuthorizationLine
from handlers.read.sources import SourceForm
from handlers.views.common import (
    button,
    context,
    cut,
    escape,
    modal,
    option,
    plain,
    section,
    when,
)

FORM_VIEW = "source_form"  # callback id

SERVICE, NAME = "service", "name"  # block ids
# Slack keeps what was picked and typed while the ids stay, so these two go on with what makes
# the field a new one: the round (after "Start over"), the service that the name was filled in for
PICK_SERVICE = "source_service"
TYPE_NAME = "source_name"
SEE_AUTHORIZATIONS = "source_authorizations"
START_OVER = "source_start_over"

LONGEST_NAME = 255


class FormMetadata(Metadata):
    draft: int
    twin: str = ""  # another modal with the same form, below this one


def source_form(form: SourceForm) -> View:
    blocks: list[Block] = []
    if form.left_at is not None:
        blocks += [
            section(
                f":wave: Continue where you left off ({when(form.left_at)}).",
                block_id="left",
                accessory=button("Start over", START_OVER),
            )
        ]
    blocks += [
        _service(form),
        _name(form),
        section(_authorization(form), block_id="authorization"),
        ActionsBlock(
            block_id="authorizations",
            elements=[button("See third-party service authorizations", SEE_AUTHORIZATIONS)],
        ),
    ]
    return modal(
        "New source" if form.is_new else "Edit source",
        blocks,
        callback_id=FORM_VIEW,
        metadata=FormMetadata(draft=form.draft_id, twin=form.twin).dump(),
        submit="Save",
        close="Cancel",
    )


def _service(form: SourceForm) -> Block:
    if not form.is_new and form.service is not None:
        return context(f"Integration source: *{escape(form.service[1])}*")
    return InputBlock(
        block_id=SERVICE,
        label=plain("Integration source"),
        hint=plain("The third-party service that data comes from", 150),
        dispatch_action=True,
        element=ExternalDataSelectElement(
            action_id=f"{PICK_SERVICE}:{form.round}",
            placeholder=plain("Choose or type a service"),
            min_query_length=0,
            initial_option=service_option(*form.service) if form.service else None,
        ),
    )


def service_option(service_id: str, name: str) -> Option:
    return option(name, service_id)


def _name(form: SourceForm) -> Block:
    filled_in_for = form.service[0] if form.service else ""
    return InputBlock(
        block_id=NAME,
        label=plain("Name"),
        hint=plain("For your team, for example “Shop” or “Stripe, European account”", 150),
        dispatch_action=True,
        element=PlainTextInputElement(
            action_id=f"{TYPE_NAME}:{form.round}:{filled_in_for}",
            initial_value=form.name or None,
            max_length=LONGEST_NAME,
            dispatch_action_config=DispatchActionConfig(
                trigger_actions_on=["on_character_entered"]
            ),
        ),
    )


def _authorization(form: SourceForm) -> str:
    if form.authorization is None:
        return "*Authorization:* none yet"
    return f"*Authorization:* {authorization_text(form.authorization)}"


def authorization_text(line: AuthorizationLine) -> str:
    """One line of mrkdwn: name, account, and whether it works."""
    name = escape(cut(line.name, 120))
    account = f" ({escape(cut(line.account, 120))})" if line.account else ""
    if line.is_ok:
        return f":white_check_mark: {name}{account} · checked {when(line.checked_at)}"
    return f":warning: {name}{account} · *needs authorization*"
