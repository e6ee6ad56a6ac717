"""Which colour, dash and shape belongs to which name."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zerokara.report.marks import Arrows, Band, Bars, Cells, Contours, Line, Mark, Path, Points, Rule
from zerokara.report.markup import Markup, coordinate, element, join
from zerokara.report.strokes import colour, marker
from zerokara.report.surfaces import SHADES, depth
from zerokara.wording import significant


@dataclass(frozen=True)
class Palette:
    """The number of the colour of every name; marks without a name have one by their position."""

    order: dict[str, int]

    def of(self, mark: Mark, position: int) -> int:
        """The number of the colour of a mark."""
        return self.order.get(_key(mark, position), 0)

    def classes(self, cells: Cells) -> list[int]:
        """The number of the colour of every class."""
        return [self.order[name] for name in cells.classes]


def _key(mark: Mark, position: int) -> str:
    return mark.name or f"\0{position}"


def palette(groups: Sequence[Sequence[Mark]]) -> Palette:
    """Colours for the marks of one or several charts: first those of classes, then in the order of appearance."""
    order: dict[str, int] = {}
    for cells in (mark for group in groups for mark in group if isinstance(mark, Cells)):
        for name in cells.classes:
            order.setdefault(name, len(order))
    for group in groups:
        for position, mark in enumerate(group):
            if not isinstance(mark, Cells | Contours | Rule):
                order.setdefault(_key(mark, position), len(order))
    return Palette(order)


def legend(groups: Sequence[Sequence[Mark]], found: Palette) -> Markup:
    """An entry for every name; nothing where there is only one and it needs no explanation."""
    entries: dict[str, dict[str, Markup]] = {}
    shaded = False
    for group in groups:
        for position, mark in enumerate(group):
            if isinstance(mark, Cells):
                shaded = shaded or bool(mark.name)
                for name, sample in _shades(mark, found) if mark.name else ():
                    entries.setdefault(name, {}).setdefault("Cells", sample)
            elif mark.name and not isinstance(mark, Rule):
                kind = type(mark).__name__
                entries.setdefault(mark.name, {})[kind] = _sample(mark, found.of(mark, position))
    if len(entries) < 2 and not shaded:
        return Markup("")
    return listed({name: join(*reversed(samples.values())) for name, samples in entries.items()})


def listed(entries: dict[str, Markup]) -> Markup:
    """The names, each with its sample (24 × 10)."""
    items = [
        element("li", element("svg", sample, viewBox="0 0 24 10", aria_hidden="true"), name)
        for name, sample in entries.items()
    ]
    return element("ul", *items, class_="legend")


def _sample(mark: Mark, index: int) -> Markup:
    style = colour(index)
    if isinstance(mark, Line):
        return element("line", x1=1, x2=23, y1=5, y2=5, class_=f"line {style}" + (" faint" if mark.faint else ""))
    if isinstance(mark, Points):
        return element("path", d=marker(index, (12, 5), 3.6), class_=f"dot {style}")
    if isinstance(mark, Path):
        line = element("line", x1=4, x2=20, y1=5, y2=5, class_=f"line way {style}")
        return join(line, element("path", d=marker(0, (20, 5), 3), class_=f"dot {style}"))
    if isinstance(mark, Arrows):
        return element("path", d="M2 5H21M16 1.8L21 5L16 8.2", class_=f"arrows {style}")
    if isinstance(mark, Contours):
        return element("path", d="M1 8C6 1 14 9 23 2", class_="contour")
    if isinstance(mark, Band):
        return element("rect", x=1, y=0, width=22, height=10, class_=f"band {style}")
    return swatch(index) if isinstance(mark, Bars) else Markup("")


def swatch(index: int) -> Markup:
    """A filled sample."""
    return element("rect", x=2, y=0.5, width=20, height=9, class_=f"fill {colour(index)}")


def _shades(cells: Cells, found: Palette) -> list[tuple[str, Markup]]:
    if cells.classes:
        return [
            (name, element("rect", x=2, y=0, width=20, height=10, class_=f"shade {colour(index)}"))
            for name, index in zip(cells.classes, found.classes(cells), strict=True)
        ]
    z = cells.heights[np.isfinite(cells.heights)]
    ends = f"{significant(float(z.min()))} – {significant(float(z.max()))}" if z.size else "–"
    steps = [
        element("rect", x=3 * k, y=0, width=3, height=10, class_="shade", fill_opacity=coordinate(depth(2 * k + 1)))
        for k in range(SHADES // 2)
    ]
    return [(f"{cells.name}: {ends}", join(*steps))]
