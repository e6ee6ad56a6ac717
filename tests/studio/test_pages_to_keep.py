"""The pages that the studio saves, in a real browser, on a desk, on a phone and printed, light and dark."""

from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.report.browser import faults, needs_browser
from tests.studio import trained
from tests.studio.drawing import beside, canvas
from tests.studio.pictures.asking import Asking
from tests.studio.test_read_job import ask
from tests.studio.test_train_job import DATA, asked, reached
from zerokara.report import Lang
from zerokara.studio.jobs.look import LookJob
from zerokara.studio.jobs.read import ReadJob
from zerokara.studio.jobs.train import TrainJob
from zerokara.studio.models import Models


def told(lang: Lang, page: str) -> dict[str, Any]:
    """What the studio says of itself: settings, and a link without a blank in it."""
    settings = {
        "turn": 12,
        "pen": 18,
        "layers": "conv16k5-norm-relu-maxpool2-conv32k3-norm-relu-maxpool2-linear128-relu",
    }
    changes = "".join(f"&change{k}=0.0{k}" for k in range(30))
    return {"settings": settings, "link": f"http://127.0.0.1:4649/#v=1&p={page}{changes}", "lang": lang}


def drawn(folder: Path, lang: Lang) -> dict[str, str]:
    """A drawing with three digits, pixels set by hand, nothing, and a drawing for a network of one's own."""
    view = canvas(1)[::10, ::10].astype(np.float32) / 255
    units = [{"layer": "relu2a", "index": [7, 5, 5]}]
    own = Models(folder, trained.runs())
    pages = {
        "drawing": (ReadJob(quick=False), {"ink": beside(3, 1, 7)}, {"units": units, "target": 3}),
        "pixels": (ReadJob(quick=True), {"view": view}, {"target": 7}),
        "nothing": (ReadJob(quick=True), {"ink": np.zeros((280, 280), np.uint8)}, {}),
        "own": (LookJob(own), {"ink": canvas(3)}, {"model": "run-small"}),
    }
    found = {}
    for name, (job, arrays, head) in pages.items():
        ((_, made),) = ask(job, "page", arrays, **told(lang, "draw"), **head)
        found[name] = bytes(made["html"]).decode()
    return found


def on_the_plane(lang: Lang) -> dict[str, str]:
    """Points of three classes, and a function."""
    found = {}
    for name, data in {
        "classes": {"classes": 3, "set": "gaussians", "noise": 0.3},
        "function": {"set": "function"},
    }.items():
        job = TrainJob()
        head, _ = reached(job, 40, data={**DATA, **data})
        _, arrays = asked(job, do="page", life=head["life"], data={**DATA, **data}, **told(lang, "plane"))
        found[name] = arrays["html"].tobytes().decode()
    return found


def on_pictures(folder: Path, lang: Lang) -> dict[str, str]:
    """A training that has begun, with held-out pictures."""
    asking = Asking(folder)
    asking.start(epochs=2)
    asking.steps(20)
    with closing(asking.job):
        _, arrays = asking.one("page", **told(lang, "pictures"))
    return {"pictures": arrays["html"].tobytes().decode()}


@pytest.mark.long
@needs_browser
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_pages_that_the_studio_saves_are_laid_out_whole(lang: Lang, tmp_path: Path) -> None:
    pages = {**drawn(tmp_path, lang), **on_the_plane(lang), **on_pictures(tmp_path, lang)}
    assert faults(pages, tmp_path) == []
