"""Where requests may go: which URLs are taken, and which addresses are a private network's."""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_SPECIAL = ipaddress.IPv4Network("192.0.0.0/24")
_IPV4_COMPATIBLE = ipaddress.IPv6Network("::/96")
_UNSEEN = re.compile(r"[\x00-\x20\x7f]")
_DIGITS = re.compile(r"[0-9.]+")  # some take “127.1” and “2130706433” for 127.0.0.1
_PORTS = {"http": 80, "https": 443}


class BadUrl(ValueError):
    """A URL that we send no request to; the text completes "the address …"."""


@lru_cache(maxsize=256)  # of a list's address, once a page
def split(url: str) -> SplitResult:
    """The URL's parts. Raises BadUrl unless it is http(s), with a host, without credentials."""
    if _UNSEEN.search(url):
        raise BadUrl("contains spaces or control characters")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise BadUrl("is not a valid address") from error
    if parts.scheme not in _PORTS:
        raise BadUrl("does not start with https:// or http://")
    if "@" in parts.netloc:
        raise BadUrl("contains a user name or password")
    if not parts.hostname or "\\" in parts.netloc:
        raise BadUrl("names no host")
    if _DIGITS.fullmatch(parts.hostname) and not _is_ipv4(parts.hostname):
        raise BadUrl("has an IP address that is not written in the usual way")
    return parts


def _is_ipv4(host: str) -> bool:
    try:
        return bool(ipaddress.IPv4Address(host))
    except ValueError:
        return False


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port: what credentials are bound to. Raises BadUrl."""
    parts = split(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS[parts.scheme]


@lru_cache(maxsize=256)  # as above
def written(url: str) -> str:
    """The URL as it goes over the wire: in ASCII, whatever its host and path are written in.

    Raises BadUrl.
    """
    split(url)
    try:
        return str(httpx.URL(url))
    except httpx.InvalidURL as error:
        raise BadUrl("is not a valid address") from error


def joined(base: str, target: str) -> str:
    """Where a link in an answer from `base` leads. Raises BadUrl."""
    try:
        return urljoin(base, target.strip())
    except ValueError as error:
        raise BadUrl("is not a valid address") from error


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, however it is wrapped."""
    return all(_is_public(ip) for ip in _unwrapped(ipaddress.ip_address(address.split("%")[0])))


def _is_public(ip: Ip) -> bool:
    """By the registries; what `is_global` of older Pythons lets pass is named above."""
    special = ip in _SPECIAL if ip.version == 4 else ip not in _GLOBAL_UNICAST
    return ip.is_global and not ip.is_multicast and not special


def _unwrapped(ip: Ip) -> Iterator[Ip]:
    """The address, or the IPv4 addresses inside an IPv6 one that lead to them."""
    if isinstance(ip, ipaddress.IPv4Address):
        yield ip
    elif ip.ipv4_mapped is not None:
        yield ip.ipv4_mapped
    elif ip in _NAT64 or ip in _IPV4_COMPATIBLE:
        yield ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    elif ip.sixtofour is not None:
        yield ip.sixtofour
    elif ip.teredo is not None:
        yield from ip.teredo
    else:
        yield ip


async def resolve(host: str, port: int) -> list[str]:
    """The IP addresses of a host, in the order to try. Raises OSError where there are none."""
    found = await asyncio.get_running_loop().getaddrinfo(
        host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
    )
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
