"""A sheet under construction: ink and printed lines in layers, then the light and the lens."""

from dataclasses import dataclass, field
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.scenes.hands import Hands
from zerokara.arrays import Array

Box = tuple[int, int, int, int]
Colour = tuple[float, float, float]

PENS: tuple[Colour, ...] = ((0.08, 0.08, 0.1), (0.12, 0.18, 0.5), (0.25, 0.25, 0.27), (0.5, 0.1, 0.12))
PAPERS: tuple[Colour, ...] = ((1, 1, 1), (0.97, 0.96, 0.92), (0.9, 0.9, 0.9), (0.95, 0.9, 0.78))
FAINT_LINES: tuple[Colour, ...] = ((0.66, 0.82, 0.95), (0.75, 0.8, 0.86), (0.72, 0.88, 0.86), (0.93, 0.75, 0.75))
DARK_LINES: tuple[Colour, ...] = ((0.15, 0.15, 0.17), (0.3, 0.3, 0.32), (0.2, 0.3, 0.6))


@dataclass(frozen=True)
class Scene:
    """A picture and its truth: `pixels` (H, W, 3) uint8, the rows of text, and the boxes of all digits in that order.

    A gap within a row is one space. A box is (left, top, right, bottom), right and bottom exclusive.
    """

    kind: str
    seed: int
    pixels: Array
    rows: tuple[str, ...]
    boxes: tuple[Box, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.rows)


@dataclass
class Sheet:
    """Paper of one colour, on which one writes, rules lines, and which is then looked at."""

    width: int
    height: int
    draw: np.random.Generator
    pen: Colour = PENS[0]
    paper: Colour = PAPERS[0]
    boxes: list[Box] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pen = self.pick(PENS)
        self.paper = self.pick(PAPERS)
        self.pixels = np.broadcast_to(np.float32(self.paper), (self.height, self.width, 3)).copy()

    def pick(self, of: tuple[Colour, ...]) -> Colour:
        return of[int(self.draw.integers(len(of)))]

    def lay(self, cover: Array, colour: Colour, left: int = 0, top: int = 0) -> None:
        """Ink over what is there: x ← x·(1 − cover) + min(x, colour)·cover, since ink only darkens."""
        part = self.pixels[max(0, top) : top + cover.shape[0], max(0, left) : left + cover.shape[1]]
        cut = cover[max(0, -top) :, max(0, -left) :][: part.shape[0], : part.shape[1], None]
        part += cut * (np.minimum(part, np.float32(colour)) - part)

    def line(self, points: list[tuple[float, float]], colour: Colour, width: float) -> None:
        """A polyline; drawn four times as large and reduced, so its edges are soft."""
        x, y = ([p[axis] for p in points] for axis in (0, 1))
        room = int(width) + 3
        left, top = int(min(x)) - room, int(min(y)) - room
        size = (int(max(x)) + room - left, int(max(y)) + room - top)
        large = Image.new("L", (4 * size[0], 4 * size[1]))
        placed = [(4 * (a - left), 4 * (b - top)) for a, b in zip(x, y, strict=True)]
        ImageDraw.Draw(large).line(placed, fill=255, width=max(1, round(4 * width)), joint="curve")
        self.lay(np.asarray(large.reduce(4), np.float32) / 255, colour, left, top)

    def write(self, text: str, left: float, bottom: float, height: int, hands: Hands, cell: float = 0) -> list[Box]:
        """Digits from left to right, standing on `bottom`, a space as wide as two and a half digits; their boxes.

        With `cell`, a width, every digit stands about in the middle of a cell of its own.
        """
        placed, x = [], left
        for sign in text:
            if sign == " ":
                x += 2.5 * height
                continue
            tall = round(height * self.draw.uniform(0.9, 1.1))
            cover = hands.write(int(sign), tall, self.draw, 0.9 * cell or np.inf)
            tall = cover.shape[0] - 2
            x += self.draw.uniform(0.35, 0.65) * (cell - cover.shape[1] + 2) if cell else 0
            y = bottom - tall + self.draw.uniform(-0.04, 0.04) * height
            self.lay(cover, self.pen, round(x) - 1, round(y) - 1)
            box = (round(x), round(y), round(x) + cover.shape[1] - 2, round(y) + tall)
            placed.append(box)
            x = box[2] + self.draw.uniform(0.15, 0.4) * height
        self.boxes += placed
        return placed

    def turn(self, degrees: float, ground: Colour) -> None:
        """The whole sheet turned about its middle, counter-clockwise, on a larger ground; boxes follow."""
        image = Image.fromarray((self.pixels * 255).round().astype(np.uint8))
        turned = image.rotate(
            degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=tuple(round(255 * c) for c in ground)
        )
        cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        old, new = np.array([self.width, self.height]) / 2, np.array(turned.size) / 2
        about = np.array([[cos, sin], [-sin, cos]])
        boxes = []
        for left, top, right, bottom in self.boxes:
            corners = np.array([(left, top), (right, top), (left, bottom), (right, bottom)])
            moved = (corners - old) @ about.T + new
            low, high = moved.min(axis=0), moved.max(axis=0)
            boxes.append((int(low[0]), int(low[1]), int(np.ceil(high[0])), int(np.ceil(high[1]))))
        self.boxes = boxes
        self.pixels = np.asarray(turned, np.float32) / 255
        self.height, self.width = self.pixels.shape[:2]

    def light(self, strength: float) -> None:
        """Lit from one side: brightness falls by `strength` across the picture."""
        angle = self.draw.uniform(0, 2 * np.pi)
        y, x = np.mgrid[-0.5 : 0.5 : self.height * 1j, -0.5 : 0.5 : self.width * 1j]
        self.pixels *= (1 - strength * (0.5 + x * np.cos(angle) + y * np.sin(angle)).clip(0, 1))[..., None].astype(
            np.float32
        )

    def shadow(self) -> None:
        """The straight edge of a shadow across the sheet, a few pixels soft."""
        angle, depth = self.draw.uniform(0, 2 * np.pi), self.draw.uniform(0.15, 0.35)
        y, x = np.mgrid[: self.height, : self.width]
        far = (x - self.width / 2) * np.cos(angle) + (y - self.height / 2) * np.sin(angle)
        soft = self.draw.uniform(2, 12)
        self.pixels *= (1 - depth / (1 + np.exp(-(far - self.draw.uniform(-0.2, 0.2) * self.width) / soft)))[
            ..., None
        ].astype(np.float32)

    def seen(self, kind: str, seed: int, rows: list[str], photographed: bool) -> Scene:
        """The finished picture: as it is, or through a lens (blur, noise, gentle light, JPEG)."""
        if photographed:
            self.light(self.draw.uniform(0, 0.3))
            self._blur(self.draw.uniform(0.4, 1.1))
            self.pixels += self.draw.normal(0, self.draw.uniform(0.004, 0.02), self.pixels.shape).astype(np.float32)
        pixels = (np.clip(self.pixels, 0, 1) * 255).round().astype(np.uint8)
        if photographed:
            file = BytesIO()
            Image.fromarray(pixels).save(file, "JPEG", quality=int(self.draw.integers(60, 95)))
            pixels = np.asarray(Image.open(file))
        return Scene(kind, seed, pixels, tuple(rows), tuple(self.boxes))

    def _blur(self, sigma: float) -> None:
        """Convolution with exp(−x²/2σ²) along both axes."""
        reach = int(3 * sigma) + 1
        weights = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * sigma**2))
        for axis in (0, 1):
            framed = np.pad(self.pixels, [(reach, reach) if i == axis else (0, 0) for i in range(3)], mode="edge")
            size = self.pixels.shape[axis]
            parts = (
                np.float32(w) * np.take(framed, range(i, i + size), axis) for i, w in enumerate(weights / weights.sum())
            )
            self.pixels = sum(parts, np.zeros_like(self.pixels))
