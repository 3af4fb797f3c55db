"""Mapping: the form from its opening to what it leaves in the project and in our tables."""

import asyncio

import pytest

from bot.connectors.catalog import DataType
from bot.engine import Engine
from bot.errors import ChangedMeanwhile, NotAllowed, NotFound, ProjectError, Refused
from bot.setup import mapping, pairing, saving, transfers
from bot.setup.mapping import Form
from bot.setup.mapping_draft import MappingDraft, NewField
from bot.setup.names import name_key
from bot.sync.policy import drifted
from store import incidents, projects
from store.models import Integration, Project, Transfer
from store.vocabulary import FieldType, IncidentState, TransferState
from tests.setup.shop import ADMIN, EDITOR, STRANGER, VIEWER, WORKSPACE, Shop, open_shop

PEOPLE = "CREATE TABLE people (id BIGINT PRIMARY KEY, email TEXT, city TEXT, spent NUMERIC(12, 2))"


@pytest.fixture
async def shop(engine: Engine) -> Shop:
    return await open_shop(engine)


async def _open(shop: Shop, table: str | None = None) -> Form:
    form = await mapping.open_form(shop.engine, EDITOR, await shop.add())
    if table is not None:
        form = await mapping.choose_table(shop.engine, EDITOR, form.draft_id, table)
    return form


async def _set(shop: Shop, form: Form, **values: object) -> Form:
    def change(draft: MappingDraft, _: DataType) -> MappingDraft:
        return draft.model_copy(update=values)

    return await mapping.step(shop.engine, EDITOR, form.draft_id, change)


async def _add_pair(shop: Shop, form: Form, source: str, project: str, **more: object) -> Form:
    await _set(shop, form, source_field=source, project_field=project, **more)
    return await mapping.step(shop.engine, EDITOR, form.draft_id, pairing.add_pair)


def _pairs(pairs: object) -> list[tuple[str, str]]:
    return [(pair.source_field, pair.project_field) for pair in pairs]  # type: ignore[attr-defined]


# the shortest way: nothing but a press


async def test_a_table_is_proposed_with_everything_mapped_into_it(shop: Shop) -> None:
    form = await _open(shop)
    draft = form.draft
    assert draft.table is None
    assert draft.new_table == "demo_store_customers"
    assert len(draft.pairs) == len(form.data_type.fields)
    assert draft.pairs[0].source_field == "id"
    assert draft.pairs[0].is_primary_key
    assert ("address.city", "address_city") in _pairs(draft.pairs)
    assert draft.activate
    assert await shop.database.tables() == []  # shown, not made


async def test_saving_it_makes_the_table_and_activates(shop: Shop) -> None:
    form = await _open(shop)
    saved = await saving.save(shop.engine, EDITOR, form.draft_id)
    transfer = await shop.transfer(saved.transfer_id)
    assert transfer.state is TransferState.ACTIVE
    assert transfer.table_name == "demo_store_customers"
    assert len(transfer.pairs) == len(form.data_type.fields)
    shape = await shop.database.table("demo_store_customers")
    assert shape.primary_key == ("id",)
    assert {column.name for column in shape.columns} == {p.project_field for p in transfer.pairs}


async def test_a_form_sent_twice_at_once_is_saved_once(shop: Shop) -> None:
    form = await _open(shop)
    one, two = await asyncio.gather(
        saving.save(shop.engine, EDITOR, form.draft_id),
        saving.save(shop.engine, EDITOR, form.draft_id),
    )
    assert one.transfer_id == two.transfer_id
    transfer = await shop.transfer(one.transfer_id)
    assert transfer.version == 2
    assert len(transfer.pairs) == len(form.data_type.fields)


async def test_only_mapped_fields_become_columns(shop: Shop) -> None:
    form = await _open(shop)
    await mapping.step(
        shop.engine,
        EDITOR,
        form.draft_id,
        lambda draft, _: pairing.remove_pair(draft, "phone"),
    )
    await saving.save(shop.engine, EDITOR, form.draft_id)
    shape = await shop.database.table("demo_store_customers")
    assert shape.column("phone") is None
    assert shape.column("email") is not None


async def test_a_taken_table_name_is_refused_beside_the_name(shop: Shop) -> None:
    await shop.sql(PEOPLE)
    form = await _set(shop, await _open(shop), new_table="people")
    with pytest.raises(Refused, match="table named “people” already") as refused:
        await saving.save(shop.engine, EDITOR, form.draft_id)
    assert refused.value.field == pairing.NEW_TABLE
    assert not (await shop.transfer(form.transfer.id)).pairs


async def test_the_proposed_table_name_is_free(shop: Shop) -> None:
    await shop.sql("CREATE TABLE demo_store_customers (id INTEGER PRIMARY KEY)")
    form = await _open(shop)
    assert form.draft.new_table == "demo_store_customers_2"


async def test_a_save_that_broke_off_after_the_table_goes_through_again(shop: Shop) -> None:
    form = await _open(shop)
    await _set(shop, form, made="demo_store_customers")
    await shop.sql("CREATE TABLE demo_store_customers (id BIGINT PRIMARY KEY, email TEXT)")
    await mapping.step(
        shop.engine,
        EDITOR,
        form.draft_id,
        lambda draft, _: draft.model_copy(
            update={"pairs": tuple(p for p in draft.pairs if p.project_field in ("id", "email"))}
        ),
    )
    saved = await saving.save(shop.engine, EDITOR, form.draft_id)
    assert _pairs((await shop.transfer(saved.transfer_id)).pairs) == [
        ("id", "id"),
        ("email", "email"),
    ]


# a table that exists


async def test_suggestions_are_filled_in_for_an_existing_table(shop: Shop) -> None:
    await shop.sql(PEOPLE)
    form = await _open(shop, "people")
    assert form.draft.table == "people"
    assert ("id", "id") in _pairs(form.draft.pairs)
    assert ("email", "email") in _pairs(form.draft.pairs)
    assert all(pair.is_suggested for pair in form.draft.pairs)
    assert form.draft.pairs[0].is_primary_key


async def test_suggestions_go_and_come_all_at_once(shop: Shop) -> None:
    await shop.sql(PEOPLE)
    form = await _open(shop, "people")
    filled = form.draft.pairs
    form = await mapping.step(
        shop.engine, EDITOR, form.draft_id, lambda draft, _: pairing.without_suggestions(draft)
    )
    assert form.draft.pairs == ()
    assert form.draft.is_primary_key  # the next pair is the key, as there is none
    form = await mapping.step(shop.engine, EDITOR, form.draft_id, pairing.fill_in)
    assert form.draft.pairs == filled


async def test_a_pair_that_cannot_fit_is_refused_with_the_way_out(shop: Shop) -> None:
    await shop.sql("CREATE TABLE numbers (id BIGINT PRIMARY KEY, amount NUMERIC(12, 2))")
    form = await _open(shop, "numbers")
    form = await _add_pair(shop, form, "first_name", "amount")
    assert form.refusal is not None
    assert form.refusal.field == pairing.PROJECT_FIELD
    assert "not every text is a decimal number" in form.refusal.sentence
    assert "“Text to number”" in form.refusal.sentence
    assert ("first_name", "amount") not in _pairs(form.draft.pairs)
    assert form.draft.source_field == "first_name"  # what was chosen is kept

    form = await _add_pair(shop, form, "first_name", "amount", transform="as_number")
    assert form.refusal is None
    assert ("first_name", "amount") in _pairs(form.draft.pairs)


async def test_a_pair_that_no_transform_helps_names_none(shop: Shop) -> None:
    await shop.sql("CREATE TABLE flags (id BIGINT PRIMARY KEY, wanted BOOLEAN)")
    form = await _add_pair(shop, await _open(shop, "flags"), "birthday", "wanted")
    assert form.refusal is not None
    assert "Choose another project field" in form.refusal.sentence


async def test_a_project_field_is_filled_by_one_pair_only(shop: Shop) -> None:
    await shop.sql(PEOPLE)
    form = await _open(shop, "people")
    form = await _add_pair(shop, form, "phone", "email")
    assert form.refusal is not None
    assert "“email” is filled from “email” already" in form.refusal.sentence


async def test_a_source_field_may_go_to_two_project_fields(shop: Shop) -> None:
    await shop.sql("CREATE TABLE people (id BIGINT PRIMARY KEY, email TEXT, login TEXT)")
    form = await _add_pair(shop, await _open(shop, "people"), "email", "login")
    saved = await saving.save(shop.engine, EDITOR, form.draft_id)
    pairs = _pairs((await shop.transfer(saved.transfer_id)).pairs)
    assert ("email", "email") in pairs
    assert ("email", "login") in pairs


async def test_a_primary_key_may_have_several_fields(shop: Shop) -> None:
    await shop.sql("CREATE TABLE pairs (a BIGINT, b TEXT, note TEXT, PRIMARY KEY (a, b))")
    form = await _open(shop, "pairs")
    form = await _add_pair(shop, form, "email", "note", is_primary_key=False)
    form = await _add_pair(shop, form, "id", "a", is_primary_key=True)
    form = await _add_pair(shop, form, "phone", "b", is_primary_key=True)
    assert form.refusal is None
    saved = await saving.save(shop.engine, EDITOR, form.draft_id)
    transfer = await shop.transfer(saved.transfer_id)
    keys = [pair.project_field for pair in transfer.pairs if pair.is_primary_key]
    assert keys == ["a", "b"]
    assert transfer.pairs[0].is_primary_key  # the primary key comes first


async def test_without_a_primary_key_nothing_is_activated(shop: Shop) -> None:
    await shop.sql("CREATE TABLE notes (note TEXT)")
    form = await _add_pair(shop, await _open(shop, "notes"), "email", "note", is_primary_key=False)
    with pytest.raises(Refused, match="No primary key is mapped yet"):
        await saving.save(shop.engine, EDITOR, form.draft_id)
    await _set(shop, form, activate=False)
    saved = await saving.save(shop.engine, EDITOR, form.draft_id)
    assert saved.state is TransferState.INACTIVE


async def test_a_pair_put_together_but_not_added_is_saved_too(shop: Shop) -> None:
    await shop.sql("CREATE TABLE people (id BIGINT PRIMARY KEY, login TEXT)")
    form = await _open(shop, "people")
    await _set(shop, form, source_field="email", project_field="login")
    saved = await saving.save(shop.engine, EDITOR, form.draft_id)
    assert ("email", "login") in _pairs((await shop.transfer(saved.transfer_id)).pairs)


async def test_half_a_pair_is_not_dropped_silently(shop: Shop) -> None:
    form = await _set(shop, await _open(shop), source_field="email")
    with pytest.raises(Refused, match="project field") as refused:
        await saving.save(shop.engine, EDITOR, form.draft_id)
    assert refused.value.field == pairing.PROJECT_FIELD


# creating a field


async def test_a_created_field_is_added_when_the_mapping_is_saved(shop: Shop) -> None:
    await shop.sql(PEOPLE)
    form = await _set(shop, await _open(shop, "people"), source_field="address.postcode")
    form = await mapping.step(shop.engine, EDITOR, form.draft_id, pairing.propose_field)
    assert form.draft.new_field == NewField(name="address_postcode", type=FieldType.STRING)
    form = await mapping.step(
        shop.engine, EDITOR, form.draft_id, lambda draft, _: pairing.create_field(draft)
    )
    assert (await shop.database.table("people")).column("address_postcode") is None
    form = await mapping.step(shop.engine, EDITOR, form.draft_id, pairing.add_pair)
    await saving.save(shop.engine, EDITOR, form.draft_id)
    column = (await shop.database.table("people")).column("address_postcode")
    assert column is not None
    assert column.type is FieldType.STRING


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("", "Enter a name"), ("EMAIL", "named “EMAIL” already"), ("é" * 40, "too long")],
)
async def test_a_field_name_that_cannot_be_is_refused(shop: Shop, name: str, sentence: str) -> None:
    await shop.sql(PEOPLE)
    form = await _set(shop, await _open(shop, "people"), new_field=NewField(name=name))
    form = await mapping.step(
        shop.engine, EDITOR, form.draft_id, lambda draft, _: pairing.create_field(draft)
    )
    assert form.refusal is not None
    assert sentence in form.refusal.sentence
    assert form.refusal.field == pairing.FIELD_NAME


# editing, and two who do


async def _saved(shop: Shop) -> int:
    form = await _open(shop)
    return (await saving.save(shop.engine, EDITOR, form.draft_id)).transfer_id


async def test_an_existing_mapping_opens_as_it_was_saved(shop: Shop) -> None:
    transfer_id = await _saved(shop)
    form = await mapping.open_form(shop.engine, EDITOR, transfer_id)
    assert form.draft.table == "demo_store_customers"
    assert _pairs(form.draft.pairs) == _pairs((await shop.transfer(transfer_id)).pairs)
    assert not any(pair.is_suggested for pair in form.draft.pairs)
    assert not form.is_resumed


async def test_the_later_of_two_is_told_what_changed_and_may_save_then(shop: Shop) -> None:
    transfer_id = await _saved(shop)
    mine = await mapping.open_form(shop.engine, EDITOR, transfer_id)
    theirs = await mapping.open_form(shop.engine, ADMIN, transfer_id)
    await mapping.step(
        shop.engine, ADMIN, theirs.draft_id, lambda draft, _: pairing.remove_pair(draft, "phone")
    )
    await saving.save(shop.engine, ADMIN, theirs.draft_id)

    with pytest.raises(ChangedMeanwhile) as changed:
        await saving.save(shop.engine, EDITOR, mine.draft_id)
    assert changed.value.changes == ["Admin: removed “phone → phone”"]
    assert len((await shop.transfer(transfer_id)).pairs) == len(mine.draft.pairs) - 1

    await saving.save(shop.engine, EDITOR, mine.draft_id)
    assert len((await shop.transfer(transfer_id)).pairs) == len(mine.draft.pairs)


async def test_a_mapping_given_more_is_read_from_the_start(shop: Shop) -> None:
    transfer_id = await _saved(shop)
    await shop.integrate(transfer_id)

    form = await mapping.open_form(shop.engine, EDITOR, transfer_id)
    await mapping.step(
        shop.engine, EDITOR, form.draft_id, lambda draft, _: pairing.remove_pair(draft, "phone")
    )
    await saving.save(shop.engine, EDITOR, form.draft_id)
    assert await shop.cursor(transfer_id) == "2026-01-01"

    form = await mapping.open_form(shop.engine, EDITOR, transfer_id)
    await _add_pair(shop, form, "phone", "phone")
    await saving.save(shop.engine, EDITOR, form.draft_id)
    assert await shop.cursor(transfer_id) is None


async def test_what_was_left_unsaved_is_there_again(shop: Shop) -> None:
    form = await _open(shop)
    await mapping.step(
        shop.engine, EDITOR, form.draft_id, lambda draft, _: pairing.remove_pair(draft, "phone")
    )
    again = await mapping.open_form(shop.engine, EDITOR, form.transfer.id)
    assert again.is_resumed
    assert again.draft.field("phone") is not None
    assert ("phone", "phone") not in _pairs(again.draft.pairs)

    fresh = await mapping.open_form(shop.engine, EDITOR, form.transfer.id, start_over=True)
    assert not fresh.is_resumed
    assert ("phone", "phone") in _pairs(fresh.draft.pairs)


async def test_a_form_nobody_touched_is_not_offered_again(shop: Shop) -> None:
    form = await _open(shop)
    again = await mapping.open_form(shop.engine, EDITOR, form.transfer.id)
    assert not again.is_resumed
    assert again.draft_id == form.draft_id


async def test_nobody_else_sees_or_saves_the_form(shop: Shop) -> None:
    form = await _open(shop)
    with pytest.raises(NotAllowed):
        await mapping.open_form(shop.engine, VIEWER, form.transfer.id)
    for actor in (ADMIN, STRANGER):
        with pytest.raises(NotFound):
            await saving.save(shop.engine, actor, form.draft_id)


async def test_a_project_that_does_not_answer_says_so(shop: Shop) -> None:
    transfer_id = await shop.add()
    async with shop.engine.database.begin() as session:
        project = Project(
            workspace_id=WORKSPACE,
            name="Gone",
            name_key=name_key("Gone"),
            url=shop.engine.vault.seal("postgresql://nobody@127.0.0.1:1/nothing"),
            created_by="U_ADMIN",
            created_at=shop.engine.clock.now(),
        )
        session.add(project)
        await session.flush()
        (await session.get_one(Transfer, transfer_id)).project_id = project.id
    with pytest.raises(ProjectError):
        await mapping.open_form(shop.engine, EDITOR, transfer_id)


async def test_another_project_starts_with_a_table_of_its_own(shop: Shop) -> None:
    form = await _open(shop)
    async with shop.engine.database.begin() as session:
        default = await projects.default(session, WORKSPACE)
        assert default is not None
        other = Project(
            workspace_id=WORKSPACE,
            name="Second",
            name_key="second",
            url=shop.engine.vault.seal(shop.engine.settings.project_url.get_secret_value()),
            created_by="U_ADMIN",
            created_at=shop.engine.clock.now(),
        )
        session.add(other)
    if shop.engine.settings.project_url.get_secret_value().startswith("sqlite"):
        return  # an added project is a server's database, never a file beside the bot
    form = await mapping.choose_project(shop.engine, EDITOR, form.draft_id, other.id)
    saved = await saving.save(shop.engine, EDITOR, form.draft_id)
    assert (await shop.transfer(saved.transfer_id)).project_id == other.id


# drift


async def test_a_drifted_mapping_shows_what_changed_and_goes_on_once_saved(shop: Shop) -> None:
    transfer_id = await _saved(shop)
    integration_id = await shop.integrate(transfer_id)
    await shop.sql("ALTER TABLE demo_store_customers DROP COLUMN phone")
    async with shop.engine.database.begin() as session:
        transfer = await session.get_one(Transfer, transfer_id)
        integration = await session.get_one(Integration, integration_id)
        gone = ["The project field “phone” is gone."]
        await drifted(session, shop.engine, integration, transfer, gone)
    with pytest.raises(Refused, match="mapped fields changed"):
        await transfers.activate(shop.engine, EDITOR, transfer_id)

    form = await mapping.open_form(shop.engine, EDITOR, transfer_id)
    assert form.draft.drift == ("The project field “phone” is gone.",)
    assert set(pairing.broken(form.draft, form.data_type)) == {"phone"}
    with pytest.raises(Refused, match="“phone” is gone from the table"):
        await saving.save(shop.engine, EDITOR, form.draft_id)

    await mapping.step(shop.engine, EDITOR, form.draft_id, pairing.without_broken)
    saved = await saving.save(shop.engine, EDITOR, form.draft_id)
    assert saved.state is TransferState.ACTIVE
    async with shop.engine.database.read() as session:
        found = await incidents.get(session, WORKSPACE, 1)
        assert found is not None
        assert found.state is IncidentState.RESOLVED
        assert found.resolved_by == "U_EDITOR"


async def test_a_table_that_was_dropped_breaks_every_pair(shop: Shop) -> None:
    transfer_id = await _saved(shop)
    await shop.sql("DROP TABLE demo_store_customers")
    form = await mapping.open_form(shop.engine, EDITOR, transfer_id)
    assert len(pairing.broken(form.draft, form.data_type)) == len(form.draft.pairs)


async def test_a_field_that_changed_its_type_and_still_fits_is_taken_over(shop: Shop) -> None:
    await shop.sql("CREATE TABLE people (id BIGINT PRIMARY KEY, orders BIGINT)")
    form = await _add_pair(shop, await _open(shop, "people"), "orders_count", "orders")
    saved = await saving.save(shop.engine, EDITOR, form.draft_id)
    await shop.sql("DROP TABLE people")
    await shop.sql("CREATE TABLE people (id BIGINT PRIMARY KEY, orders NUMERIC(20, 2))")
    form = await mapping.open_form(shop.engine, EDITOR, saved.transfer_id)
    assert form.draft.drift  # told…
    assert not pairing.broken(form.draft, form.data_type)  # …and harmless
    await saving.save(shop.engine, EDITOR, form.draft_id)
    types = {
        p.project_field: p.project_type for p in (await shop.transfer(saved.transfer_id)).pairs
    }
    assert types["orders"] is FieldType.DECIMAL


# three hundred fields


async def test_three_hundred_fields_are_mapped_and_saved(engine: Engine) -> None:
    shop = await open_shop(engine, service="custom_rest")
    fields = {"id": "integer"} | {f"field_{number}": "string" for number in range(299)}
    wide = DataType.model_validate(
        {
            "id": "wide",
            "name": "Wide",
            "primary_key": "id",
            "list": {"path": "/w"},
            "fields": fields,
        }
    )
    transfer = await transfers.add_custom(engine, EDITOR, shop.source_id, wide)
    form = await mapping.open_form(engine, EDITOR, transfer.id)
    assert len(form.draft.pairs) == 300
    saved = await saving.save(engine, EDITOR, form.draft_id)
    assert len((await shop.transfer(saved.transfer_id)).pairs) == 300
