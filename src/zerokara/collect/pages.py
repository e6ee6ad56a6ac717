"""What a page leads to: links, pictures with their alt texts, and the licence that it states for them.

A picture is what an <img> shows, the largest of its sizes. A link to a file that is called like a picture is followed
as any other link: what comes back decides whether it is a picture or a page about one.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from scrapy.http import TextResponse

from zerokara.collect.addresses import LONGEST_URL, normal
from zerokara.paths import safe

MOST = 10_000
"""Links, and pictures, that are taken from one page."""

LAZY = ("data-src", "data-original", "data-lazy-src", "data-lazy")
"""Where pages keep the address of a picture that is loaded when one scrolls down to it."""

NO_LEARNING = frozenset({"noai", "noimageai"})
"""What pages say, in a header or in their head, that do not want to be learned from."""

_WORDS = re.compile(r"[a-z-]+")


@dataclass(frozen=True)
class Link:
    """An address that a page names: asked for as a page, or as a picture. `reason` says why it cannot be."""

    url: str
    alt: str = ""
    licence: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Page:
    """What was found on a page."""

    links: tuple[Link, ...]
    pictures: tuple[Link, ...]
    forbids_learning: bool


class NoPageError(Exception):
    """A page that no parser can read; the text says why."""


def look(response: TextResponse) -> Page:
    """The links and the pictures of a page, each address once, in their order. NoPageError where it cannot be read."""
    try:
        return _look(response)
    except Exception as error:  # an encoding that is none, for example: the page's fault, which must not end the crawl
        told = " ".join(str(error).split()) or type(error).__name__
        raise NoPageError(f"a page that cannot be read: {told[:200]}") from error


def _look(response: TextResponse) -> Page:
    said = _robots(response)
    licence = _licence(response.selector)
    links: dict[str, Link] = {}
    pictures: dict[str, Link] = {}
    for image in response.xpath("//img"):
        if len(pictures) < MOST and (address := _address(image)):
            found = _link(response, address, image.attrib.get("alt", ""), _own_licence(image) or licence)
            pictures.setdefault(found.url, found)
    for anchor in [] if "nofollow" in said else response.xpath("//a[@href] | //area[@href]"):
        if len(links) < MOST and "nofollow" not in anchor.attrib.get("rel", "").lower().split():
            words = anchor.xpath("string(.)").get("") or anchor.xpath(".//img/@alt").get("")
            found = _link(response, anchor.attrib["href"], words, licence)
            if not found.reason:
                links.setdefault(found.url, found)
    return Page(tuple(links.values()), tuple(pictures.values()), bool(said & NO_LEARNING))


def forbids_learning(headers: Iterable[bytes]) -> bool:
    """Whether X-Robots-Tag says so."""
    return any(NO_LEARNING & set(_WORDS.findall(one.decode("latin-1").lower())) for one in headers)


def _robots(response: TextResponse) -> set[str]:
    """What the page's head says to robots, and X-Robots-Tag."""
    told = response.xpath("//meta[translate(@name, 'ROBTS', 'robts') = 'robots']/@content").getall()
    told += [one.decode("latin-1") for one in response.headers.getlist("X-Robots-Tag")]
    return {word for one in told for word in _WORDS.findall(one.lower())}


def _address(image: Any) -> str | None:
    """The address of a picture in its largest size, or where the page will load it from; a data: URL as the last."""
    given = image.attrib
    sized = max(_sizes(given.get("srcset") or given.get("data-srcset") or ""), default=(0.0, ""))[1]
    candidates = [sized, *(given.get(name, "") for name in LAZY), given.get("src", "")]
    candidates = [one.strip() for one in candidates if one.strip()]
    return next((one for one in candidates if not one.lower().startswith("data:")), next(iter(candidates), None))


def _sizes(srcset: str) -> Iterator[tuple[float, str]]:
    """(width or density, address) of each candidate: an address may have commas in it, but does not end with one."""
    for address, number in re.findall(r"(\S*[^\s,])(?:\s+([\d.]+)[wx])?\s*(?:,|$)", srcset):
        try:
            yield float(number or 1), address
        except ValueError:
            continue


def _link(response: TextResponse, address: str, words: str, licence: str) -> Link:
    alt = safe(" ".join(words.split())[:MOST])
    address = address.strip()
    if address.lower().startswith("data:"):
        digest = sha256(address.encode("utf-8", "replace")).hexdigest()
        told = f"{safe(address.partition(',')[0][:60])},… (SHA-256 {digest[:12]})"
        return Link(told, alt, licence, f"a data: URL of {len(address):,} characters, not a file on the web")
    if len(address) > LONGEST_URL:
        return Link(f"{safe(address[:60])}…", alt, licence, f"an address of {len(address):,} characters")
    try:
        url = normal(response.urljoin(address), response.encoding)
    except ValueError:
        url = None
    if url is None:
        return Link(safe(address), alt, licence, "no address of http or https")
    return Link(url, alt, licence)


def _licence(page: Any) -> str:
    """The licence that a page states: rel=license, itemprop=license, JSON-LD, or the metadata of Dublin Core."""
    found = _own_licence(page)
    for text in page.xpath("//script[@type='application/ld+json']/text()").getall() if not found else ():
        found = found or _of_linked_data(text)
    named = ("dcterms.license", "dc.license", "dcterms.rights", "dc.rights", "copyright")
    for meta in page.xpath("//meta[@name and @content]") if not found else ():
        found = found or (meta.attrib["content"] if meta.attrib["name"].lower() in named else "")
    return safe(" ".join(found.split())[:500])


def _own_licence(part: Any) -> str:
    """The licence within the <figure> of a picture; of a whole page, anywhere outside of its figures."""
    marked = "@rel and contains(concat(' ', normalize-space(@rel), ' '), ' license ') or @itemprop = 'license'"
    if part.root.tag == "img":
        found = part.xpath(f"ancestor::figure[1]//*[{marked}]")
    else:
        found = part.xpath(f"//*[({marked}) and not(ancestor::figure)]")
    for one in found:
        text: str = one.attrib.get("href") or one.attrib.get("content") or one.xpath("string(.)").get("")
        if text.strip():
            return safe(text)
    return ""


def _of_linked_data(text: str) -> str:
    """The first "license" anywhere in a block of JSON-LD."""
    try:
        waiting: list[Any] = [json.loads(text)]
    except (ValueError, RecursionError):
        return ""
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, dict):
            told = one.get("license")
            if isinstance(told, str) and told:
                return told
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return ""
