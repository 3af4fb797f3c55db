"""httpcore's connections on asyncio's own streams: whatever has arrived is taken at once.

Half the time of a large page went into taking it in pieces of 64 KB, and into telling the system
before each that we want to know of the next.
https://www.encode.io/httpcore/network-backends/
"""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpcore

_MOST = 1024 * 1024  # bytes taken at a time, and waiting to be taken


class Stream(httpcore.AsyncNetworkStream):
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _errors(httpcore.ReadTimeout, httpcore.ReadError):
            async with asyncio.timeout(timeout):
                return await self._reader.read(max(max_bytes, _MOST))

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with _errors(httpcore.WriteTimeout, httpcore.WriteError):
            self._writer.write(buffer)
            async with asyncio.timeout(timeout):
                await self._writer.drain()

    async def aclose(self) -> None:
        """Says good-bye, and waits for no answer."""
        self._writer.close()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        with _errors(httpcore.ConnectTimeout, httpcore.ConnectError):
            async with asyncio.timeout(timeout):
                await self._writer.start_tls(ssl_context, server_hostname=server_hostname)
        return self

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":  # while nothing is asked: the other side has hung up
            return self._reader.at_eof() or self._writer.is_closing()
        return self._writer.get_extra_info(info)


async def connected(ip: str, port: int, timeout: float | None, local: str | None) -> Stream:
    """Raises httpcore.ConnectError and httpcore.ConnectTimeout."""
    with _errors(httpcore.ConnectTimeout, httpcore.ConnectError):
        async with asyncio.timeout(timeout):
            where = (local, 0) if local is not None else None
            streams = await asyncio.open_connection(ip, port, limit=_MOST, local_addr=where)
    return Stream(*streams)


@contextmanager
def _errors(late: type[Exception], broken: type[Exception]) -> Iterator[None]:
    """The system's errors as httpcore's."""
    try:
        yield
    except TimeoutError as error:
        raise late(str(error)) from error
    except (OSError, EOFError) as error:  # ssl.SSLError is one of the first
        raise broken(str(error)) from error
