"""A connection to MySQL or MariaDB: to the address that was checked, encrypted as the URL asks."""

import asyncio
import socket
import ssl
import struct
from contextlib import suppress
from functools import lru_cache
from typing import Any

import aiomysql
from pymysql.constants import CLIENT, CR
from pymysql.err import InternalError, OperationalError
from sqlalchemy.engine import URL

from bot.errors import ProjectError
from bot.projects.addresses import TLS_PARAMETER, public_address

_CONNECT_SECONDS = 10
_MODES = ("DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY")


def tls_mode(url: URL) -> str:
    """What the URL asks for; raises ProjectError where there is no such thing."""
    asked = str(url.query.get(TLS_PARAMETER, "PREFERRED")).upper()
    if asked not in _MODES:
        raise ProjectError(
            f"The URL’s {TLS_PARAMETER} is one of {', '.join(_MODES[:-1])} and {_MODES[-1]}."
        )
    return asked


class _Connection(aiomysql.Connection):  # type: ignore[misc]
    """One that speaks to nobody in the clear where the URL forbids that."""

    must_encrypt = False

    async def _request_authentication(self) -> None:
        if self.must_encrypt and not self.server_capabilities & CLIENT.SSL:
            raise OperationalError(CR.CR_SSL_CONNECTION_ERROR, "no TLS offered")
        await super()._request_authentication()

    async def ensure_closed(self) -> None:
        """Not before the line is closed too, so that none is left when the loop ends."""
        writer = self._writer
        await super().ensure_closed()
        if writer is not None:
            with suppress(OSError):  # of a line that is broken, or (TimeoutError) a slow one
                await asyncio.wait_for(writer.wait_closed(), 2)


class _Tls(ssl.SSLContext):
    """Asks for the certificate of `name`, whichever of its addresses was connected to."""

    name: str | None = None

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        return super().wrap_bio(incoming, outgoing, server_side, self.name, session)


@lru_cache(maxsize=64)  # the system's certificates take long to read
def _tls(mode: str, name: str) -> _Tls | None:
    if mode == "DISABLED":
        return None
    context = _Tls(ssl.PROTOCOL_TLS_CLIENT)
    context.name = name
    context.check_hostname = mode == "VERIFY_IDENTITY"
    if mode.startswith("VERIFY"):
        context.load_default_certs()
    else:
        context.verify_mode = ssl.CERT_NONE
    return context


async def connect(
    *, guarded: bool, mode: str, own: str | None, **parameters: Any
) -> aiomysql.Connection:
    """A new connection; a guarded one to the very address that was checked."""
    host, port = str(parameters.get("host") or "localhost"), int(parameters.get("port") or 3306)
    address = await public_address(host, port) if guarded else host
    place = {"host": address, "port": port, "ssl": _tls(mode, host)}
    connection = _Connection(**{**parameters, **place})
    connection.must_encrypt = mode in _MODES[2:]
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):  # the driver's own ends with the TCP's part
            await connection._connect()
    except (TimeoutError, InternalError, struct.error, LookupError, ValueError):
        raise OperationalError(CR.CR_CONN_HOST_ERROR, "whoever is there is no MySQL") from None
    try:
        _notice_the_dead(connection)
        if own is not None:
            await _use(connection, own)
    except BaseException:  # cancelled, too: the connection is nobody's yet
        connection.close()
        raise
    return connection


def _notice_the_dead(connection: aiomysql.Connection) -> None:
    """Within minutes, not hours, where the network swallows all packets."""
    line = connection._writer.get_extra_info("socket")
    if line.family == socket.AF_UNIX:
        return
    for option, value in (("TCP_KEEPIDLE", 30), ("TCP_USER_TIMEOUT", 60_000)):
        if hasattr(socket, option):  # not every system has each
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


async def _use(connection: aiomysql.Connection, database: str) -> None:
    name = database.replace("`", "``")
    async with connection.cursor() as cursor:
        await cursor.execute(
            "SELECT 1 FROM information_schema.schemata WHERE schema_name = %s", (database,)
        )
        if not await cursor.fetchone():
            await cursor.execute(f"CREATE DATABASE IF NOT EXISTS `{name}` CHARACTER SET utf8mb4")
    await connection.select_db(database)
