"""The two forms in which a member defines a data type of a Custom REST API."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    Block,
    ExternalDataMultiSelectElement,
    ExternalDataSelectElement,
    InputBlock,
    InputInteractiveElement,
    PlainTextInputElement,
    StaticSelectElement,
)
from slack_sdk.models.blocks.basic_components import DispatchActionConfig
from slack_sdk.models.views import View

from handlers.metadata import OnSource
from handlers.read.custom import FoundPage, WherePage
from handlers.views.common import (
    button,
    context,
    escape,
    modal,
    number,
    option,
    plain,
    section,
)
from handlers.views.errors import explanation
from handlers.views.fields import TYPES, code, middle_cut, name_option

WHERE_FORM, FOUND_FORM = "custom_where", "custom_found"  # callback ids

# block ids; each is followed by the round, as inputs that start anew need new ids
NAME, PATH, RECORDS, PAGINATION = "name", "path", "records", "pagination"
FIRST, SECOND = "first", "second"  # and, in between, by the pagination: first:cursor:0
KEY, UPDATED, SINCE = "key", "updated", "since"

# action ids
KEEP = "custom_keep"
PICK_PAGINATION = "custom_pagination"
PICK_KEY, PICK_UPDATED = "custom_key", "custom_updated"
START_OVER = "custom_start_over"
BACK = "custom_back"

HEADING = "Add a data type"
FIELDS_SHOWN = 40

PAGINATIONS = {
    "none": ("None: one answer has everything", ()),
    "page": (
        "Page number",
        (("Parameter for the page", "page"), ("Number of the first page", "1")),
    ),
    "offset": ("Offset: how many to skip", (("Parameter for the offset", "offset"),)),
    "cursor": (
        "Cursor from the answer",
        (("Where the cursor is", "meta.next_cursor"), ("Parameter for the cursor", "cursor")),
    ),
    "next_url": ("Address of the next page", (("Where the address is", "links.next"),)),
    "link_header": ("Link header", ()),
}


class CustomMetadata(OnSource):
    draft: int
    source: int


def where_view(page: WherePage, *, on_list: bool = False) -> View:
    pages = {value: option(text, value) for value, (text, _) in PAGINATIONS.items()}
    pagination = StaticSelectElement(
        action_id=PICK_PAGINATION,
        options=list(pages.values()),
        initial_option=pages[page.pagination],
    )
    blocks: list[Block] = [
        *_notices(page),
        _input(_id(page, NAME), "Name of the data", _text(page.name, "Customers")),
        _input(
            _id(page, PATH),
            "Path",
            _text(page.path, "/customers?status=active"),
            hint="What follows the base URL of the authorization.",
        ),
        _input(
            _id(page, RECORDS),
            "Where the records are",
            _text(page.records, "data.items"),
            hint="The way to the list in the answer, with dots. Empty: the answer is the list.",
            optional=True,
        ),
        _input(_id(page, PAGINATION), "Pages", pagination),
        *_parameters(page),
    ]
    return modal(
        HEADING,
        blocks,
        callback_id=WHERE_FORM,
        metadata=_metadata(page, on_list).dump(),
        submit="Continue",
        close="Cancel",
    )


def _notices(page: WherePage) -> list[Block]:
    blocks: list[Block] = explanation(page.notice, []) if page.notice else []
    if page.is_resumed:
        text = ":pencil2: You continue where you left off."
        blocks.append(section(text, accessory=button("Start over", START_OVER)))
    return blocks


def _parameters(page: WherePage) -> list[Block]:
    _, parameters = PAGINATIONS[page.pagination]
    values = (page.first, page.second)
    return [
        _input(
            _id(page, f"{name}:{page.pagination}"),
            label,
            _text(value, example),
            hint=f"For example {example}",
            optional=page.pagination in ("page", "offset"),
        )
        for name, (label, example), value in zip((FIRST, SECOND), parameters, values, strict=False)
    ]


def found_view(page: FoundPage, *, on_list: bool = False) -> View:
    name = escape(middle_cut(page.name, 120))
    found = f"*{name}* has {number(len(page.fields))} fields in the sample."
    key = ExternalDataMultiSelectElement(
        action_id=PICK_KEY,
        placeholder=plain("Choose, or type to narrow the list"),
        initial_options=[name_option(path) for path in page.key] or None,
        min_query_length=0,
    )
    updated = ExternalDataSelectElement(
        action_id=PICK_UPDATED,
        placeholder=plain("None"),
        initial_option=name_option(page.updated) if page.updated else None,
        min_query_length=0,
    )
    blocks: list[Block] = [
        *(explanation(page.notice, []) if page.notice else []),
        section(found, accessory=button("Back", BACK)),
        context(_fields(page)),
        _input(_id(page, KEY), "Primary key", key, hint="What tells one record from another."),
        _input(_id(page, UPDATED), "Time of the last change", updated, optional=True),
        _input(
            _id(page, SINCE),
            "Parameter for changes since",
            _text(page.since, "updated_since"),
            hint="With it a sync asks only for what changed. Empty: everything is read each time.",
            optional=True,
        ),
    ]
    return modal(
        HEADING,
        blocks,
        callback_id=FOUND_FORM,
        metadata=_metadata(page, on_list).dump(),
        submit="Add",
        close="Cancel",
    )


def _metadata(page: WherePage | FoundPage, on_list: bool) -> CustomMetadata:
    return CustomMetadata(draft=page.draft_id, source=page.source_id, on_list=on_list)


def _fields(page: FoundPage) -> str:
    shown = [f"{code(path, 40)} {TYPES[kind]}" for path, kind in page.fields[:FIELDS_SHOWN]]
    left = len(page.fields) - FIELDS_SHOWN
    return ", ".join(shown) + (f" and {number(left)} more" if left > 0 else "")


def _id(page: WherePage | FoundPage, name: str) -> str:
    return f"{name}:{page.round}"


def input_of(block: str) -> str:
    """The input that a block id belongs to."""
    return block.partition(":")[0]


def block_of(name: str, shown: Sequence[str]) -> str | None:
    """The block of that input among those on the screen."""
    return next((block for block in shown if input_of(block) == name), None)


def _text(value: str, example: str) -> PlainTextInputElement:
    return PlainTextInputElement(
        action_id=KEEP,
        initial_value=value[:255] or None,
        placeholder=plain(example),
        max_length=255,
        dispatch_action_config=DispatchActionConfig(trigger_actions_on=["on_character_entered"]),
    )


def _input(
    block_id: str,
    label: str,
    element: InputInteractiveElement,
    *,
    hint: str | None = None,
    optional: bool = False,
) -> InputBlock:
    return InputBlock(
        block_id=block_id,
        label=plain(label),
        element=element,
        hint=plain(hint, 150) if hint else None,
        dispatch_action=True,
        optional=optional,
    )
