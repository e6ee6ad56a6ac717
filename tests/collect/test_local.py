"""Addresses of the local network are not connected to: however they are written, and whatever leads to them."""

import ipaddress
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.address import IPv4Address, IPv6Address

from tests.collect.pictures import picture
from tests.collect.running import run, table
from tests.collect.site import Answer, serving
from zerokara.collect import addresses
from zerokara.collect.addresses import is_local

PUBLIC, INNER = "127.0.0.1", "127.0.0.2"
"""Two addresses of this machine; the driver lets the first one count as public."""


@pytest.mark.skipif(sys.platform != "linux", reason="127.0.0.2 is an address of this machine on Linux only")
def test_no_way_leads_into_the_local_network(tmp_path: Path) -> None:
    """A page of the public web names inner hosts: as numbers, by name, by redirect, by names that change."""
    ways: dict[str, str] = {}

    def answer(path: str) -> Answer | None:
        if path == "/":
            return Answer("".join(f'<img src="{way}" alt="{name}">' for name, way in ways.items()).encode())
        if path.startswith("/to/"):
            return Answer(b"", status=302, headers={"Location": ways[path.removeprefix("/to/")]})
        return Answer(picture(1), "image/png") if path == "/both.png" else None

    with (
        serving(answer, PUBLIC) as site,
        serving(lambda path: Answer(picture(2), "image/png"), INNER, site.port) as inner,
    ):
        port = site.port
        names = {
            "site.test": [[PUBLIC]],
            "inner.test": [[INNER]],
            "rebind.test": [[PUBLIC], [INNER]],
            "both.test": [[INNER, PUBLIC]],
        }
        ways |= {
            "number": f"http://{INNER}:{port}/x.png",
            "decimal": f"http://2130706434:{port}/x.png",
            "short": f"http://127.2:{port}/x.png",
            "hexadecimal": f"http://0x7f.2:{port}/x.png",
            "mapped": f"http://[::ffff:7f00:2]:{port}/x.png",
            "name": f"http://inner.test:{port}/x.png",
            "redirect": f"http://site.test:{port}/to/number",
            "redirect to a name": f"http://site.test:{port}/to/name",
            "rebound": f"http://rebind.test:{port}/both.png",
            "both": f"http://both.test:{port}/both.png",
        }
        hosts = {way.split("/")[2] for way in ways.values()}
        allowed = [word for host in sorted(hosts) for word in ("--allow", host)]
        command = [f"http://site.test:{port}/", "--label", "a", "--out", tmp_path, *allowed]
        code, _, error = run(*command, names=names, public=[PUBLIC])
        assert code == 0, error
        assert inner.connections == 0, inner.paths()
        reasons = {row["alt_text"]: row["reason"] for row in table(tmp_path)}
        assert set(reasons) == set(ways)
        for name in set(ways) - {"rebound", "both"}:
            assert "local network: --allow-local" in reasons[name], (name, reasons[name])
        assert sorted(reasons[name][:16] for name in ("rebound", "both")) == ["", "the same picture"]


class Receiver:
    """Hears of addresses, as Twisted's endpoints do."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def resolutionBegan(self, resolution: object) -> None:
        pass

    def addressResolved(self, address: object) -> None:
        self.heard.append(address.host)  # type: ignore[attr-defined]

    def resolutionComplete(self) -> None:
        self.heard.append("complete")


@pytest.mark.parametrize(
    ("found", "heard", "refused"),
    [
        (["8.8.8.8"], ["8.8.8.8"], False),
        (["10.0.0.1", "8.8.8.8", "::1"], ["8.8.8.8"], False),
        (["10.0.0.1", "::1"], [], True),
        ([], [], False),
    ],
)
def test_only_public_addresses_come_through(found: list[str], heard: list[str], refused: bool) -> None:
    """A host counts as refused where none is left; one that has a public address too may fail for other reasons."""
    addresses.REFUSED.pop("x.test", None)
    receiver = Receiver()
    guard = addresses._Guard(receiver, "x.test")
    guard.resolutionBegan(None)
    for one in found:
        kind = IPv6Address if ":" in one else IPv4Address
        guard.addressResolved(kind("TCP", one, 80))
    guard.resolutionComplete()
    assert receiver.heard == [*heard, "complete"]
    assert ("x.test" in addresses.REFUSED) == refused
    addresses.REFUSED.pop("x.test", None)


LOCAL = [
    "127.0.0.1", "127.8.9.10", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1",
    "ff02::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "2002:7f00:1::", "2002:a00:1::", "64:ff9b::7f00:1",
    "64:ff9b::c0a8:101",
]  # fmt: skip
PUBLICS = [
    "8.8.8.8",
    "172.32.0.1",
    "1.1.1.1",
    "2606:4700::1111",
    "64:ff9b::808:808",
    "2002:808:808::",
]


@pytest.mark.parametrize("address", LOCAL)
def test_these_are_local(address: str) -> None:
    assert is_local(address)


@pytest.mark.parametrize("address", PUBLICS)
def test_these_are_not(address: str) -> None:
    assert not is_local(address)


@given(st.ip_addresses(v=4))
def test_an_address_inside_of_another_is_judged_too(address: ipaddress.IPv4Address) -> None:
    """No IPv6 spelling of a local IPv4 address counts as public."""
    number = int(address)
    if is_local(str(address)):
        for prefix in (0xFFFF << 32, 0x64FF9B << 96):
            assert is_local(str(ipaddress.IPv6Address(prefix | number)))
        assert is_local(str(ipaddress.IPv6Address((0x2002 << 112) | (number << 80))))
