"""Encryption is checked although we connect to addresses and not to names."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.connectors import addresses, transport
from bot.connectors.http import HttpPool
from tests.connectors.serving import always, answer


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate for a host name, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "public.pem", folder / "private.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return public, private


@pytest.fixture
async def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """The port of an encrypted server for api.example.com, where every name leads."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate(tmp_path, "api.example.com"))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer({"good": True}))
        await writer.drain()
        writer.close()

    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    monkeypatch.setattr(addresses, "resolve", resolve)
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    yield server.sockets[0].getsockname()[1]
    server.close()


@pytest.fixture
def trusting(
    port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_pool: Callable[..., HttpPool]
) -> HttpPool:
    """A pool that takes the server's certificate for a good one."""
    context = ssl.create_default_context(cafile=str(tmp_path / "public.pem"))
    monkeypatch.setattr(transport, "_ssl_context", lambda: context)
    return make_pool()


async def test_a_certificate_that_nobody_vouches_for(
    port: int, make_pool: Callable[..., HttpPool]
) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        await make_pool().get(f"https://api.example.com:{port}/")


async def test_the_certificate_is_held_against_the_name(port: int, trusting: HttpPool) -> None:
    found = await trusting.get(f"https://api.example.com:{port}/")
    assert found.body == b'{"good": true}'
    with pytest.raises(httpx.ConnectError, match="Hostname mismatch"):
        await trusting.get(f"https://other.example.com:{port}/")


async def test_no_way_back_from_encryption(
    port: int, trusting: HttpPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = trusting.transport.send

    async def redirecting(*arguments: Any) -> transport.Incoming:
        incoming = await real(*arguments)
        incoming.status = 302
        incoming.headers["location"] = f"http://api.example.com:{port}/"
        return incoming

    monkeypatch.setattr(trusting.transport, "send", redirecting)
    with pytest.raises(Exception, match="without encryption"):
        await trusting.get(f"https://api.example.com:{port}/")


async def test_a_url_that_is_not_taken_gets_no_request(make_pool: Callable[..., Any]) -> None:
    for url in ("ftp://a.b", "https://me:pw@a.b", "https://a b"):
        with pytest.raises(addresses.BadUrl):
            await make_pool().get(url)


async def test_a_header_that_comes_twice_is_a_list(
    serve: Callable[..., Any], make_pool: Callable[..., HttpPool]
) -> None:
    head = b"HTTP/1.1 200 OK\r\nLink: </a>; rel=prev\r\nLINK: </b>; rel=next\r\nX: \xff\r\n"
    server = await serve(always(head + b"content-length: 2\r\n\r\n{}"))
    found = await make_pool().get(server.url)
    assert found.headers["link"] == "</a>; rel=prev, </b>; rel=next"
    assert found.headers["x"] == "\ufffd"


async def test_an_address_in_other_letters_goes_out_in_ascii(
    serve: Callable[..., Any], make_pool: Callable[..., HttpPool]
) -> None:
    server = await serve(always(answer({})))
    pool = make_pool()
    await pool.get(f"{server.url}/größe?a=ü%2F", query={"b": "c d&e"})
    await pool.get(f"{server.url}/größe", query={"b": "c d&e"})
    await pool.get(f"{server.url}/a%2Fb?signed=x%3D")
    assert [asked.target for asked in server.asked] == [
        "/gr%C3%B6%C3%9Fe?a=%C3%BC%2F&b=c+d%26e",
        "/gr%C3%B6%C3%9Fe?b=c+d%26e",
        "/a%2Fb?signed=x%3D",
    ]
