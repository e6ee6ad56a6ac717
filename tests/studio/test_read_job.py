"""The reader's answers: the numbers after the lift are those of the command line, and every sight of them agrees."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.studio.drawing import beside, canvas
from zerokara import digits, explain
from zerokara.arrays import Array
from zerokara.digits.strokes import Together
from zerokara.explain import deletion, integrated_gradients
from zerokara.explain.maps import feature_maps
from zerokara.io.png import png
from zerokara.kernels import use_kernels
from zerokara.studio.jobs.read import ReadJob
from zerokara.views import pen
from zerokara.views.become import RATE, become
from zerokara.views.sights import five_sights
from zerokara.views.stages import stages

READER = digits.load_reader()


@pytest.fixture(scope="module")
def job() -> ReadJob:
    return ReadJob(quick=True)


def ask(job: ReadJob, do: str, arrays: dict[str, Array], **head: Any) -> list[tuple[dict[str, Any], dict[str, Array]]]:
    return list(job.answer({"do": do, "n": 5, **head}, arrays))


def view_of(drawing: Array) -> Array:
    (found,) = pen.read_ink(pen.as_ink(drawing), READER)
    return np.asarray(found.view)


def test_the_numbers_after_the_lift_are_those_of_read_on_the_same_png(job: ReadJob, tmp_path: Path) -> None:
    """… of the function, and of the command line in a process of its own, bit for bit."""
    drawings = [canvas(digit, np.random.default_rng(digit)) for digit in range(10)] + [beside(1, 9, 7), beside(4, 2)]
    names = []
    for k, drawing in enumerate(drawings):
        names.append(str(tmp_path / f"{k}.png"))
        Path(names[-1]).write_bytes(png(pen.as_paper(drawing)))
    command = [sys.executable, "-m", "zerokara", "read", "--json", *names]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    for drawing, name, line in zip(drawings, names, said, strict=True):
        ((head, arrays),) = ask(job, "lifted", {"ink": drawing})
        told = json.loads(line)
        assert head["exact"] is True
        assert head["n"] == 5
        assert head["text"] == told["text"]
        assert [d["probabilities"] for d in head["digits"]] == [d["probabilities"] for d in told["digits"]]
        assert [d["box"] for d in head["digits"]] == [d["box"] for d in told["digits"]]
        with use_kernels("reference"):
            reading = digits.read(name)
        for k, digit in enumerate(reading.digits):
            assert np.array_equal(arrays[f"view{k}"], digit.view)
        # the file's bytes, as the page sends an upload
        ((head, arrays),) = ask(job, "picture", {"file": np.frombuffer(Path(name).read_bytes(), np.uint8)})
        assert [d["probabilities"] for d in head["digits"]] == [d["probabilities"] for d in told["digits"]]
        assert np.array_equal(arrays["picture"], np.repeat(pen.as_paper(drawing)[..., None], 3, 2))


@pytest.mark.parametrize("kind", ["bmp", "heic", "png", "jpg"])
def test_pictures_of_every_kind_are_read_upright(job: ReadJob, tmp_path: Path, kind: str) -> None:
    """A BMP, a photograph of a phone, ink on clear paper, a JPEG that says how it is to be turned."""
    drawing = Image.fromarray(pen.as_paper(canvas(5)))
    path = tmp_path / f"five.{kind}"
    if kind == "heic":
        pytest.importorskip("pillow_heif").from_pillow(drawing.convert("RGB")).save(path, quality=90)
    elif kind == "png":
        clear = Image.new("RGBA", drawing.size, (0, 0, 0, 0))
        clear.putalpha(Image.fromarray(canvas(5)))
        clear.save(path)
    elif kind == "jpg":
        exif = Image.Exif()
        exif[0x0112] = 6
        drawing.transpose(Image.Transpose.ROTATE_90).save(path, exif=exif, quality=95)
    else:
        drawing.save(path)
    ((head, arrays),) = ask(job, "picture", {"file": np.frombuffer(path.read_bytes(), np.uint8)})
    assert head["text"] == "5"
    assert arrays["picture"].shape == (280, 280, 3)
    assert arrays["picture"][0, 0].min() > 240  # white paper


def test_the_own_path_agrees_with_read_on_many_drawings() -> None:
    rng = np.random.default_rng(11)
    for k in range(40):
        drawing = canvas(k % 10, rng)
        with use_kernels("reference"):
            fast, whole = pen.read_ink(pen.as_ink(drawing), READER), digits.read(pen.as_paper(drawing)).digits
        assert len(fast) == len(whole) == 1
        assert fast[0].digit == whole[0].digit
        assert np.abs(np.subtract(fast[0].probabilities, whole[0].probabilities)).max() < 1e-3
        assert np.abs(np.subtract(fast[0].box, whole[0].box)).max() <= 1
        (glanced,) = pen.read_ink(pen.as_ink(drawing), READER, glance=True)
        assert glanced.digit == fast[0].digit
        assert np.abs(np.subtract(glanced.probabilities, fast[0].probabilities)).max() < 0.01


def test_several_digits_are_read_in_order_with_boxes(job: ReadJob) -> None:
    ((head, arrays), (maps, _)) = ask(job, "moving", {"ink": beside(3, 1, 7)}, maps=True, chosen=2)
    assert head["text"] == "317"
    assert maps["topic"] == "maps"
    lefts = [d["box"][0] for d in head["digits"]]
    assert lefts == sorted(lefts)
    assert set(arrays) == {"view0", "view1", "view2"}


def test_the_part_with_ink_is_enough(job: ReadJob) -> None:
    """While the pen moves only that part travels; the answer is that to the whole drawing, bit for bit."""
    for drawing in (canvas(2), beside(3, 1, 7), canvas(8, np.random.default_rng(4))):
        rows, columns = np.nonzero(drawing.any(axis=1))[0], np.nonzero(drawing.any(axis=0))[0]
        for more in (0, 3):
            top, left = max(0, rows[0] - more), max(0, columns[0] - more)
            part = drawing[top : rows[-1] + 1 + more, left : columns[-1] + 1 + more]
            where = {"at": [int(left), int(top)], "side": 280}
            ((whole, views),) = ask(job, "moving", {"ink": drawing})
            ((told, found),) = ask(job, "moving", {"ink": part}, **where)
            assert told == whole
            assert all(np.array_equal(found[name], views[name]) for name in views)
    ((head, _),) = ask(job, "moving", {"ink": np.zeros((1, 1), np.uint8)}, at=[0, 0], side=280)
    assert head["digits"] == []


@pytest.mark.parametrize(
    "where",
    [{"at": [-1, 0]}, {"at": [0, 271]}, {"at": [261, 0]}, {"at": [0]}, {"at": "00"}, {"at": [0, 0.5]}, {"at": 7},
     {"side": 10}, {"side": 2**40}, {"side": "280"}, {"side": None}],
)  # fmt: skip
def test_a_part_lies_inside(job: ReadJob, where: dict[str, Any]) -> None:
    part = np.full((10, 20), 255, np.uint8)
    with pytest.raises(ValueError, match=r"a part of a drawing|a drawing is"):
        ask(job, "moving", {"ink": part}, **{"at": [0, 0], "side": 280, **where})


def test_nothing_drawn_is_no_error(job: ReadJob) -> None:
    blank = np.zeros((280, 280), np.uint8)
    for do, arrays in (
        ("moving", {"ink": blank}),
        ("lifted", {"ink": blank}),
        ("pixels", {"view": np.zeros((28, 28))}),
    ):
        ((head, found),) = ask(job, do, arrays, maps=True)
        assert (head["digits"], head["text"], found) == ([], "", {})
    ((head, _),) = ask(job, "stages", {"ink": blank})
    assert head["width"] is None


def test_the_stages_end_with_what_the_network_sees() -> None:
    rng = np.random.default_rng(5)
    for k in range(60):
        drawing = (
            canvas(k % 10, rng) if k % 3 else np.asarray(Image.fromarray(canvas(k % 10, rng)).resize((30 + k, 30 + k)))
        )
        for mark in pen.marks_of(pen.as_ink(drawing)):
            assert np.array_equal(stages(mark.ink).view, digits.prepare(mark.ink))
            assert max(stages(mark.ink).fitted.shape) <= 20
    with pytest.raises(ValueError, match="without any"):
        stages(np.zeros((5, 5)))


def test_a_hairline_is_made_thicker_and_a_marker_thinner() -> None:
    thin, thick = np.zeros((200, 40), np.float32), np.zeros((200, 120), np.float32)
    thin[:, 19:21] = 1
    thick[:, 10:110] = 1
    assert stages(thin).width < stages(thin).wanted
    assert stages(thick).width > stages(thick).wanted


def test_the_mean_of_the_five_sights_is_the_answer() -> None:
    for digit in range(10):
        view = view_of(canvas(digit))
        seen = five_sights(view, READER)
        assert np.array_equal(seen.together, READER.probabilities(view[None])[0])
        assert np.array_equal(seen.pictures[0], view)
        assert np.allclose(seen.probabilities.sum(axis=1), 1)
        log = np.log(seen.probabilities) * READER.temperature
        mean = (log - log.mean(axis=1, keepdims=True)).mean(axis=0) / READER.temperature
        assert np.allclose(np.exp(mean) / np.exp(mean).sum(), seen.together, atol=1e-4)


def test_maps_and_heat_are_those_of_explain(job: ReadJob) -> None:
    view = view_of(canvas(5))
    model = Together(READER)
    with use_kernels("reference"):
        ((head, arrays),) = ask(job, "maps", {"view": view})
        expected = {m.layer.removeprefix("networks.0."): m for m in feature_maps(model, view[None, None])}
        for one in head["layers"]:
            assert np.array_equal(arrays[one["layer"]], expected[one["layer"]].value[0])
            assert one["shape"] == list(expected[one["layer"]].shape)
        found = ask(job, "heat", {"view": view}, target=5, methods=list(explain.METHODS), curves=True)
        assert [told["method"] for told, _ in found] == list(explain.METHODS)
        heat = {told["method"]: (told, a) for told, a in found}
        own = integrated_gradients(model, view[None, None], 5, steps=64)
        told, shown = heat["integrated-gradients"]
        assert np.array_equal(shown["heat"], own.map[0])
        assert told["deletion"] == float(deletion(model, view[None, None], own, steps=14).area[0])
        # completeness: the map's sum is the score's rise from blank paper
        assert told["sum"] == pytest.approx(float(own.score[0] - own.baseline_score[0]), rel=0.06)  # type: ignore[index]


def test_a_picture_becomes_another_digit_and_says_how_much_ink_it_took(job: ReadJob) -> None:
    view = view_of(canvas(3))
    found = ask(job, "become", {"view": view}, target=8, steps=25)
    shares = [told["probabilities"][8] for told, _ in found]
    assert shares[0] < 0.05
    assert max(shares) > 0.5
    assert not found[0][1]["change"].any()
    for (before, a), (after, b) in pairwise(found):
        assert after["step"] == before["step"] + 1
        assert np.abs(b["view"] - a["view"]).max() <= RATE + 1e-6
        assert 0 <= b["view"].min() <= b["view"].max() <= 1
        assert after["added"] == pytest.approx(np.maximum(b["view"] - view, 0).sum(), abs=1e-3)
    # going on from a step is going on: the changes are still told from the beginning
    on = ask(job, "become", {"view": found[10][1]["view"], "start": view}, target=8, steps=5)
    assert np.array_equal(on[5][1]["view"], found[15][1]["view"])
    assert on[5][0]["added"] == found[15][0]["added"]


def test_the_step_goes_up_the_gradient() -> None:
    """By finite differences: the lead of the target over the soft maximum of the others rises along the step."""
    view = np.clip(view_of(canvas(3)), 0.02, 0.98)
    model = Together(READER)

    def lead(x: Array) -> float:
        from zerokara.autodiff import Tensor, no_grad

        with explain.evaluation(model), no_grad():
            s = model(Tensor(x[None, None].astype(np.float32))).data[0].astype(float)
        return float(s[8] - np.log(np.exp(np.delete(s, 8)).sum()))

    first, second = list(become(view, 8, READER, 1))
    direction = second.picture - first.picture
    h = 1e-2
    assert (lead(view + h * direction) - lead(view - h * direction)) / (2 * h) > 0
    shuffled = np.random.default_rng(0).permutation(direction.ravel()).reshape(28, 28)
    assert lead(view + h * direction) > lead(view + h * shuffled)


def test_a_sweep_answers_for_every_place(job: ReadJob) -> None:
    drawings = np.stack([canvas(1), np.zeros((280, 280), np.uint8), canvas(7)])
    found = ask(job, "sweep", {"ink": drawings}, slider="turn", **{"from": 4})
    assert [told["from"] for told, _ in found] == [4, 5, 6]
    assert [told["answers"][0] and int(np.argmax(told["answers"][0])) for told, _ in found] == [1, None, 7]


@pytest.mark.parametrize(
    ("do", "arrays", "head", "says"),
    [
        ("nothing", {}, {}, "no question"),
        (["moving"], {}, {}, "no question"),
        ("moving", {}, {}, "a drawing is"),
        ("moving", {"ink": np.zeros((280, 280))}, {}, "a drawing is"),
        ("moving", {"ink": np.zeros((2000, 28), np.uint8)}, {}, "a drawing is"),
        ("pixels", {"view": np.full((28, 28), np.nan)}, {}, "a view is"),
        ("maps", {"view": np.zeros((27, 28))}, {}, "a view is"),
        ("heat", {"view": np.ones((28, 28))}, {"target": 10}, "a class is"),
        ("become", {"view": np.ones((28, 28))}, {"target": True}, "a class is"),
        ("become", {"view": np.ones((28, 28))}, {"target": 1, "steps": 10**6}, "between 1 and 200"),
        ("sweep", {"ink": np.zeros((99, 280, 280), np.uint8)}, {}, "a sweep is"),
        ("picture", {"file": np.frombuffer(b"no picture", np.uint8)}, {}, "picture"),
        ("picture", {"file": np.zeros(0, np.uint8)}, {}, "empty|picture"),
    ],
)
def test_what_cannot_be_answered_is_said(job: ReadJob, do: Any, arrays: Any, head: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ask(job, do, arrays, **head)
