"""Where texts stand in a picture of edges and shapes: beside their own edge, on nothing else where that can be."""

import math
from collections.abc import Iterator, Sequence

Point = tuple[float, float]
Way = Sequence[Point]
Box = tuple[float, float, float, float]
"""Left, top, right and bottom side."""

LETTER = 13.0
SHARES = (0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74)
"""How far along its edge a text may stand, the best place first."""


def half_width(text: str) -> float:
    """About half the width of a text, in pixels: Chinese and Japanese characters are twice as wide."""
    return sum(6.6 if ord(c) > 0x2E7F else 3.9 for c in text)


class Texts:
    """Finds places for the texts of edges, one after the other. `ways`: all edges; `taken`: what is there already."""

    def __init__(self, ways: Sequence[Way], taken: Sequence[Box]) -> None:
        self.points = [list(_along(way, 24)) for way in ways]
        self.ways, self.taken = ways, list(taken)

    def put(self, edge: int, text: str, *, above: bool) -> Point:
        """The middle of the text's base line: above or below the edge with that number."""
        options = [
            (self._cost(place, edge) + abs(share - 0.5), place) for share, place in self._places(edge, text, above)
        ]
        place = min(options)[1]
        self.taken.append(place)
        left, _, right, bottom = place
        return (left + right) / 2, bottom - 2.5

    def _places(self, edge: int, text: str, above: bool) -> Iterator[tuple[float, Box]]:
        """So far aside of the edge that it runs past the text, however steep it is."""
        (x1, y1), *_, (x2, y2) = self.ways[edge]
        long = math.hypot(x2 - x1, y2 - y1) or 1.0
        u, v = (y2 - y1) / long, (x1 - x2) / long  # one step away from the edge, upwards
        side = 1 if above else -1
        half = half_width(text)
        far = side * (abs(u) * half + abs(v) * LETTER / 2 + 4.5)
        for share in SHARES:
            x, y = _at(self.ways[edge], share)
            x, y = x + far * u, y + far * v
            yield share, (x - half, y - LETTER / 2, x + half, y + LETTER / 2 + 0.5)

    def _cost(self, place: Box, edge: int) -> float:
        covered = sum(_meet(place, other) for other in self.taken)
        crossed = sum(any(_inside(p, place) for p in points) for k, points in enumerate(self.points) if k != edge)
        return 10.0 * covered + 4.0 * crossed


def _at(way: Way, share: float) -> Point:
    """The point at a share of a straight way, or of a bent one (start, what pulls it aside, end)."""
    if len(way) == 2:
        (x1, y1), (x2, y2) = way
        return x1 + share * (x2 - x1), y1 + share * (y2 - y1)
    (x1, y1), (xc, yc), (x2, y2) = way
    a, b, c = (1 - share) ** 2, 2 * share * (1 - share), share**2
    return a * x1 + b * xc + c * x2, a * y1 + b * yc + c * y2


def _along(way: Way, count: int) -> Iterator[Point]:
    return (_at(way, k / count) for k in range(count + 1))


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] + 2 and b[0] < a[2] + 2 and a[1] < b[3] and b[1] < a[3]


def _inside(point: Point, box: Box) -> bool:
    return box[0] < point[0] < box[2] and box[1] < point[1] < box[3]
