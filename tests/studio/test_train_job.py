"""The trainer's worker: a question says what is wanted, and the answer shows just that."""

import contextlib
import html
import io
import os
import re
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.studio.serving import Served, served, wait_for
from zerokara.nn.activation import ACTIVATIONS
from zerokara.optim import OPTIMIZERS
from zerokara.studio import frames, state
from zerokara.studio.jobs import train
from zerokara.studio.plane import first
from zerokara.studio.plane.data import SETS
from zerokara.studio.plane.network import INITS
from zerokara.studio.plane.surfaces import COARSE, GRID, surfaces

PLAN = {"hidden": [[4, "tanh"], [3, "relu"]], "features": ["x", "y"], "batch_norm": False, "init": "xavier"}
PLAN |= {"optimizer": "adam", "seed": 0, "schedule": "constant", "horizon": 100, "loss": ""}
LIVE = {"lr": 0.02, "momentum": 0.0, "weight_decay": 0.0, "l1": 0.0, "dropout": 0.0, "batch": 10, "held": []}
DATA = {"set": "xor", "count": 100, "noise": 0.0, "share": 0.7, "classes": 2, "seed": 0, "formula": ""}


def question(**change: Any) -> dict[str, Any]:
    asked = {"kind": "train", "do": "go", "n": 1, "tab": "a", "run": 0, "plan": PLAN, "journal": [], **change}
    return {"start": {"live": asked.pop("live", LIVE), "data": asked.pop("data", DATA)}, **asked}


def changed(number: int, **settings: Any) -> dict[str, Any]:
    """What the hand changes."""
    typed = settings.pop("typed", [])
    return {"change": {"id": number, "live": {**LIVE, **settings}, "data": DATA, "typed": typed}}


def asked(job: train.TrainJob, own: Any = None, **change: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    arrays = {} if own is None else {"own": np.asarray(own, np.float32)}
    (message,) = list(job.answer(question(**change), arrays))
    return frames.decode(frames.encode(*message))


def reached(job: train.TrainJob, step: int, **change: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Ask as a page does: an answer comes after a short time, and the page asks on until it is there."""
    for _ in range(100):
        head, arrays = asked(job, reach=step, **change)
        if head["step"] == step:
            break
    return head, arrays


def test_the_links_words_are_those_of_the_trainer() -> None:
    """The server does not load the engine to know them."""
    assert set(state.PLANE["set"].choices) == set(SETS)  # type: ignore[union-attr]
    assert set(state.PLANE["init"].choices) == set(INITS)  # type: ignore[union-attr]
    assert set(state.PLANE["optimizer"].choices) == set(OPTIMIZERS)  # type: ignore[union-attr]
    shown = (Path(state.__file__).parent / "static" / "js" / "plane" / "network.js").read_text(encoding="utf-8")
    assert all(f'"{name}"' in shown for name in ACTIVATIONS)


def test_a_picture_of_the_training() -> None:
    job = train.TrainJob()
    head, arrays = reached(job, 25)
    assert (head["step"], head["furthest"], head["outputs"], head["parameters"]) == (25, 25, 2, 12 + 15 + 8)
    shown = surfaces(job.lanes["a"].training)
    np.testing.assert_array_equal(arrays["answer"], shown.answer.argmax(axis=2))
    np.testing.assert_allclose(arrays["sure"] / 255, shown.answer.max(axis=2), atol=0.003)
    assert arrays["answer"].shape == (GRID, GRID)
    for k, maps in enumerate(shown.units, 1):
        got = (arrays[f"units{k}"].astype(float) - 127) / 127 * head["scales"][k - 1]
        assert got.shape == (len(maps), COARSE, COARSE)
        np.testing.assert_allclose(got, maps, atol=head["scales"][k - 1] / 200)
    assert sum(head["shares"]) == pytest.approx(1)
    np.testing.assert_array_equal(arrays["weights.fc1"], job.lanes["a"].training.weights["fc1.weight"])
    assert (len(arrays["train"]), len(arrays["test"]), len(arrays["curve"])) == (70, 30, 25)


def test_the_picture_that_comes_with_the_page_is_the_engines() -> None:
    """`python -m zerokara.studio.plane.first` writes it; other machines round otherwise, so a little may differ."""
    stored = Path(state.__file__).parent / "static" / first.NAME
    head, arrays = frames.decode(stored.read_bytes())
    expected, other = frames.decode(frames.encode(*first.first()))
    assert (head["step"], head["live"], head["parameters"]) == (150, expected["live"], expected["parameters"])
    np.testing.assert_allclose(head["measured"]["train"], expected["measured"]["train"], rtol=0.02)
    assert arrays.keys() == other.keys()
    for name, array in arrays.items():
        assert np.sum(np.abs(array.astype(float) - other[name])) <= 2 * array.size, name
    np.testing.assert_array_equal(arrays["train"], other["train"])


def test_a_question_put_twice_is_done_once_and_a_new_worker_comes_to_the_same() -> None:
    job = train.TrainJob()
    first, again = reached(job, 40), asked(job, reach=40)
    other = reached(train.TrainJob(), 40)
    for head, arrays in (again, other):
        assert head["measured"] == first[0]["measured"]
        np.testing.assert_array_equal(arrays["weights.out"], first[1]["weights.out"])


def test_changes_are_marks_and_another_network_begins_anew() -> None:
    job = train.TrainJob()
    reached(job, 20)
    head, _ = asked(job, **changed(1, lr=0.1))
    head, _ = reached(job, 25)
    assert head["marks"] == [{"step": 20, "changes": {"lr": 0.1}}]
    assert head["live"]["lr"] == 0.1
    head, arrays = asked(job, [[0.5, 0.5, 1]], **changed(2, lr=0.1))
    assert head["marks"][-1] == {"step": 25, "changes": {"data": True}}
    assert len(arrays["train"]) == 71
    head, arrays = asked(job, [[0.5, 0.5, 0]], **changed(2, lr=0.3))  # asked again: it was made already
    assert (head["live"]["lr"], len(head["marks"])) == (0.1, 2)
    head, _ = reached(job, 10)
    assert (head["live"]["lr"], head["furthest"], len(head["marks"])) == (0.02, 25, 2)  # as it was, and nothing is lost
    head, _ = asked(job, plan={**PLAN, "hidden": [[5, "silu"]]})
    assert (head["step"], head["marks"]) == (0, [])
    head, _ = asked(job, plan={**PLAN, "hidden": [[5, "silu"]]}, updates=1)
    assert head["step"] == 1
    head, _ = asked(job, plan={**PLAN, "hidden": [[5, "silu"]]}, run=1)
    assert head["step"] == 0


def test_a_training_that_was_lost_is_made_again_from_its_journal() -> None:
    """Changed, with points, a typed and a locked weight: another trainer comes to the same bits."""
    job = train.TrainJob()
    reached(job, 13)
    asked(job, [[0.5, 0.5, 1]], **changed(1, lr=0.1, batch=7))
    reached(job, 20)
    typed = [["fc1.weight", [2, 1], 0.75]]
    asked(job, [[0.5, 0.5, 1]], **changed(2, lr=0.1, batch=7, typed=typed, held=[["fc1.weight", [2, 1]]]))
    first, arrays = reached(job, 40)
    assert first["marks"][-1]["changes"]["weights"] == [["fc1.weight", [2, 1], 0.75]]
    assert arrays["weights.fc1"][2, 1] == 0.75
    asked_again = question(life=first["life"])
    del asked_again["journal"]
    other = train.TrainJob()
    ((told, _),) = list(other.answer(asked_again, {}))
    assert told["lost"]
    again, arrays_again = reached(other, 40, journal=first["journal"])
    assert (again["measured"], again["marks"]) == (first["measured"], first["marks"])
    assert again["life"] != first["life"]
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, arrays_again[name], err_msg=name)


def test_only_what_is_shown_is_sent() -> None:
    job = train.TrainJob()
    head, arrays = reached(job, 30)
    known = {"version": head["version"], "points": head["points"]}
    head, few = asked(job, show={"answer": False, "units": False, **known})
    assert set(few) == {"curve", "tests"}
    assert "marks" not in head
    head, more = asked(job, show={**known, "unit": [1, 2], "look": True, "bend": [2, 0, 1], "glass": 3})
    assert {"answer", "sure", "units1", "unit", "counts", "lines", "bentpoints", "glass.v0"} <= set(more)
    assert len(head["inside"]) == len(more["counts"])
    assert more["counts"].sum(axis=1).min() > 0
    assert head["glass"]["checks"]
    assert all(check["holds"] for check in head["glass"]["checks"])
    assert isinstance(head["whys"], list)
    for phase, letters in enumerate(["", "v", "v", "vgc"]):
        head, arrays = asked(job, show={"glass": phase})
        result = max(k for k, knot in enumerate(head["glass"]["knots"]) if knot["kind"] == "result")
        assert "".join(c for c in "vgc" if f"glass.{c}{result}" in arrays) == letters.replace("c", "")
        assert (head["glass"]["loss"] is not None) == (phase >= 2)


def test_two_are_compared_in_step() -> None:
    job = train.TrainJob()
    for _ in range(3):
        head, arrays = asked(job, updates=50, compare={"knob": "lr", "value": 0.02})
        assert (head["second"]["step"], head["difference"]["greatest"]) == (head["step"], 0)
        np.testing.assert_array_equal(arrays["curve"], arrays["curve2"])
    for _ in range(100):  # it catches up, a short time in every answer
        head, arrays = asked(job, updates=50, compare={"knob": "lr", "value": 0.2})
        if head["second"]["step"] == head["step"]:
            break
    assert head["second"]["step"] == head["step"]
    assert head["difference"]["greatest"] > 0
    for wrong in ({"knob": "seed", "value": 1}, {"knob": "lr", "value": "x"}, {"knob": "init", "value": 3}):
        with pytest.raises(ValueError, match=r"\w+ \w+"):
            asked(job, compare=wrong)


def test_a_units_account_is_the_engines() -> None:
    job = train.TrainJob()
    reached(job, 30)
    for layer, number in ((1, 3), (2, 0), (0, 1)):
        head, _ = asked(job, do="unit", unit={"layer": layer, "number": number, "at": [0.5, -0.25]})
        assert head["apart"] <= head["allowed"]
        assert sum(t["product"] for t in head["terms"]) + head["bias"] == pytest.approx(head["sum"], abs=1e-9)
        weights = job.lanes["a"].training.weights[f"{head['linear']}.weight"]
        assert {t["w"] for t in head["terms"]} == set(weights[number].astype(float))
    for wrong in ({"layer": 3, "number": 0}, {"layer": 1, "number": 9}, {"layer": 1, "number": 0, "at": ["x", 0]}):
        with pytest.raises(ValueError, match=r"\w+ \w+"):
            asked(job, do="unit", unit=wrong)


def test_tabs_have_trainings_of_their_own() -> None:
    job = train.TrainJob()
    reached(job, 10)
    assert asked(job, tab="b")[0]["step"] == 0
    assert asked(job)[0]["step"] == 10
    for k in range(9):
        asked(job, tab=f"t{k}")
    assert len(job.lanes) == train.TABS


def test_numbers_and_csv() -> None:
    job = train.TrainJob()
    head, arrays = asked(job, data={**DATA, "set": "function"}, updates=5)
    assert head["regression"]
    assert arrays["answer"].dtype == np.uint8
    assert head["accuracy"] is None
    ((_, found),) = list(job.answer({"do": "csv", "text": "0.5,1,1\n0,0,0", "classes": 2}, {}))
    np.testing.assert_array_equal(found["own"], np.float32([[0.5, 1, 1], [0, 0, 0]]))


@pytest.mark.parametrize(
    "wrong",
    [
        {"do": "eval"}, {"plan": None}, {"plan": {}}, {"plan": {**PLAN, "hidden": [[4]]}}, {"plan": {**PLAN, "hidden": 3}},
        {"plan": {**PLAN, "init": "magic"}}, {"live": {}}, {"live": {**LIVE, "lr": None}}, {"updates": -1},
        {"updates": 1.5}, {"reach": "far"}, {"run": True}, {"data": {**DATA, "set": "/etc/passwd"}},
        {"data": {**DATA, "set": "curve", "formula": "open(x)"}}, {"data": {**DATA, "count": 10**9}},
        {"live": {**LIVE, "batch": float("inf")}}, {"live": {**LIVE, "held": [["fc1.weight", [9, 9]]]}},
        {"plan": {**PLAN, "schedule": "never"}}, {"plan": {**PLAN, "loss": "mse"}}, {"plan": {**PLAN, "horizon": 0}},
        {"journal": "x"}, {"journal": [{"live": {}}]}, {"journal": [{"step": 3, "live": {"lr": -1}}]},
        {"journal": [{"step": 3}, {"step": 2}]}, {"change": 3}, changed(1, typed=[["fc9.weight", [0, 0], 1]]),
        changed(1, typed=[["fc1.weight", [0, 0], float("nan")]]), changed(1, typed=[["fc1.weight", [0, 0], 1e300]]),
        {"show": 3}, {"show": {"unit": [1]}}, {"show": {"unit": [9, 9]}}, {"show": {"bend": [1, 0, 99]}},
        {"show": {"glass": 7}},
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_in_a_sentence(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        list(train.TrainJob().answer(question(**wrong), {}))


@pytest.fixture(scope="module")
def studio() -> Any:
    with served() as made:
        yield made


def picture(socket: Any, n: int, **change: Any) -> dict[str, Any]:
    """What is shown once the wanted step is there."""
    socket.send(frames.encode(question(n=n, slot="plane", **change)))
    while True:
        message = socket.recv(timeout=120)
        if isinstance(message, bytes):
            socket.send('{"ack":1}')
            head: dict[str, Any] = frames.decode(message)[0]
            if head["topic"] == "plane" and head["step"] == change["reach"]:
                return head
            if head["topic"] == "plane":
                socket.send(frames.encode(question(n=n, slot="plane", **change)))


def test_a_killed_trainer_is_started_again_and_comes_to_the_same_step(studio: Served) -> None:
    with studio.socket() as socket:
        before = picture(socket, 1, reach=50)
        worker = studio.hello()["workers"]["train"]
        os.kill(worker["pids"][0], signal.SIGKILL)
        wait_for(lambda: studio.hello()["workers"]["train"]["starts"] > worker["starts"])
        wait_for(lambda: studio.hello()["workers"]["train"]["state"] == "ready")
        after = picture(socket, 2, reach=50)
    assert after["measured"] == before["measured"]
    assert after["loss"] == before["loss"]


@pytest.mark.parametrize("data", [{"classes": 3, "set": "gaussians", "noise": 0.3}, {"set": "function"}])
def test_a_page_to_keep_makes_the_same_training_again(data: dict[str, Any]) -> None:
    """Its program, run as it stands in the page, comes to the same weights: also where settings changed on the way."""
    job = train.TrainJob()
    settings = {"data": {**DATA, **data}}
    head, _ = reached(job, 40, **settings)
    change = {"change": {"id": 1, "live": {**LIVE, "lr": 0.005}, "data": settings["data"], "typed": []}}
    reached(job, 55, life=head["life"], **settings, **change)
    told = {"settings": {"lr": 0.02}, "link": "http://127.0.0.1:1/#v=1&p=plane", "lang": "ja", **settings}
    _, arrays = asked(job, do="page", life=head["life"], **told)
    page = arrays["html"].tobytes().decode()
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?!data:|#)', page)  # nothing is loaded
    assert "#v=1&amp;p=plane" in page
    assert "55 回更新後" in page
    (program,) = [html.unescape(code) for code in re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", page, re.DOTALL)]
    made: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(program, made)
    training = job.lanes["a"].training
    assert made["training"].step == training.step == 55
    for name, weight in training.weights.items():
        np.testing.assert_array_equal(made["training"].weights[name], weight)
    assert "out.bias" in printed.getvalue()
    lost = {name: value for name, value in question(do="page", life="gone").items() if name != "journal"}
    with pytest.raises(ValueError, match="not open any more"):
        list(train.TrainJob().answer(lost, {}))
