import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Refused
from bot.projects.names import MAX_BYTES, checked, distinct, quoted, slug, words


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("address.city", "address_city"),
        ("totalSpent", "total_spent"),
        ("HTTPStatus code", "http_status_code"),
        ("  Größe (cm) ", "grösse_cm"),
        ("客户.名称", "客户_名称"),
        ("--", "field"),
        ("xmin", "xmin_"),
        ("order", "order"),
    ],
)
def test_slug(name: str, expected: str) -> None:
    assert slug(name) == expected


def test_words_ignore_case_and_signs() -> None:
    assert words("Address.postCode2") == ["address", "post", "code2"]


@given(st.lists(st.text(max_size=200), max_size=20))
def test_names_never_collide_nor_grow_too_long(paths: list[str]) -> None:
    used: set[str] = set()
    for path in paths:
        name = distinct(slug(path), used)
        assert name not in used
        assert 0 < len(name.encode()) <= MAX_BYTES
        used.add(name)


def test_long_names_are_shortened_without_colliding() -> None:
    one, other = slug("a" * 80 + "_x"), slug("a" * 80 + "_y")
    assert one == other == "a" * 63
    assert distinct(other, {one}) == "a" * 61 + "_2"


def test_quoted_doubles_quotes() -> None:
    assert quoted('we"ird') == '"we""ird"'


@pytest.mark.parametrize("name", ["", "  ", "a\0b", "a\nb", "ä" * 32, "ctid"])
def test_names_that_no_database_keeps_are_refused(name: str) -> None:
    with pytest.raises(Refused) as refused:
        checked(name, "field")
    assert refused.value.field == "field"


def test_blanks_around_a_name_go() -> None:
    assert checked("  Order total ", "table") == "Order total"
