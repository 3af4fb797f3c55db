"""The Mapping modal: where the data goes, the next pair, and (`mapped`) the pairs there are."""

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    CheckboxesElement,
    ExternalDataSelectElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.blocks.basic_components import DispatchActionConfig
from slack_sdk.models.views import View

from handlers.metadata import OnSource
from handlers.read.mapping import MappingPage
from handlers.views.common import (
    button,
    divider,
    escape,
    header,
    modal,
    number,
    option,
    plain,
    section,
)
from handlers.views.errors import explanation
from handlers.views.fields import HASHED, TYPES, middle_cut, name_option
from handlers.views.mapped import pair_blocks

MAPPING_FORM = "mapping_form"  # callback id

# The inputs, as block ids: each is followed by the round, as inputs that start anew need new ids.
PROJECT, TABLE, NEW_TABLE = "project", "table", "new_table"
SOURCE_FIELD, PROJECT_FIELD, PRIMARY_KEY = "source_field", "project_field", "primary_key"
TRANSFORM, FIELD_NAME, FIELD_TYPE = "transform", "field_name", "field_type"
ACTIVATE = "activate"

# action ids of the inputs
PICK_PROJECT, PICK_TABLE = "mapping_project", "mapping_table"
PICK_SOURCE_FIELD, PICK_PROJECT_FIELD = "mapping_source_field", "mapping_project_field"
PICK_TRANSFORM = "mapping_transform"
KEEP = "mapping_keep"  # what is kept as it is entered, without drawing anything anew

# action ids of the buttons
ADD_PAIR = "mapping_add_pair"
OPEN_FIELD = "mapping_open_field"
CREATE_FIELD = "mapping_create_field"
CANCEL_FIELD = "mapping_cancel_field"
FILL_IN = "mapping_fill_in"
DROP_BROKEN = "mapping_drop_broken"
START_OVER = "mapping_start_over"

NEW = f"{HASHED}new"  # the table drop-down's value for a table to be made; no name's key
TICKED = "yes"


class MappingMetadata(OnSource):
    draft: int
    transfer: int


def mapping_view(page: MappingPage, *, on_list: bool = False) -> View:
    metadata = MappingMetadata(draft=page.draft_id, transfer=page.transfer_id, on_list=on_list)
    upper, lower = _next(page), pair_blocks(page)
    if page.suggested:  # what Add accepts comes first
        upper, lower = lower, upper
    blocks = [
        *_news(page),
        *_where(page),
        divider(),
        *upper,
        divider(),
        *lower,
        _activate(page),
    ]
    return modal(
        "Mapping",
        blocks,
        callback_id=MAPPING_FORM,
        metadata=metadata.dump(),
        submit="Add",
        close="Cancel",
    )


def block_id(name: str, round_: int) -> str:
    return f"{name}:{round_}"


def input_of(block: str) -> str:
    """The input that a block id belongs to."""
    return block.partition(":")[0]


def _news(page: MappingPage) -> list[Block]:
    blocks: list[Block] = []
    if page.notice:
        blocks += explanation(page.notice, list(page.notice_details))
    if page.is_resumed:
        blocks.append(
            section(
                ":pencil2: You continue where you left off.",
                accessory=button("Start over", START_OVER),
            )
        )
    if page.has_broken or page.is_drifted:
        blocks.append(_drift(page))
    return blocks


def _drift(page: MappingPage) -> SectionBlock:
    changed = [":warning: *Fields changed.*", *(f"• {escape(each)}" for each in page.drift[:10])]
    if not page.has_broken:
        changed.append("As it stands now every pair can work: press *Add* to go on with it.")
        return section("\n".join(changed))
    changed.append(
        "The pairs marked below can no longer work. Remove them, map what should go there "
        "instead, then press *Add*: the transfer goes on."
    )
    return section("\n".join(changed), accessory=button("Remove those pairs", DROP_BROKEN))


def _where(page: MappingPage) -> list[Block]:
    what, of = escape(middle_cut(page.data_type, 120)), escape(middle_cut(page.source, 120))
    blocks: list[Block] = [section(f"Where *{what}* of *{of}* goes:")]
    if len(page.projects) > 1:
        blocks.append(_project(page))
    table = ExternalDataSelectElement(
        action_id=PICK_TABLE,
        placeholder=plain("Choose a table"),
        initial_option=new_table_option() if page.table is None else name_option(page.table),
        min_query_length=0,
    )
    blocks.append(_input(page, TABLE, "Table", table, dispatch=True))
    if page.table is None:
        name = _text(KEEP, page.new_table, limit=63)
        hint = "It is made when you press Add, with the fields listed below."
        blocks.append(_input(page, NEW_TABLE, "Name of the new table", name, hint=hint))
    return blocks


def _project(page: MappingPage) -> InputBlock:
    options = {project_id: option(name, project_id) for project_id, name in page.projects[:100]}
    chosen = StaticSelectElement(
        action_id=PICK_PROJECT,
        options=list(options.values()),
        initial_option=options.get(page.project_id),
    )
    return _input(page, PROJECT, "Project", chosen, dispatch=True)


def new_table_option() -> Option:
    return option("Create a table for this data type", NEW)


def _next(page: MappingPage) -> list[Block]:
    """The inputs of the pair being put together, and *Create a field* while it is open."""
    pair = page.next_pair
    blocks: list[Block] = [
        header("Next field" if page.count else "Primary key first"),
        _input(
            page,
            SOURCE_FIELD,
            "Source field",
            _field_select(PICK_SOURCE_FIELD, pair.source_field),
            dispatch=True,
            optional=True,
        ),
        _input(
            page,
            PROJECT_FIELD,
            "Project field",
            _field_select(PICK_PROJECT_FIELD, pair.project_field),
            dispatch=True,
            optional=True,
        ),
    ]
    if pair.misfit:
        blocks += explanation(pair.misfit, [])
    if pair.transforms:
        blocks.append(_transform(page))
    if page.new_field is not None:
        blocks += _create_field(page)
    return [*blocks, _key(page), _buttons(page)]


def _field_select(action_id: str, chosen: str | None) -> ExternalDataSelectElement:
    return ExternalDataSelectElement(
        action_id=action_id,
        placeholder=plain("Choose, or type to narrow the list"),
        initial_option=name_option(chosen) if chosen else None,
        min_query_length=0,
    )


def _transform(page: MappingPage) -> InputBlock:
    options = {name: option(label, name) for name, label in page.next_pair.transforms[:100]}
    select = StaticSelectElement(
        action_id=PICK_TRANSFORM,
        placeholder=plain("None: as it comes"),
        options=list(options.values()),
        initial_option=options.get(page.next_pair.transform or ""),
    )
    return _input(page, TRANSFORM, "Transform", select, dispatch=True, optional=True)


def _key(page: MappingPage) -> InputBlock:
    box = option("Primary key", TICKED, "It tells one record from another.")
    boxes = CheckboxesElement(
        action_id=KEEP,
        options=[box],
        initial_options=[box] if page.next_pair.is_primary_key else None,
    )
    return _input(page, PRIMARY_KEY, "Key", boxes, dispatch=True, optional=True)


def _buttons(page: MappingPage) -> ActionsBlock:
    buttons = [button("Add pair", ADD_PAIR)]
    if page.new_field is None:
        buttons.append(button("Create a field", OPEN_FIELD))
    if page.more_suggestions:
        what = "suggestion" if page.more_suggestions == 1 else "suggestions"
        buttons.append(button(f"Fill in {number(page.more_suggestions)} {what}", FILL_IN))
    return ActionsBlock(block_id=block_id("pair_buttons", page.round), elements=buttons)


def _create_field(page: MappingPage) -> list[Block]:
    assert page.new_field is not None
    name, kind = page.new_field
    options = {each: option(words, each.value) for each, words in TYPES.items()}
    types = StaticSelectElement(
        action_id=KEEP, options=list(options.values()), initial_option=options[kind]
    )
    buttons = [
        button("Create", CREATE_FIELD, style="primary"),
        button("Do not create", CANCEL_FIELD),
    ]
    hint = "The field is added to the table when the mapping is saved."
    return [
        _input(
            page,
            FIELD_NAME,
            "Name of the new field",
            _text(KEEP, name, limit=63),
            hint=hint,
            optional=True,  # left empty, it must not stand in the way of **Add**
        ),
        _input(page, FIELD_TYPE, "Type of the new field", types, dispatch=True),
        ActionsBlock(block_id=block_id("field_buttons", page.round), elements=buttons),
    ]


def _activate(page: MappingPage) -> InputBlock:
    box = option("Activate this data transfer", TICKED)
    boxes = CheckboxesElement(
        action_id=KEEP, options=[box], initial_options=[box] if page.activate else None
    )
    return _input(page, ACTIVATE, "Once it is saved", boxes, dispatch=True, optional=True)


def _text(action_id: str, value: str, *, limit: int) -> PlainTextInputElement:
    return PlainTextInputElement(
        action_id=action_id,
        initial_value=value[:limit] or None,
        max_length=limit,
        dispatch_action_config=DispatchActionConfig(trigger_actions_on=["on_character_entered"]),
    )


def _input(
    page: MappingPage,
    name: str,
    label: str,
    element: object,
    *,
    hint: str | None = None,
    dispatch: bool | None = None,
    optional: bool = False,
) -> InputBlock:
    is_text = isinstance(element, PlainTextInputElement)
    return InputBlock(
        block_id=block_id(name, page.round),
        label=plain(label),
        element=element,  # type: ignore[arg-type]
        hint=plain(hint, 150) if hint else None,
        dispatch_action=dispatch or is_text,
        optional=optional,
    )
