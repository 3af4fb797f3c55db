import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.connectors.addresses import BadUrl, is_public, joined, origin, split


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "0.0.0.0", "10.0.0.1", "172.31.255.255", "192.168.0.1", "169.254.169.254",
        "100.64.0.1", "100.127.255.255", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::7f00:1", "fe80::1", "fe80::1%eth0",
        "fc00::1", "fec0::1", "ff02::1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:a00:1::",
        "2001:0:7f00:1::", "2001:db8::1",
    ],
)  # fmt: skip
def test_private_addresses(address: str) -> None:
    assert not is_public(address)


@given(st.ip_addresses(v=4).filter(lambda ip: not ip.is_global or ip.is_multicast))
def test_a_private_address_stays_private_however_it_is_wrapped(ip: ipaddress.IPv4Address) -> None:
    number = int(ip)
    for wrapped in (
        number,
        (0xFFFF << 32) + number,
        int(ipaddress.IPv6Address("64:ff9b::")) + number,
        (0x2002 << 112) + (number << 80),
    ):
        assert not is_public(str(ipaddress.IPv6Address(wrapped)))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://example.com", "does not start with https"),
        ("//example.com", "does not start with https"),
        ("example.com", "does not start with https"),
        ("javascript:alert(1)", "does not start with https"),
        ("https://", "names no host"),
        ("https:///path", "names no host"),
        ("https://user:pw@example.com", "contains a user name"),
        ("https://user@example.com", "contains a user name"),
        ("https://example.com\\@evil.com", "contains a user name"),
        ("https://example.com\\.evil.com", "names no host"),
        ("https://exa mple.com", "spaces or control"),
        ("https://example.com/\r\nX-Evil: 1", "spaces or control"),
        ("https://example.com:port", "not a valid address"),
        ("https://[::1", "not a valid address"),
    ],
)
def test_urls_that_are_not_taken(url: str, reason: str) -> None:
    with pytest.raises(BadUrl, match=reason):
        split(url)


def test_what_credentials_are_bound_to() -> None:
    assert origin("https://API.example.com/v1") == ("https", "api.example.com", 443)
    assert origin("https://api.example.com:443/") == origin("https://api.example.com")
    assert origin("http://api.example.com") != origin("https://api.example.com")
    assert origin("https://api.example.com:8443")[2] == 8443


def test_links() -> None:
    assert joined("https://a.b/c/d?x=1", "/e") == "https://a.b/e"
    with pytest.raises(BadUrl):
        joined("https://a.b", "http://[")
