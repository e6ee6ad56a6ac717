"""The question for a page that is saved."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from zerokara import digits
from zerokara.arrays import Array
from zerokara.digits import Digit
from zerokara.io.png import as_pixels
from zerokara.kernels import use_kernels
from zerokara.studio.jobs import Message, questions
from zerokara.studio.jobs.keeping import page_settings
from zerokara.studio.jobs.units import full_name
from zerokara.views import pen
from zerokara.views.drawing_page import PAGE_FILE, Screen, drawing_page

if TYPE_CHECKING:
    from zerokara.studio.jobs.read import Looking

LARGEST = 1200
"""The longer side of a picture that is put into the page pixel by pixel."""

MOST_UNITS = 8


class Saving:
    """The answer, for the networks of a job."""

    def __init__(self, job: Looking) -> None:
        self.job = job

    def page(self, head: dict[str, Any], arrays: dict[str, Array]) -> Iterator[Message]:
        """Everything anew from the drawing itself; it is read by the kernels that read it after the lift. As HTML."""
        network = self.job.network(head)
        told: dict[str, Any] = {}
        with use_kernels("reference"):
            found: tuple[Digit, ...]
            if "file" in arrays:
                data = np.asarray(arrays["file"], np.uint8).tobytes()
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # of several pages the first is read
                    found, text = network.picture(data)
                    picture = digits.open_picture(data)
                own = max(picture.width, picture.height) <= LARGEST and picture.shrink == 1
                name = PAGE_FILE if own else _file(str(head.get("name", "")))
                told = {"picture": as_pixels(picture.pixels), "own": own, "file": name}
            elif "ink" in arrays:
                ink = questions.canvas(arrays)
                found, text = network.picture(pen.as_paper(ink)) if network.reads_digits or ink.any() else ((), "")
                told = {"picture": pen.as_paper(ink), "ink": pen.as_ink(ink)}
            else:
                view = questions.set_by_hand(arrays, network)
                found = (network.answered(view),) if view.any() else ()
                text = "".join(d.symbol for d in found)
        units = []
        for one in head.get("units", [])[:MOST_UNITS]:
            layer, index = questions.unit_of(one)
            units.append((full_name(network, layer), index))
        chosen = questions.chosen(head, found) if found else 0
        target = found[chosen].digit if found else 0
        target = questions.target(head, network) if found and "target" in head else target
        settings, link, lang = page_settings(head)
        screen = Screen(
            found, text, chosen, target, units=units, settings=settings, link=link,
            model=self.job.called(head), brief=self.job.quick, **told,
        )  # fmt: skip
        html = drawing_page(screen, network, lang).html().encode()
        yield {"topic": "page"}, {"html": np.frombuffer(html, np.uint8)}


def _file(name: str) -> str:
    """The name of a file as a text in a program; nothing of it is ever opened here."""
    return json.dumps(name.replace("\\", "/").rsplit("/", 1)[-1][:80] or "drawing.png")[1:-1]
