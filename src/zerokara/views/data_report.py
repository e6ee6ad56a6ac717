"""The report on a folder of pictures: what was found, balance, sizes and colours, and a contact sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import mean, median

import numpy as np

from zerokara.arrays import Array
from zerokara.data.checking import Check, Group, Problem, Seen
from zerokara.data.checking.copying import left_out
from zerokara.data.checking.look import upright
from zerokara.data.pictures import opened
from zerokara.paths import safe
from zerokara.release import __version__
from zerokara.report import (
    Axis,
    Fact,
    Figure,
    Lang,
    Page,
    Paragraph,
    Picture,
    Section,
    Table,
    Tile,
    bar_chart,
    gallery,
    histogram,
)
from zerokara.views.data_texts import KINDS, TEXTS, reason_in

SIDE = 96
"""Pixels along the longer side of a picture in the report."""

SHOWN, MEMBERS = 24, 6
"""So many pictures or groups of a problem are shown, and so many pictures of a group."""

SHEET, CLASSES = 12, 40
"""So many pictures of a class are on the contact sheet, and so many classes."""

LISTED = 100
"""So many names stand in a table."""


def said(lang: Lang, key: str, **values: object) -> str:
    """One of the sentences."""
    return TEXTS[key](lang, **values)


def data_page(check: Check, lang: Lang) -> Page:
    """The whole report. The pictures shown are read from the folder once more."""
    trouble = [problem for problem in check.problems if not problem.is_note]
    lead = said(lang, "not-clean", count=len(trouble)) if trouble else said(lang, "clean")
    readable = len(check.readable)
    classes = sum(bool(name) for name in check.classes)
    return Page(
        said(lang, "title", folder=safe(check.root.resolve().name)),
        [
            *([Section(said(lang, "problems"), [_overview(check, lang)])] if check.problems else []),
            *(_of_problem(problem, check, lang) for problem in check.problems if problem.pictures or problem.groups),
            Section(said(lang, "balance"), _balance(check, lang), said(lang, "balance-note")),
            Section(said(lang, "sizes"), _sizes(check, lang)),
            Section(said(lang, "sheet"), _sheet(check, lang)),
        ],
        lead=lead,
        kicker=said(lang, "kicker"),
        facts=[
            Fact(
                said(lang, "pictures"),
                f"{len(check.pictures):,}",
                said(lang, "readable", count=f"{readable:,}") if readable < len(check.pictures) else "",
                main=True,
            ),
            Fact(said(lang, "classes"), f"{classes:,}"),
            Fact(said(lang, "size"), megabytes(check.bytes)),
            Fact(said(lang, "trouble"), f"{len(trouble):,}"),
        ],
        footer=said(lang, "footer", version=__version__),
        lang=lang,
    )


def megabytes(count: int) -> str:
    """A number of bytes in words: kB below a megabyte."""
    return f"{count / 1e6:,.1f} MB" if count >= 1e6 else f"{count / 1e3:,.1f} kB"


def meaning(problem: Problem, check: Check, lang: Lang) -> str:
    """What a kind of problem means."""
    return KINDS[problem.kind][1](lang, least=check.least)


def amount(problem: Problem, lang: Lang) -> str:
    """How many pictures, groups or names a problem is about."""
    return said(lang, "groups", count=problem.count) if problem.groups else f"{problem.count:,}"


def example(problem: Problem) -> str:
    """The first of what a problem is about, by name."""
    if problem.groups:
        return " = ".join(safe(picture.name) for picture in problem.groups[0].pictures[:2])
    if problem.pictures:
        return safe(problem.pictures[0].name)
    return ", ".join(safe(name) for name in problem.names[:3])


def _overview(check: Check, lang: Lang) -> Table:
    rows = [
        [KINDS[one.kind][0](lang), amount(one, lang), meaning(one, check, lang), example(one)] for one in check.problems
    ]
    heads = [said(lang, "what"), said(lang, "how-many"), said(lang, "meaning"), said(lang, "first")]
    return Table(heads, rows, caption=said(lang, "problems"))


# ── one kind of problem ──────────────────────────────────────────────────────────────────────────────────────────────


def _of_problem(problem: Problem, check: Check, lang: Lang) -> Section:
    title = f"{KINDS[problem.kind][0](lang)} ({amount(problem, lang)})"
    lead = meaning(problem, check, lang)
    if problem.pictures and problem.pictures[0].fault:
        rows = [[safe(picture.name), safe(reason_in(lang, picture.reason))] for picture in problem.pictures[:LISTED]]
        pieces: list[Figure | Table | Paragraph] = [
            Table([said(lang, "file"), said(lang, "reason")], rows, caption=title)
        ]
        shown = len(rows)
    elif problem.groups:
        reasons = left_out(check)
        shown = min(SHOWN, len(problem.groups))
        tiles = [_group(group, reasons, lang) for group in problem.groups[:shown]]
        pieces = [gallery("", tiles, large=True, lang=lang)]
    else:
        readable = [picture for picture in problem.pictures if not picture.fault]
        shown = min(SHOWN, len(readable))
        pieces = [gallery("", [_tile(picture) for picture in readable[:shown]], lang=lang)]
    if problem.count > shown:
        pieces.append(Paragraph(said(lang, "more", count=f"{problem.count - shown:,}")))
    return Section(title, pieces, lead)


def _group(group: Group, reasons: dict[str, tuple[str, str]], lang: Lang) -> Tile:
    pictures = []
    for picture in group.pictures[:MEMBERS]:
        why = reasons.get(picture.name)
        fate = said(lang, "kept") if why is None else said(lang, "dropped", why=_why(why[0], lang))
        size = f"{picture.width}×{picture.height}"
        pictures.append(_picture(picture, f"{safe(picture.name)} · {size} · {fate}"))
    more = len(group.pictures) - len(pictures)
    return Tile(pictures, text=said(lang, "more", count=more) if more else "")


def _why(kind: str, lang: Lang) -> str:
    return next(text(lang) for name, (text, _) in KINDS.items() if name == kind)


def _tile(picture: Seen) -> Tile:
    return Tile([_picture(picture, f"{safe(picture.name)} · {picture.width}×{picture.height}")])


def _picture(picture: Seen, caption: str) -> Picture:
    return Picture(thumbnail(picture), safe(picture.name), caption, smooth=max(picture.width, picture.height) > SIDE)


def thumbnail(picture: Seen) -> Array:
    """The picture, at most `SIDE` pixels long: uint8, (H, W, 3); black where the file has gone or changed since."""
    try:
        with opened(picture.path) as image:
            small = upright(image).convert("RGB")
        small.thumbnail((SIDE, SIDE))
        return np.asarray(small)
    except Exception:  # damaged pictures raise nearly every kind of exception
        return np.zeros((SIDE, SIDE, 3), np.uint8)


# ── all pictures ─────────────────────────────────────────────────────────────────────────────────────────────────────


def class_rows(check: Check, lang: Lang) -> tuple[list[str], list[list[str | int]]]:
    """A table of the classes: pictures in each part, median size, share in colour, mean brightness."""
    parts = [safe(part) or said(lang, "pictures") for part in check.parts]
    heads = [said(lang, "class"), *parts, *(said(lang, key) for key in ("median", "colour", "brightness"))]
    members: dict[str, list[Seen]] = {}
    for picture in check.readable:
        members.setdefault(picture.label, []).append(picture)
    names = [*check.classes, *([""] if "" in members and "" not in check.classes else [])]
    return heads, [_class_row(name, members.get(name, []), check, lang) for name in names]


def _class_row(name: str, pictures: Sequence[Seen], check: Check, lang: Lang) -> list[str | int]:
    counts: list[str | int] = [check.counts.get((part, name), 0) for part in check.parts]
    title = safe(name) or said(lang, "unlabelled")
    if not pictures:
        return [title, *counts, "–", "–", "–"]
    size = f"{median(p.width for p in pictures):g}×{median(p.height for p in pictures):g}"
    colour = mean(p.colours in ("colour", "transparent") for p in pictures)
    return [title, *counts, size, f"{colour:.0%}", f"{mean(p.brightness for p in pictures):.2f}"]


def _balance(check: Check, lang: Lang) -> list[Figure | Table]:
    heads, rows = class_rows(check, lang)
    table = Table(heads, rows, caption=said(lang, "balance"))
    if len(rows) < 2 or len(rows) > CLASSES:
        return [table]
    series = {
        head: [float(row[place]) for row in rows] for place, head in enumerate(heads[1 : 1 + len(check.parts)], start=1)
    }
    names = [str(row[0]) for row in rows]
    axis = Axis(said(lang, "number"), low=0, whole=True)
    chart = bar_chart(said(lang, "per-class"), names, series, axis, category=said(lang, "class"), lang=lang, wide=True)
    return [table, chart]


def _sizes(check: Check, lang: Lang) -> list[Figure | Table]:
    readable = check.readable
    sides = [min(picture.width, picture.height) for picture in readable]
    kinds = {"grey": "grey", "colour": "colour-kind", "transparent": "transparent", "deep": "deep"}
    counted = Counter((picture.format, picture.colours) for picture in readable)
    rows: list[list[str | int]] = [
        [name, said(lang, kinds[colours]), count] for (name, colours), count in counted.most_common()
    ]
    heads = [said(lang, "format"), said(lang, "kind"), said(lang, "pictures")]
    return [
        histogram(said(lang, "sizes-of"), sides, Axis(said(lang, "shorter"), said(lang, "pixels")), lang=lang),
        histogram(
            said(lang, "brightness-of"),
            [picture.brightness for picture in readable],
            Axis(said(lang, "brightness"), low=0, high=1),
            lang=lang,
        ),
        Table(heads, rows, caption=said(lang, "formats")),
    ]


def _sheet(check: Check, lang: Lang) -> list[Figure]:
    members: dict[str, list[Seen]] = {}
    for picture in check.readable:
        members.setdefault(picture.label, []).append(picture)
    figures = []
    for name, pictures in sorted(members.items())[:CLASSES]:
        places = np.unique(np.linspace(0, len(pictures) - 1, min(SHEET, len(pictures))).astype(int))
        title = said(
            lang,
            "sheet-of",
            name=safe(name) or said(lang, "unlabelled"),
            shown=len(places),
            count=f"{len(pictures):,}",
        )
        figures.append(gallery(title, [_tile(pictures[place]) for place in places], lang=lang))
    return figures
