"""The pairs of the Mapping modal: those there are, a page of them, and what is left."""

from typing import Literal

from pydantic import BaseModel
from slack_sdk.models.blocks import ActionsBlock, Block, OverflowMenuElement, SectionBlock

from handlers.read.mapping import MappingPage, PairRow
from handlers.views.common import button, context, escape, header, number, option, section
from handlers.views.fields import TYPES, code, key_of

PAIR_MENU = "mapping_pair_menu"  # value: a PairChoice
DROP_SUGGESTED = "mapping_drop_suggested"
PREVIOUS, NEXT = "mapping_previous", "mapping_next"

NAMES_SHOWN = 40  # of fields in a line


class PairChoice(BaseModel, frozen=True):
    """What was picked in a pair's menu. `field`: the key of its project field."""

    field: str
    do: Literal["remove", "key"]


def pair_blocks(page: MappingPage) -> list[Block]:
    if not page.count:
        return [context("No fields are mapped yet."), *_unmapped(page)]
    blocks: list[Block] = [header(f"Mapped fields ({number(page.count)})")]
    if page.suggested:
        blocks.append(_suggested(page))
    blocks += [_pair(pair) for pair in page.pairs]
    if page.count > len(page.pairs):
        blocks += _paging(page)
    return [*blocks, *_unmapped(page)]


def _suggested(page: MappingPage) -> SectionBlock:
    count = number(page.suggested)
    if page.table is None:
        what = "1 field is proposed" if page.suggested == 1 else f"{count} fields are proposed"
        why = "each source field gets one of its own in the new table"
    else:
        what = "1 is a suggestion" if page.suggested == 1 else f"{count} are suggestions"
        why = "names alike, types that fit"
    return section(
        f":bulb: {what}: {why}. Press *Add* below to accept them all.",
        accessory=button("Remove suggestions", DROP_SUGGESTED),
    )


def _pair(pair: PairRow) -> SectionBlock:
    goes = f"{code(pair.source_field)} → {code(pair.project_field)}"
    facts = [TYPES[pair.source_type]]
    if pair.project_type is not pair.source_type:
        facts[0] += f" → {TYPES[pair.project_type]}"
    if pair.transform:
        facts.append(escape(pair.transform))
    if pair.is_primary_key:
        facts.append(":key: Primary key")
    if pair.is_new:
        facts.append("new field")
    if pair.is_suggested:
        facts.append("suggested")
    text = f"{goes}\n{' · '.join(facts)}"
    if pair.trouble:
        text += f"\n:warning: {escape(pair.trouble)}"
    return section(text, block_id=f"pair:{key_of(pair.project_field)}", accessory=_menu(pair))


def _menu(pair: PairRow) -> OverflowMenuElement:
    field = key_of(pair.project_field)
    key = "Not the primary key" if pair.is_primary_key else "Primary key"
    return OverflowMenuElement(
        action_id=PAIR_MENU,
        options=[
            option("Remove", PairChoice(field=field, do="remove").model_dump_json()),
            option(key, PairChoice(field=field, do="key").model_dump_json()),
        ],
    )


def _paging(page: MappingPage) -> list[Block]:
    last = page.first + len(page.pairs)
    buttons = []
    if page.first:
        buttons.append(button("Previous", PREVIOUS))
    if last < page.count:
        buttons.append(button("Next", NEXT))
    where = f"{number(page.first + 1)}–{number(last)} of {number(page.count)} mapped fields"
    return [context(where), ActionsBlock(block_id="pages", elements=buttons)]


def _unmapped(page: MappingPage) -> list[Block]:
    blocks: list[Block] = []
    if page.required:
        blocks.append(
            context(f":warning: Every new row needs a value here: {_names(page.required)}")
        )
    if page.unmapped:
        blocks.append(context(f"Not mapped: {_names(page.unmapped)}"))
    return blocks


def _names(names: tuple[str, ...]) -> str:
    shown = ", ".join(code(name, 40) for name in names[:NAMES_SHOWN])
    left = len(names) - NAMES_SHOWN
    return shown if left <= 0 else f"{shown} and {number(left)} more"
