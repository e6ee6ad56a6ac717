"""Markup that cannot be broken by what is written into it: text is escaped unless it already is markup."""

import re
from html import escape as escape_html

VOID = {"br", "hr", "img", "input", "meta"}
_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Markup(str):
    """A string that is finished markup; every other string is text and is escaped where it is used."""

    __slots__ = ()


def escape(value: object) -> Markup:
    """Text as markup: `<`, `>`, `&` and quotes are escaped, characters that no page may hold become `�`.

    A value that already is `Markup` is returned as it is.
    """
    if isinstance(value, Markup):
        return value
    return Markup(escape_html(_UNPRINTABLE.sub("\ufffd", str(value)), quote=True))


def join(*children: object, by: str = "") -> Markup:
    """The children one after another, each escaped unless it is markup."""
    return Markup(by.join(escape(child) for child in children))


def element(tag: str, *children: object, **attributes: object) -> Markup:
    """`<tag attribute="…">children</tag>`.

    A trailing underscore of an attribute's name is dropped (`class_`), others become hyphens (`stroke_width`).
    Attributes that are None are left out. Elements without content (`img`, `meta`) close themselves, so a page is
    valid HTML and well-formed XML at once.
    """
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    if tag in VOID:
        return Markup(f"<{tag}{written} />")
    return Markup(f"<{tag}{written}>{join(*children)}</{tag}>")


def coordinate(value: float) -> str:
    """A length in a drawing: two decimals, no trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value % 1 else str(int(value))
