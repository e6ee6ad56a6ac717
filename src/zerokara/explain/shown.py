"""An explanation as a notebook shows it: its heat maps, beside each other."""

from __future__ import annotations

from html import escape

from zerokara.explain.pictures import enlarged, heat_picture
from zerokara.explain.scores import Explanation
from zerokara.io.png import as_pixels, data_uri

MOST, SIDE = 16, 160
"""So many maps are shown; small ones are enlarged to about so many pixels, large ones thinned."""


def explanation(found: Explanation) -> str:
    """The maps with class and score below each; brighter is more, blue speaks against the class."""
    cells = []
    for k in range(min(len(found), MOST)):
        picture = heat_picture(found.map[k])
        every = max(1, -(-max(picture.shape[:2]) // (2 * SIDE)))
        shown = enlarged(picture[::every, ::every], max(1, SIDE // max(picture.shape[:2])))
        address = data_uri(as_pixels(shown))
        told = f"class {int(found.target[k])}, score {float(found.score[k]):.3g}"
        cells.append(
            f'<figure style="display:inline-block;margin:0 .8em .8em 0;text-align:center">'
            f'<img src="{address}" alt="heat map of image {k}" style="image-rendering:pixelated;max-width:{SIDE}px">'
            f"<figcaption><small>{escape(told)}</small></figcaption></figure>"
        )
    more = f"<p>… and {len(found) - MOST} more</p>" if len(found) > MOST else ""
    note = f"<p>{escape(found.note)}</p>" if found.note else ""
    layer = f", layer {found.layer}" if found.layer else ""
    return f"<div><p>{escape(found.method + layer)}</p>{''.join(cells)}{more}{note}</div>"
