"""What is found on a page, and what a file is."""

import contextlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scrapy.http import HtmlResponse

from tests.collect.pictures import bomb, picture
from zerokara.collect.addresses import normal
from zerokara.collect.contents import NoPictureError, examine
from zerokara.collect.pages import NoPageError, look


def page(html: str, **headers: str) -> HtmlResponse:
    return HtmlResponse("https://example.org/a/b", body=html.encode(), encoding="utf-8", headers=headers)


@pytest.mark.parametrize(
    ("image", "path"),
    [
        ('<img src="x.png">', "/a/x.png"),
        ('<img src=" /x.png#part ">', "/x.png"),
        ('<img src="../../../x.png">', "/x.png"),
        ('<img src="s.png" srcset="s.png 320w, l.png 1280w, m.png 640w">', "/a/l.png"),
        ('<img src="s.png" srcset="s.png, l.png 2x">', "/a/l.png"),
        ('<img srcset="w_100,h_50/s.png 1x, w_200,h_100/l.png 2x">', "/a/w_200,h_100/l.png"),
        ('<img src="data:image/gif;base64,AAAA" data-src="x.png">', "/a/x.png"),
        ('<img src="wait.gif" data-original="x.png">', "/a/x.png"),
        ('<img src="ねこ.png">', "/a/%E3%81%AD%E3%81%93.png"),
        ('<img src="a b.png?q=1&amp;r=2">', "/a/a%20b.png?q=1&r=2"),
    ],
)
def test_the_address_of_a_picture(image: str, path: str) -> None:
    (found,) = look(page(image)).pictures
    assert (found.url, found.reason) == (f"https://example.org{path}", "")


def test_a_page_without_anything() -> None:
    found = look(page("<img><a>x</a><img src=''>"))
    assert (found.links, found.pictures, found.forbids_learning) == ((), (), False)


@pytest.mark.parametrize(
    ("html", "licence"),
    [
        ('<a rel="license" href="/by">x</a>', "/by"),
        ('<a rel="nofollow license" href="/by">x</a>', "/by"),
        ('<link rel="license" href="/by">', "/by"),
        ('<span itemprop="license">CC BY</span>', "CC BY"),
        ('<script type="application/ld+json">{"@graph": [{"license": "https://cc/by"}]}</script>', "https://cc/by"),
        ('<script type="application/ld+json">{"license": "\\ud800x"}</script>', "�x"),
        ('<script type="application/ld+json">{broken</script>', ""),
        ('<meta name="DCTERMS.license" content="CC0">', "CC0"),
        ('<figure><a rel="license" href="/other">x</a></figure>', ""),
        ("<p>license</p>", ""),
    ],
)
def test_the_licence_that_a_page_states(html: str, licence: str) -> None:
    (found,) = look(page(f'{html}<img src="x.png">')).pictures
    assert found.licence == licence


@pytest.mark.parametrize(
    ("html", "headers", "forbids"),
    [
        ('<meta name="robots" content="NOAI">', {}, True),
        ('<meta name="Robots" content="index, noimageai">', {}, True),
        ("", {"X-Robots-Tag": "zerokara: noai"}, True),
        ('<meta name="description" content="noai">', {}, False),
        ('<meta name="robots" content="noindex">', {}, False),
    ],
)
def test_who_does_not_want_to_be_learned_from(html: str, headers: dict[str, str], forbids: bool) -> None:
    assert look(page(html, **headers)).forbids_learning == forbids


@given(st.text(max_size=200))
def test_any_text_is_a_page_and_every_address_a_web_address(text: str) -> None:
    found = look(page(f'<base href="{text}"><img src="{text}" srcset="{text}"><a href="{text}">{text}</a>{text}'))
    for link in (*found.links, *found.pictures):
        assert link.reason or normal(link.url) == link.url
        assert link.reason or link.url.startswith(("http://", "https://"))


CHARSETS = ("utf-8", "utf-16", "shift_jis", "euc-jp", "latin-1", "utf-7", "no-such", "hex", "\0")


@given(
    st.binary(max_size=300), st.sampled_from(CHARSETS), st.sampled_from([b"", b"<img src=", b"<!--", b"<svg><a href='"])
)
def test_any_bytes_in_any_encoding_are_a_page(content: bytes, charset: str, head: bytes) -> None:
    headers = {"Content-Type": f"text/html; charset={charset}"}
    with contextlib.suppress(NoPageError):
        found = look(HtmlResponse("https://example.org/", body=head + content, headers=headers))
        assert str(found).encode("utf-8"), "and can be written down"


def test_a_page_of_a_hundred_thousand_elements_in_one_another() -> None:
    deep = page("<div>" * 100_000 + "<img src=x.png>")
    assert len(look(deep).pictures) <= 1


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("HTTP://Example.ORG:80/a b#x", "http://example.org/a%20b"),
        ("https://example.org:443", "https://example.org/"),
        ("https://example.org:8443/", "https://example.org:8443/"),
        ("https://ねこ.jp/猫", "https://xn--28j8b.jp/%E7%8C%AB"),
        ("https://user:word@example.org/", None),
        ("ftp://example.org/", None),
        ("javascript:alert(1)", None),
        ("//example.org/x", None),
        ("example.org/x", None),
        ("http://[bad/", None),
        ("http://example.org:port/", None),
        ("", None),
    ],
)
def test_one_spelling_of_an_address(url: str, told: str | None) -> None:
    assert normal(url) == told
    if told is not None:
        assert normal(told) == told


KINDS = [
    ("PNG", ".png"),
    ("JPEG", ".jpg"),
    ("GIF", ".gif"),
    ("BMP", ".bmp"),
    ("WEBP", ".webp"),
    ("TIFF", ".tif"),
    ("PPM", ".ppm"),
]


@pytest.mark.parametrize(("kind", "suffix"), KINDS)
def test_a_picture_is_known_by_its_content(kind: str, suffix: str) -> None:
    found = examine(picture(5, kind))
    assert (found.format, found.suffix, found.width, found.height) == (kind, suffix, 4, 3)


def noise(kind: str) -> bytes:
    held = io.BytesIO()
    Image.effect_noise((64, 64), 90).save(held, kind)
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "the file is empty"),
        (b"hello", "no picture of a known format"),
        (b"<svg xmlns='x' onload='steal()'></svg>", "an SVG drawing with scripts"),
        (b"<?xml version='1.0'?><!-- x --><svg></svg>", "an SVG drawing, no picture"),
        (b"\xef\xbb\xbf  <!DOCTYPE html><p>", "an HTML page"),
        (bomb(), "too many pixels"),
        (bomb(9_500), "9,500 x 9,500 pixels are too many"),
        (noise("PNG")[:-200], "truncated or damaged"),
        (noise("JPEG")[:-200], "truncated or damaged"),
        (b"%PDF-1.7 " + bytes(100), "no picture"),
        (b"PK\x03\x04" + bytes(100), "no picture"),
    ],
    ids=range(11),
)
def test_what_is_no_picture(content: bytes, why: str) -> None:
    with pytest.raises(NoPictureError, match=why):
        examine(content)


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"RIFF....WEBP", b"\xff\xd8\xff"]),
)
def test_any_bytes_are_a_picture_or_none(content: bytes, head: bytes) -> None:
    with contextlib.suppress(NoPictureError):
        assert examine(head + content).width > 0
