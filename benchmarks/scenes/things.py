"""Photographs of things that are no digits, by rule: a furry animal on grass, the grain of trees, water and stone."""

import numpy as np
from PIL import Image

from zerokara.arrays import Array
from zerokara.digits.ink import smooth

Draw = np.random.Generator

FURS = ((0.75, 0.6, 0.4), (0.3, 0.25, 0.22), (0.85, 0.82, 0.78), (0.55, 0.35, 0.2), (0.4, 0.4, 0.43))
GROUNDS = ((0.3, 0.45, 0.2), (0.55, 0.5, 0.45), (0.75, 0.72, 0.66), (0.35, 0.4, 0.5), (0.2, 0.22, 0.2))


def animal(draw: Draw, size: int = 220) -> Array:
    """A body, a head with ears, eyes, a nose and stripes, all of fur, before a grown ground: (H, W, 3) in 0..1."""
    H, W = size, round(size * draw.uniform(1, 1.4))
    picture = _grown(draw, H, W, GROUNDS[int(draw.integers(len(GROUNDS)))])
    colour = np.array(FURS[int(draw.integers(len(FURS)))])
    fur = _grown(draw, H, W, tuple(colour))
    stripes = _grown(draw, H, W, tuple(colour * draw.uniform(0.3, 0.8)))
    stripes_at = _field(draw, H, W, draw.uniform(3, 7)) > draw.uniform(0.3, 1.5)
    fur = np.where(stripes_at[..., None], stripes, fur)
    x, y = W * draw.uniform(0.35, 0.65), H * draw.uniform(0.3, 0.5)
    r = H * draw.uniform(0.14, 0.24)
    _lay(picture, fur, _oval(H, W, x + draw.uniform(-1, 1) * r, y + 1.9 * r, 1.7 * r, 1.5 * r))
    for side in (-1, 1):
        _lay(picture, fur, _oval(H, W, x + 0.7 * side * r, y - 0.9 * r, 0.35 * r, draw.uniform(0.4, 0.8) * r))
        _lay(picture, fur, _oval(H, W, x + side * r, y + 3.1 * r, 0.35 * r, 1.2 * r))
    _lay(picture, fur * 1.1, _oval(H, W, x, y, r * draw.uniform(0.9, 1.2), r))
    for side in (-1, 1):
        _lay(
            picture,
            np.full(3, draw.uniform(0.5, 0.9)),
            _oval(H, W, x + 0.4 * side * r, y - 0.15 * r, 0.2 * r, 0.17 * r),
        )
        _lay(picture, np.full(3, 0.05), _oval(H, W, x + 0.4 * side * r, y - 0.15 * r, 0.1 * r, 0.14 * r))
    _lay(picture, np.full(3, 0.1), _oval(H, W, x, y + 0.35 * r, 0.2 * r, 0.13 * r))
    return _through_a_lens(picture, draw)


def hills(draw: Draw, size: int = 220) -> Array:
    """Hills one behind the other, each with a grain of its own: trees, water, stone. (H, W, 3) in 0..1."""
    H, W = size, round(size * draw.uniform(1, 1.5))
    picture = _grown(draw, H, W, (0.6, 0.7, 0.85))
    columns = np.arange(W)
    for level in np.sort(draw.uniform(0.2, 0.95, int(draw.integers(2, 5)))):
        waves = sum(draw.uniform(0.01, 0.06) * np.sin(columns / W * f + draw.uniform(0, 6)) for f in (4, 9, 23))
        below = np.arange(H)[:, None] > H * (level + np.asarray(waves))[None]
        colour = np.array(GROUNDS[int(draw.integers(len(GROUNDS)))]) * draw.uniform(0.4, 1.1)
        _lay(picture, _grown(draw, H, W, tuple(colour)), below.astype(np.float32))
    return _through_a_lens(picture, draw)


def _field(draw: Draw, H: int, W: int, scale: float) -> Array:
    """Smooth noise of mean 0 and deviation 1, drawn out along one direction: hairs, blades, leaves."""
    across = scale * draw.uniform(1, 5)
    small = draw.normal(size=(max(4, round(H / scale)), max(4, round(W / across)))).astype(np.float32)
    turned = Image.fromarray(small).resize((2 * W, 2 * H), Image.Resampling.BICUBIC).rotate(draw.uniform(0, 180))
    field = np.asarray(turned, np.float32)[H // 2 : H // 2 + H, W // 2 : W // 2 + W]
    return (field - field.mean()) / max(float(field.std()), 1e-6)


def _grown(draw: Draw, H: int, W: int, colour: tuple[float, ...]) -> Array:
    """A surface of one colour with a grain, coarse and fine."""
    rough = 0.6 * _field(draw, H, W, draw.uniform(1.5, 3)) + 0.8 * _field(draw, H, W, draw.uniform(8, 30))
    grown: Array = np.array(colour) * (1 + draw.uniform(0.08, 0.3) * rough[..., None])
    return grown.astype(np.float32)


def _oval(H: int, W: int, x: float, y: float, rx: float, ry: float) -> Array:
    """How much an ellipse covers each pixel."""
    rows, columns = np.mgrid[:H, :W]
    far = np.hypot((columns - x) / rx, (rows - y) / ry)
    return np.clip((1 - far) * min(rx, ry) + 0.5, 0, 1).astype(np.float32)


def _lay(picture: Array, surface: Array, cover: Array) -> None:
    picture += cover[..., None] * (np.asarray(surface, np.float32) - picture)


def _through_a_lens(picture: Array, draw: Draw) -> Array:
    noisy = smooth(picture) + draw.normal(0, 0.01, picture.shape).astype(np.float32)
    return np.clip(noisy, 0, 1)
