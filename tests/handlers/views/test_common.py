"""Text from outside is only ever text: it starts no formatting and ends none around it."""

from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.slack.text import from_mrkdwn
from handlers.views.common import escape, escape_code
from handlers.views.fields import code

NAMES = st.text() | st.text(alphabet="aZ9é*_~`<>&|@!:/ \u200b")


@given(name=NAMES)
def test_no_sign_is_left_that_could_format(name: str) -> None:
    shown = escape(name)
    assert not set("*~`<>") & set(shown)
    for at, sign in enumerate(shown):
        if sign == "_":  # within a word it is a letter like any other
            around = shown[at - 1 : at] + shown[at + 1 : at + 2]
            assert len(around) == 2
            assert around.isascii()
            assert around.isalnum()


@given(name=NAMES.filter(lambda name: name.strip() == name != "" and len(name.splitlines()) == 1))
def test_the_formatting_around_a_name_stays(name: str) -> None:
    shown = escape(name)
    assert from_mrkdwn(f"*{shown}* _b_ ~c~ `d`") == f"{unescape(shown)} b c d"


@given(name=NAMES)
def test_code_ends_only_where_it_shall(name: str) -> None:
    assert "`" not in escape_code(name)
    assert code(name).count("`") == 2


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("customer_id is not a number", "customer_id is not a number"),
        ("a & b <c>", "a &amp; b &lt;c&gt;"),
        ("*bold* _i_ ~s~", "∗bold∗ ˍiˍ ∼s∼"),
        ("```half", "ˋˋˋhalf"),
        (
            "see https://shop.example/~ann/a_b/_all?x=*",
            "see https://shop.example/%7Eann/a_b/%5Fall?x=%2A",
        ),
    ],
)
def test_what_it_looks_like(text: str, shown: str) -> None:
    assert escape(text) == shown


def test_code_keeps_every_other_sign() -> None:
    assert escape_code("_private * ~x <y>") == "_private * ~x &lt;y&gt;"
