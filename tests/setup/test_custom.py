"""A data type that a member defines: what the form may say, and what becomes of it."""

from typing import Any

import pytest

from bot.connectors.catalog import DataType
from bot.errors import Refused
from bot.setup import custom
from bot.setup.custom import CustomDraft


def _described(**values: Any) -> DataType:
    return custom.described(CustomDraft(**{"name": "People", "path": "/people", **values}))


def test_a_path_may_carry_parameters_and_needs_no_slash() -> None:
    found = _described(path="people?status=active&empty=")
    assert found.list.path == "/people"
    assert found.list.params == {"status": "active", "empty": ""}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, custom.NAME),
        ({"path": "https://api.example.com/people"}, custom.PATH),
        ({"path": "/people/{id}"}, custom.PATH),
        ({"path": "/my people"}, custom.PATH),
        ({"records": "data items"}, custom.RECORDS),
        ({"records": "data..items"}, custom.RECORDS),
        ({"pagination": "page", "second": "one"}, custom.SECOND),
        ({"pagination": "cursor", "first": "next"}, custom.SECOND),
        ({"pagination": "next_url"}, custom.FIRST),
    ],
)
def test_what_cannot_be_is_refused_beside_its_input(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        _described(**values)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("values", "paginator"),
    [
        ({"pagination": "none"}, None),
        ({"pagination": "page"}, {"type": "page", "param": "page", "first": 1}),
        (
            {"pagination": "page", "first": "p", "second": "0"},
            {"type": "page", "param": "p", "first": 0},
        ),
        ({"pagination": "offset", "first": "skip"}, {"type": "offset", "param": "skip"}),
        (
            {"pagination": "cursor", "first": "meta.next", "second": "after"},
            {"type": "cursor", "cursor": "meta.next", "param": "after"},
        ),
        ({"pagination": "next_url", "first": "next"}, {"type": "next_url", "path": "next"}),
        ({"pagination": "link_header"}, {"type": "link_header"}),
    ],
)
def test_every_way_of_paging_can_be_chosen(
    values: dict[str, Any], paginator: dict[str, Any] | None
) -> None:
    found = _described(**values).paginator
    assert (found.model_dump(exclude_none=True) if found else None) == paginator


@pytest.mark.parametrize("name", ["People", "2026 figures", "顧客", "Ünïts", "x" * 255])
def test_every_name_gives_an_id(name: str) -> None:
    assert _described(name=name).id


def test_names_without_latin_letters_give_different_ids() -> None:
    assert _described(name="顧客").id != _described(name="注文").id


def _found(**values: Any) -> DataType:
    fields = {"id": "integer", "changed_at": "datetime"}
    definition = _described().model_dump(mode="json", exclude_none=True) | {"fields": fields}
    draft = CustomDraft(name="People", definition=definition, key=("id",), **values)
    return custom.completed(draft)


def test_the_time_of_the_last_change_makes_syncs_incremental() -> None:
    found = _found(updated="changed_at", since="since")
    assert found.incremental is not None
    assert (found.incremental.field, found.incremental.param) == ("changed_at", "since")
    assert found.updates.updated == "changed_at"


def test_without_its_parameter_everything_is_read_each_time() -> None:
    assert _found(updated="changed_at").incremental is None


@pytest.mark.parametrize(
    ("values", "field"),
    [({"key": ()}, custom.KEY), ({"key": ("gone",)}, custom.KEY), ({"since": "s"}, custom.UPDATED)],
)
def test_what_is_missing_in_the_second_form_is_said(values: dict[str, Any], field: str) -> None:
    draft = CustomDraft(name="x", definition={"fields": {"id": "integer"}}, key=("id",))
    with pytest.raises(Refused) as refused:
        custom.completed(draft.model_copy(update=values))
    assert refused.value.field == field
