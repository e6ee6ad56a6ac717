"""The computational graph of a small expression as a picture. (Stub until the layout is written.)"""

from typing import Any


class Drawing:
    """An SVG picture."""


def draw(y: Any) -> Drawing:
    """Draw."""
    raise NotImplementedError
