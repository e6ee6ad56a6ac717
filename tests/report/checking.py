"""Reading a page as a browser and as a strict parser would."""

import re
import xml.etree.ElementTree as ElementTree
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

VOID = {"br", "hr", "img", "input", "meta"}


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.images_without_words = 0
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.addresses += [value or "" for name, value in attributes if name in ("src", "href", "srcset", "action")]
        if tag == "img" and not dict(attributes).get("alt"):
            self.images_without_words += 1
        if tag == "svg" and not (dict(attributes).get("aria-label") or dict(attributes).get("aria-hidden")):
            self.images_without_words += 1
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


def check_page(html: str, links: bool = False) -> ElementTree.Element:
    """All tags closed, well-formed, nothing loaded from anywhere, every picture with words; returns the tree.

    `links`: the page may lead to other pages beside it, and may search its cards by the one script that its policy
    names.
    """
    tags = _Tags()
    tags.feed(html)
    tags.close()
    assert tags.open == []
    elsewhere = [a for a in tags.addresses if not a.startswith(("#", "data:image/png;base64,"))]
    assert all(links and re.fullmatch(r"[\w.-]+\.html(#[\w-]+)?", address) for address in elsewhere), elsewhere
    if "script" in tags.seen:
        assert links
        (script,) = re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)
        allowed = b64encode(sha256(script.encode()).digest()).decode()
        assert f"script-src &#x27;sha256-{allowed}&#x27;" in html
    assert "link" not in tags.seen
    assert tags.images_without_words == 0
    outside = re.sub(r'xmlns="http://www\.w3\.org/(2000/svg|1998/Math/MathML)"', "", html)
    assert "http://" not in outside
    assert "https://" not in outside
    assert "url(" not in outside
    assert "@import" not in outside
    prefix = "<!DOCTYPE html>"
    assert html.startswith(prefix)
    return ElementTree.fromstring(html.removeprefix(prefix))


def words(tree: ElementTree.Element) -> str:
    """All text of a tree."""
    return " ".join(tree.itertext())
