"""A reading as a notebook shows it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from zerokara.arrays import Array
from zerokara.io.png import as_pixels, data_uri

MOST = 60
"""So many digits are shown; of more, it is said how many there are."""


def reading(name: str, message: str, digits: Sequence[tuple[str, Sequence[float], Array]]) -> str:
    """Of every digit the picture that the network saw, the answer, and the three likeliest with their probabilities."""
    cells = [
        f'<div style="display:inline-block;margin:0 .8em .8em 0;text-align:center">'
        f'<img src="{data_uri(as_pixels(view))}" alt="the network\'s view of {digit}" width="84" height="84" '
        f'style="image-rendering:pixelated"><br><b style="font-size:1.5em">{digit}</b><br>{_likeliest(shares)}</div>'
        for digit, shares, view in digits[:MOST]
    ]
    more = f"<p>… and {len(digits) - MOST} more</p>" if len(digits) > MOST else ""
    told = f"<p>{escape(message)}</p>" if message else ""
    return f"<div><p><code>{escape(name)}</code></p>{told}{''.join(cells)}{more}</div>"


def _likeliest(shares: Sequence[float]) -> str:
    best = sorted(enumerate(shares), key=lambda pair: -pair[1])[:3]
    return "<br>".join(f"<small>{k}: {share:.1%}</small>" for k, share in best)
