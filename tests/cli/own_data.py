"""Pictures and tables as somebody might bring them, made by formulas."""

import csv
from pathlib import Path

import numpy as np
from PIL import Image

COLOURS = {"red": (220, 30, 30), "green": (30, 200, 40), "blue": (30, 60, 230)}


def picture(name: str, number: int, size: tuple[int, int] = (20, 20)) -> Image.Image:
    """A field of one colour with noise, its own for every number."""
    rng = np.random.default_rng([number, len(name)])
    noise = rng.integers(-25, 26, (*size, 3))
    return Image.fromarray(np.clip(np.array(COLOURS[name]) + noise, 0, 255).astype(np.uint8))


def folder(root: Path, count: int = 10, sizes: tuple[tuple[int, int], ...] = ((20, 20), (24, 30))) -> Path:
    """A sub-folder for each colour, with pictures of several sizes."""
    for name in COLOURS:
        (root / name).mkdir(parents=True)
        for i in range(count):
            picture(name, i, sizes[i % len(sizes)]).save(root / name / f"{i}.png")
    return root


def table(path: Path, rows: int = 60, seed: int = 0) -> Path:
    """length, width, colour, kind (small or large), price = 3·length + 10 for red ones + noise."""
    rng = np.random.default_rng(seed)
    length, width = rng.uniform(1, 9, rows), rng.uniform(1, 3, rows)
    colour = rng.choice(list(COLOURS), rows)
    price = 3 * length + 10 * (colour == "red") + rng.normal(0, 0.1, rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["length", "width", "colour", "kind", "price"])
        for row in zip(length, width, colour, price, strict=True):
            kind = "large" if row[0] > 5 else "small"
            writer.writerow([f"{row[0]:.3f}", f"{row[1]:.3f}", row[2], kind, f"{row[3]:.3f}"])
    return path
