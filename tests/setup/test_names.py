import pytest

from bot.errors import Refused
from bot.setup.names import checked_name, find, fold, free_name, name_key, narrowed

NAMES = ["Shop → CRM", "Shop sync", "Ärzte München", "Billing", "billing"]


def looked_up(typed: str, names: list[str] = NAMES) -> tuple[list[str], list[str]]:
    match = find(typed, names, str)
    return list(match.fitting), list(match.nearest)


@pytest.mark.parametrize(
    ("typed", "fitting"),
    [
        ("shop sync", ["Shop sync"]),
        ("  SHOP   SYNC ", ["Shop sync"]),
        ("arzte", ["Ärzte München"]),
        ("ÄRZTE MUNCHEN", ["Ärzte München"]),
        ("munchen", ["Ärzte München"]),  # a later word
        ("shop", ["Shop → CRM", "Shop sync"]),  # several: ask
        ("crm", ["Shop → CRM"]),
    ],
)
def test_a_name_is_found_by_case_accents_and_beginnings(typed: str, fitting: list[str]) -> None:
    assert looked_up(typed) == (fitting, [])


def test_the_whole_name_wins_over_a_longer_one() -> None:
    assert looked_up("shop", ["Shop", "Shop sync"]) == (["Shop"], [])


def test_of_names_that_fold_alike_the_one_typed_exactly_wins() -> None:
    assert looked_up("Café", ["Cafe", "Café"]) == (["Café"], [])
    assert looked_up("CAFÈ", ["Cafe", "Café"]) == (["Cafe", "Café"], [])


def test_a_misspelled_name_gets_the_nearest() -> None:
    fitting, nearest = looked_up("biling")
    assert fitting == []
    assert nearest[0] in ("Billing", "billing")


def test_nothing_alike_is_nothing() -> None:
    assert looked_up("qqqqqqq") == ([], [])
    assert looked_up("x", []) == ([], [])


def test_narrowing_keeps_all_for_nothing_and_prefers_beginnings() -> None:
    names = ["Old shop", "Shop", "Bills"]
    assert narrowed("", names, str) == names
    assert narrowed("shop", names, str) == ["Shop", "Old shop"]
    assert narrowed("shpo", names, str) == ["Shop", "Old shop"]


def test_names_are_kept_tidy_and_told_apart_by_key() -> None:
    assert checked_name("  Shop \n sync ") == "Shop sync"
    assert name_key("SHOP  Sync") == name_key("shop sync")
    assert name_key("Café") != name_key("Cafe")
    assert fold("Café") == fold("cafe")


@pytest.mark.parametrize("name", ["", "   ", "x" * 256])
def test_an_empty_or_endless_name_is_refused(name: str) -> None:
    with pytest.raises(Refused) as refused:
        checked_name(name)
    assert refused.value.field == "name"


def test_a_free_name_counts_up() -> None:
    taken = ["shop sync", "shop sync 2"]
    assert free_name("Shop sync", []) == "Shop sync"
    assert free_name("Shop sync", taken) == "Shop sync 3"
    assert len(free_name("x" * 300, [])) <= 255
