"""The ways of arrows between boxes: straight where possible, with few corners, around what is in between."""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from zerokara.report.places import Link, Place
from zerokara.report.sheet import Point

Way = list[Point]
TURN, ASIDE, CLEAR = 20.0, 7.0, 5.0


def ways(links: Sequence[Link], at: dict[str, Place], *, flat: bool = True) -> list[Way]:
    """A way for every link, in their order; `flat` says that the diagram runs from left to right."""
    found: list[Way] = []
    for index, link in enumerate(links):
        earlier = list(zip(links, found, strict=False))
        others = [place for name, place in at.items() if name not in (link.start, link.end)]
        best: tuple[float, Way] = (math.inf, [])
        for rank, way in enumerate(_candidates(link, links, at, _shift(links, index), flat)):
            if best[0] <= 3 * rank:
                break
            best = min(best, (3 * rank + _cost(way, link, others, earlier), way))
        found.append(best[1])
    return found


def segments(way: Way) -> Iterator[Place]:
    """The straight parts of a way as very thin rectangles; a slanted part as a row of small ones."""
    for (x1, y1), (x2, y2) in pairwise(way):
        count = 1 if x1 == x2 or y1 == y2 else 16
        w, h = (x2 - x1) / count, (y2 - y1) / count
        yield from (Place(x1 + (i + 0.5) * w, y1 + (i + 0.5) * h, abs(w), abs(h)) for i in range(count))


def _gap(a: Place, b: Place) -> float:
    """How much room is between two boxes side by side; negative if there is none."""
    return max(b.left - a.right, a.left - b.right)


def _turned(place: Place) -> Place:
    return Place(place.y, place.x, place.height, place.width)


def _mirrored(ways: Iterable[Way]) -> Iterator[Way]:
    return ([(y, x) for x, y in way] for way in ways)


def _shift(links: Sequence[Link], index: int) -> float:
    """How far beside the middle a link runs, if there are others between the same boxes."""
    link = links[index]
    same = [i for i, other in enumerate(links) if {other.start, other.end} == {link.start, link.end}]
    apart = min(2 * ASIDE, 24 / max(1, len(same) - 1))
    return apart * (same.index(index) - (len(same) - 1) / 2)


def _cost(way: Way, link: Link, others: Sequence[Place], earlier: Sequence[tuple[Link, Way]]) -> float:
    """How bad a way is: running through boxes or along other links, and a little for crossing them."""
    cost = 1000.0 * sum(part.meets(place, CLEAR) for part in segments(way) for place in others)
    for other, taken in earlier:
        if link.start != other.start and link.end != other.end:
            cost += max(_conflict(a, b) for a in segments(way) for b in segments(taken))
        elif _is_detour(way) and _is_detour(taken):
            cost += 0.1 * _conflict(list(segments(way))[1], list(segments(taken))[1])
    return cost


def _is_detour(way: Way) -> bool:
    """Whether a way comes back from the side to which it left."""
    (x1, y1), (x2, y2), (x3, y3), (x4, y4) = way[0], way[1], way[-2], way[-1]
    return (x2 - x1) * (x4 - x3) + (y2 - y1) * (y4 - y3) < 0


def _conflict(a: Place, b: Place) -> float:
    """What it costs that two parts of different ways run along each other, or cross."""
    along = (a.width == b.width == 0) or (a.height == b.height == 0)
    return (300.0 if along else 2.0) if a.meets(b, 4.0 if along else -0.01) else 0.0


def _candidates(link: Link, links: Sequence[Link], at: dict[str, Place], shift: float, flat: bool) -> Iterator[Way]:
    """Ways in the order in which they are liked: straight, with two corners, with one, around everything."""
    a, b, bus = at[link.start], at[link.end], _bus(link, links)
    if link.start == link.end:
        yield _loop(a)
        return
    c, d, turned = _turned(a), _turned(b), [_turned(place) for place in at.values()]
    yield from _straight(a, b, shift)
    yield from _mirrored(_straight(c, d, shift))
    if a.round or b.round:
        yield _slanted(a, b, shift)
    elbows = _elbows(a, b, shift, bus), _mirrored(_elbows(c, d, shift, bus))
    detours = _around(a, b, list(at.values())), _mirrored(_around(c, d, turned))
    back = b.x < a.x if flat else b.y < a.y
    if back:
        yield from _corners(a, b, flat)
    for liked in elbows if flat else reversed(elbows):
        yield from liked
    yield from _corners(a, b, flat)
    for liked in detours if flat else reversed(detours):
        yield from liked


def _loop(a: Place) -> Way:
    """Out of the upper side of a box and back into it."""
    up, left, right = a.top - TURN, a.x - a.width / 4, a.x + a.width / 4
    return [(right, a.top), (right, up), (left, up), (left, a.top)]


def _straight(a: Place, b: Place, shift: float) -> Iterator[Way]:
    """One horizontal line, where the middle of the smaller box is beside the other."""
    smaller, larger = (a, b) if a.height <= b.height else (b, a)
    y = smaller.y + shift
    if _gap(a, b) > 0 and abs(smaller.y - larger.y) + abs(shift) <= larger.height / 2 - CLEAR:
        yield [(a.right, y), (b.left, y)] if a.x < b.x else [(a.left, y), (b.right, y)]


def _slanted(a: Place, b: Place, shift: float) -> Way:
    """One line from middle to middle, as far as it is outside the boxes, moved aside by `shift`."""
    far = math.hypot(b.x - a.x, b.y - a.y) or 1.0
    u, v = (b.x - a.x) / far, (b.y - a.y) / far
    aside = shift if u > 0 or (u == 0 and v < 0) else -shift
    return [_edge(a, (u, v), aside), _edge(b, (-u, -v), -aside)]


def _edge(place: Place, way: Point, aside: float) -> Point:
    """Where a line from near the middle of a box leaves it."""
    u, v = way
    x, y = -v * aside, u * aside
    if place.round and place.width == place.height:
        out = math.sqrt(max(0.0, (place.width / 2) ** 2 - aside**2))
    else:
        sides = [(place.width / 2 - math.copysign(x, x * u)) / abs(u)] if u else []
        sides += [(place.height / 2 - math.copysign(y, y * v)) / abs(v)] if v else []
        out = min(sides)
    return place.x + x + out * u, place.y + y + out * v


def _bus(link: Link, links: Sequence[Link]) -> int:
    """1 if links part from the start, −1 if links join at the end: they turn together, near to where they meet."""
    joining = sum(other.end == link.end for other in links)
    parting = sum(other.start == link.start for other in links)
    return 1 if parting > joining else -1 if joining > parting else 0


def _elbows(a: Place, b: Place, shift: float, bus: int) -> Iterator[Way]:
    """Across, up or down, and across again."""
    if _gap(a, b) < TURN:
        return
    x1, x2 = (a.right, b.left) if a.x < b.x else (a.left, b.right)
    turn = TURN if a.x < b.x else -TURN
    bends = {1: x1 + turn, 0: (x1 + x2) / 2, -1: x2 - turn}
    for key in sorted(bends, key=lambda key: key != bus):
        x = bends[key] + shift
        yield [(x1, a.y + shift), (x, a.y + shift), (x, b.y + shift), (x2, b.y + shift)]


def _corners(a: Place, b: Place, flat: bool) -> Iterator[Way]:
    """With one corner: arriving as the diagram runs, or else leaving so."""
    if _gap(a, b) > 0 and _gap(_turned(a), _turned(b)) > 0:
        right, down = b.x > a.x, b.y > a.y
        across = [(a.right if right else a.left, a.y), (b.x, a.y), (b.x, b.top if down else b.bottom)]
        along = [(a.x, a.bottom if down else a.top), (a.x, b.y), (b.left if right else b.right, b.y)]
        yield from (along, across) if flat else (across, along)


def _around(a: Place, b: Place, every: Sequence[Place]) -> Iterator[Way]:
    """Over or under everything between the two, at several distances."""
    low, high = min(a.left, b.left), max(a.right, b.right)
    between = [place for place in every if place.right > low and place.left < high]
    for level in range(3):
        over = min(_near(between, a, b, up=True)) - TURN - 14 * level
        yield [(a.x, a.top), (a.x, over), (b.x, over), (b.x, b.top)]
        under = max(_near(between, a, b, up=False)) + TURN + 14 * level
        yield [(a.x, a.bottom), (a.x, under), (b.x, under), (b.x, b.bottom)]


def _near(between: Sequence[Place], a: Place, b: Place, *, up: bool) -> list[float]:
    """The upper (lower) sides of what stands in the rows of the two boxes."""
    low, high = min(a.top, b.top), max(a.bottom, b.bottom)
    rows = [place for place in between if place.bottom > low and place.top < high]
    return [place.top if up else place.bottom for place in rows]
