"""Every view of mapping, transfers, projects and previews against Slack's limits."""

from dataclasses import replace
from typing import Any

import pytest
from slack_sdk.models.views import View

from bot.playground.slack import as_text, problems
from handlers.read.custom import FoundPage, WherePage
from handlers.read.mapping import PAGE, MappingPage, NextPair, PairRow
from handlers.read.preview import FieldRow, PreviewPage, RecordRow, Shown
from handlers.read.projects import ProjectList, ProjectRow
from handlers.read.transfers import TransferPart, TransferRow
from handlers.views import custom, mapping, preview, projects, transfers
from handlers.views.common import modal
from handlers.views.fields import key_of, middle_cut, named
from store.vocabulary import FieldType, TransferState

NASTY = {
    "plain": "name",
    "long": "n" * 255,
    "tags": "<&>" * 85,
    "right-to-left": "שם הלקוח" * 30,
    "emoji": "🧾👩‍💻" * 40,
    "backticks": "`*_~`" * 51,
}


@pytest.fixture(params=NASTY.values(), ids=NASTY)
def name(request: pytest.FixtureRequest) -> str:
    text: str = request.param
    return text[:255]


def _fine(view: View) -> str:
    """Holds it against Slack's limits; returns what is to be read."""
    body: dict[str, Any] = view.to_dict()
    assert problems(body, "modal") == []
    return as_text(body["blocks"])


def _pair(name: str, number: int, **more: Any) -> PairRow:
    full = f"{number}{name}"[:255]
    given: dict[str, Any] = {
        "source_field": full,
        "source_type": FieldType.STRING,
        "project_field": full,
        "project_type": FieldType.STRING,
        "transform": None,
        "is_primary_key": number == 0,
        "is_suggested": True,
        "is_new": True,
        "trouble": None,
    }
    return PairRow(**given | more)


def _page(name: str) -> MappingPage:
    """A mapping of 300 fields with everything in it that can be shown at once."""
    return MappingPage(
        draft_id=2**31,
        transfer_id=2**31,
        data_type=name,
        source=name,
        projects=tuple((number, f"{name}{number}") for number in range(120)),
        project_id=3,
        table=None,
        new_table=name[:63],
        pairs=tuple(_pair(name, n, trouble=f"“{name}” is gone.") for n in range(PAGE)),
        first=PAGE,
        count=300,
        suggested=300,
        more_suggestions=7,
        unmapped=tuple(f"{name}{number}" for number in range(300)),
        required=tuple(f"{name}{number}" for number in range(300)),
        next_pair=NextPair(
            source_field=name,
            project_field=name,
            is_primary_key=True,
            transform="trim",
            transforms=(("trim", "Trim blanks"), ("lowercase", "Lower case")),
            misfit=f"{name} cannot be a number.",
        ),
        new_field=(name, FieldType.JSON),
        activate=True,
        round=2**20,
        is_resumed=True,
        is_drifted=True,
        has_broken=True,
        drift=tuple(f"The project field “{name}” is gone." for _ in range(50)),
        notice=f"“{name}” is filled already.",
        notice_details=tuple(f"{name} did something." for _ in range(50)),
    )


def test_a_mapping_of_300_fields_stays_within_the_limits(name: str) -> None:
    text = _fine(mapping.mapping_view(_page(name)))
    assert "21–40 of 300 mapped fields" in text
    assert "Activate this data transfer" in text


def test_a_mapping_into_an_existing_table(name: str) -> None:
    page = replace(_page(name), table=name, new_field=None, projects=((3, name),))
    text = _fine(mapping.mapping_view(page))
    assert "Name of the new table" not in text
    assert "Project\n" not in text  # one project: nothing to choose


def test_an_empty_mapping_asks_for_the_primary_key_first() -> None:
    empty = NextPair(None, None, True, None, (), None)
    page = replace(
        _page("x"),
        pairs=(),
        first=0,
        count=0,
        suggested=0,
        next_pair=empty,
        new_field=None,
        notice=None,
        is_resumed=False,
        is_drifted=False,
        has_broken=False,
    )
    text = _fine(mapping.mapping_view(page))
    assert text.index("Primary key first") < text.index("No fields are mapped yet")


@pytest.mark.parametrize(("suggested", "pairs_first"), [(3, True), (0, False)])
def test_suggestions_come_before_the_next_field(suggested: int, pairs_first: bool) -> None:
    text = _fine(mapping.mapping_view(replace(_page("x"), suggested=suggested)))
    assert (text.index("Mapped fields (300)") < text.index("Next field")) is pairs_first
    assert text.index("Next field") < text.index("Activate this data transfer")


def test_what_came_from_outside_is_escaped() -> None:
    body = mapping.mapping_view(_page("<!channel>")).to_dict()
    assert "<!channel>" not in str([block.get("text") for block in body["blocks"]])


def test_right_to_left_names_do_not_turn_the_arrow_around() -> None:
    block = mapping.mapping_view(_page("שם")).to_dict()
    [line] = [
        b["text"]["text"] for b in block["blocks"] if b.get("block_id") == f"pair:{key_of('5שם')}"
    ]
    assert line.startswith("\u2068`5שם`\u2069 → \u2068`5שם`\u2069")


def test_a_drift_that_is_over_asks_for_nothing_but_a_press() -> None:
    page = replace(_page("x"), has_broken=False)
    assert "As it stands now every pair can work" in _fine(mapping.mapping_view(page))


def _part(name: str, **more: Any) -> TransferPart:
    states = list(TransferState)
    rows = tuple(
        TransferRow(number, name, states[number % 3], name, name if number else None, number, True)
        for number in range(40)
    )
    given: dict[str, Any] = {
        "source_id": 1,
        "rows": rows,
        "offered": tuple((f"type_{number}", f"{name}{number}") for number in range(150)),
        "custom": False,
        "may_edit": True,
    }
    return TransferPart(**given | more)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"custom": True},
        {"may_edit": False},
        {"is_full": True},
        {"offered": ()},
        {"rows": ()},
    ],
    ids=str,
)
def test_the_data_transfer_part(name: str, more: dict[str, Any]) -> None:
    blocks = transfers.transfer_blocks(_part(name, **more))
    assert len(blocks) < 60  # the page has other things to show
    _fine(modal("Integration Source", blocks, callback_id="x"))


def test_states_are_told_in_words() -> None:
    text = _fine(modal("x", transfers.transfer_blocks(_part("Customers")), callback_id="x"))
    for words in ("Inactive", "Active", "Needs attention: fields changed", "not mapped yet"):
        assert words in text


def test_the_question_before_a_transfer_is_removed(name: str) -> None:
    _fine(transfers.remove_view(_part(name).rows[1], 1))


def test_a_preview_of_300_fields(name: str) -> None:
    field = FieldRow(name, name, Shown(name * 40), Shown("empty", is_word=True), is_bad=True)
    record = RecordRow((field,) * 300, (field,) * 300, is_deleted=True, rejected=name * 3)
    whole = replace(record, rejected=None)
    unmapped = replace(whole, mapped=())
    page = PreviewPage(name, name, (record, whole, unmapped, record, whole), missing=name)
    text = _fine(preview.preview_view(page))
    assert "…and 270 more fields" in text


def test_a_preview_without_records() -> None:
    assert "no records" in _fine(preview.preview_view(PreviewPage("x", None, (), "Nothing yet.")))


def test_the_views_of_projects(name: str) -> None:
    rows = tuple(
        ProjectRow(number, name, number == 0, 5, None if number % 2 else 7, name)
        for number in range(150)
    )
    for may_administer in (True, False):
        _fine(projects.list_view(ProjectList(rows, may_administer, notice=name)))
    _fine(projects.add_view())
    _fine(projects.link_view(name, "https://patchbay.example.com/project/1/token", name))
    _fine(projects.trouble_view(name, name))
    _fine(projects.rename_view(rows[1]))
    _fine(projects.remove_view(rows[1]))


@pytest.mark.parametrize("pagination", custom.PAGINATIONS)
def test_the_form_of_a_custom_data_type(name: str, pagination: str) -> None:
    page = WherePage(1, 1, name, name, name, pagination, name, name, is_resumed=True, notice=name)
    _fine(custom.where_view(page))


def test_what_was_found_of_a_custom_data_type(name: str) -> None:
    paths = tuple(f"{number}{name}"[:255] for number in range(300))
    page = FoundPage(
        draft_id=1,
        source_id=1,
        name=name,
        fields=tuple((path, FieldType.STRING) for path in paths),
        keys=paths,
        key=paths[:3],
        times=paths,
        updated=paths[0],
        since=name,
        notice=name,
    )
    assert "has 300 fields" in _fine(custom.found_view(page))


def test_names_are_found_again_by_their_keys(name: str) -> None:
    names = [f"{name}{number}" for number in range(5)]
    assert len({key_of(each) for each in names}) == 5
    assert named(key_of(names[3]), names) == names[3]
    assert all(len(key_of(each)) <= 60 for each in names)
    assert named("sha256:unknown", names) is None


def test_long_names_are_cut_in_the_middle() -> None:
    assert middle_cut("a" * 40 + "_first", 20).endswith("_first")
    assert len(middle_cut("a" * 40, 20)) == 20
