"""The last section of a page that is kept: all that its numbers depend on, and a program that gives them again."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version

from zerokara.release import __version__
from zerokara.report import Cell, Lang, Paragraph, Section, Table, Text
from zerokara.report.page import Piece

TITLE = Text("Reproducing this page", "再現のしかた")
SETTING, VALUE = Text("setting", "設定"), Text("value", "値")
LINK = Text("Link of the studio: {link}", "スタジオのリンク：{link}")


def reproducing(lead: str, settings: Mapping[str, str], link: str, pieces: Sequence[Piece], lang: Lang) -> Section:
    """Settings and versions as a table, the link where there is one, then commands and programs."""
    versions = {"zerokara": __version__, "NumPy": version("numpy"), "Python": platform.python_version()}
    rows: list[list[Cell]] = [[name, value] for name, value in {**settings, **versions}.items()]
    told: list[Piece] = [Table([SETTING(lang), VALUE(lang)], rows)]
    if link:
        told.append(Paragraph(LINK(lang, link=link)))
    return Section(TITLE(lang), [*told, *pieces], lead)
