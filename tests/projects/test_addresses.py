"""The address that is checked is the address that is used."""

import sys
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from bot.errors import ProjectError
from bot.projects import addresses
from bot.projects.addresses import check_added, open_guarded, parsed, same_database


async def test_the_checked_address_is_the_one_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connected: list[dict[str, Any]] = []

    async def resolve(host: str, port: int) -> list[str]:
        assert (host, port) == ("db.example.com", 6543)
        return ["8.8.8.8", "8.8.4.4"]

    async def connect(**parameters: Any) -> str:
        connected.append(parameters)
        return "connection"

    monkeypatch.setattr(addresses, "resolve", resolve)
    monkeypatch.setattr(psycopg.AsyncConnection, "connect", connect)
    assert await open_guarded(host="db.example.com", port=6543, user="u") == "connection"
    assert connected == [
        {"host": "db.example.com", "port": 6543, "user": "u", "hostaddr": "8.8.8.8"}
    ]


async def test_one_private_address_is_one_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["8.8.8.8", "10.0.0.1"]

    monkeypatch.setattr(addresses, "resolve", resolve)
    with pytest.raises(ProjectError, match="private network"):
        await open_guarded(host="db.example.com")


async def test_a_host_that_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        raise OSError("no such host")

    monkeypatch.setattr(addresses, "resolve", resolve)
    with pytest.raises(ProjectError, match="cannot be found"):
        await open_guarded(host="db.example.com")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("postgresql://a:x@DB/p", "postgres://b@db:5432/p?sslmode=require", True),
        ("postgresql://db/p", "postgresql://db/q", False),
        ("postgresql://db:5433/p", "postgresql://db/p", False),
        ("postgresql:///p?host=/run/a", "postgresql:///p?host=/run/b", False),
        ("sqlite:///a.db", "sqlite:///./x/../a.db", True),
        ("sqlite:///a.db", "sqlite:///b.db", False),
        ("sqlite:///a.db", "postgresql://db/a.db", False),
        ("mysql://a:x@DB/p", "mariadb://db:3306/p?charset=utf8mb4", True),
        ("mysql://db/p", "mysql://db/q", False),
        ("mysql://db:3307/p", "mysql://db/p", False),
        ("mysql://db/p", "postgresql://db/p", False),
    ],
)
def test_the_same_database_is_recognised(one: str, other: str, same: bool) -> None:
    assert same_database(parsed(one), parsed(other)) is same


def test_a_url_gets_the_driver_that_we_use() -> None:
    assert parsed(" postgres://u:p@h/d ") == make_url("postgresql+psycopg://u:p@h/d")
    for scheme in ("mysql", "mariadb", "mysql+pymysql"):
        assert parsed(f"{scheme}://u:p@h/d") == make_url("mysql+aiomysql://u:p@h/d")


def test_a_driver_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aiomysql", None)  # as where the extra is missing
    with pytest.raises(ProjectError, match=r"pip install 'patchbay\[mysql\]'"):
        parsed("mysql://u:p@h/d")


def test_other_kinds_are_for_whoever_runs_the_bot() -> None:
    url = make_url("mssql+aioodbc://u:p@db.example.com/d?driver=/home/ana/evil.so")
    check_added(url, allow_private=True)
    with pytest.raises(ProjectError, match="cannot be added from Slack"):
        check_added(url, allow_private=False)
