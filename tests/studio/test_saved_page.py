"""The page that is saved: it stands by itself, and its program prints the numbers that were on the screen."""

import html
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.studio import trained
from tests.studio.drawing import beside, canvas
from tests.studio.test_read_job import ask
from zerokara.arrays import Array
from zerokara.io.png import png
from zerokara.studio.jobs.look import LookJob
from zerokara.studio.jobs.read import ReadJob
from zerokara.studio.models import Models
from zerokara.views import pen
from zerokara.views.drawing_page import PAGE_FILE


@pytest.fixture(scope="module")
def job() -> ReadJob:
    return ReadJob(quick=True)


def page_of(job: Any, arrays: dict[str, Array], **head: Any) -> str:
    ((_, found),) = ask(job, "page", arrays, **{"target": 3, "settings": {"turn": 12, "pen": 18}, **head})
    return bytes(found["html"]).decode()


def codes(page: str) -> list[str]:
    return [html.unescape(code) for code in re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", page, re.DOTALL)]


def printed(program: str, folder: Path) -> list[list[float]]:
    """What the program prints, in a process and a folder of its own."""
    assert len(program.splitlines()) <= 12
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=folder, check=True)
    found = re.findall(r"[\[(]([^\])]+)[\])]", run.stdout)
    return [[float(part) for part in re.split(r"[,\s]+", row.strip())] for row in found]


def test_a_drawing_says_how_to_repeat_it(job: ReadJob, tmp_path: Path) -> None:
    drawing = beside(3, 1, 7)
    units = [{"layer": "relu2a", "index": [7, 5, 5]}]
    page = page_of(job, {"ink": drawing}, units=units, link="http://127.0.0.1:1/#v=1&p=draw&turn=12")
    (tmp_path / PAGE_FILE).write_text(page, encoding="utf-8")
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?!data:|#)', page)  # nothing is loaded
    for told in (
        "turn",
        "12",
        "#v=1&amp;p=draw",
        "zerokara read drawing.png",
        "Unit 7, 5, 5 of layer relu2a",
        "five sights",
    ):
        assert told in page
    assert "networks.0" not in page
    ((head, _),) = ask(job, "lifted", {"ink": drawing})
    assert printed(codes(page)[-1], tmp_path) == [d["probabilities"] for d in head["digits"]]


def test_pixels_set_by_hand_are_repeated_to_the_bit(job: ReadJob, tmp_path: Path) -> None:
    view = np.zeros((28, 28), np.float32)
    view[5:23, 13:15], view[10, 15] = 1, 5 / 9
    page = page_of(job, {"view": view}, lang="ja")
    assert 'lang="ja"' in page
    assert "再現のしかた" in page
    ((head, _),) = ask(job, "pixels", {"view": view})
    assert printed(codes(page)[-1], tmp_path) == [pytest.approx(head["digits"][0]["probabilities"], rel=1e-6)]


def test_a_picture_stands_in_the_page_or_is_named(job: ReadJob, tmp_path: Path) -> None:
    small = png(np.asarray(pen.as_paper(canvas(5))))
    large = png(np.asarray(pen.as_paper(canvas(5, side=1240))))
    for body, name in ((small, None), (large, "five.png")):
        page = page_of(job, {"file": np.frombuffer(body, np.uint8)}, name="C:\\pictures\\five.png")
        (tmp_path / PAGE_FILE).write_text(page, encoding="utf-8")
        (tmp_path / "five.png").write_bytes(body)
        program = codes(page)[-1]
        assert (f'open("{name}"' in program) == (name is not None)
        ((head, _),) = ask(job, "picture", {"file": np.frombuffer(body, np.uint8)})
        assert printed(program, tmp_path) == [d["probabilities"] for d in head["digits"]]


def test_a_name_stays_a_name(job: ReadJob) -> None:
    body = np.frombuffer(png(np.asarray(pen.as_paper(canvas(5, side=1240)))), np.uint8)
    page = page_of(job, {"file": body}, name='/etc/"); import os #\n<script>')
    assert "<script" not in page
    (line,) = [one for one in codes(page)[-1].splitlines() if one.startswith("picture")]
    literal = line.partition("open(")[2].partition(', "rb"')[0]
    assert json.loads(literal) == '"); import os #\n<script>'
    compile(line, "page", "exec")


def test_nothing_drawn_can_be_saved_too(job: ReadJob) -> None:
    page = page_of(job, {"ink": np.zeros((280, 280), np.uint8)})
    assert "No digit found" in page


def test_another_network_says_its_own_command(tmp_path: Path) -> None:
    look = LookJob(Models(tmp_path, trained.runs()))
    page = page_of(look, {"ink": canvas(3)}, model="run-small")
    (tmp_path / PAGE_FILE).write_text(page, encoding="utf-8")
    assert f"zerokara explain drawing.png --model {trained.runs() / 'small'}" in codes(page)
    ((head, _),) = ask(look, "lifted", {"ink": canvas(3)}, model="run-small")
    (found,) = printed(codes(page)[-1], tmp_path)
    assert found == pytest.approx(head["digits"][0]["probabilities"], abs=1e-12)
