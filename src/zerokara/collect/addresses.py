"""Addresses: URLs in one spelling, and hosts; addresses of the local network are refused where they are connected to.

A name may lead to any address, and to another one the next time it is looked up (DNS rebinding). So the check stands
in the resolver, behind which nothing is looked up again: what it lets through is what is connected to.
"""

import ipaddress
from collections.abc import Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

from scrapy.resolver import CachingHostnameResolver
from w3lib.url import safe_url_string

LONGEST_URL = 2_000
DEFAULT_PORTS = {"http": 80, "https": 443}

REFUSED: dict[str, str] = {}
"""Hosts that have only addresses that are refused, with one of them: those that this process came across."""


def normal(url: str, encoding: str = "utf-8") -> str | None:
    """The URL as it is asked for, without a fragment; None for what is no http or https URL, or has a password in it.

    Spaces and other letters are escaped as browsers do, names of hosts are small letters (Punycode).
    """
    try:
        parts = urlsplit(safe_url_string(url.strip(), encoding=encoding))
        name, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in DEFAULT_PORTS or not name or "@" in parts.netloc or "\\" in parts.netloc:
        return None
    scheme = parts.scheme.lower()
    where = f"[{name}]" if ":" in name else name
    if port is not None and port != DEFAULT_PORTS[scheme]:
        where += f":{port}"
    return urlunsplit(SplitResult(scheme, where, parts.path or "/", parts.query, ""))


def host(url: str) -> str:
    """The name of the host of a normal URL, without its port."""
    return urlsplit(url).hostname or ""


def site(url: str) -> str:
    """The host with its port; example.org and www.example.org are one site."""
    return urlsplit(url).netloc.removeprefix("www.")


def is_local(address: str) -> bool:
    """Whether an IP address is none of the public internet: this machine, the local network, reserved ranges.

    An IPv6 address that stands for an IPv4 address (mapped, 6to4, Teredo, NAT64) is judged by that one too.
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if not found.is_global or found.is_multicast:
        return True
    if isinstance(found, ipaddress.IPv4Address):
        return False
    inner = [found.ipv4_mapped, found.sixtofour, *(found.teredo or ())]
    if found in ipaddress.ip_network("64:ff9b::/96"):
        inner.append(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF))
    return any(one is not None and is_local(str(one)) for one in inner)


def literal(name: str) -> str | None:
    """The IP address that a host is written as, or None for a name."""
    try:
        return str(ipaddress.ip_address(name.strip("[]")))
    except ValueError:
        return None


class GuardedResolver(CachingHostnameResolver):
    """Scrapy's resolver; addresses of the local network are dropped, unless they are allowed."""

    allow_local = False

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> "GuardedResolver":
        """The resolver as the settings want it."""
        made = super().from_crawler(crawler, reactor)
        made.allow_local = crawler.settings.getbool("ZEROKARA_ALLOW_LOCAL")
        return made

    def resolveHostName(  # noqa: N802
        self,
        resolutionReceiver: Any,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[Any] | None = None,
        transportSemantics: str = "TCP",
    ) -> Any:
        """Twisted's question for the addresses of a name."""
        receiver: Any = resolutionReceiver if self.allow_local else _Guard(resolutionReceiver, hostName)
        return super().resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)


class _Guard:
    """Hands on the addresses that are not local."""

    def __init__(self, receiver: Any, name: str) -> None:
        self._receiver, self._name = receiver, name
        self._refused: str | None = None
        self._passed = False

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802
        """The search has begun."""
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        """An address was found."""
        if is_local(address.host):
            self._refused = address.host
        else:
            self._passed = True
            self._receiver.addressResolved(address)

    def resolutionComplete(self) -> None:  # noqa: N802
        """There are no more. A host of which some addresses are public is asked there."""
        if self._refused is not None and not self._passed:
            REFUSED[self._name] = self._refused
        self._receiver.resolutionComplete()
