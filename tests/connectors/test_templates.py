import pytest

from bot.connectors.templates import fill, fill_url, places

PARAMS = {"shop": "https://shop.example.com/", "owner": "a b/..", "key": "X-Key"}


def test_places() -> None:
    assert places("{shop}/x/{owner}") == ("shop", "owner")
    assert places("/x") == ()


def test_filling_in() -> None:
    assert fill("{key}: {owner}", PARAMS) == "X-Key: a b/.."
    with pytest.raises(KeyError):
        fill("{nobody}", PARAMS)


def test_values_cannot_leave_their_place_in_a_path() -> None:
    assert fill_url("/repos/{owner}/x", PARAMS) == "/repos/a%20b%2F../x"
    assert fill_url("{shop}/oauth", PARAMS) == "https://shop.example.com/oauth"
