"""Authorizations on the screen: picking one, creating one, and waiting for the browser."""

from typing import Literal

from pydantic import BaseModel
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ExternalDataSelectElement,
    InputBlock,
    InputInteractiveElement,
    OverflowMenuElement,
    PlainTextInputElement,
    RadioButtonsElement,
    SectionBlock,
    StaticSelectElement,
    UrlInputElement,
)
from slack_sdk.models.blocks.basic_components import DispatchActionConfig
from slack_sdk.models.views import View

from handlers.metadata import Metadata
from handlers.read.authorizations import (
    AuthorizationForm,
    AuthorizationLine,
    AuthorizationList,
    ParamInput,
    Waiting,
)
from handlers.views.common import (
    button,
    context,
    cut,
    escape,
    header,
    modal,
    mrkdwn,
    option,
    plain,
    section,
    when,
)
from store.vocabulary import AuthKind

REAUTHORIZE = "authorization_reauthorize"  # value: an authorization's id
CREATE = "authorization_create"  # the button; value: nothing
PICK = "authorization_pick"  # the drop-down
MENU = "authorization_menu"  # value: a Choice
KIND = "authorization_kind"
TYPE = "authorization_type"  # followed by the block: a character was typed there
OPEN_LINK = "authorization_open"
TRY_AGAIN = "authorization_try_again"

PICK_VIEW = "authorization_pick_view"  # callback ids
CREATE_VIEW = "authorization_create_view"
WAIT_VIEW = "authorization_wait"
DONE_VIEW = "authorization_done"

PICKED, NAME, WAY, PARAM = "picked", "auth_name", "auth_kind", "param:"  # block ids

OPTIONS = 100  # as many as Slack's drop-downs take
ROWS = 30
NAME_SHOWN = 120


class PopUpMetadata(Metadata):
    draft: int
    stacked: bool = False  # it lies on the source's form; otherwise it took its place


class Choice(BaseModel, frozen=True):
    """What was picked in an authorization's menu."""

    id: int
    do: Literal["again", "delete"]


def pick_view(listed: AuthorizationList, metadata: PopUpMetadata) -> View:
    rows = listed.lines[:ROWS]
    blocks: list[Block] = [
        header(f"{cut(listed.service_name, 100)} authorizations"),
        InputBlock(
            block_id=PICKED,
            label=plain("Authorization"),
            element=_drop_down(listed),
        ),
        ActionsBlock(
            block_id="authorization_actions",
            elements=[button("Create an authorization", CREATE)],
        ),
        *(_row(line) for line in rows),
    ]
    if len(listed.lines) > ROWS:
        blocks.append(context(f"…and {len(listed.lines) - ROWS} more: type to find them above."))
    return modal(
        "Authorizations",
        blocks,
        callback_id=PICK_VIEW,
        metadata=metadata.dump(),
        submit="Select",
        close="Back" if metadata.stacked else "Cancel",
    )


def _drop_down(listed: AuthorizationList) -> InputInteractiveElement:
    chosen = next((line for line in listed.lines if line.id == listed.chosen), None)
    if len(listed.lines) > OPTIONS:
        return ExternalDataSelectElement(
            action_id=PICK,
            placeholder=plain("Type to find one"),
            min_query_length=0,
            initial_option=option(chosen.name, chosen.id) if chosen else None,
        )
    return StaticSelectElement(
        action_id=PICK,
        placeholder=plain("Choose an authorization"),
        options=[option(line.name, line.id) for line in listed.lines],
        initial_option=option(chosen.name, chosen.id) if chosen else None,
    )


def _row(line: AuthorizationLine) -> SectionBlock:
    name = escape(cut(line.name, NAME_SHOWN))
    account = f" · {escape(cut(line.account, NAME_SHOWN))}" if line.account else ""
    state = f"checked {when(line.checked_at)}" if line.is_ok else ":warning: needs authorization"
    return SectionBlock(
        block_id=f"authorization:{line.id}",
        text=mrkdwn(f"*{name}*{account}\n{state}"),
        accessory=_menu(line) if line.may_edit else None,
    )


def _menu(line: AuthorizationLine) -> OverflowMenuElement:
    again, delete = Choice(id=line.id, do="again"), Choice(id=line.id, do="delete")
    return OverflowMenuElement(
        action_id=MENU,
        options=[
            option("Authorize again", again.model_dump_json()),
            option("Delete", delete.model_dump_json()),
        ],
    )


def create_view(form: AuthorizationForm, metadata: PopUpMetadata) -> View:
    service = escape(cut(form.service_name, NAME_SHOWN))
    blocks: list[Block] = [
        section(f"*{service}* has to allow Patchbay to read from it."),
        InputBlock(
            block_id=NAME,
            label=plain("Name"),
            dispatch_action=True,
            element=PlainTextInputElement(
                action_id=f"{TYPE}:name",
                initial_value=form.name,
                max_length=200,
                dispatch_action_config=_EVERY_CHARACTER,
            ),
        ),
    ]
    if len(form.kinds) > 1:
        options = {
            kind: option(label, kind.value, hint or None) for kind, label, hint in form.kinds
        }
        blocks.append(
            InputBlock(
                block_id=WAY,
                label=plain("How to authorize"),
                dispatch_action=True,
                element=RadioButtonsElement(
                    action_id=KIND,
                    options=list(options.values()),
                    initial_option=options[form.kind],
                ),
            )
        )
    blocks += [_param(param) for param in form.params]
    if form.kind not in (AuthKind.OAUTH2, AuthKind.NONE):
        blocks.append(
            context(
                ":lock: You enter the secret itself on a page of its own, not in Slack, so that "
                "nobody else sees it."
            )
        )
    return modal(
        "Create an authorization",
        blocks,
        callback_id=CREATE_VIEW,
        metadata=metadata.dump(),
        submit="Continue",
        close="Cancel",
    )


_EVERY_CHARACTER = DispatchActionConfig(trigger_actions_on=["on_character_entered"])


def _param(param: ParamInput) -> InputBlock:
    element = UrlInputElement if param.is_url else PlainTextInputElement
    return InputBlock(
        block_id=f"{PARAM}{param.name}",
        label=plain(param.label),
        hint=plain(param.hint, 150) if param.hint else None,
        dispatch_action=True,
        element=element(
            action_id=f"{TYPE}:{param.name}",
            initial_value=param.value or None,
            dispatch_action_config=_EVERY_CHARACTER,
        ),
    )


def waiting_view(waiting: Waiting) -> View:
    service = escape(cut(waiting.service_name, NAME_SHOWN))
    name = escape(cut(waiting.name, NAME_SHOWN))
    if waiting.kind is AuthKind.OAUTH2:
        what = f"{service} asks in your browser whether Patchbay may read from it."
        once = "Once you allow it there"
    else:
        what = "A page opens in your browser. Enter the secret there; it is checked at once."
        once = "Once it is accepted"
    goal = f"*{name}* works again" if waiting.renews else "this window goes on by itself"
    link = button(
        f"Open {cut(waiting.service_name, 60)}", OPEN_LINK, style="primary", url=waiting.url
    )
    return modal(
        "Authorize",
        [
            section(f"{what} {once}, {goal}."),
            ActionsBlock(block_id="link", elements=[link]),
            context(
                "The link is for you alone and works once. It is good until "
                f"{when(waiting.expires_at)}."
            ),
        ],
        callback_id=WAIT_VIEW,
        close="Cancel",
    )


def problem_view(sentence: str) -> View:
    """In the place of a waiting view: it did not work, and what to do."""
    again = button("Try again", TRY_AGAIN, style="primary")
    return modal(
        "Authorize",
        [
            section(f":warning: {escape(sentence)}"),
            ActionsBlock(block_id="again", elements=[again]),
        ],
        callback_id=WAIT_VIEW,
        close="Cancel",
    )


def done_view(service_name: str, name: str) -> View:
    """In the place of a waiting view that renewed an authorization."""
    service, called = escape(cut(service_name, NAME_SHOWN)), escape(cut(name, NAME_SHOWN))
    return modal(
        "Authorize",
        [
            section(f":white_check_mark: {service} accepted it: *{called}* is authorized again."),
            context("Integrations that waited for it go on by themselves, from where they were."),
        ],
        callback_id=DONE_VIEW,
    )
