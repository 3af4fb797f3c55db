"""How MySQL is connected to: to the address that was checked, and encrypted as the URL asks."""

import asyncio
import struct
from collections.abc import Iterator

import pytest
from pymysql.constants import CLIENT
from sqlalchemy.exc import DBAPIError

from bot.errors import ProjectError
from bot.projects import addresses, mysql_connection
from bot.projects.databases import ProjectDatabase, ProjectDatabases
from bot.projects.shape import NewColumn
from bot.settings import Settings
from store.models import Project
from store.vault import Vault
from store.vocabulary import FieldType
from tests.mariadb import NAME, MariaDB

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # not the bot's


@pytest.fixture
def trusted(mariadb: MariaDB, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The system trusts the server's certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(mariadb.certificate))
    mysql_connection._tls.cache_clear()
    yield
    mysql_connection._tls.cache_clear()


async def cipher(project: ProjectDatabase) -> str:
    async with project._reading() as connection:
        found = await connection.exec_driver_sql("SHOW STATUS LIKE 'Ssl_cipher'")
        return str(found.one()[1])


async def added(databases: ProjectDatabases, vault: Vault, url: str) -> ProjectDatabase:
    return await databases.get(Project(name="Theirs", url=vault.seal(url)))


@pytest.mark.usefixtures("trusted")
async def test_the_checked_address_has_to_show_the_names_certificate(
    settings: Settings, mariadb: MariaDB, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guarded: the name is looked up once, the line leads there, and its certificate is NAME's."""
    asked: list[tuple[str, int]] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["127.0.0.1"]

    monkeypatch.setattr(addresses, "resolve", resolve)
    monkeypatch.setattr(addresses, "is_public", lambda address: True)
    strict = settings.model_copy(update={"allow_private_networks": False})
    guarded = ProjectDatabases(strict, vault)
    url = mariadb.create().replace("127.0.0.1", NAME) + "?ssl-mode=VERIFY_IDENTITY"
    project = await added(guarded, vault, url)
    assert await project.tables() == []
    assert await cipher(project)
    assert asked == [(NAME, mariadb.port)]
    other = await added(guarded, vault, url.replace(NAME, "db.example.org"))
    with pytest.raises(ProjectError, match="No secure connection") as refused:
        await other.tables()
    assert refused.value.code == "project_tls"
    await guarded.close()


@pytest.mark.usefixtures("trusted")
async def test_the_url_says_how_much_is_checked(
    databases: ProjectDatabases, mariadb: MariaDB, vault: Vault
) -> None:
    url = mariadb.create()
    for query in ("", "?ssl-mode=preferred", "?ssl-mode=REQUIRED", "?ssl-mode=VERIFY_CA"):
        assert await cipher(await added(databases, vault, url + query))
    plain = await added(databases, vault, f"{url}?ssl-mode=DISABLED&charset=latin1")
    assert await cipher(plain) == ""
    by_file = f"mysql://root@localhost/{url.rpartition('/')[2]}?unix_socket={mariadb.socket}"
    assert await (await added(databases, vault, by_file)).tables() == []
    with pytest.raises(ProjectError, match="No secure connection"):  # it is not NAME's address
        await (await added(databases, vault, f"{url}?ssl-mode=VERIFY_IDENTITY")).tables()


async def test_a_certificate_that_nobody_vouches_for(
    databases: ProjectDatabases, mariadb: MariaDB, vault: Vault
) -> None:
    url = mariadb.create()
    for mode in ("VERIFY_CA", "VERIFY_IDENTITY"):
        with pytest.raises(ProjectError, match="ssl-mode") as refused:
            await (await added(databases, vault, f"{url}?ssl-mode={mode}")).tables()
        assert refused.value.code == "project_tls"


async def test_no_password_in_the_clear_where_the_url_forbids_it(
    databases: ProjectDatabases, vault: Vault
) -> None:
    heard = b""
    gone = asyncio.Event()

    async def without_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal heard
        able = CLIENT.CAPABILITIES & ~CLIENT.SSL
        hello = (
            b"\x0a5.7.0\0" + struct.pack("<I", 1) + b"saltsalt\0"
            + struct.pack("<HBHHB", able & 0xFFFF, 45, 2, able >> 16, 21)
            + bytes(10) + b"saltsaltsalt\0mysql_native_password\0"
        )  # fmt: skip
        writer.write(struct.pack("<I", len(hello)) + hello)
        heard += await reader.read()
        writer.close()
        gone.set()

    server = await asyncio.start_server(without_tls, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        url = f"mysql://u:secret@127.0.0.1:{port}/x?ssl-mode=REQUIRED"
        with pytest.raises(ProjectError, match="No secure connection") as refused:
            await databases.probe(url)
        await asyncio.wait_for(gone.wait(), 5)
    assert refused.value.code == "project_tls"
    assert heard == b""


@pytest.mark.parametrize(
    "said", [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"\x01\0\0\0\x0a", b"\x03\0\0\0\x0a\xff\xfe"]
)
async def test_whoever_is_no_mysql_is_not_waited_for(
    databases: ProjectDatabases, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(mysql_connection, "_CONNECT_SECONDS", 0.2)

    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(other, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ProjectError, match="cannot be reached") as refused:
            await databases.probe(f"mysql://u:secret@127.0.0.1:{port}/x")
    assert refused.value.code == "project_unreachable"


async def test_a_server_reads_no_file_of_ours(
    databases: ProjectDatabases, mariadb: MariaDB, vault: Vault
) -> None:
    project = await added(databases, vault, mariadb.create())
    await project.create_table("t", [NewColumn("line", FieldType.STRING)])
    async with project._writing() as connection:
        with pytest.raises(DBAPIError, match="not allowed"):
            await connection.exec_driver_sql("LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t")
    assert await project.count("t") == 0
